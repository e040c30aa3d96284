// Runs inside Chromium: what the worker keeps of 200 remote and 3 local sources, before and after 100,000 frames.
import { codecOf } from '../../../web-plugin/src/frames/index.ts';
import { Sealer } from '../../../web-plugin/src/frames/send/sealer.ts';
import type { Batch, MemoryResult } from './protocol.ts';

const PEOPLE = 100;
const FRAME_BYTES = 1000;
const BATCH = 1015;

const vp9 = codecOf('video/vp9');
const opus = codecOf('audio/opus');
if (vp9 === null || opus === null) throw new Error('VP9 and Opus are known codecs');
const CODECS = { 1: opus, 2: vp9, 3: vp9 } as const;
type Source = keyof typeof CODECS;

interface Line {
  name: string;
  source: Source;
  /** Null: a local source, whose frames are sealed by the worker under test. */
  sealer: Sealer | null;
}

export async function memory(frames: number): Promise<MemoryResult> {
  const worker = new Worker('/ours.js');
  await new Promise<void>((resolve) => {
    worker.onmessage = ({ data }) => data.type === 'ready' && resolve();
  });
  const empty = await bytesOfWorker();
  const lines = setUp(worker);
  await feed(worker, lines, lines.length * 5);
  const start = await bytesOfWorker();
  await feed(worker, lines, frames);
  const end = await bytesOfWorker();
  worker.terminate();
  return { frames, sources: lines.length, empty_bytes: empty, start_bytes: start, end_bytes: end };
}

function setUp(worker: Worker): Line[] {
  const lines: Line[] = [];
  const clock = { now: () => performance.now(), wall: () => Date.now(), after: () => () => {} };
  const key = (seed: number) => ({
    generation: 1,
    step: 0,
    base: new Uint8Array(32).fill(seed),
    context: new Uint8Array(32).fill(seed + 1),
  });
  worker.postMessage({ type: 'gate', gate: 'sealed' });
  worker.postMessage({ type: 'use-key', ...key(200), inMs: 0 });
  const line = (source: Source, owner: string | null, sealer: Sealer | null) => {
    const transform = lines.length + 1;
    const direction = owner === null ? 'send' : 'receive';
    const options = { transform, direction, media: source === 1 ? 'audio' : 'video' };
    worker.postMessage({ bench: 'line', name: String(transform), options });
    const route = owner === null ? { type: 'send-route' } : { type: 'receive-route', owner };
    worker.postMessage({ ...route, transform, source });
    lines.push({ name: String(transform), source, sealer });
  };
  for (const source of [1, 2, 3] as const) line(source, null, null);
  for (let person = 0; person < PEOPLE; person++) {
    const sealer = new Sealer(clock);
    sealer.useKey({ ...key(person), inMs: 0 });
    const owner = `person ${person}`;
    worker.postMessage({ type: 'accept-key', owner, ...key(person), floors: [], leave: false });
    line(1, owner, sealer);
    line(2, owner, sealer);
  }
  return lines;
}

async function feed(worker: Worker, lines: readonly Line[], frames: number): Promise<void> {
  for (let done = 0; done < frames; done += BATCH) {
    const batch: Batch['frames'] = [];
    for (let i = 0; i < Math.min(BATCH, frames - done); i++) {
      const { name, source, sealer } = lines[(done + i) % lines.length] as Line;
      const data = new Uint8Array(FRAME_BYTES);
      const media = source === 1 ? 'audio' : 'video';
      const sealed = await sealer?.seal({ source, media, codec: CODECS[source], isKey: false, data });
      if (typeof sealed === 'string') throw new Error(`not sealed: ${sealed}`);
      batch.push({ line: name, data: sealed?.data ?? data.buffer, mimeType: CODECS[source].mimeType });
    }
    const passed = await new Promise<number>((resolve) => {
      worker.onmessage = ({ data }) => data.bench === 'batch' && resolve(data.passed);
      const request: Batch = { bench: 'batch', frames: batch };
      worker.postMessage(
        request,
        batch.map(({ data }) => data),
      );
    });
    if (passed !== batch.length) throw new Error(`${passed} of ${batch.length} frames passed`);
  }
}

interface Measured {
  breakdown: { bytes: number; attribution: { url: string; scope: string }[] }[];
}

/** Needs a page that is isolated from other origins; collects garbage first. */
async function bytesOfWorker(): Promise<number> {
  const { measureUserAgentSpecificMemory } = performance as unknown as {
    measureUserAgentSpecificMemory(): Promise<Measured>;
  };
  const { breakdown } = await measureUserAgentSpecificMemory.call(performance);
  return breakdown
    .filter(({ attribution }) => attribution.some(({ scope }) => scope === 'DedicatedWorkerGlobalScope'))
    .reduce((sum, { bytes }) => sum + bytes, 0);
}

Object.assign(globalThis, { memory });
