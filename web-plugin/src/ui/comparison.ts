// The emoji comparison between two people, step by step, on both sides (rule S8).

import { button, deliberate } from './button.ts';
import { EMOJI } from './emoji.ts';
import { icon } from './icons.ts';
import { assertedText, nameInSentence } from './names.ts';
import type { Scene } from './scene.ts';
import type { Comparison, VerificationIntents } from './state.ts';
import type { Texts } from './texts/index.ts';
import { type Child, type Described, h } from './tree.ts';

/** What the step says, sentence by sentence. */
export function comparisonText(comparison: Comparison, texts: Texts): string[] {
  const name = nameInSentence(comparison.name, texts.someone);
  const { steps, interrupted, nothingChanged } = texts.comparison;
  if (comparison.step === 'interrupted') return [interrupted[comparison.why](name), nothingChanged];
  if (comparison.step === 'mismatch') {
    const { happened, means } = texts.causes.mismatch({ kind: 'mismatch', name });
    return [happened, means];
  }
  return steps[comparison.step](name);
}

export function comparison(scene: Scene): Described | null {
  const { state, texts, intents } = scene;
  const running = state.comparison;
  if (!running || !intents.verification) return null;
  const isAlarm = running.step === 'mismatch';
  const name = nameInSentence(running.name, texts.someone);
  const sentences = comparisonText(running, texts);
  const said = assertedText(running.asserted, texts);
  // An alarm has no gentle heading over it.
  const title = (isAlarm && sentences.shift()) || texts.comparison.title(name);
  return h(
    'section',
    {
      key: 'comparison',
      class: `card ${isAlarm ? 'alarm' : ''}`,
      tabindex: '-1',
      'data-sealmeet': 'comparison',
      'data-step': running.step,
      'aria-labelledby': 'comparison-title',
      'aria-describedby': said === null ? null : 'comparison-asserted',
    },
    [
      h('h2', { class: 'lead', id: 'comparison-title' }, [
        icon(isAlarm ? 'alarm' : running.step === 'match' ? 'verified' : 'sealed'),
        title,
      ]),
      said !== null &&
        h('p', { key: 'said', class: 'said', id: 'comparison-asserted', 'data-sealmeet': 'asserted' }, [
          said,
        ]),
      ...sentences.map((sentence) => h('p', {}, [sentence])),
      isAlarm &&
        h('p', { key: 'remedy' }, [
          h('strong', {}, [`${texts.trouble.remedyLabel}: `]),
          texts.causes.mismatch({ kind: 'mismatch', name }).remedy,
        ]),
      'emoji' in running && pictures(running.emoji, texts),
      h('div', { key: running.step, class: 'row' }, answers(scene, running, intents.verification)),
    ],
  );
}

function pictures(numbers: number[], texts: Texts): Described {
  return h(
    'ol',
    { key: 'emoji', class: 'emoji', 'aria-label': texts.comparison.pictures, 'data-sealmeet': 'emoji' },
    numbers.map((number, place) =>
      h('li', { key: String(place), 'data-emoji': number }, [
        h('span', { class: 'picture', 'aria-hidden': 'true' }, [EMOJI[number] ?? '?']),
        h('span', { class: 'emoji-name' }, [texts.emoji[number] ?? String(number)]),
      ]),
    ),
  );
}

function answers(scene: Scene, running: Comparison, verification: VerificationIntents): Child[] {
  const { texts, intents } = scene;
  const words = texts.comparison;
  const stop = button('compare-stop', 'quiet', words.stop, () => verification.close());
  const done = (look: 'primary' | 'plain') =>
    button('compare-close', look, words.done, () => verification.close());
  switch (running.step) {
    case 'incoming':
      return [
        button('compare-accept', 'primary', words.accept, () => verification.accept()),
        button('compare-decline', 'plain', words.decline, () => verification.decline()),
      ];
    case 'connecting':
    case 'waiting':
    case 'confirming':
      return [stop];
    case 'compare':
      return [
        deliberate(scene, 'compare-same', 'primary', words.same, () => verification.confirm(true)),
        button('compare-differ', 'plain', words.differ, () => verification.confirm(false)),
        stop,
      ];
    case 'match':
      return [done('primary')];
    case 'mismatch':
      return [
        button('leave', 'primary', texts.broken.leave, () => intents.leave()),
        button('compare-close', 'plain', texts.close, () => verification.close()),
      ];
    case 'interrupted':
      return [
        button('compare-again', 'primary', words.again, () => verification.compare(running.personId)),
        done('plain'),
      ];
  }
}
