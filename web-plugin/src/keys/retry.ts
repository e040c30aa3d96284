// When a handshake is tried again, and how often a clear hint is given or followed. docs/protocol.md §4.5.

const RETRY_MS = 2000;
const RETRY_MAX_MS = 30_000;
/** RESTART hints, and new sessions because of one: at most one in this time. */
const RESTART_MS = 5000;

export class Retry {
  /** When to try again; null: nothing is under way. */
  at: number | null = null;
  private waitMs = RETRY_MS;
  private restartedAt = Number.NEGATIVE_INFINITY;

  /** Each time twice as long. */
  again(now: number): void {
    this.at = now + this.waitMs;
    this.waitMs = Math.min(2 * this.waitMs, RETRY_MAX_MS);
  }

  /** The other side may still start by itself. */
  later(now: number): void {
    this.at ??= now + this.waitMs;
  }

  isDue(now: number): boolean {
    if (this.at === null || this.at > now) return false;
    this.at = null;
    return true;
  }

  succeeded(): void {
    this.at = null;
    this.waitMs = RETRY_MS;
  }

  /** A session was begun or finished: a hint from before that has not heard of it. */
  restarted(now: number): void {
    this.restartedAt = now;
  }

  /** Takes the one restart that is allowed in this time; false if it was taken. */
  mayRestart(now: number): boolean {
    if (now - this.restartedAt < RESTART_MS) return false;
    this.restarted(now);
    return true;
  }

  /** Wakes when the next restart is allowed. */
  untilRestart(): void {
    this.at = this.restartedAt + RESTART_MS;
  }
}
