// Puts names and times into the texts: cleaned, isolated, and in the person's own way of writing dates.

import { cleanText, nameInSentence } from './names.ts';
import type { Line, Trouble } from './state.ts';
import type { Texts, Words } from './texts/index.ts';

const MAX_SERVER_TEXT = 300;

/** What happened, what it means, what to do. */
export function wordsFor({ cause }: Trouble, texts: Texts): Words {
  const name = (given: string) => nameInSentence(given, texts.someone);
  const ready = {
    ...cause,
    ...('name' in cause && cause.name !== null && { name: name(cause.name) }),
    ...('seen' in cause && cause.seen !== null && { seen: name(cause.seen) }),
    ...('names' in cause && { names: cause.names.slice(0, 5).map(name) }),
    ...('why' in cause && { why: serverText(cause.why) ?? '' }),
    ...('codec' in cause && { codec: cleanText(cause.codec, 20) ?? '?' }),
  };
  // `causes` has for each kind the function of just that kind, which a type cannot say of a kind not yet known.
  const say: (ready: never) => Words = texts.causes[cause.kind];
  return say(ready as never);
}

export function lineText(line: string | Line, texts: Texts): string {
  if (typeof line === 'string') return line;
  if (line.kind === 'seal-stays') return texts.lines['seal-stays'](line);
  if (line.kind === 'device-reset') return texts.lines['device-reset'](line);
  const name = line.name === null ? null : nameInSentence(line.name, texts.someone);
  return line.kind === 'sealed-by'
    ? texts.lines['sealed-by']({ ...line, name })
    : texts.lines['unsealed-by']({ ...line, name });
}

export function serverText(text: string | null): string | null {
  return text === null ? null : cleanText(text, MAX_SERVER_TEXT);
}

const DATE: Intl.DateTimeFormatOptions = { dateStyle: 'medium' };
const TIME: Intl.DateTimeFormatOptions = { timeStyle: 'short' };
const DATE_AND_TIME: Intl.DateTimeFormatOptions = { dateStyle: 'medium', timeStyle: 'short' };

export function dateText(time: number, texts: Texts): string {
  return format(time, DATE, texts);
}

/** The time of day, with the date when it was not today. */
export function timeText(time: number, texts: Texts): string {
  const isToday = new Date(time).toDateString() === new Date().toDateString();
  return format(time, isToday ? TIME : DATE_AND_TIME, texts);
}

/** To make one takes milliseconds, and a list of people needs one for each row whenever it is drawn. */
const formats = new Map<Intl.DateTimeFormatOptions, { locale: string; format: Intl.DateTimeFormat }>();

function format(time: number, options: Intl.DateTimeFormatOptions, { language }: Texts): string {
  // The browser's own region decides between 9:41 and 9:41 AM, if it speaks the same language.
  const locale = navigator.language.startsWith(language) ? navigator.language : language;
  let made = formats.get(options);
  if (made?.locale !== locale) {
    made = { locale, format: new Intl.DateTimeFormat(locale, options) };
    formats.set(options, made);
  }
  return made.format.format(time);
}
