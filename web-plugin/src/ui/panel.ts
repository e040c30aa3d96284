// The panel that the shield opens: who is in the room, what is sealed, and the owner's switch.

import { button } from './button.ts';
import { icon } from './icons.ts';
import { people } from './people.ts';
import { byHand, type Scene } from './scene.ts';
import { type Child, type Described, h } from './tree.ts';
import { troubles } from './troubles.ts';

export function panel(scene: Scene): Described | null {
  const { state, local, texts, actions } = scene;
  if (!local.isPanelOpen || state.phase === 'away') return null;
  return h(
    'div',
    {
      key: 'panel',
      id: 'panel',
      class: 'panel',
      role: 'dialog',
      'aria-labelledby': 'panel-title',
      tabindex: '-1',
      'data-sealmeet': 'panel',
    },
    [
      h('header', {}, [
        h('h2', { id: 'panel-title' }, [texts.panel.title[state.phase]]),
        h(
          'button',
          { type: 'button', class: 'close', 'data-sealmeet': 'close', 'aria-label': texts.close },
          [icon('cross')],
          { click: actions.closePanel },
        ),
      ]),
      h('p', {}, [texts.panel.meaning[state.phase]]),
      ...since(scene),
      troubles(scene),
      ...theSwitch(scene),
      people(scene),
      ...parts(scene),
    ],
  );
}

function since({ state, texts }: Scene): Child[] {
  if (state.phase !== 'sealed' || state.sealedSince === null) return [];
  const then = new Date(state.sealedSince);
  const isToday = then.toDateString() === new Date().toDateString();
  // The browser's own region decides between 9:41 and 9:41 AM, if it speaks the same language.
  const { language } = navigator;
  const format = new Intl.DateTimeFormat(
    language.startsWith(texts.language) ? language : texts.language,
    isToday ? { timeStyle: 'short' } : { dateStyle: 'medium', timeStyle: 'short' },
  );
  return [
    h('p', { key: 'since', class: 'muted', 'data-sealmeet': 'since' }, [
      h('time', { datetime: then.toISOString() }, [texts.panel.since(format.format(then))]),
    ]),
  ];
}

const PARTS = ['microphone', 'camera', 'screen', 'chat'] as const;

function parts({ state, texts }: Scene): Child[] {
  if (state.phase !== 'sealing' && state.phase !== 'sealed') return [];
  return [
    h('section', { key: 'parts', 'aria-labelledby': 'parts-title' }, [
      h('h3', { id: 'parts-title' }, [texts.panel.parts]),
      h(
        'ul',
        { class: 'parts' },
        PARTS.map((part) => {
          const holds = state.parts?.[part] ?? (part === 'chat' ? 'blocked' : 'sealed');
          return h('li', { key: part, 'data-sealmeet': 'part', 'data-part': part, 'data-state': holds }, [
            icon(part),
            `${texts.part[part]}: ${texts.part[holds]}`,
          ]);
        }),
      ),
      h(
        'p',
        {
          key: 'enforced',
          class: state.isEnforced ? 'muted' : 'detail',
          'data-sealmeet': 'enforcement',
          'data-state': state.isEnforced ? 'enforced' : 'not-enforced',
        },
        [state.isEnforced ? texts.panel.enforced : texts.panel.notEnforced],
      ),
    ]),
  ];
}

function theSwitch(scene: Scene): Child[] {
  const { state, texts, intents, local, actions } = scene;
  if (state.phase === 'open') {
    if (!state.isOwner) return [h('p', { key: 'not-owner', class: 'muted' }, [texts.switch.onlyOwnersSeal])];
    return [
      h('div', { key: 'switch', class: 'switch' }, [
        button('seal', 'primary', texts.switch.seal, () => intents.seal()),
        h('p', { class: 'muted' }, [texts.switch.sealHint]),
      ]),
    ];
  }
  if (state.phase !== 'sealed' && state.phase !== 'sealing') return [];
  if (!state.isOwner) return [h('p', { key: 'not-owner', class: 'muted' }, [texts.switch.onlyOwnersUnseal])];
  if (!local.isConfirmingUnseal) {
    return [
      h('div', { key: 'switch', class: 'switch' }, [
        button('unseal', 'plain', texts.switch.unseal, actions.askUnseal),
      ]),
    ];
  }
  return [
    h(
      'div',
      {
        key: 'confirming',
        class: 'confirming',
        role: 'group',
        'aria-labelledby': 'confirm-title',
        'aria-describedby': 'confirm-meaning',
      },
      [
        h('h3', { id: 'confirm-title' }, [texts.switch.confirmTitle]),
        h(
          'div',
          { id: 'confirm-meaning' },
          texts.switch.confirmMeaning.map((sentence) => h('p', {}, [sentence])),
        ),
        h('div', { class: 'row' }, [
          button('keep-seal', 'primary', texts.switch.keep, actions.keepSeal),
          button(
            'confirm-unseal',
            'danger',
            texts.switch.confirm,
            byHand(() => intents.unseal()),
            {
              'aria-disabled': local.isArmed ? null : 'true',
            },
          ),
        ]),
      ],
    ),
  ];
}
