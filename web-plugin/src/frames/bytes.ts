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

/**
 * The content of `buffer` in one of another length; `buffer` is gone after it. Where the browser can, its memory
 * goes back at once instead of waiting for the garbage collector: that is a third of the cost of a large frame.
 */
export function resize(buffer: ArrayBuffer, length: number): ArrayBuffer {
  if (buffer.byteLength === length) return buffer;
  const movable = buffer as ArrayBuffer & { transfer?(length: number): ArrayBuffer };
  if (movable.transfer !== undefined) return movable.transfer(length);
  const resized = new Uint8Array(length);
  resized.set(new Uint8Array(buffer, 0, Math.min(length, buffer.byteLength)));
  return resized.buffer;
}

export function ascii(text: string): Bytes {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}
