// A figure of the comparison, and the bounds that must hold.

export interface Figure {
  case: string;
  occupants: number;
  unit: 'cpu_ms' | 'wall_ms' | 'bytes' | 'p95_delay_ms';
  on: number;
  off: number;
  ratio: number;
}

const round = (value: number) => Math.round(value * 1000) / 1000;

export const figure = (
  name: string,
  occupants: number,
  unit: Figure['unit'],
  on: number,
  off: number,
): Figure => ({ case: name, occupants, unit, on: round(on), off: round(off), ratio: round(on / off) });

/** Without the quarter at either end: garbage collection falls into some rounds and not into others. */
export function middle(list: number[]): number {
  const sorted = [...list].sort((a, b) => a - b);
  const cut = Math.floor(sorted.length / 4);
  const kept = sorted.slice(cut, sorted.length - cut);
  return kept.reduce((sum, value) => sum + value, 0) / kept.length;
}

export const p95 = (list: number[]) =>
  [...list].sort((a, b) => a - b)[Math.floor(list.length * 0.95)] ?? Number.NaN;

/** Bounds on on/off, at this many occupants. */
const ratios: { case: string; unit: Figure['unit']; occupants: number; most: number }[] = [
  { case: 'join', unit: 'cpu_ms', occupants: 500, most: 1.7 },
  { case: 'leave', unit: 'cpu_ms', occupants: 500, most: 2.3 },
  { case: 'storm', unit: 'cpu_ms', occupants: 500, most: 1.2 },
  { case: 'fanout', unit: 'bytes', occupants: 500, most: 1.2 },
];
const floodMoreMs = 50;

/** What of a figure's bound is missed, in words; nothing when it holds or has none. A figure that is no number misses. */
export function missed(found: Figure): string | null {
  const { case: name, occupants, unit } = found;
  const where = `${name} at ${occupants} occupants, ${unit}`;
  if (name === 'flood')
    return found.on - found.off <= floodMoreMs
      ? null
      : `${where}: ${round(found.on - found.off)} ms more than without the module, expected at most ${floodMoreMs}`;
  const bound = ratios.find((one) => one.case === name && one.unit === unit && one.occupants === occupants);
  if (!bound || found.ratio <= bound.most) return null;
  return `${where}: ${found.ratio} times what it is without the module, expected at most ${bound.most}`;
}
