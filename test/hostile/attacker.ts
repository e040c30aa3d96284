// The bridge as an attacker: how tests turn it against one person, and what that person gets and is told meanwhile.

import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { wrap } from '../../web-plugin/src/frames/codecs/codec.ts';
import { CODECS, encodeKid, type KeyId } from '../../web-plugin/src/frames/index.ts';
import { encodeHeader, uint64 } from '../../web-plugin/src/frames/sframe/header.ts';
import type { BridgeView } from '../e2e/bridge-view.ts';
import {
  hook,
  type Looked,
  type Pair,
  type Person,
  pairsOf,
  phaseOf,
  seeAndHear,
  seen,
  troubleIds,
  troubleText,
  until,
  untilStill,
  waitForPhase,
} from '../e2e/sealed-room.ts';
import type { Attack, AttackStatus, SourceRef } from '../stack/bridge/hostile-api.ts';
import type { Stack } from '../stack/stack.ts';

/** When an attack begins, no more than this is still played of what came before it. */
const UNDER_WAY: Gained = { frames: 60, seconds: 3 };
const WATCH_MS = 3_000;

type Sender = Pick<Looked, 'endpoint'>;

export const camera = ({ endpoint }: Sender): SourceRef => ({ endpoint, source: `${endpoint}-v0` });
export const microphone = ({ endpoint }: Sender): SourceRef => ({ endpoint, source: `${endpoint}-a0` });

export class Attacker {
  constructor(
    private readonly stack: Stack,
    private readonly conference: string,
  ) {}

  async begin(attack: Attack): Promise<number> {
    const { id } = await this.stack.bridge.call('hostile', { conference: this.conference, attack });
    if (id === undefined) throw new Error(`the bridge did not begin ${attack.type}`);
    return id;
  }

  async stop(attack: number): Promise<void> {
    await this.stack.bridge.call('hostile', { conference: this.conference, stop: attack });
  }

  async status(id: number): Promise<AttackStatus> {
    const { attacks } = await this.stack.bridge.call('hostile', { conference: this.conference, list: true });
    const status = attacks.find((one) => one.id === id);
    if (!status) throw new Error(`the bridge knows nothing of attack ${id}`);
    return status;
  }

  /** Until the bridge has changed, or sent in addition, so many packets. */
  reach(id: number, what: 'changed' | 'sent', packets: number): Promise<void> {
    return until(
      `the bridge has ${what} ${packets} packets`,
      async () => (await this.status(id))[what] >= packets,
    );
  }

  async keyFrames(): Promise<void> {
    await this.stack.bridge.call('keyFrames', { conference: this.conference });
  }

  /** What was captured stays, to be played later. */
  async stopAll(): Promise<void> {
    const { conference } = this;
    const { attacks } = await this.stack.bridge.call('hostile', { conference, list: true });
    for (const { id, running } of attacks)
      if (running) await this.stack.bridge.call('hostile', { conference, stop: id });
  }
}

export interface Gained {
  frames: number;
  seconds: number;
}

/** What `to` sees and hears of `from` in so many milliseconds from now. */
export async function gain({ to, from }: Pair, ms = WATCH_MS): Promise<Gained> {
  const before = await seen(to, from);
  await pause(ms);
  const after = await seen(to, from);
  return { frames: after.frames - before.frames, seconds: after.seconds - before.seconds };
}

/** While an attack runs: nothing more of somebody is seen, or heard. */
export async function getsNothing(pair: Pair, of: (keyof Gained)[], ms = WATCH_MS): Promise<void> {
  const pick = (all: Gained) => of.map((one) => all[one]);
  const who = `${pair.to.name} of ${pair.from.name}, during the attack`;
  const begin = await seen(pair.to, pair.from);
  await untilStill(`nothing more comes: ${who}`, async () => {
    const now = await seen(pair.to, pair.from);
    for (const one of of)
      assert.ok(now[one] - begin[one] <= UNDER_WAY[one], `${now[one] - begin[one]} ${one}: ${who}`);
    return pick(now);
  });
  const gained = await gain(pair, ms);
  assert.deepEqual(
    pick(gained),
    of.map(() => 0),
    `${of}: ${who}`,
  );
}

/** What one gets of another's picture and sound, beside what there was to get: comparable on a machine of any speed. */
export interface Flow {
  /** Frames a second that passed the bridge, and that were decoded. */
  passed: number;
  decoded: number;
  /** Of the time in which the page got round to listening, the part in which it heard something. */
  heard: number;
}

/** In a flow, of the frames that passed. */
export const decodedShare = ({ decoded, passed }: Flow): number => decoded / passed;

/** Until `end`. */
export async function flow({ to, from }: Pair, bridge: BridgeView, end: Promise<unknown>): Promise<Flow> {
  await to.page.evaluate(listen);
  const look = async () => ({
    ...(await seen(to, from)),
    passed: (await bridge.counts(from))[camera(from).source] ?? 0,
    listened: await to.page.evaluate(() => (globalThis as unknown as Listening).listened),
    at: Date.now(),
  });
  const before = await look();
  await end;
  const after = await look();
  const seconds = (after.at - before.at) / 1000;
  return {
    passed: (after.passed - before.passed) / seconds,
    decoded: (after.frames - before.frames) / seconds,
    heard: (after.seconds - before.seconds) / (after.listened - before.listened),
  };
}

interface Listening {
  listened: number;
}

/** Counts the seconds that a tone would have been heard in this page, by the rule of its listener (stack/page/tones.ts). */
function listen(): void {
  const page = globalThis as unknown as Partial<Listening>;
  if (page.listened !== undefined) return;
  let seconds = 0;
  let last = performance.now();
  page.listened = seconds;
  setInterval(() => {
    seconds += Math.min(performance.now() - last, 300) / 1000;
    last = performance.now();
    page.listened = seconds;
  }, 100);
}

/** An init script: counts how often the page told its worker that a microphone is off, from when on rule M6 counts. */
export function noteMutes(): void {
  const page = globalThis as unknown as { mutes: number };
  page.mutes = 0;
  const post = Worker.prototype.postMessage;
  Worker.prototype.postMessage = function (this: Worker, message: unknown, ...rest: never[]) {
    const { type, sources } = message as { type?: string; sources?: { source: number; on: boolean }[] };
    if (type === 'source-states' && sources?.some(({ source, on }) => source === 1 && !on)) page.mutes += 1;
    return Reflect.apply(post, this, [message, ...rest]);
  };
}

export const mutesOf = ({ page }: Person): Promise<number> =>
  page.evaluate(() => (globalThis as unknown as { mutes: number }).mutes);

/** The person reads this, and nothing besides. */
export async function isTold(person: Person, told: Record<string, RegExp>): Promise<void> {
  for (const [id, words] of Object.entries(told)) assert.match(await troubleText(person, id), words);
  assert.deepEqual((await troubleIds(person)).sort(), Object.keys(told).sort());
}

/** All attacks over: everybody sees and hears everybody, the room shows as sealed, and cards are put away. */
export async function allIsWell(attacker: Attacker, people: Person[]): Promise<void> {
  await attacker.stopAll();
  await seeAndHear(pairsOf(people));
  await waitForPhase(people, 'sealed');
  for (const person of people) {
    await until(`${person.name} has put the cards away`, async () => {
      const left = await troubleIds(person);
      if (left.length > 0)
        await hook(person, 'dismiss')
          .first()
          .evaluate((button: HTMLElement) => button.click());
      return left.length === 0;
    });
    assert.equal(await phaseOf(person), 'sealed');
  }
}

/** Frames of AV1 that look sealed from without: envelope, key id and a fresh counter are right, the rest is noise. */
export function forgedFrames(id: KeyId, firstCounter: number, count: number, size: number): string[] {
  const codec = CODECS.find(({ name }) => name === 'AV1');
  if (!codec) throw new Error('the plugin knows no AV1');
  return Array.from({ length: count }, (_, n) => {
    const header = encodeHeader({ kid: encodeKid(id), ctr: uint64(firstCounter + n) });
    const message = new Uint8Array([...header, ...randomBytes(size)]);
    return Buffer.from(wrap(codec, message, { isKey: false, data: message })).toString('base64');
  });
}
