// Signatures of the own device that were asked for: it signs outside of the core, and may take its time.

const UNDER_WAY = 256;

export class Signatures {
  private readonly waiting = new Map<number, (signature: Uint8Array) => void>();
  private readonly sign: (id: number, message: Uint8Array) => void;
  private last = 0;

  /** `sign` has the device sign `message`; the answer comes to `came` under this id. */
  constructor(sign: (id: number, message: Uint8Array) => void) {
    this.sign = sign;
  }

  ask(message: Uint8Array, done: (signature: Uint8Array) => void): void {
    this.last += 1;
    this.waiting.set(this.last, done);
    this.waiting.delete(this.last - UNDER_WAY);
    this.sign(this.last, message);
  }

  /** One that nobody waits for any more does nothing. */
  came(id: number, signature: Uint8Array): void {
    const done = this.waiting.get(id);
    this.waiting.delete(id);
    done?.(signature);
  }
}
