// The signed beacon: what its sender sees and sends. docs/protocol.md §8; rules M6 and M15.

import { concat, fromBase64Url, lp, toBase64Url, uint, utf8 } from './bytes.ts';
import { MAX_GENERATION } from './key.ts';
import { LIMITS } from './limits.ts';
import { Refusal } from './parse.ts';

export interface SourceState {
  source: number;
  on: boolean;
  /** Counters below are refused: what was withheld cannot be played later. */
  floor: number;
}

export interface Beacon {
  seq: number;
  roster: Uint8Array;
  participants: number;
  sealed: boolean;
  /** No generation of the sender up to this one seals anything any more: somebody who left holds it. 0: none yet. */
  dead: number;
  sources: SourceState[];
  /** Self-asserted; empty if none. */
  name: string;
}

const VERSION = 1;
const MAX_SOURCES = 15;
const MAX_NAME_BYTES = 512;

export function beaconBody(beacon: Beacon): Uint8Array {
  return concat(
    uint(VERSION, 1),
    uint(beacon.seq, 4),
    beacon.roster,
    uint(beacon.participants, 2),
    uint(beacon.sealed ? 1 : 0, 1),
    uint(beacon.dead, 4),
    uint(beacon.sources.length, 1),
    ...beacon.sources.map(({ source, on, floor }) =>
      concat(uint(source, 1), uint(on ? 1 : 0, 1), uint(floor, 8)),
    ),
    lp(beacon.name),
  );
}

/** What the meeting key signs; room and occupant are the reader's own view, never taken from the message. */
export const beaconMessageBytes = (room: string, occupant: string, body: Uint8Array): Uint8Array =>
  concat(utf8('Sealmeet 1 beacon'), lp(room), lp(occupant), body);

export const encodeBeacon = (body: Uint8Array, signature: Uint8Array): string =>
  toBase64Url(concat(body, signature));

/** Throws a Refusal unless `text` is one beacon and nothing more. The signature is the caller's to check. */
export function parseBeacon(text: string): { beacon: Beacon; body: Uint8Array; signature: Uint8Array } {
  if (text.length > LIMITS.beacon) throw new Refusal(`beacon: longer than ${LIMITS.beacon} characters`);
  const bytes = fromBase64Url(text);
  if (bytes === null) throw new Refusal('beacon: not base64url');
  let at = 0;
  const take = (count: number): Uint8Array => {
    if (at + count > bytes.length) throw new Refusal('beacon: ends early');
    at += count;
    return bytes.slice(at - count, at);
  };
  const number = (size: number): number => {
    const value = take(size).reduce((sum, byte) => sum * 256 + byte, 0);
    if (!Number.isSafeInteger(value)) throw new Refusal('beacon: a counter is too large');
    return value;
  };
  const bit = (): boolean => {
    const value = number(1);
    if (value > 1) throw new Refusal('beacon: expected 0 or 1');
    return value === 1;
  };
  if (number(1) !== VERSION) throw new Refusal('beacon: expected version 1');
  const seq = number(4);
  const roster = take(32);
  const participants = number(2);
  const sealed = bit();
  const dead = number(4);
  if (dead > MAX_GENERATION) throw new Refusal(`beacon: expected a generation of at most ${MAX_GENERATION}`);
  const count = number(1);
  if (count > MAX_SOURCES) throw new Refusal(`beacon: more than ${MAX_SOURCES} sources`);
  const sources = Array.from({ length: count }, () => ({ source: number(1), on: bit(), floor: number(8) }));
  if (sources.some(({ source }, index) => source > 14 || source <= (sources[index - 1]?.source ?? -1))) {
    throw new Refusal('beacon: sources must rise and stay below 15');
  }
  const length = number(2);
  if (length > MAX_NAME_BYTES) throw new Refusal(`beacon: name longer than ${MAX_NAME_BYTES} bytes`);
  const name = decodeName(take(length));
  const body = bytes.slice(0, at);
  const signature = take(64);
  if (at !== bytes.length) throw new Refusal('beacon: bytes after the signature');
  return { beacon: { seq, roster, participants, sealed, dead, sources, name }, body, signature };
}

function decodeName(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new Refusal('beacon: the name is not UTF-8');
  }
}
