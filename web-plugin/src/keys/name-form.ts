// What two names have in common that a person would take for the same. Rule S9; docs/protocol.md §7.2.

import { sayableName } from './own-name.ts';

/** Of a longer name the interface shows so many characters (`ui/names.ts`), and then that there is more. */
const READABLE = 47;

/** Letters that look like Latin ones, as far as names commonly use them (Unicode TS 39 has them all). */
const LOOKALIKES: Record<string, string> = Object.fromEntries(
  [
    'аa',
    'вb',
    'сc',
    'еe',
    'нh',
    'іi',
    'јj',
    'кk',
    'мm',
    'оo',
    'рp',
    'ѕs',
    'тt',
    'хx',
    'уy',
    'αa',
    'εe',
    'ιi',
    'κk',
    'νv',
    'οo',
    'ρp',
    'τt',
    'υu',
    'χx',
    '0o',
    '1l',
    'ıi',
    '|l',
    'ӏl',
    'Ӏl',
    'ьb',
    'ԁd',
    'ԛq',
    'ԝw',
    'ɑa',
    'ɡg',
    'օo',
    'սu',
    'հh',
    // Capitals that look like other letters than their small ones do.
    'Βb',
    'Ηh',
    'Ζz',
    'Μm',
    'Νn',
    'Υy',
    'Вb',
    'Нh',
    'Сc',
    'Рp',
    'Хx',
    'Уy',
    'łl',
    'øo',
  ].map((pair) => [pair.slice(0, -1), pair.slice(-1)]),
);

/** What takes no place, or only marks what stands before it; a blank of Braille is a blank. */
const INVISIBLE = /[\p{M}\p{C}\p{Default_Ignorable_Code_Point}\u2800]/gu;

/** Two names that a person would take for the same have the same form. */
export function nameForm(name: string): string {
  const visible = (sayableName(name) ?? '')
    .normalize('NFKD')
    .replace(INVISIBLE, '')
    .replace(/\s+/gu, ' ')
    .trim();
  // Two long names that differ only where nobody reads them are the same to a person. One character that is read may
  // be several here: at worst somebody is called out without need.
  const plain = [...visible]
    .slice(0, READABLE)
    .join('')
    .replace(/./gu, (letter) => LOOKALIKES[letter] ?? letter)
    .toLowerCase()
    .replace(/[\p{Z}\p{P}]/gu, '')
    .replaceAll('rn', 'm');
  return [...plain]
    .map((letter) => LOOKALIKES[letter] ?? letter)
    .join('')
    .replaceAll('i', 'l');
}
