// The two things that stop a call: a seal that somebody ended, and a browser that cannot seal any more.

import { button, deliberate } from './button.ts';
import { icon } from './icons.ts';
import { nameInSentence } from './names.ts';
import type { Scene } from './scene.ts';
import { type Described, h } from './tree.ts';
import { wordsFor } from './words.ts';

/** Passive (rule M21): it takes no focus and blocks nothing; a server can make it appear, but not answer it. */
export function banner(scene: Scene): Described | null {
  if (scene.state.phase === 'asking') return asking(scene);
  if (scene.state.phase === 'broken') return broken(scene);
  return null;
}

export function askingTitle({ state, texts }: Pick<Scene, 'state' | 'texts'>): string {
  return texts.asking.title(
    state.unsealedBy === null ? null : nameInSentence(state.unsealedBy, texts.someone),
  );
}

function asking(scene: Scene): Described {
  const { texts, intents } = scene;
  return h(
    'section',
    { key: 'asking', class: 'card warning', 'data-sealmeet': 'asking', 'aria-labelledby': 'asking-title' },
    [
      h('h2', { class: 'lead', id: 'asking-title' }, [icon('unsealed'), askingTitle(scene)]),
      h('p', {}, [texts.asking.held]),
      h('p', {}, [texts.asking.meaning]),
      h('div', { class: 'row' }, [
        button('leave', 'primary', texts.asking.leave, () => intents.leave()),
        deliberate(scene, 'agree', 'plain', texts.asking.agree, () => intents.agreeToUnseal()),
      ]),
    ],
  );
}

function broken({ state, texts, intents }: Scene): Described {
  // The cause is known when there is an alarm; its words are better than general ones.
  const alarm = state.troubles.find(({ severity }) => severity === 'alarm');
  const { happened, means, remedy } = alarm ? wordsFor(alarm, texts) : texts.broken;
  const { reload } = intents;
  return h(
    'section',
    { key: 'broken', class: 'card alarm', 'data-sealmeet': 'broken', 'aria-labelledby': 'broken-title' },
    [
      h('h2', { class: 'lead', id: 'broken-title' }, [icon('alarm'), happened]),
      h('p', {}, [means]),
      h('p', {}, [h('strong', {}, [`${texts.trouble.remedyLabel}: `]), remedy]),
      h('div', { class: 'row' }, [
        reload !== undefined && button('reload', 'primary', texts.broken.reload, () => reload()),
        button('leave', reload ? 'plain' : 'primary', texts.broken.leave, () => intents.leave()),
      ]),
    ],
  );
}
