// A name as messages take it, and as it is compared: cleaned like the interface cleans what it shows. docs/protocol.md
// §7.1, §7.2, §8.

/** At most 384 bytes, which a beacon takes too. */
const LENGTH = 128;

/** As in the interface's `names.ts`: what is read and what is compared are one string (rule S9). */
const BLANK =
  /(?:^|(?!\p{M}|\p{Join_Control}|[\u{e0020}-\u{e007f}]))[\s\p{Cc}\p{Default_Ignorable_Code_Point}\u2800\ufff9-\ufffb]+/gu;

/** Null if nothing is left. */
export function sayableName(name: string | null): string | null {
  const text = (name ?? '').slice(0, 1000).replace(BLANK, ' ').trim();
  // Not in the middle of a character.
  const cut = text.slice(0, LENGTH).replace(/[\ud800-\udbff]$/, '');
  return cut.trimEnd() || null;
}
