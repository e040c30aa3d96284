// One generation of one sender: the step in use, the step before it, and steps forward that nothing proved yet.
import type { Bytes } from '../bytes.ts';
import type { SourceId } from '../commands.ts';
import { MAX_STEP } from '../kid.ts';
import type { SFrameKey } from '../sframe/cipher.ts';
import { ratchet } from '../sframe/schedule.ts';
import { deriveSourceKey, keyName, type Media } from '../sourcekey.ts';

/** Frames of the last step that are still in flight. */
export const STEP_GRACE_MS = 2000;

/**
 * Trials under a step that no frame has proved: so many at once, and one more in each so many milliseconds. One is
 * enough for an honest sender's step, and they bound what a flood of frames that claim later steps can cost.
 */
export const STEP_TRIALS = 32;
export const STEP_TRIAL_MS = 10;

/** By `keyName`. */
type FrameKeys = Map<number, SFrameKey>;

export class Generation {
  readonly number: number;
  readonly #context: Bytes;
  #step: number;
  /** Base keys from the step in use on: `#bases[0]` is its own, the rest are candidates. */
  readonly #bases: Bytes[];
  /** Frame keys by step, of the step in use and of candidates. */
  readonly #frameKeys = new Map<number, FrameKeys>();
  #previous: { step: number; frameKeys: FrameKeys; until: number } | null = null;
  /** The trials begun so far, as a time: each moves it on, and it may be ahead of now by STEP_TRIALS at most. */
  #triedUntil = Number.NEGATIVE_INFINITY;
  /** The time from which nothing opens any more. */
  deadAt = Number.POSITIVE_INFINITY;

  constructor(number: number, step: number, base: Uint8Array, context: Uint8Array) {
    this.number = number;
    this.#step = step;
    this.#bases = [new Uint8Array(base)];
    this.#context = new Uint8Array(context);
  }

  get step(): number {
    return this.#step;
  }

  /** Candidates kept at present; for tests of the bound. */
  get candidates(): number {
    return this.#bases.length - 1;
  }

  /**
   * The key of a step and source, or null for steps that are gone. Steps forward are derived into a cache, each at
   * most once, so that invented key ids cost MAX_STEP derivations a generation in all (rule M8).
   */
  frameKey(step: number, source: SourceId, media: Media, now: number): SFrameKey | null {
    const name = keyName(source, media);
    if (step < this.#step) {
      const previous = this.#previous;
      if (previous === null || previous.step !== step || now >= previous.until) return null;
      return previous.frameKeys.get(name) ?? null;
    }
    let keys = this.#frameKeys.get(step);
    if (keys === undefined) {
      keys = new Map();
      this.#frameKeys.set(step, keys);
    }
    let key = keys.get(name);
    if (key === undefined) {
      const id = { generation: this.number, step, source };
      key = deriveSourceKey(id, this.#base(step), this.#context, media);
      keys.set(name, key);
    }
    return key;
  }

  /** Whether a frame that claims `step` may be tried now; counts the trial. */
  mayTry(step: number, now: number): boolean {
    if (step <= this.#step) return true;
    const since = Math.max(this.#triedUntil, now);
    if (since - now >= STEP_TRIALS * STEP_TRIAL_MS) return false;
    this.#triedUntil = since + STEP_TRIAL_MS;
    return true;
  }

  /** The key of a step that needs no derivation forward: what a search among other people may use (rule M10). */
  knownFrameKey(step: number, source: SourceId, media: Media, now: number): SFrameKey | null {
    return step > this.#step ? null : this.frameKey(step, source, media, now);
  }

  /** A frame authenticated under `step`: everything before it is erased but the last step's frame keys. */
  commit(step: number, now: number): void {
    if (step <= this.#step) return;
    const frameKeys = this.#frameKeys.get(this.#step) ?? new Map<number, SFrameKey>();
    this.#previous = { step: this.#step, frameKeys, until: now + STEP_GRACE_MS };
    for (const gone of this.#bases.splice(0, step - this.#step)) gone.fill(0);
    for (const known of this.#frameKeys.keys()) if (known < step) this.#frameKeys.delete(known);
    this.#step = step;
  }

  /** Whether another message gave the same key: a sender never hands out two under one name (rule M8). */
  agrees(step: number, base: Uint8Array, context: Uint8Array): boolean {
    if (!equal(context, this.#context)) return false;
    // What is behind us is erased; it cannot be compared and changes nothing.
    return step < this.#step || equal(base, this.#base(step));
  }

  /** Ends at `at`, or earlier if it was to end earlier. */
  endAt(at: number): void {
    this.deadAt = Math.min(this.deadAt, at);
  }

  forgetPrevious(now: number): void {
    if (this.#previous !== null && now >= this.#previous.until) this.#previous = null;
  }

  erase(): void {
    for (const base of this.#bases) base.fill(0);
    this.#frameKeys.clear();
    this.#previous = null;
  }

  #base(step: number): Bytes {
    if (step > MAX_STEP) throw new RangeError(`step: expected at most ${MAX_STEP}, got ${step}`);
    let last = this.#bases[this.#bases.length - 1];
    while (last !== undefined && this.#step + this.#bases.length <= step) {
      last = ratchet(last);
      this.#bases.push(last);
    }
    const base = this.#bases[step - this.#step];
    if (base === undefined) throw new RangeError(`step: expected at least ${this.#step}, got ${step}`);
    return base;
  }
}

function equal(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}
