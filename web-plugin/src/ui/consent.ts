// The question to everybody whether the seal may end, and for who asked, how it goes.

import { button, deliberate } from './button.ts';
import { icon } from './icons.ts';
import { nameInSentence } from './names.ts';
import { byHand, type Scene } from './scene.ts';
import type { Consent } from './state.ts';
import type { Texts } from './texts/index.ts';
import { type Child, type Described, h } from './tree.ts';

/** A title, and what there is to say under it. */
export function consentText(consent: Consent, texts: Texts): [title: string, ...sentences: string[]] {
  const { agreed, asked, seconds, isOwn, step } = consent;
  const words = texts.consent;
  if (step === 'refused' || step === 'expired') return [words.stays, words[step]];
  const title = isOwn ? words.titleOwn : words.title(nameInSentence(consent.by, texts.someone));
  if (step === 'asked') return [title, words.means, words.limit(seconds)];
  return [title, words.progress(agreed, asked), words.limit(seconds)];
}

/** Passive, as everything that a server can make appear: it takes no focus and blocks nothing. */
export function consent(scene: Scene): Described | null {
  const { state, texts } = scene;
  const round = state.consent;
  if (!round || (state.phase !== 'sealed' && state.phase !== 'sealing')) return null;
  const [title, ...sentences] = consentText(round, texts);
  const isOver = round.step === 'refused' || round.step === 'expired';
  return h(
    'section',
    {
      key: `consent ${round.id}`,
      class: `card ${round.step === 'asked' ? 'warning' : ''}`,
      tabindex: '-1',
      'data-sealmeet': 'consent',
      'data-step': round.step,
      'data-agreed': round.agreed,
      'data-asked': round.asked,
      'aria-labelledby': 'consent-title',
    },
    [
      h('h2', { class: 'lead', id: 'consent-title' }, [icon(isOver ? 'sealed' : 'unsealed'), title]),
      ...sentences.map((sentence) => h('p', {}, [sentence])),
      round.step !== 'waiting' && h('div', { key: round.step, class: 'row' }, answers(scene, round)),
    ],
  );
}

function answers(scene: Scene, { step }: Consent): Child[] {
  const { texts, intents } = scene;
  const words = texts.consent;
  if (step === 'refused' || step === 'expired')
    return [button('consent-close', 'plain', texts.close, () => intents.closeConsent())];
  return [
    button(
      'consent-refuse',
      'primary',
      words.refuse,
      byHand(() => intents.answerConsent(false)),
    ),
    deliberate(scene, 'consent-agree', 'plain', words.agree, () => intents.answerConsent(true)),
  ];
}
