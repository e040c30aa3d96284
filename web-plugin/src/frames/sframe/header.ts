// The SFrame header, RFC 9605 §4.3: a config byte, the key id and the counter, each as short as it can be.
import type { Bytes } from '../bytes.ts';

export interface Header {
  kid: bigint;
  ctr: bigint;
}

export interface DecodedHeader extends Header {
  /** Bytes that the header takes at the front of the message. */
  length: number;
}

/** 1 config byte, 8 of key id, 8 of counter. */
export const MAX_HEADER_LENGTH = 17;

const MAX_VALUE = 2n ** 64n;

/** Throws RangeError for values that do not fit 64 bits: the caller's mistake, never the network's. */
export function encodeHeader({ kid, ctr }: Header): Bytes {
  const kidLength = fieldLength('kid', kid);
  const ctrLength = fieldLength('ctr', ctr);
  const header = new Uint8Array(1 + kidLength + ctrLength);
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
  const kid = readField(message, 1, first >> 4);
  if (kid === null) return null;
  const ctr = readField(message, 1 + kid.length, first & 0x0f);
  if (ctr === null) return null;
  return { kid: kid.value, ctr: ctr.value, length: 1 + kid.length + ctr.length };
}

/** The 8 bytes of a key id in the key schedule's labels, RFC 9605 §4.4.2. */
export function bigEndian64(value: bigint): Bytes {
  const bytes = new Uint8Array(8);
  writeBigEndian(bytes, 0, 8, value);
  return bytes;
}

/** Bytes that follow the config byte; 0 for values up to 7, which fit into it. */
function fieldLength(name: string, value: bigint): number {
  if (value < 0n || value >= MAX_VALUE) throw new RangeError(`${name}: expected 0 … 2^64 − 1, got ${value}`);
  if (value < 8n) return 0;
  let length = 1;
  for (let rest = value >> 8n; rest > 0n; rest >>= 8n) length++;
  return length;
}

function config(value: bigint, length: number): number {
  return length === 0 ? Number(value) : 0x08 | (length - 1);
}

function writeBigEndian(target: Uint8Array, offset: number, length: number, value: bigint): void {
  if (length === 0) return;
  let high = Number(value >> 32n);
  let low = Number(value & 0xffffffffn);
  for (let i = length - 1; i >= 0; i--) {
    target[offset + i] = low & 0xff;
    low = ((low >>> 8) | ((high & 0xff) << 24)) >>> 0;
    high >>>= 8;
  }
}

function readField(
  message: Uint8Array,
  offset: number,
  nibble: number,
): { value: bigint; length: number } | null {
  if (nibble < 0x08) return { value: BigInt(nibble), length: 0 };
  const length = (nibble & 0x07) + 1;
  if (offset + length > message.length) return null;
  // A longer form than needed: a leading zero, or a single byte that would have fitted the config byte.
  if (message[offset] === 0 || (length === 1 && (message[offset] ?? 0) < 8)) return null;
  let high = 0;
  let low = 0;
  for (let i = 0; i < length; i++) {
    const byte = message[offset + i] ?? 0;
    if (i < length - 4) high = high * 256 + byte;
    else low = low * 256 + byte;
  }
  return { value: (BigInt(high) << 32n) | BigInt(low), length };
}
