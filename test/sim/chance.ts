// Chance from a seed, for the network, the cores and libolm alike, so that a run can be repeated exactly.

import nodeCrypto from 'node:crypto';

const rotate = (x: number, by: number): number => (x << by) | (x >>> (32 - by));

/** xoshiro128** (Blackman, Vigna 2018) over a seed spread by splitmix32. */
export class Chance {
  private a: number;
  private b: number;
  private c: number;
  private d: number;

  constructor(seed: number) {
    let z = seed >>> 0;
    const next = (): number => {
      z = (z + 0x9e3779b9) >>> 0;
      let x = z;
      x = Math.imul(x ^ (x >>> 16), 0x85ebca6b);
      x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
      return x ^ (x >>> 16);
    };
    this.a = next();
    this.b = next();
    this.c = next();
    this.d = next();
  }

  word(): number {
    const { a, b, c, d } = this;
    const result = Math.imul(rotate(Math.imul(b, 5), 7), 9) >>> 0;
    this.a = a ^ d ^ b;
    this.b = b ^ c ^ a;
    this.c = c ^ a ^ (b << 9);
    this.d = rotate(d ^ b, 11);
    return result;
  }

  /** In [0, 1). */
  unit(): number {
    return this.word() / 2 ** 32;
  }

  /** In [from, to]. */
  integer(from: number, to: number): number {
    return from + Math.floor(this.unit() * (to - from + 1));
  }

  bytes(length: number): Uint8Array {
    const bytes = new Uint8Array(length);
    for (let at = 0; at < length; at += 1) bytes[at] = this.word();
    return bytes;
  }

  pick<T>(from: readonly T[]): T | undefined {
    return from[Math.floor(this.unit() * from.length)];
  }
}

/**
 * From now on this process draws libolm's randomness from `chance`. Under Node libolm calls `randomBytes` of the
 * crypto module each time, so replacing that is enough; a simulation does nothing else with it.
 */
export function seedOlm(chance: Chance): void {
  Object.assign(nodeCrypto, { randomBytes: (length: number) => Buffer.from(chance.bytes(length)) });
}
