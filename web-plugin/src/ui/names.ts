// Makes a name that the server delivered safe to stand inside our own sentences and lists.

const MAX_CHARACTERS = 48;

/**
 * Control characters, line ends and the invisible characters that turn writing direction (UAX #9 §2) could make a
 * name look like a part of the interface, or turn a whole sentence around.
 */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is being removed
const UNSAFE = /[\u0000-\u001f\u007f-\u009f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff]/gu;

/** The name, cleaned and cut; null when nothing visible is left. */
export function cleanName(name: string): string | null {
  return cleanText(name, MAX_CHARACTERS);
}

/** Any text from outside, cleaned and cut to so many characters as a reader counts them. */
export function cleanText(text: string, maxCharacters: number): string | null {
  const cleaned = text.slice(0, 1000).replace(UNSAFE, ' ').replace(/\s+/gu, ' ').trim();
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

/** For use inside a sentence: first strong isolate … pop (UAX #9 §2.4), so that the name cannot reorder the words. */
export function nameInSentence(name: string, fallback: string): string {
  return `\u2068${cleanName(name) ?? fallback}\u2069`;
}
