// How much an object keeps, however deep: to see that nothing in a core grows with the length of a meeting.

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
