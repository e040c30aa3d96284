// The SFrame header, RFC 9605 §4.3: a config byte, the key id and the counter, each as short as it can be.
import type { Bytes } from '../bytes.ts';

/** Two unsigned 32-bit halves: on the way of every frame, BigInt costs more than all the rest of the header. */
export interface Uint64 {
  high: number;
  low: number;
}

export interface Header {
  kid: Uint64;
  ctr: Uint64;
}

export interface DecodedHeader extends Header {
  /** Bytes that the header takes at the front of the message. */
  length: number;
}

/** Of a safe integer, 0 … 2^53 − 1. */
export function uint64(value: number): Uint64 {
  if (!Number.isSafeInteger(value) || value < 0) throw new RangeError(`expected 0 … 2^53 − 1, got ${value}`);
  return { high: Math.floor(value / 0x100000000), low: value >>> 0 };
}

/** Null above 2^53 − 1. */
export function safeInteger({ high, low }: Uint64): number | null {
  return high < 0x200000 ? high * 0x100000000 + low : null;
}

/**
 * `makeArray`: where it is written to, `shared` to make no new array. `room`: bytes left behind the header, for
 * metadata, so that the array is the whole aad.
 */
export function encodeHeader({ kid, ctr }: Header, makeArray = fresh, room = 0): Bytes {
  const kidLength = fieldLength(kid);
  const ctrLength = fieldLength(ctr);
  const header = makeArray(1 + kidLength + ctrLength + room);
  header[0] = (config(kid, kidLength) << 4) | config(ctr, ctrLength);
  writeBigEndian(header, 1, kidLength, kid);
  writeBigEndian(header, 1 + kidLength, ctrLength, ctr);
  return header;
}

/**
 * Null unless `message` begins with a header in its one shortest form. RFC 9605 lets a receiver take longer
 * forms; rule S5 does not, so that a bridge cannot give one frame many faces.
 */
export function decodeHeader(message: Uint8Array): DecodedHeader | null {
  const first = message[0];
  if (first === undefined) return null;
  const kidLength = lengthOf(first >> 4);
  const ctrLength = lengthOf(first & 0x0f);
  const length = 1 + kidLength + ctrLength;
  if (message.length < length) return null;
  const kid = readField(message, 1, first >> 4);
  const ctr = readField(message, 1 + kidLength, first & 0x0f);
  return kid === null || ctr === null ? null : { kid, ctr, length };
}

/** A config byte and two numbers of up to eight bytes, and as much metadata as frames have. */
const LONGEST = 20;
const SHARED = Array.from({ length: LONGEST + 1 }, (_, length) => new Uint8Array(length));

function fresh(length: number): Bytes {
  return new Uint8Array(length);
}

/**
 * The one array of that length, good until the next call: WebCrypto reads what it is given in the call, and a small
 * array of its own for each frame is a tenth of all that the frame costs.
 */
export function shared(length: number): Bytes {
  return SHARED[length] ?? new Uint8Array(length);
}

/** The first bytes of `message`, as `shared`. */
export function sharedStart(message: Uint8Array, length: number): Bytes {
  const start = shared(length);
  for (let i = 0; i < length; i++) start[i] = message[i] ?? 0;
  return start;
}

export function writeBigEndian(
  target: Uint8Array,
  offset: number,
  length: number,
  { high, low }: Uint64,
): void {
  for (let i = 0; i < length; i++) {
    const half = i < 4 ? low : high;
    target[offset + length - 1 - i] = (half >>> ((i & 3) * 8)) & 0xff;
  }
}

/** Bytes that follow the config byte; 0 for values up to 7, which fit into it. */
function fieldLength({ high, low }: Uint64): number {
  if (high === 0 && low < 8) return 0;
  return high === 0 ? 4 - (Math.clz32(low) >> 3) : 8 - (Math.clz32(high) >> 3);
}

function config({ low }: Uint64, length: number): number {
  return length === 0 ? low : 0x08 | (length - 1);
}

function lengthOf(nibble: number): number {
  return nibble < 0x08 ? 0 : (nibble & 0x07) + 1;
}

function readField(message: Uint8Array, offset: number, nibble: number): Uint64 | null {
  const length = lengthOf(nibble);
  if (length === 0) return { high: 0, low: nibble };
  const first = message[offset] ?? 0;
  // A longer form than needed: a leading zero, or a single byte that would have fitted the config byte.
  if (first === 0 || (length === 1 && first < 8)) return null;
  let high = 0;
  let low = 0;
  for (let i = 0; i < length; i++) {
    if (i < length - 4) high = ((high << 8) | (message[offset + i] ?? 0)) >>> 0;
    else low = ((low << 8) | (message[offset + i] ?? 0)) >>> 0;
  }
  return { high, low };
}
