// For who looks at frames from outside a call: what a bridge recorded, opened with a participant's key.
import type { Bytes } from './bytes.ts';
import type { Codec } from './codecs/index.ts';
import { decodeKid, type KeyId } from './kid.ts';
import type { FrameMetadata } from './metadata.ts';
import { decrypt, parseEnvelope } from './receive/opener.ts';
import { decodeHeader, safeInteger } from './sframe/header.ts';
import { ratchet } from './sframe/schedule.ts';
import { deriveSourceKey } from './sourcekey.ts';

/** A sender's key as `use-key` and `accept-key` give it: opens its own step and those after it. */
export interface RecordedKey {
  generation: number;
  step: number;
  base: Uint8Array;
  context: Uint8Array;
}

export type Recorded =
  | { type: 'opened'; data: Bytes; id: KeyId; counter: number; metadata: FrameMetadata }
  | { type: 'refused'; reason: 'not-sealed' | 'malformed' | 'other-key' | 'forged' };

/** No window, no order, no attribution: only whether the bytes are what the holder of `key` sealed. */
export async function openRecorded(frame: Uint8Array, codec: Codec, key: RecordedKey): Promise<Recorded> {
  const envelope = parseEnvelope(codec, new Uint8Array(frame));
  if (envelope === 'not-sealed' || envelope === 'malformed') return { type: 'refused', reason: envelope };
  const { id, counter, claimed: metadata } = envelope;
  if (id.generation !== key.generation || id.step < key.step) return { type: 'refused', reason: 'other-key' };
  let base: Uint8Array = key.base;
  for (let step = key.step; step < id.step; step++) base = ratchet(base);
  const sourceKey = deriveSourceKey(id, base, key.context, codec.media);
  const buffer = await decrypt(sourceKey, envelope).catch(() => null);
  if (buffer === null) return { type: 'refused', reason: 'forged' };
  return { type: 'opened', data: new Uint8Array(buffer), id, counter, metadata };
}

/** Key id and counter in the first bytes of a sealed frame (64 are plenty), or null. Proves nothing. */
export function peekHeader(start: Uint8Array, codec: Codec): { id: KeyId; counter: number } | null {
  const message = codec.unwrap(new Uint8Array(start), false);
  const header = message === null ? null : decodeHeader(message);
  const id = header === null ? null : decodeKid(header.kid);
  const counter = header === null ? null : safeInteger(header.ctr);
  return id === null || counter === null ? null : { id, counter };
}
