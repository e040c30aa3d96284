// What a server and its helpers do to members in `hostile`: they repeat, re-address, cut, forge and invent messages,
// occupants, bundles and leaves. What is forged must be refused, and what is exchanged must be shown.

import { type CoreAction, createCore } from '../../web-plugin/src/keys/index.ts';
import { beaconBody, encodeBeacon, parseBeacon } from '../../web-plugin/src/wire/index.ts';
import type { Chance } from './chance.ts';
import type { Member } from './server.ts';
import type { World } from './world.ts';

const SHOTS = 20;
/** An exchanged bundle is taken back so much later at most. */
const EXCHANGED_MS = 3000;
const REFUSED_AGAIN_MS = 1000;

export function attack(world: World, chance: Chance, n: number): void {
  for (let shot = 0; shot < SHOTS; shot += 1) shoot(world, chance);
  const [victim, other, third] = [world, world, world].map(({ present }) => chance.pick(present));
  if (victim === undefined || other === undefined || third === undefined || victim === other) return;
  if (third !== victim && third !== other) forge(world, chance, { victim, other, third });
  if (n % 4 === 0) {
    // A ghost with the bundle of somebody present, which goes again.
    world.inject(victim, { type: 'joined', occupant: 'ghost', bundle: other.core.bundle() });
    world.inject(victim, { type: 'left', occupant: 'ghost' });
  }
  if (n % 4 === 1) exchange(world, chance, victim, other, third);
  if (n % 4 === 2) {
    // A leave that never was, taken back.
    world.inject(victim, { type: 'left', occupant: other.id });
    world.inject(victim, { type: 'joined', occupant: other.id, bundle: other.core.bundle() });
  }
}

/** Something that passed lately, repeated, under another name, to somebody else, cut; hints; and no message at all. */
function shoot(world: World, chance: Chance): void {
  const [to, from] = [chance.pick(world.present), chance.pick(world.present)];
  const message = chance.pick(world.server.recent);
  if (to === undefined || from === undefined || message === undefined) return;
  const { payload } = message;
  const text = JSON.stringify(payload);
  const kind = chance.integer(0, 5);
  if (kind === 0) world.inject(to, { type: 'message', from: message.from, payload });
  else if (kind === 1) world.inject(to, { type: 'message', from: from.id, payload });
  else if (kind === 2) {
    const body = text.replace(/:\{"[0-9a-f]+"/, `:{"${to.id}"`);
    world.inject(to, { type: 'message', from: message.from, payload: JSON.parse(body) });
  } else if (kind === 3) {
    const cut = text.replace(/[A-Za-z0-9+/_-]{8}"/, '"');
    world.inject(to, { type: 'message', from: message.from, payload: JSON.parse(cut) });
  } else if (kind === 4) {
    world.inject(to, { type: 'message', from: from.id, payload: { type: 'sealmeet', v: 1, restart: true } });
  } else world.inject(to, { type: 'message', from: from.id, payload: chance.unit() < 0.5 ? text : null });
}

interface Cast {
  victim: Member;
  other: Member;
  third: Member;
}

/** A beacon that `other` never made, and a list of messages that the room did not send. */
function forge(world: World, chance: Chance, { victim, other, third }: Cast): void {
  const payload = chance.pick(world.server.recent.filter((each) => beaconOf(each.payload) !== null))?.payload;
  const text = beaconOf(payload);
  if (text !== null) {
    const kind = chance.integer(0, 2);
    const { beacon, signature } = parseBeacon(text);
    // Whatever its signature says: `seq` is higher than any, and it tells of a source, which has an effect at once.
    const states = [{ source: 1, on: false, floor: 2 ** 40 }];
    const made = encodeBeacon(beaconBody({ ...beacon, seq: 2 ** 31, sources: states }), signature);
    const forged = kind === 0 ? flipped(text, chance) : kind === 1 ? made : text;
    const author = world.server.recent.find((each) => each.payload === payload)?.from;
    const name = kind === 2 && author === other.id ? third : other;
    injectForged(world, victim, name.id, { type: 'sealmeet', v: 1, beacon: forged });
  }
  const relay = [
    [other.id, { olm: { [victim.id]: [1, 'A'.repeat(64)] } }],
    [other.id, { beacon: text ?? 'AAAA' }],
  ];
  injectForged(world, victim, third.id, { type: 'sealmeet', v: 1, relay });
}

function beaconOf(payload: unknown): string | null {
  const { beacon } = (payload ?? {}) as { beacon?: unknown };
  return typeof beacon === 'string' ? beacon : null;
}

/** One of the bits behind the version and the number, which a repeated beacon would be refused for already. */
function flipped(text: string, chance: Chance): string {
  const bytes = Buffer.from(text, 'base64url');
  const at = chance.integer(5, bytes.length - 1);
  bytes[at] = (bytes[at] ?? 0) ^ (1 << chance.integer(0, 7));
  return bytes.toString('base64url');
}

/** It must be refused, and nothing else may come of it. */
function injectForged(world: World, victim: Member, from: string, payload: unknown): void {
  world.server.inOrder(victim, () => {
    if (victim.core.identityOf(from) === null) return;
    // What is due is done before, so that all that is done then is done because of it.
    world.feed(victim, { type: 'timer' });
    const actions = world.feed(victim, { type: 'message', from, payload });
    const problem = misjudged(victim, from, actions, world.now);
    if (problem !== null) world.invariants.violation(`${victim.id} ${problem}`);
  });
}

/** What a core did wrong about something forged under the name of `from`. */
export function misjudged(
  victim: Pick<Member, 'refusedAt'>,
  from: string,
  actions: readonly CoreAction[],
  now: number,
): string | null {
  for (const action of actions) {
    if (action.type === 'wake') continue;
    if (action.type !== 'notice' || action.notice.type !== 'refused' || action.notice.from !== from)
      return `takes something forged under the name of ${from}: ${action.type}`;
  }
  const toldAt = victim.refusedAt.get(from) ?? Number.NEGATIVE_INFINITY;
  return now - toldAt > REFUSED_AGAIN_MS ? `refuses nothing of what was forged under ${from}` : null;
}

/** To one victim alone the presence of `other` shows another bundle: of a stranger, of a third, or a broken one. */
function exchange(world: World, chance: Chance, victim: Member, other: Member, third: Member): void {
  const kind = chance.integer(0, 2);
  const stranger = createCore(world.coreOptions(other.id));
  const show = (bundle: string, expected: string | null) => {
    const before = victim.core.identityOf(other.id);
    const actions = world.feed(victim, { type: 'bundle', occupant: other.id, bundle });
    const after = victim.core.identityOf(other.id);
    if (after !== expected || (after !== before && !isShown(actions, other.id)))
      world.invariants.violation(`${victim.id} does not show that ${other.id} has another bundle`);
  };
  world.server.inOrder(victim, () => {
    const isTaken = third !== other && victim.core.occupantOf(third.identity) === third.id;
    if (kind === 0) show(stranger.bundle(), stranger.identity);
    else show(kind === 1 && isTaken ? third.core.bundle() : 'broken', null);
    stranger.free();
  });
  world.later(chance.integer(0, EXCHANGED_MS), () => {
    if (!victim.isPresent || !other.isPresent) return;
    world.server.inOrder(victim, () => show(other.core.bundle(), other.identity));
  });
}

export const isShown = (actions: readonly CoreAction[], occupant: string): boolean =>
  actions.some(
    (action) =>
      action.type === 'notice' &&
      (action.notice.type === 'replaced' || action.notice.type === 'incapable') &&
      action.notice.occupant === occupant,
  );
