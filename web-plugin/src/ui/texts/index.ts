// The languages of the interface.

import type { Texts } from './catalogue.ts';
import { en } from './en.ts';

export type { Texts, Words } from './catalogue.ts';

export const languages: Record<string, Texts> = { en };

/** The texts for a BCP 47 tag such as `de-AT`: its language, or English. */
export function textsFor(language: string | undefined): Texts {
  const base = (language ?? 'en').toLowerCase().split('-')[0] ?? 'en';
  return Object.hasOwn(languages, base) ? (languages[base] ?? en) : en;
}
