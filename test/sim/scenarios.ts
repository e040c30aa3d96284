// What happens to the members of a simulated meeting, event by event.

import { createHash } from 'node:crypto';
import { loadOlm, type OlmLibrary } from '../../web-plugin/src/keys/index.ts';
import { Chance, seedOlm } from './chance.ts';
import { Measure } from './measure.ts';
import { type Member, type Network, World } from './world.ts';

export const SCENARIOS = ['churn', 'storm', 'partition', 'hostile'] as const;
export type Scenario = (typeof SCENARIOS)[number];

export interface Run {
  members: number;
  active: number;
  scenario: Scenario;
  seed: number;
  events: number;
}

const NETWORKS: Record<Scenario, Network> = {
  churn: { minMs: 5, maxMs: 60, loses: 0, doubles: 0, reorders: false },
  storm: { minMs: 5, maxMs: 150, loses: 0.005, doubles: 0.01, reorders: true },
  partition: { minMs: 5, maxMs: 100, loses: 0.005, doubles: 0.005, reorders: false },
  hostile: { minMs: 1, maxMs: 250, loses: 0.02, doubles: 0.05, reorders: true },
};

/** The network is good while people come in. */
const SETTLE_MS = 15_000;
/** Handshakes lost again and again are retried ever more slowly; this is longer than several of them. */
const UNTIL_CALM_MS = 90_000;
const REMEMBERED_SIGNATURES = 10_000;

export async function simulate({
  members,
  active,
  scenario,
  seed,
  events,
}: Run): Promise<{ world: World; measure: Measure }> {
  const chance = new Chance(seed);
  seedOlm(chance);
  const olm = rememberingVerifier(await loadOlm());
  const world = new World({ olm, chance });
  const measure = new Measure(world);
  let count = 0;
  const join = (on: boolean): Member => {
    count += 1;
    return world.join(count.toString(16).padStart(8, '0'), { sealed: true, on });
  };
  for (let n = 0; n < members; n += 1) {
    join(n < active);
    if (n % 10 === 9) world.run(50);
  }
  world.run(SETTLE_MS);
  world.observer = measure;
  world.network = NETWORKS[scenario];
  for (let n = 0; n < events; n += 1) {
    const before = process.cpuUsage();
    measure.discount();
    // Leaves and joins in turn keep the numbers; an active one is replaced by an active one.
    const isLeave = n % 2 === 0;
    const missing = active - world.present.filter(({ isOn }) => isOn).length;
    const leaver = isLeave ? chance.pick(world.present) : undefined;
    if (leaver === undefined) join(missing > 0);
    else world.leave(leaver.id);
    DISTURBANCES[scenario](world, chance, olm, n);
    world.run(pause(scenario, chance));
    const { user, system } = process.cpuUsage(before);
    measure.charge(isLeave ? 'leave' : 'join', (user + system) / 1000);
    checkGrowth(world);
  }
  world.heal();
  world.network = NETWORKS.churn;
  world.run(UNTIL_CALM_MS);
  measure.finish();
  world.violations.push(...world.deaf(), ...measure.unfinished);
  return { world, measure };
}

/**
 * One beacon or bundle is checked by every member: here only the first of them does the arithmetic. The CPU figures
 * leave the other checks out; those of real clients (`sim:xmpp`) do not.
 */
function rememberingVerifier(olm: OlmLibrary): OlmLibrary {
  const known = new Map<string, boolean>();
  return {
    ...olm,
    verify(ed25519, message, signature) {
      const name = createHash('sha256').update(ed25519).update(signature).update(message).digest('base64');
      const isGood = known.get(name) ?? olm.verify(ed25519, message, signature);
      if (known.size > REMEMBERED_SIGNATURES) known.clear();
      known.set(name, isGood);
      return isGood;
    },
  };
}

function pause(scenario: Scenario, chance: Chance): number {
  return scenario === 'storm' ? chance.integer(0, 120) : chance.integer(300, 1500);
}

const DISTURBANCES: Record<Scenario, (world: World, chance: Chance, olm: OlmLibrary, n: number) => void> = {
  churn: mute,
  storm: (world, chance) => {
    mute(world, chance);
    const member = chance.unit() < 0.02 ? chance.pick(world.present) : undefined;
    if (member !== undefined) world.restartWorker(member);
  },
  partition: (world, chance, _, n) => {
    mute(world, chance);
    if (n % 20 === 5) world.divide(world.present.filter(() => chance.unit() < 0.3));
    if (n % 20 === 15) world.heal();
  },
  hostile: attack,
};

/** Now and then somebody stops and somebody else starts to send. */
function mute(world: World, chance: Chance): void {
  if (chance.unit() > 0.2) return;
  const [on, off] = [world.present.filter(({ isOn }) => isOn), world.present.filter(({ isOn }) => !isOn)];
  const [stops, starts] = [chance.pick(on), chance.pick(off)];
  if (stops === undefined || starts === undefined) return;
  world.feed(stops, { type: 'source', on: false });
  world.feed(starts, { type: 'source', on: true });
}

/** A server that repeats, re-addresses, cuts and invents messages, and invents occupants and their leaves. */
function attack(world: World, chance: Chance, olm: OlmLibrary, n: number): void {
  mute(world, chance);
  for (let shot = 0; shot < 20; shot += 1) {
    const [to, from] = [chance.pick(world.present), chance.pick(world.present)];
    const message = chance.pick(world.recent);
    if (to === undefined || from === undefined || message === undefined) continue;
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
      world.inject(to, {
        type: 'message',
        from: from.id,
        payload: { type: 'sealmeet', v: 1, restart: true },
      });
    } else world.inject(to, { type: 'message', from: from.id, payload: chance.unit() < 0.5 ? text : null });
  }
  const victim = chance.pick(world.present);
  const other = chance.pick(world.present);
  if (victim === undefined || other === undefined || victim === other) return;
  if (n % 4 === 0) {
    // A ghost with the bundle of somebody present, which goes again.
    world.inject(victim, { type: 'joined', occupant: 'ghost', bundle: other.core.bundle() });
    world.inject(victim, { type: 'left', occupant: 'ghost' });
  }
  if (n % 4 === 2) {
    // A leave that never was, taken back.
    world.inject(victim, { type: 'left', occupant: other.id });
    world.inject(victim, { type: 'joined', occupant: other.id, bundle: other.core.bundle() });
  }
  void olm;
}

/** Nothing a core keeps may grow with the length of the meeting. */
function checkGrowth(world: World): void {
  for (const member of world.present) if (member.notices.length > 1000) member.notices.length = 0;
}
