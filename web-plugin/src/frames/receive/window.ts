// One source's counters as a receiver saw them: what is a replay, what is too old, what was withheld.
// Belongs to (identity, source), whatever connection, key or transform a frame came by (rules M5, M10, S3).

import type { KeyId } from '../kid.ts';

/** Backwards reach: about 10 s of counters, more than any retransmission. Forward there is no limit. */
export const WINDOW = 1024;
const WORDS = WINDOW / 32;
/** Floors bite frames of older keys only after what was in flight has come (rule M6). */
export const FLOOR_DELAY_MS = 2000;
/** Epochs remembered one by one: the newest and those whose grace may still run. */
const MAX_EPOCHS = 8;
const MAX_FLOORS = 8;

/** Grows with (generation, step); step fits a byte. */
export const epochOf = ({ generation, step }: Pick<KeyId, 'generation' | 'step'>): number =>
  generation * 0x100 + step;

const generationOf = (epoch: number): number => Math.floor(epoch / 0x100);

export type Verdict = 'fresh' | 'replayed' | 'superseded' | 'source-off';

export class CounterWindow {
  #highest = -1;
  readonly #seen = new Uint32Array(WORDS);
  /** Newest first: the smallest counter that opened under each (generation, step); the last stands for older ones too. */
  #epochs: { epoch: number; smallest: number }[] = [];
  #floor = 0;
  /** From then on nothing passes until the source is on again. */
  #offAt = Number.POSITIVE_INFINITY;
  /** Floors that do not yet hold under every key. */
  #floors: { floor: number; epoch: number; at: number }[] = [];

  /**
   * Before and again after authentication; changes nothing. `epoch` grows with (generation, step).
   * `superseded`: a sender draws key and counter in one step, so under an older key no counter can lie above the
   * smallest of a newer one; without this a leaver forges new frames through every grace period (rule M5).
   */
  check(epoch: number, counter: number, now: number): Verdict {
    if (counter < this.#floorFor(epoch, now)) return 'replayed';
    if (this.isOff(now)) return 'source-off';
    for (const known of this.#epochs)
      if (known.epoch > epoch && counter >= known.smallest) return 'superseded';
    if (counter > this.#highest || this.#isAnew(epoch)) return 'fresh';
    if (this.#highest - counter >= WINDOW) return 'replayed';
    const word = this.#seen[(counter % WINDOW) >>> 5] ?? 0;
    return (word & (1 << (counter & 31))) === 0 ? 'fresh' : 'replayed';
  }

  /** What the sender says of the source (rule M6). Said again, it does not push the deadline back. */
  setOn(on: boolean, now: number): void {
    if (on) this.#offAt = Number.POSITIVE_INFINITY;
    else this.#offAt = Math.min(this.#offAt, now + FLOOR_DELAY_MS);
  }

  isOff(now: number): boolean {
    return now >= this.#offAt;
  }

  /** Only for a frame that authenticated and that `check` found fresh just now. */
  accept(epoch: number, counter: number): void {
    if (counter <= this.#highest && this.#isAnew(epoch)) {
      this.#seen.fill(0);
      this.#highest = counter;
      this.#epochs = [{ epoch, smallest: 0 }];
    }
    if (counter > this.#highest) {
      if (counter - this.#highest >= WINDOW) this.#seen.fill(0);
      else for (let skipped = this.#highest + 1; skipped < counter; skipped++) this.#mark(skipped, false);
      this.#highest = counter;
    }
    this.#mark(counter, true);
    const newest = this.#epochs[0];
    const known = newest?.epoch === epoch ? newest : this.#epochs.find((other) => other.epoch === epoch);
    if (known !== undefined) {
      if (counter < known.smallest) known.smallest = counter;
    } else {
      this.#epochs.push({ epoch, smallest: counter });
      this.#epochs.sort((a, b) => b.epoch - a.epoch);
      this.#forgetOldestEpoch();
    }
  }

  /** The sender said that nothing below `floor` is still to come; at once under keys from `epoch` on. */
  raiseFloor(floor: number, epoch: number, now: number): void {
    this.#floors.push({ floor, epoch, at: now + FLOOR_DELAY_MS });
    // More at once than a sender ever has: the oldest then bites before its time.
    while (this.#floors.length > MAX_FLOORS)
      this.#floor = Math.max(this.#floor, this.#floors.shift()?.floor ?? 0);
  }

  /**
   * Nothing has opened under this generation or a later one. A sender draws counters in order, so the first one of a
   * fresh generation shows that higher ones before it were not the sender's: otherwise one frame with the highest
   * counter, made by somebody who has left since, would silence that source for ever. What came before is over then.
   */
  #isAnew(epoch: number): boolean {
    return generationOf(epoch) > generationOf(this.#epochs[0]?.epoch ?? epoch);
  }

  /** What it held down stays down: somebody who has many epochs begin must not free the counters of an old one. */
  #forgetOldestEpoch(): void {
    const forgotten = this.#epochs[MAX_EPOCHS];
    const oldest = this.#epochs[MAX_EPOCHS - 1];
    if (forgotten === undefined || oldest === undefined) return;
    oldest.smallest = Math.min(oldest.smallest, forgotten.smallest);
    this.#epochs.length = MAX_EPOCHS;
  }

  #floorFor(epoch: number, now: number): number {
    if (this.#floors.length === 0) return this.#floor;
    let floor = this.#floor;
    for (const coming of this.#floors) {
      if (now >= coming.at) this.#floor = Math.max(this.#floor, coming.floor);
      else if (epoch >= coming.epoch) floor = Math.max(floor, coming.floor);
    }
    this.#floors = this.#floors.filter((coming) => now < coming.at);
    return Math.max(floor, this.#floor);
  }

  #mark(counter: number, seen: boolean): void {
    const index = (counter % WINDOW) >>> 5;
    const bit = 1 << (counter & 31);
    this.#seen[index] = seen ? (this.#seen[index] ?? 0) | bit : (this.#seen[index] ?? 0) & ~bit;
  }
}
