// A key as it is handed over, inside Olm. Binary, as there is one for each recipient. docs/protocol.md §5.3.

import { concat, fromBase64Url, toBase64Url, uint } from './bytes.ts';
import { LIMITS } from './limits.ts';
import { Refusal } from './parse.ts';

export const MAX_GENERATION = 2 ** 20 - 1;
export const MAX_STEP = 254;
export const MEDIA_SUITE = 1;
export const REASONS = ['start', 'leave', 'join', 'period'] as const;
export type KeyReason = (typeof REASONS)[number];

export interface KeyBody {
  generation: number;
  step: number;
  /** The base key under the wrap key of the channel: 32 bytes and a tag of 16. */
  wrapped: Uint8Array;
  reason: KeyReason;
  /** Generation that was drawn when an identity last came back; who was named before it may hold this key. 0: never. */
  since: number;
  /** First 16 bytes of the Curve25519 key of each whose leave the sender saw in the last 30 s, one after the other. */
  excludes: Uint8Array;
  /** Counters below are refused, per source; sources rise. */
  floors: [number, number][];
}

const MAX_LENGTH = 2048;
/** Of each identity in `excludes`. */
export const EXCLUDE_BYTES = 16;

export const encodeKey = (key: KeyBody): string =>
  toBase64Url(
    concat(
      uint(key.generation, 4),
      Uint8Array.of(key.step, MEDIA_SUITE, REASONS.indexOf(key.reason)),
      uint(key.since, 4),
      key.wrapped,
      uint(key.excludes.length / EXCLUDE_BYTES, 1),
      key.excludes,
      uint(key.floors.length, 1),
      ...key.floors.map(([source, floor]) => concat(uint(source, 1), uint(floor, 8))),
    ),
  );

/** Throws a Refusal unless `value` is one key and nothing more. */
export function parseKey(value: unknown): KeyBody {
  const bytes = typeof value === 'string' && value.length <= MAX_LENGTH ? fromBase64Url(value) : null;
  if (bytes === null) throw new Refusal(`key: expected up to ${MAX_LENGTH} characters of base64url`);
  let at = 0;
  const take = (count: number): Uint8Array => {
    if (at + count > bytes.length) throw new Refusal('key: ends early');
    at += count;
    return bytes.slice(at - count, at);
  };
  const number = (size: number, what: string, from: number, to: number): number => {
    const read = take(size).reduce((sum, byte) => sum * 256 + byte, 0);
    if (read < from || read > to) throw new Refusal(`key: expected ${what} from ${from} to ${to}`);
    return read;
  };
  const generation = number(4, 'a generation', 1, MAX_GENERATION);
  const step = number(1, 'a step', 0, MAX_STEP);
  number(1, 'a media suite', MEDIA_SUITE, MEDIA_SUITE);
  const reason = REASONS[number(1, 'a reason', 0, REASONS.length - 1)] ?? 'start';
  const since = number(4, 'since', 0, generation);
  const wrapped = take(48);
  const excludes = take(EXCLUDE_BYTES * number(1, 'leavers', 0, LIMITS.excludes));
  const floors = Array.from({ length: number(1, 'floors', 0, LIMITS.floors) }, (): [number, number] => [
    number(1, 'a source', 0, 14),
    number(8, 'a counter', 0, Number.MAX_SAFE_INTEGER),
  ]);
  if (floors.some(([source], index) => source <= (floors[index - 1]?.[0] ?? -1))) {
    throw new Refusal('key: sources must rise');
  }
  if (at !== bytes.length) throw new Refusal('key: bytes after the floors');
  return { generation, step, since, wrapped, reason, excludes, floors };
}
