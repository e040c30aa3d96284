// What the bridge sees of a room: frames that pass, under which keys, and what a decoder makes of a recording.

import assert from 'node:assert/strict';
import { codecOf, type KeyId, peekHeader, type RecordedKey } from '../../web-plugin/src/frames/index.ts';
import type { Codec } from '../stack/bridge/api.ts';
import { mimeTypeOf } from '../stack/bridge/capabilities.ts';
import {
  audible,
  type LoadedSource,
  loadRecording,
  openRecording,
  visibleFrames,
} from '../stack/evidence.ts';
import { distinctKeys, tappedKeys } from '../stack/key-tap.ts';
import type { Stack } from '../stack/stack.ts';
import { type Looked, until, untilStill } from './sealed-room.ts';

/** A busy machine makes few frames a second. */
const FRAMES_MS = 120_000;

/** One frame that passed the bridge; `id` is null when it does not look sealed. */
export interface Passed {
  source: string;
  media: 'audio' | 'video';
  time: number;
  id: KeyId | null;
}

export function keyIdOf(codec: Codec, head: Uint8Array): KeyId | null {
  const envelope = codecOf(mimeTypeOf(codec));
  return envelope ? (peekHeader(head, envelope)?.id ?? null) : null;
}

export class BridgeView {
  constructor(
    private readonly stack: Pick<Stack, 'bridge'>,
    readonly room: string,
  ) {}

  /** The last frames of somebody, oldest first. */
  async passed({ endpoint }: Pick<Looked, 'endpoint'>): Promise<Passed[]> {
    const { sources } = await this.stack.bridge.call('observe', { conference: this.room, endpoint });
    return sources
      .flatMap(({ name, media, codec, frames }) =>
        frames.map(({ time, head }) => ({
          source: name,
          media,
          time,
          id: codec ? keyIdOf(codec, Buffer.from(head, 'hex')) : null,
        })),
      )
      .sort((a, b) => a.time - b.time);
  }

  /** Frames of each source of somebody so far. */
  async counts({ endpoint }: Pick<Looked, 'endpoint'>): Promise<Record<string, number>> {
    const { conferences } = await this.stack.bridge.call('statistics', {});
    const sources = conferences[this.room]?.endpoints[endpoint]?.sources ?? {};
    return Object.fromEntries(Object.entries(sources).map(([name, { frames }]) => [name, frames]));
  }

  /** What was under way has come: nothing more of these people for two seconds. Gives what there is in all. */
  standingStill(people: Pick<Looked, 'endpoint'>[]): Promise<Record<string, number>[]> {
    return untilStill('nothing more passes the bridge', () =>
      Promise.all(people.map((person) => this.counts(person))),
    );
  }

  /** Until somebody's every source brought so many more frames. */
  async passOf(person: Pick<Looked, 'endpoint' | 'name'>, frames: number): Promise<void> {
    const before = await this.counts(person);
    const havePassed = async () => {
      const counts = Object.entries(await this.counts(person));
      return counts.length > 0 && counts.every(([name, count]) => count - (before[name] ?? 0) >= frames);
    };
    await until(`${frames} more frames of ${person.name} passed the bridge`, havePassed, FRAMES_MS);
  }

  /** Records until every source of these people has brought so many frames. */
  async record(label: string, people: Looked[], frames: number): Promise<LoadedSource[]> {
    await this.startRecording(label);
    const before = await Promise.all(people.map((person) => this.counts(person)));
    const havePassed = async () => {
      const now = await Promise.all(people.map((person) => this.counts(person)));
      return now.every(
        (sources, n) =>
          Object.keys(sources).length >= 2 &&
          Object.entries(sources).every(([name, count]) => count - (before[n]?.[name] ?? 0) >= frames),
      );
    };
    await until(`${frames} frames of every source passed the bridge`, havePassed, FRAMES_MS);
    return await this.stopRecording();
  }

  async startRecording(label: string): Promise<void> {
    await this.stack.bridge.call('record', { conference: this.room, label });
  }

  async stopRecording(): Promise<LoadedSource[]> {
    return loadRecording((await this.stack.bridge.call('stopRecording', { conference: this.room })).sources);
  }
}

export interface Gain {
  frames: number;
  seconds: number;
}

/** What can be seen and heard in a recording, with every help. */
export async function gainOf(
  recording: LoadedSource[],
  sequenceHeader: Uint8Array | null,
  people: Pick<Looked, 'endpoint' | 'tone'>[],
): Promise<Gain> {
  const toneOf = (endpoint: string) => people.find((one) => one.endpoint === endpoint)?.tone ?? 0;
  return {
    frames: await visibleFrames(recording, sequenceHeader),
    seconds: await audible(recording, toneOf),
  };
}

/** The proof that the bridge is blind: nothing to see and nothing to hear, though a real sequence header is given. */
export async function assertBlind(
  recording: LoadedSource[],
  sequenceHeader: Uint8Array | null,
  people: Pick<Looked, 'endpoint' | 'tone'>[],
): Promise<void> {
  assert.ok(sequenceHeader, 'without a real sequence header the proof would prove nothing');
  const gain = await gainOf(recording, sequenceHeader, people);
  assert.deepEqual(gain, { frames: 0, seconds: 0 }, 'the bridge sees or hears something of a sealed room');
}

/** Every key that was ever in these pages, each once. */
export async function keysOf(people: Pick<Looked, 'page'>[]): Promise<RecordedKey[]> {
  const all = (await Promise.all(people.map(({ page }) => tappedKeys(page)))).flat();
  return distinctKeys(all);
}

/** Every single frame of a recording opens with these keys: so each was sealed, and by whom it says. */
export async function assertAllOpen(recording: LoadedSource[], keys: RecordedKey[]): Promise<LoadedSource[]> {
  const { tried, opened, sources } = await openRecording(recording, keys);
  assert.ok(tried > 0, 'nothing was recorded');
  assert.equal(
    opened,
    tried,
    'frames that passed the bridge were not sealed under a key of the participants',
  );
  return sources;
}
