// Figures of one case, what is printed of them, and which bounds they miss.

export interface Line {
  case: string;
  p50_ms: number;
  p95_ms: number;
  /** Null where no key changes. */
  frames_lost: number | null;
  samples: number;
}

export interface Case {
  /** Milliseconds. */
  times: number[];
  framesLost: number | null;
  bounds: Partial<Record<'p50_ms' | 'p95_ms' | 'frames_lost', number>>;
}

/** The nearest rank: the smallest value that so large a part of them does not exceed. */
export function quantile(list: number[], part: number): number {
  const sorted = list.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(sorted.length * part) - 1)] ?? Number.NaN;
}

export const line = (name: string, { times, framesLost }: Case): Line => ({
  case: name,
  p50_ms: Math.round(quantile(times, 0.5) * 10) / 10,
  p95_ms: Math.round(quantile(times, 0.95) * 10) / 10,
  frames_lost: framesLost,
  samples: times.length,
});

/** One sentence for each bound that does not hold; without samples none does. */
export function missed(name: string, result: Case): string[] {
  const figures = line(name, result);
  return (['p50_ms', 'p95_ms', 'frames_lost'] as const).flatMap((figure) => {
    const bound = result.bounds[figure];
    const value = figures[figure];
    if (bound === undefined || (value !== null && value <= bound)) return [];
    return [`${name}: expected ${figure} of at most ${bound}, came ${value}`];
  });
}
