// What a screen reader is told when the state changes: only what a person would want to be interrupted for.

import { askingTitle } from './banner.ts';
import { comparisonText } from './comparison.ts';
import { consentText } from './consent.ts';
import type { UiState } from './state.ts';
import type { Texts } from './texts/index.ts';
import { serverText, wordsFor } from './words.ts';

export interface Announcement {
  text: string;
  isUrgent: boolean;
}

export function announcements(before: UiState | null, now: UiState, texts: Texts): Announcement[] {
  const said: Announcement[] = [];
  if (before?.phase !== now.phase) {
    if (now.phase === 'asking') {
      said.push({ text: `${askingTitle({ state: now, texts })}. ${texts.asking.held}`, isUrgent: true });
    } else if (now.phase === 'broken') {
      said.push({ text: `${texts.broken.happened}. ${texts.broken.means}`, isUrgent: true });
    } else if (now.phase === 'sealing' || now.phase === 'sealed') {
      said.push({ text: texts.announce[now.phase], isUrgent: false });
    } else if (now.phase === 'open' && before !== null && before.phase !== 'away') {
      said.push({ text: texts.announce.open, isUrgent: true });
    }
  }
  const known = new Set(before?.troubles.map(({ id }) => id));
  for (const trouble of now.troubles) {
    if (known.has(trouble.id) || trouble.severity === 'information') continue;
    said.push({
      text: `${texts.trouble.severity[trouble.severity]}: ${wordsFor(trouble, texts).happened}`,
      isUrgent: trouble.severity === 'alarm',
    });
  }
  if (now.phase === 'sealed' && before?.phase === 'sealed' && before.isEnforced && !now.isEnforced) {
    said.push({ text: texts.panel.notEnforced, isUrgent: false });
  }
  said.push(...ofTheComparison(before, now, texts), ...ofTheConsent(before, now, texts));
  if (now.refusal && !before?.refusal) {
    const { happened, remedy } = texts.refusal[now.refusal.reason](serverText(now.refusal.detail));
    said.push({ text: `${happened} ${remedy}`, isUrgent: true });
  }
  return said;
}

/** Not each single agreement: the first words, and how it ended. */
function ofTheConsent(before: UiState | null, { consent }: UiState, texts: Texts): Announcement[] {
  const known = before?.consent;
  if (!consent || (consent.id === known?.id && consent.step === known.step)) return [];
  return [{ text: consentText(consent, texts).join('. '), isUrgent: consent.step === 'asked' }];
}

function ofTheComparison(before: UiState | null, { comparison }: UiState, texts: Texts): Announcement[] {
  if (!comparison || comparison.step === before?.comparison?.step) return [];
  return [{ text: comparisonText(comparison, texts).join(' '), isUrgent: comparison.step === 'mismatch' }];
}
