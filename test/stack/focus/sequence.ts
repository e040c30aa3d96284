// Work done one after the other: so that no one is told of sources in another order than they came.

export class Sequence {
  #last: Promise<void> = Promise.resolve();
  #closed = false;
  #log: (line: string) => void;

  constructor(log: (line: string) => void) {
    this.#log = log;
  }

  /** Dropped when the sequence is closed before its turn; an error is logged and stops nothing. */
  add(work: () => Promise<void>): void {
    this.addEvenIfClosed(async () => {
      if (!this.#closed) await work();
    });
  }

  addEvenIfClosed(work: () => Promise<void>): void {
    this.#last = this.#last.then(work).catch((error: unknown) => {
      this.#log(error instanceof Error ? error.message : String(error));
    });
  }

  get closed(): boolean {
    return this.#closed;
  }

  close(): void {
    this.#closed = true;
  }
}
