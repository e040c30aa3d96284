// Events of one meeting, one after the other: what an event sets off waits until the event is done with.

import { safely } from './safely.ts';

export class Turns {
  readonly #waiting: (() => void)[] = [];
  #isRunning = false;

  /** Runs `step` now, or after those that are under way. */
  run(step: () => void): void {
    this.#waiting.push(step);
    if (this.#isRunning) return;
    this.#isRunning = true;
    for (let next = this.#waiting.shift(); next; next = this.#waiting.shift()) safely(next);
    this.#isRunning = false;
  }
}
