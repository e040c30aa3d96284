// Weighs what the cores hold: the collected heap with them and without them, and the memory of libolm.

import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** Bytes after garbage was collected. */
export function weigh(): { heap: number; external: number } {
  collect();
  const { heapUsed, external } = process.memoryUsage();
  return { heap: heapUsed, external };
}

export class Scale {
  /** Before there is any member; libolm's memory, which only ever grows, is part of `external`. */
  private readonly before = weigh();

  /** Bytes that came since: all that the cores hold, and the little that the simulation itself does. */
  total(): number {
    const { heap, external } = weigh();
    return heap + external - this.before.heap - this.before.external;
  }

  /** Bytes of the cores alone, which `release` lets go of. */
  cores(release: () => void): number {
    const { heap, external } = weigh();
    release();
    return heap + external - weigh().heap - this.before.external;
  }
}
