// What is said outside a call: on the pre-join screen, and after a refused join.

import { button } from './button.ts';
import { icon } from './icons.ts';
import type { Scene } from './scene.ts';
import type { PreJoin, Refusal } from './state.ts';
import { type Described, h } from './tree.ts';
import { serverText } from './words.ts';

export function beforeJoining(scene: Scene): Described | null {
  const { phase, refusal, preJoin } = scene.state;
  if (phase !== 'away') return null;
  if (refusal) return refused(scene, refusal);
  return preJoin ? preJoinCard(scene, preJoin) : null;
}

function preJoinCard({ texts }: Scene, { obstacle, room }: PreJoin): Described {
  const isSealed = room !== 'unknown';
  // A sealed room that this browser cannot enter is worth a warning before the attempt; the rest is a remark.
  const isWarning = obstacle !== null && isSealed;
  return h(
    'section',
    {
      key: 'pre-join',
      class: `card ${isWarning ? 'warning' : ''}`,
      'data-sealmeet': 'pre-join',
      'data-room': room,
      'data-able': String(obstacle === null),
      'aria-label': texts.preJoin.title,
    },
    [
      h('p', { class: 'lead' }, [
        icon(isSealed ? 'sealed' : 'information'),
        h('span', {}, [texts.preJoin.room[room]]),
      ]),
      h('p', { class: 'lead' }, [
        icon(obstacle === null ? 'tick' : 'incapable'),
        h('span', {}, [obstacle === null ? texts.preJoin.able : texts.preJoin.obstacle[obstacle]]),
      ]),
    ],
  );
}

function refused({ texts, intents }: Scene, { reason, detail }: Refusal): Described {
  const { happened, means, remedy } = texts.refusal[reason](serverText(detail));
  const { reload, closeRefusal } = intents;
  return h(
    'section',
    {
      key: 'refusal',
      class: 'card alarm',
      'data-sealmeet': 'refusal',
      'data-reason': reason,
      'aria-labelledby': 'refusal-title',
    },
    [
      h('h2', { class: 'lead', id: 'refusal-title' }, [icon('incapable'), happened]),
      h('p', {}, [means]),
      h('p', {}, [h('strong', {}, [`${texts.trouble.remedyLabel}: `]), remedy]),
      h('div', { class: 'row' }, [
        reload !== undefined && button('reload', 'primary', texts.broken.reload, () => reload()),
        closeRefusal !== undefined && button('close-refusal', 'plain', texts.close, () => closeRefusal()),
      ]),
    ],
  );
}
