// Time as the frame layer needs it, given from outside so that tests can turn it.

/** Milliseconds. */
export interface Clock {
  /** Never goes back and may start anywhere: for deadlines. */
  now(): number;
  /** The time of day: for what another machine compares. */
  wall(): number;
  /** Runs `task` once after `delayMs`; the returned function calls it off. */
  after(delayMs: number, task: () => void): () => void;
}

export const systemClock: Clock = {
  now: () => performance.now(),
  wall: () => Date.now(),
  after(delayMs, task) {
    const timer = setTimeout(task, delayMs);
    return () => clearTimeout(timer);
  },
};
