// Frames that come before the word about them wait here: not long, not many, not large (rule M7).

export const HOLD_MS = 400;
export const HOLD_FRAMES = { audio: 32, video: 48 } as const;
export const HOLD_BYTES = { audio: 64 * 1024, video: 512 * 1024 } as const;

/** What they wait for: their generation's key, or that their source is on. */
export type WaitsFor = 'unknown-key' | 'source-off';

export interface Held<T> {
  frame: T;
  bytes: number;
  until: number;
  waitsFor: WaitsFor;
}

/** Bounds are per transform; what falls out is given back for counting. */
export class Hold<T> {
  readonly #maxFrames: number;
  readonly #maxBytes: number;
  #waiting: Held<T>[] = [];
  #bytes = 0;

  constructor(media: 'audio' | 'video') {
    this.#maxFrames = HOLD_FRAMES[media];
    this.#maxBytes = HOLD_BYTES[media];
  }

  get size(): number {
    return this.#waiting.length;
  }

  /** When the first of the waiting expires; null when none waits. */
  get nextExpiry(): number | null {
    return this.#waiting[0]?.until ?? null;
  }

  /** How many of the oldest had to go to make room, the frame itself included if it is too large altogether. */
  add(frame: T, bytes: number, waitsFor: WaitsFor, now: number): number {
    if (bytes > this.#maxBytes) return 1;
    this.putBack({ frame, bytes, waitsFor, until: now + HOLD_MS });
    let overflow = 0;
    while (this.#waiting.length > this.#maxFrames || this.#bytes > this.#maxBytes) {
      this.#bytes -= this.#waiting.shift()?.bytes ?? 0;
      overflow++;
    }
    return overflow;
  }

  /** Takes out what has waited long enough. */
  expire(now: number): Held<T>[] {
    const expired = this.#waiting.filter((held) => now >= held.until);
    this.#waiting = this.#waiting.filter((held) => now < held.until);
    this.#bytes = this.#waiting.reduce((sum, held) => sum + held.bytes, 0);
    return expired;
  }

  /** Takes everything out, oldest first. */
  takeAll(): Held<T>[] {
    const taken = this.#waiting;
    this.#waiting = [];
    this.#bytes = 0;
    return taken;
  }

  /** What was taken and still cannot be opened; its time goes on. */
  putBack(held: Held<T>): void {
    this.#waiting.push(held);
    this.#bytes += held.bytes;
  }
}
