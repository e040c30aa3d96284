// Messages of trouble: folded cards in the panel, and the worst of them as an alert under the shield.

import { button } from './button.ts';
import { icon } from './icons.ts';
import type { Scene } from './scene.ts';
import type { Trouble } from './state.ts';
import { type Described, h } from './tree.ts';
import { wordsFor } from './words.ts';

const ICONS = { information: 'information', warning: 'alarm', alarm: 'alarm' } as const;

export function troubles(scene: Scene): Described | null {
  const { state, texts } = scene;
  if (state.troubles.length === 0) return null;
  return h('section', { key: 'troubles', 'aria-labelledby': 'troubles-title' }, [
    h('h3', { id: 'troubles-title' }, [texts.panel.messages(state.troubles.length)]),
    ...sorted(state.troubles).map((trouble) => card(scene, trouble)),
  ]);
}

/** An alarm does not wait until somebody opens the panel. */
export function alert({ state, texts, actions, local }: Scene): Described | null {
  const alarm = state.troubles.find(({ severity }) => severity === 'alarm');
  // The cards below say the same, and more.
  if (!alarm || local.isPanelOpen || state.comparison?.step === 'mismatch') return null;
  if (state.phase === 'asking' || state.phase === 'broken') return null;
  return h(
    'section',
    {
      key: 'alert',
      class: 'card alarm',
      'data-sealmeet': 'alert',
      'aria-label': texts.trouble.severity.alarm,
    },
    [
      h('p', { class: 'lead' }, [icon('alarm'), h('strong', {}, [wordsFor(alarm, texts).happened])]),
      h('div', { class: 'row' }, [
        button('show-trouble', 'plain', texts.trouble.show, () => actions.showTrouble(alarm.id)),
      ]),
    ],
  );
}

function card({ texts, intents }: Scene, trouble: Trouble): Described {
  const { id, severity, repeated } = trouble;
  const { happened, means, remedy } = wordsFor(trouble, texts);
  return h(
    'details',
    { key: `trouble ${id}`, class: `trouble ${severity}`, 'data-sealmeet': 'trouble', 'data-trouble': id },
    [
      h('summary', {}, [
        icon(ICONS[severity]),
        h('span', { class: 'happened' }, [
          h('span', { class: 'spoken-only' }, [`${texts.trouble.severity[severity]}: `]),
          happened,
        ]),
        repeated > 1 &&
          h('span', { key: 'repeated', class: 'repeated', 'data-sealmeet': 'repeated' }, [
            texts.trouble.repeated(repeated),
          ]),
      ]),
      h('p', {}, [means]),
      h('p', {}, [h('strong', {}, [`${texts.trouble.remedyLabel}: `]), remedy]),
      h('div', { class: 'row' }, [
        button('dismiss', 'quiet', texts.trouble.dismiss, () => intents.dismiss(id)),
      ]),
    ],
  );
}

const WEIGHT = { alarm: 0, warning: 1, information: 2 } as const;

function sorted(list: Trouble[]): Trouble[] {
  return [...list].sort((a, b) => WEIGHT[a.severity] - WEIGHT[b.severity]);
}
