// Chance from a seed, for the network, the cores and libolm alike, so that a run can be repeated exactly.

import nodeCrypto from 'node:crypto';

/** xoshiro128** (Blackman, Vigna 2018) over a seed spread by splitmix32. */
export class Chance {
  private readonly state: Uint32Array;

  constructor(seed: number) {
    let z = seed >>> 0;
    this.state = Uint32Array.from({ length: 4 }, () => {
      z = (z + 0x9e3779b9) >>> 0;
      let x = z;
      x = Math.imul(x ^ (x >>> 16), 0x85ebca6b);
      x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
      return (x ^ (x >>> 16)) >>> 0;
    });
  }

  word(): number {
    const [a = 0, b = 0, c = 0, d = 0] = this.state;
    const rotate = (x: number, by: number) => ((x << by) | (x >>> (32 - by))) >>> 0;
    const result = Math.imul(rotate(Math.imul(b, 5) >>> 0, 7), 9) >>> 0;
    const [a1, b1, c1, d1] = [a ^ d ^ b, b ^ c ^ a, c ^ a ^ (b << 9), rotate(d ^ b, 11)];
    this.state.set([a1 >>> 0, b1 >>> 0, c1 >>> 0, d1 >>> 0]);
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
    return Uint8Array.from({ length }, () => this.word() & 255);
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
