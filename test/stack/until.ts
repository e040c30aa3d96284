// Waiting for something to become true, for a bounded time, with words for when it does not.

export interface Patience {
  withinMs: number;
  everyMs: number;
}

/** Rejects with `what` in its words when the condition has not come in time. */
export async function until(
  what: string,
  check: () => boolean | Promise<boolean>,
  { withinMs, everyMs }: Patience,
): Promise<void> {
  const deadline = Date.now() + withinMs;
  while (!(await check())) {
    if (Date.now() > deadline) throw new Error(`waited ${withinMs / 1000} s in vain until ${what}`);
    await new Promise((resolve) => setTimeout(resolve, everyMs));
  }
}
