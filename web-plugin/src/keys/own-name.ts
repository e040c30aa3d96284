// What this participant calls itself, cut to what the messages take. docs/protocol.md §7.1, §8.

/** At most 384 bytes, which a beacon takes too. */
const LENGTH = 128;

/** Null if nothing is left. */
export function sayableName(name: string | null): string | null {
  // Not in the middle of a character.
  return (name ?? '').slice(0, LENGTH).replace(/[\ud800-\udbff]$/, '') || null;
}
