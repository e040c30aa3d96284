// The shield: the one sign that is always there in a call, and the button that opens the panel.

import { icon } from './icons.ts';
import { type Scene, shieldState } from './scene.ts';
import { type Described, h } from './tree.ts';

const ICONS = {
  open: 'open',
  sealing: 'sealing',
  sealed: 'sealed',
  verified: 'verified',
  asking: 'unsealed',
  alarm: 'alarm',
} as const;

export function shield({ state, local, texts, actions }: Scene): Described {
  const shown = shieldState(state);
  const word = texts.shield[shown];
  const messages = state.troubles.length;
  return h(
    'button',
    {
      key: 'shield',
      type: 'button',
      class: `shield ${shown}`,
      'data-sealmeet': 'shield',
      'data-shield': shown,
      'aria-expanded': String(local.isPanelOpen),
      'aria-controls': local.isPanelOpen ? 'panel' : null,
    },
    [
      icon(ICONS[shown]),
      h('span', { class: 'spoken-only' }, [`${texts.shield.name}: `]),
      h('span', { class: 'word' }, [word]),
      messages > 0 && h('span', { key: 'count', class: 'count', 'aria-hidden': 'true' }, [String(messages)]),
      messages > 0 &&
        h('span', { key: 'spoken', class: 'spoken-only' }, [`, ${texts.panel.messages(messages)}`]),
    ],
    { click: actions.togglePanel },
  );
}
