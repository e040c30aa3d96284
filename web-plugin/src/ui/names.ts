// Makes a name that the server delivered safe to stand inside our own sentences and lists.

import type { Texts } from './texts/index.ts';

const MAX_CHARACTERS = 48;

/**
 * Control characters, line ends and the invisible characters that turn writing direction (UAX #9 §2) could make a
 * name look like a part of the interface, or turn a whole sentence around; what is blank could push its end out of
 * sight. What only joins or varies the character before it, as in emoji and Persian, stays, unless that is blank.
 */
const BLANK =
  /(?:^|(?!\p{M}|\p{Join_Control}|[\u{e0020}-\u{e007f}]))[\s\p{Cc}\p{Default_Ignorable_Code_Point}\u2800\ufff9-\ufffb]+/gu;

/** The name, cleaned and cut; null when nothing visible is left. */
export function cleanName(name: string): string | null {
  return cleanText(name, MAX_CHARACTERS);
}

/** Any text from outside, cleaned and cut to so many characters as a reader counts them. */
export function cleanText(text: string, maxCharacters: number): string | null {
  const cleaned = text.slice(0, 1000).replace(BLANK, ' ').trim();
  if (cleaned === '') return null;
  // A reader counts no more characters than there are code units.
  if (cleaned.length <= maxCharacters) return cleaned;
  const characters = splitCharacters(cleaned);
  const cut =
    characters.length > maxCharacters ? `${characters.slice(0, maxCharacters - 1).join('')}…` : cleaned;
  // A single character can carry hundreds of combining marks.
  return cut.length > 4 * maxCharacters ? `${cut.slice(0, 4 * maxCharacters)}…` : cut;
}

function splitCharacters(text: string): string[] {
  // A browser too old for Intl.Segmenter is too old to seal, but has to be told so.
  if (!('Segmenter' in Intl)) return [...text];
  return [...new Intl.Segmenter().segment(text)].map(({ segment }) => segment);
}

/** What is said beside a name that the server gave; `asserted` as in `Person`. Null: nothing. */
export function assertedText(asserted: string | null | undefined, texts: Texts): string | null {
  if (asserted === null || asserted === undefined) return null;
  if (asserted === '') return texts.names.noName;
  return texts.names.asserted(nameInSentence(asserted, texts.someone));
}

/** For use inside a sentence: first strong isolate … pop (UAX #9 §2.4), so that the name cannot reorder the words. */
export function nameInSentence(name: string, fallback: string): string {
  return `\u2068${cleanName(name) ?? fallback}\u2069`;
}
