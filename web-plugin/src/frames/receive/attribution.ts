// When frames on a transform do not open: are they somebody else's? Rule M10, without accusing innocents.
import type { Identity } from '../commands.ts';

/** Garbage must not cost a trial per participant and frame. */
export const SEARCH_INTERVAL_MS = 1000;
export const SWAP_FRAMES = 3;
export const SWAP_SPAN_MS = 2000;
/** Signalling and media race: an owner change, connection switch or track replacement excuses what follows. */
export const SETTLE_MS = 2000;
/** A finding older than this says nothing about now. */
const FORGET_MS = 10_000;

/** One per receiving transform. */
export class Attribution {
  #lastSearch = Number.NEGATIVE_INFINITY;
  #settledAt = Number.NEGATIVE_INFINITY;
  #run: { seen: Identity; frames: number; since: number; last: number } | null = null;

  /** The expected owner or source changed. */
  changed(now: number): void {
    this.#settledAt = now + SETTLE_MS;
    this.#run = null;
  }

  /** True at most once a second; the caller then tries the others' keys. */
  maySearch(now: number): boolean {
    if (now - this.#lastSearch < SEARCH_INTERVAL_MS) return false;
    this.#lastSearch = now;
    return true;
  }

  /** A frame opened under `seen` instead of the expected owner; true when that is to be called a swap. */
  found(seen: Identity, now: number): boolean {
    if (now < this.#settledAt) return false;
    if (this.#run === null || this.#run.seen !== seen || now - this.#run.last > FORGET_MS) {
      this.#run = { seen, frames: 1, since: now, last: now };
      return false;
    }
    this.#run.frames++;
    this.#run.last = now;
    if (this.#run.frames < SWAP_FRAMES || now - this.#run.since < SWAP_SPAN_MS) return false;
    this.#run = null;
    return true;
  }
}
