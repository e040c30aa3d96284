// When the machines of a meeting want their next turn. One bell for all, in the worker: browsers slow down a page's
// own timers while it is hidden, and a key has to change in time all the same.

export class Alarms<Name extends string> {
  readonly #wishes = new Map<Name, number>();

  /** `ring`: call `due` in so many milliseconds, in the place of the call before. */
  constructor(private readonly ring: (inMs: number) => void) {}

  /** Times are those of `performance.now`. */
  wish(name: Name, at: number): void {
    this.#wishes.set(name, at);
    this.#set();
  }

  /** The bell rang: whose time has come. */
  due(): Name[] {
    const now = performance.now();
    const names = [...this.#wishes].filter(([, at]) => at <= now + 1).map(([name]) => name);
    for (const name of names) this.#wishes.delete(name);
    this.#set();
    return names;
  }

  /** The bell was lost with the worker. */
  again(): void {
    this.#set();
  }

  #set(): void {
    if (this.#wishes.size === 0) return;
    this.ring(Math.max(0, Math.min(...this.#wishes.values()) - performance.now()));
  }
}
