// The languages of the interface.

import type { Texts } from './catalogue.ts';
import { de } from './de.ts';
import { en } from './en.ts';
import { es } from './es.ts';
import { fr } from './fr.ts';

export type { Texts, Words } from './catalogue.ts';

export const languages = { en, de, fr, es } as const satisfies Record<string, Texts>;

/** The texts for a BCP 47 tag such as `de-AT` (Jitsi Meet also writes `esUS`): its language, or English. */
export function textsFor(language: string | undefined): Texts {
  const base = /^[a-z]{2}/u.exec(language ?? '')?.[0];
  return base === 'de' || base === 'fr' || base === 'es' ? languages[base] : en;
}
