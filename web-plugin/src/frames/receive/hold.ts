// Frames whose key has not come yet wait here: not long, not many, not large (rule M7).

export const HOLD_MS = 400;
export const HOLD_FRAMES = { audio: 32, video: 48 } as const;
export const HOLD_BYTES = { audio: 64 * 1024, video: 512 * 1024 } as const;

interface Held<T> {
  frame: T;
  bytes: number;
  until: number;
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
  add(frame: T, bytes: number, now: number): number {
    if (bytes > this.#maxBytes) return 1;
    this.#waiting.push({ frame, bytes, until: now + HOLD_MS });
    this.#bytes += bytes;
    let overflow = 0;
    while (this.#waiting.length > this.#maxFrames || this.#bytes > this.#maxBytes) {
      this.#bytes -= this.#waiting.shift()?.bytes ?? 0;
      overflow++;
    }
    return overflow;
  }

  /** Drops what has waited long enough; returns how many. */
  expire(now: number): number {
    const before = this.#waiting.length;
    this.#waiting = this.#waiting.filter((held) => now < held.until);
    this.#bytes = this.#waiting.reduce((sum, held) => sum + held.bytes, 0);
    return before - this.#waiting.length;
  }

  /** Takes everything out, oldest first, with the time each has left. */
  takeAll(): { frame: T; until: number }[] {
    const taken = this.#waiting;
    this.#waiting = [];
    this.#bytes = 0;
    return taken;
  }

  /** Puts back what was taken and still cannot be opened; its time goes on. */
  putBack(frame: T, bytes: number, until: number): void {
    this.#waiting.push({ frame, bytes, until });
    this.#bytes += bytes;
  }
}
