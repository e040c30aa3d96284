// The bridge as an attacker: how tests turn it against one person, and what that person gets and is told meanwhile.

import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { wrap } from '../../web-plugin/src/frames/codecs/codec.ts';
import { CODECS, encodeKid, type KeyId } from '../../web-plugin/src/frames/index.ts';
import { encodeHeader, uint64 } from '../../web-plugin/src/frames/sframe/header.ts';
import {
  hook,
  type Pair,
  type Person,
  pairsOf,
  phaseOf,
  seeAndHear,
  seen,
  troubleIds,
  troubleText,
  until,
  waitForPhase,
} from '../e2e/sealed-room.ts';
import type { Attack, AttackStatus, SourceRef } from '../stack/bridge/hostile-api.ts';
import type { Stack } from '../stack/stack.ts';

/** After an attack has begun, what came before it is played to its end within this time. */
export const DRAIN_MS = 2_000;
const WATCH_MS = 3_000;

export const camera = ({ endpoint }: Person): SourceRef => ({ endpoint, source: `${endpoint}-v0` });
export const microphone = ({ endpoint }: Person): SourceRef => ({ endpoint, source: `${endpoint}-a0` });

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
export async function getsNothing(pair: Pair, of: 'frames' | 'seconds', ms = WATCH_MS): Promise<void> {
  await pause(DRAIN_MS);
  const gained = await gain(pair, ms);
  const what = of === 'frames' ? 'frames decoded' : 'seconds heard';
  assert.equal(
    gained[of],
    0,
    `${pair.to.name} of ${pair.from.name}: ${gained[of]} ${what} during the attack`,
  );
}

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
