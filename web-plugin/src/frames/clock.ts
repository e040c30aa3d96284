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

let readAt = 0;
let reading = 0;

/**
 * `performance.now()` costs ten times what `Date.now()` does, and several times a frame that shows: it is read again
 * only when the time of day has moved on, by a millisecond or any jump. So this is right to a millisecond.
 */
function now(): number {
  const wall = Date.now();
  if (wall !== readAt) {
    readAt = wall;
    reading = performance.now();
  }
  return reading;
}

export const systemClock: Clock = {
  now,
  wall: () => Date.now(),
  after(delayMs, task) {
    const timer = setTimeout(task, delayMs);
    return () => clearTimeout(timer);
  },
};
