// How much an object keeps, however deep: to see that nothing in a core grows with the length of a meeting.

/** Entries that a core may keep, whatever happens: by itself, for each who is here, for each who ever was. */
const EXTENT = { core: 2000, peer: 200, gone: 10 };
/** So many of those who were are remembered. */
const REMEMBERED = 4096;

/** What a core keeps is bounded by who is here, and by the few words that it remembers of each who was. */
export function overgrown(core: object, present: number, everHere: number): string | null {
  const kept = extent(core);
  const bound = EXTENT.core + EXTENT.peer * present + EXTENT.gone * Math.min(everHere, REMEMBERED);
  return kept > bound ? `keeps ${kept} entries, more than ${bound}` : null;
}

/**
 * Entries of all arrays, maps and sets that can be reached from `root` through fields (not through functions), typed
 * arrays counted as one each. `shared`: what belongs to others and is not looked into.
 */
export function extent(root: object, shared: ReadonlySet<unknown> = new Set()): number {
  const seen = new Set<unknown>(shared);
  const left: unknown[] = [root];
  let entries = 0;
  while (left.length > 0) {
    const value = left.pop();
    if (typeof value !== 'object' || value === null || seen.has(value)) continue;
    seen.add(value);
    if (ArrayBuffer.isView(value)) {
      entries += 1;
    } else if (value instanceof Map) {
      entries += value.size;
      for (const [key, held] of value) left.push(key, held);
    } else if (value instanceof Set || Array.isArray(value)) {
      entries += value instanceof Set ? value.size : value.length;
      for (const held of value) left.push(held);
    } else {
      for (const held of Object.values(value)) left.push(held);
    }
  }
  return entries;
}
