// The whole interface as a pure function of its scene.

import { banner } from './banner.ts';
import { beforeJoining } from './before-joining.ts';
import { comparison } from './comparison.ts';
import { consent } from './consent.ts';
import { icon } from './icons.ts';
import { panel } from './panel.ts';
import type { Scene } from './scene.ts';
import { shield } from './shield.ts';
import { tiles } from './tiles.ts';
import { type Child, h } from './tree.ts';
import { alert } from './troubles.ts';

export function view(scene: Scene): Child[] {
  const { state, local, texts } = scene;
  const isInCall = state.phase !== 'away';
  return [
    ...(isInCall ? tiles(scene) : []),
    h('div', { key: 'stack', class: 'stack', lang: texts.language, dir: texts.direction }, [
      isInCall && shield(scene),
      h('div', { key: 'below', class: 'below' }, [
        beforeJoining(scene),
        isInCall && banner(scene),
        isInCall && consent(scene),
        isInCall && alert(scene),
        isInCall && comparison(scene),
        isInCall && panel(scene),
        ...notices(scene),
      ]),
    ]),
    // Live regions have to be on the page before their text changes (WAI-ARIA 1.2 §6.5).
    h(
      'div',
      {
        key: 'polite',
        class: 'spoken-only',
        role: 'status',
        'data-sealmeet': 'polite',
        lang: texts.language,
      },
      [local.spoken.polite],
    ),
    h(
      'div',
      { key: 'urgent', class: 'spoken-only', role: 'alert', 'data-sealmeet': 'urgent', lang: texts.language },
      [local.spoken.urgent],
    ),
  ];
}

function notices({ local, texts, actions }: Scene): Child[] {
  return local.notices.map(({ id, text, repeated }) =>
    h('div', { key: `notice ${id}`, class: 'card notice', 'data-sealmeet': 'notice' }, [
      icon('information'),
      h('p', {}, [repeated > 1 ? `${text} ${texts.trouble.repeated(repeated)}` : text]),
      h(
        'button',
        { type: 'button', class: 'close', 'data-sealmeet': 'close-notice', 'aria-label': texts.close },
        [icon('cross')],
        { click: () => actions.closeNotice(id) },
      ),
    ]),
  );
}
