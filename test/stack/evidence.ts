// What a recording of the bridge gives away: to the bridge itself, and to somebody who holds keys.

import { codecOf, openRecorded, type RecordedKey } from '../../web-plugin/src/frames/index.ts';
import type { RecordedSource } from './bridge/api.ts';
import { mimeTypeOf } from './bridge/capabilities.ts';
import {
  audibleSeconds,
  decodableVideoFrames,
  type RecordedFrame,
  readFrames,
  sequenceHeaderOf,
} from './bridge/decode.ts';

export interface LoadedSource extends RecordedSource {
  recorded: RecordedFrame[];
}

export const loadRecording = (sources: RecordedSource[]): Promise<LoadedSource[]> =>
  Promise.all(sources.map(async (source) => ({ ...source, recorded: await readFrames(source.file) })));

/** A real sequence header, from any unsealed recording of AV1. */
export function realSequenceHeader(sources: LoadedSource[]): Uint8Array | null {
  for (const { recorded } of sources) {
    const header = sequenceHeaderOf(recorded);
    if (header) return header;
  }
  return null;
}

/**
 * Frames that a real decoder makes of the video, in all. The bridge gets every help: tried as recorded, and with a
 * real AV1 sequence header in the place of whatever stood there; the better try counts.
 */
export async function visibleFrames(
  sources: LoadedSource[],
  sequenceHeader: Uint8Array | null,
): Promise<number> {
  let visible = 0;
  for (const { media, recorded } of sources) {
    if (media !== 'video') continue;
    const tries = [await decodableVideoFrames(recorded)];
    if (sequenceHeader) {
      const bare = recorded.map((frame) => ({ ...frame, data: withoutSequenceHeader(frame.data) }));
      tries.push(await decodableVideoFrames(bare, { sequenceHeader }));
    }
    visible += Math.max(...tries);
  }
  return visible;
}

/** Seconds in which a sender's own tone is heard in what is recorded of it, in all. */
export async function audible(
  sources: LoadedSource[],
  toneOf: (endpoint: string) => number,
): Promise<number> {
  let seconds = 0;
  for (const { media, endpoint, recorded } of sources) {
    if (media === 'audio') seconds += await audibleSeconds(recorded, toneOf(endpoint));
  }
  return Math.round(seconds * 10) / 10;
}

export interface Opened {
  sources: LoadedSource[];
  tried: number;
  opened: number;
}

/** Opens what can be opened with any of these keys; frames that cannot are left out. */
export async function openRecording(sources: LoadedSource[], keys: RecordedKey[]): Promise<Opened> {
  const result: Opened = { sources: [], tried: 0, opened: 0 };
  for (const source of sources) {
    const frames: RecordedFrame[] = [];
    for (const frame of source.recorded) {
      result.tried += 1;
      const data = await openFrame(frame, keys);
      if (data) frames.push({ ...frame, data });
    }
    result.opened += frames.length;
    result.sources.push({ ...source, recorded: frames });
  }
  return result;
}

async function openFrame(frame: RecordedFrame, keys: RecordedKey[]): Promise<Uint8Array | null> {
  const codec = codecOf(mimeTypeOf(frame.codec));
  if (!codec) throw new Error(`the plugin knows no codec ${frame.codec}`);
  for (const key of keys) {
    const result = await openRecorded(frame.data, codec, key);
    if (result.type === 'opened') return result.data;
  }
  return null;
}

/** Without a leading OBU of type 1 (AV1 §5.3.2), which in a sealed frame is a stand-in. */
function withoutSequenceHeader(data: Uint8Array): Uint8Array {
  const [first, size] = data;
  const isSequenceHeader = first !== undefined && ((first >> 3) & 15) === 1 && (first & 2) !== 0;
  return isSequenceHeader && size !== undefined && size < 128 ? data.subarray(2 + size) : data;
}
