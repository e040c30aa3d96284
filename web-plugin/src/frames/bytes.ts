// Byte strings: joining them, and comparing them in constant time.

/** Bytes on a plain ArrayBuffer, as WebCrypto and encoded frames want them. */
export type Bytes = Uint8Array<ArrayBuffer>;

export function concat(...parts: Uint8Array[]): Bytes {
  let length = 0;
  for (const part of parts) length += part.length;
  const joined = new Uint8Array(length);
  let offset = 0;
  for (const part of parts) {
    joined.set(part, offset);
    offset += part.length;
  }
  return joined;
}

/** Looks at every byte whatever it finds, so that the time taken tells nothing of where the difference is. */
export function equalInConstantTime(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  let difference = 0;
  for (let i = 0; i < a.length; i++) difference |= (a[i] ?? 0) ^ (b[i] ?? 0);
  return difference === 0;
}

/** `ArrayBuffer.prototype.transfer` moves memory instead of copying it; older engines have none. */
interface Movable extends ArrayBuffer {
  transfer?(length: number): ArrayBuffer;
}

const LARGE = 4096;

/**
 * Gives a large buffer's memory back at once; every view of it is empty after that. To leave it to the garbage
 * collector is a third of what the frame costs.
 */
export function release(buffer: Movable): void {
  if (buffer.byteLength >= LARGE) buffer.transfer?.(0);
}

let lent: Bytes = new Uint8Array(65536);

/**
 * For WebCrypto, which reads `bytes` in the call. Chromium holds on to every buffer that was passed to it until garbage
 * is collected, and `release` then gives nothing back: so it gets large ones as a copy, in one buffer for all.
 */
export function lend(bytes: Bytes): Bytes {
  if (bytes.length < LARGE) return bytes;
  if (lent.length < bytes.length) lent = new Uint8Array(2 * bytes.length);
  lent.set(bytes);
  return lent.subarray(0, bytes.length);
}

export function ascii(text: string): Bytes {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}
