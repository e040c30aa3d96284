// Byte strings as docs/protocol.md writes them: concatenation, lp(x), big-endian integers, base64 in canonical form.

const encoder = new TextEncoder();

export const utf8 = (text: string): Uint8Array => encoder.encode(text);

export function concat(...parts: Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** `size` bytes, big-endian; `value` must be a safe integer that fits. */
export function uint(value: number, size: number): Uint8Array {
  if (!Number.isSafeInteger(value) || value < 0 || (size < 7 && value >= 2 ** (8 * size))) {
    throw new RangeError(`expected an unsigned integer of ${size} bytes, got ${value}`);
  }
  const bytes = new Uint8Array(size);
  for (let at = size - 1, rest = value; at >= 0; at -= 1, rest = Math.floor(rest / 256))
    bytes[at] = rest % 256;
  return bytes;
}

/** u16(length) ‖ bytes. */
export function lp(part: Uint8Array | string): Uint8Array {
  const bytes = typeof part === 'string' ? utf8(part) : part;
  return concat(uint(bytes.length, 2), bytes);
}

export function equal(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  let difference = 0;
  for (let at = 0; at < a.length; at += 1) difference |= (a[at] ?? 0) ^ (b[at] ?? 0);
  return difference === 0;
}

/** Order of byte strings, as `memcmp` has it. */
export function compare(a: Uint8Array, b: Uint8Array): number {
  for (let at = 0; at < Math.min(a.length, b.length); at += 1) {
    const difference = (a[at] ?? 0) - (b[at] ?? 0);
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}

const STANDARD = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const URL_SAFE = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

function encode(bytes: Uint8Array, alphabet: string): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += 3) {
    const left = bytes.length - at;
    const group = ((bytes[at] ?? 0) << 16) | ((bytes[at + 1] ?? 0) << 8) | (bytes[at + 2] ?? 0);
    text += alphabet.charAt(group >> 18) + alphabet.charAt((group >> 12) & 63);
    if (left > 1) text += alphabet.charAt((group >> 6) & 63);
    if (left > 2) text += alphabet.charAt(group & 63);
  }
  return text;
}

const NOT_THERE = 64;

/** The value of each character, by its code. */
function reverse(alphabet: string): Uint8Array {
  const values = new Uint8Array(128).fill(NOT_THERE);
  for (let value = 0; value < alphabet.length; value += 1) values[alphabet.charCodeAt(value)] = value;
  return values;
}

const STANDARD_VALUES = reverse(STANDARD);
const URL_SAFE_VALUES = reverse(URL_SAFE);

/** Null unless `text` is the one spelling that `encode` gives (RFC 4648 §3.5: pad bits zero, no padding). */
function decode(text: string, values: Uint8Array): Uint8Array | null {
  const rest = text.length % 4;
  if (rest === 1) return null;
  const bytes = new Uint8Array(Math.floor((text.length * 3) / 4));
  let bits = 0;
  let held = 0;
  let out = 0;
  for (let at = 0; at < text.length; at += 1) {
    const value = values[text.charCodeAt(at)] ?? NOT_THERE;
    if (value === NOT_THERE) return null;
    held = ((held << 6) | value) & 0xffff;
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      bytes[out] = (held >> bits) & 255;
      out += 1;
    }
  }
  return (held & ((1 << bits) - 1)) === 0 ? bytes : null;
}

export const toBase64 = (bytes: Uint8Array): string => encode(bytes, STANDARD);
export const fromBase64 = (text: string): Uint8Array | null => decode(text, STANDARD_VALUES);
export const toBase64Url = (bytes: Uint8Array): string => encode(bytes, URL_SAFE);
export const fromBase64Url = (text: string): Uint8Array | null => decode(text, URL_SAFE_VALUES);
