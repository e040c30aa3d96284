// A bound for what is remembered of others.

/** Until no more than `limit` are kept; the first to be put in is the first to go. */
export function forgetOldest<K>(kept: Set<K> | Map<K, unknown>, limit: number): void {
  for (const oldest of kept.keys()) {
    if (kept.size <= limit) break;
    kept.delete(oldest);
  }
}
