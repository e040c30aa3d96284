// Which generations of one sender frames are waiting for, so that the page can ask for the key (rules M7 and M8).
// Key ids are not authenticated here: the table is small and what it leads to is rate-limited.

export const MISSING_AFTER_MS = 1000;
export const MISSING_INTERVAL_MS = 5000;
/** What makes up more than a 32nd of the frames that wait cannot be crowded out. */
const MAX_WATCHED = 32;
/** A generation that no frame named for so long is not waited for any more; a still picture comes once a second. */
const STALE_MS = 3000;

interface Watched {
  generation: number;
  first: number;
  last: number;
  frames: number;
}

export class MissingKeys {
  #watched: Watched[] = [];
  #lastReport = Number.NEGATIVE_INFINITY;

  /** A frame waits for `generation`; true when that is to be reported now. */
  note(generation: number, now: number): boolean {
    this.#watched = this.#watched.filter((entry) => now - entry.last < STALE_MS);
    let entry = this.#watched.find((candidate) => candidate.generation === generation);
    if (entry === undefined) {
      entry = { generation, first: now, last: now, frames: this.#makeRoom() };
      this.#watched.push(entry);
    }
    entry.last = now;
    entry.frames++;
    if (now - entry.first < MISSING_AFTER_MS || now - this.#lastReport < MISSING_INTERVAL_MS) return false;
    this.#lastReport = now;
    return true;
  }

  /**
   * Invented generations come once each, the one that frames really wait for comes again and again: the newcomer
   * takes over the count of the least frequent ("space saving", Metwally and others 2005).
   */
  #makeRoom(): number {
    if (this.#watched.length < MAX_WATCHED) return 0;
    const least = this.#watched.reduce((a, b) => (b.frames < a.frames ? b : a));
    this.#watched.splice(this.#watched.indexOf(least), 1);
    return least.frames;
  }
}
