// From a sender's base key to the SFrame key of one of its sources (docs/protocol.md, "Key schedule").
import { expand, extract } from '@noble/hashes/hkdf.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { ascii, concat } from './bytes.ts';
import { encodeKid, type KeyId } from './kid.ts';
import { SFrameKey } from './sframe/cipher.ts';
import type { SuiteId } from './sframe/suites.ts';

export type Media = 'audio' | 'video';

export const BASE_LENGTH = 32;
export const CONTEXT_LENGTH = 32;

/**
 * The suite is fixed here by media kind, never taken from a frame (rule S4): the short tag of 0x0001 where
 * frames are small, the one-call cipher of 0x0004 where they are large.
 */
export const SUITE_OF: Readonly<Record<Media, SuiteId>> = { audio: 1, video: 4 };

const SOURCE_LABEL = ascii('Sealmeet 1 source');

/**
 * `context` is SHA-256 over the sender's room, occupant and Olm identity: a copy of Alice's base key that Mallory
 * hands out as her own yields other frame keys, so her frames cannot pass as Mallory's (rule M9).
 */
export function deriveSourceKey(id: KeyId, base: Uint8Array, context: Uint8Array, media: Media): SFrameKey {
  const source = expand(
    sha256,
    extract(sha256, base, context),
    concat(SOURCE_LABEL, Uint8Array.of(id.source)),
    32,
  );
  const key = SFrameKey.derive(SUITE_OF[media], encodeKid(id), source);
  source.fill(0);
  return key;
}

/** Names a source's key among those of one step, per media: the two suites never share a key. */
export function keyName(source: number, media: Media): number {
  return media === 'audio' ? source : source + 16;
}

/** Which media a source id carries; null for 5–14, whose kind the transform knows, and for 0, which is no media. */
export function mediaOf(source: number): Media | null {
  if (source === 1 || source === 4) return 'audio';
  if (source === 2 || source === 3) return 'video';
  return null;
}

/** Whether a transform of this media may carry that source at all. */
export function fits(source: number, media: Media): boolean {
  return source >= 1 && source <= 14 && (mediaOf(source) ?? media) === media;
}
