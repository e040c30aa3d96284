// The panel that the shield opens: who is in the room, what is sealed, and the owner's switch.

import { button, deliberate } from './button.ts';
import { icon } from './icons.ts';
import { meetingCode } from './meeting-code.ts';
import { nameInSentence } from './names.ts';
import { people } from './people.ts';
import { type Scene, shieldState } from './scene.ts';
import { thisBrowser } from './this-browser.ts';
import { type Child, type Described, h } from './tree.ts';
import { troubles } from './troubles.ts';
import { timeText } from './words.ts';

export function panel(scene: Scene): Described | null {
  const { state, local, texts, actions, intents } = scene;
  if (!local.isPanelOpen || state.phase === 'away') return null;
  const isCode = state.meetingCode !== undefined && intents.verification !== undefined;
  // While something is wrong, the panel does not say above it that all is well.
  const isAlarm = shieldState(state) === 'alarm' && state.phase !== 'broken';
  const title = isAlarm ? texts.shield.alarm : texts.panel.title[state.phase];
  // What there is to do comes first: sealing, or the answer that is wanted. Ending a seal is no next step.
  const isSwitchFirst = state.phase === 'open' || local.isConfirmingUnseal;
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
        h('h2', { id: 'panel-title' }, [isCode ? texts.code.title : title]),
        h(
          'button',
          { type: 'button', class: 'close', 'data-sealmeet': 'close', 'aria-label': texts.close },
          [icon('cross')],
          { click: actions.closePanel },
        ),
      ]),
      ...(state.meetingCode && intents.verification
        ? meetingCode(scene, state.meetingCode, intents.verification)
        : [
            !isAlarm && h('p', { key: 'meaning' }, [texts.panel.meaning[state.phase]]),
            troubles(scene),
            ...(isSwitchFirst ? theSwitch(scene) : []),
            people(scene),
            verifying(scene),
            ...parts(scene),
            ...(isSwitchFirst ? [] : theSwitch(scene)),
            about(scene),
            thisBrowser(scene),
          ]),
    ],
  );
}

function verifying({ state, texts, intents, actions }: Scene): Described | null {
  if (!intents.verification || state.phase !== 'sealed' || state.people.length < 2) return null;
  return h('div', { key: 'verifying', class: 'switch' }, [
    h('p', { class: 'muted' }, [texts.verify.why]),
    state.isDeviceTemporary === true &&
      h('p', { class: 'muted', 'data-sealmeet': 'temporary-device' }, [texts.verify.temporary]),
    button('open-code', 'plain', texts.verify.openCode, actions.openCode),
  ]);
}

function about({ texts }: Scene): Described {
  const { title, holds, holdsNot } = texts.panel.about;
  return h('details', { key: 'about', class: 'about', 'data-sealmeet': 'about' }, [
    h('summary', {}, [h('span', { class: 'happened' }, [title])]),
    ...[...holds, holdsNot].map((sentence) => h('p', {}, [sentence])),
  ]);
}

/** Since when, and the last change of keys. */
function history({ state, texts }: Scene): Child[] {
  const { sealedSince, lastKeyChange } = state;
  if (state.phase !== 'sealed') return [];
  return [
    sealedSince !== null &&
      h('p', { key: 'since', class: 'muted', 'data-sealmeet': 'since' }, [
        h('time', { datetime: new Date(sealedSince).toISOString() }, [
          texts.panel.since(timeText(sealedSince, texts)),
        ]),
      ]),
    lastKeyChange !== undefined &&
      h(
        'p',
        { key: 'keys', class: 'muted', 'data-sealmeet': 'key-change', 'data-reason': lastKeyChange.reason },
        [
          texts.panel.keyChange[lastKeyChange.reason](
            timeText(lastKeyChange.at, texts),
            lastKeyChange.name === null ? null : nameInSentence(lastKeyChange.name, texts.someone),
          ),
        ],
      ),
  ];
}

const PARTS = ['microphone', 'camera', 'screen', 'chat'] as const;

function parts(scene: Scene): Child[] {
  const { state, texts } = scene;
  if (state.phase !== 'sealing' && state.phase !== 'sealed') return [];
  return [
    h('section', { key: 'parts', 'aria-labelledby': 'parts-title' }, [
      h('h3', { id: 'parts-title' }, [texts.panel.parts]),
      h(
        'ul',
        { class: 'parts' },
        PARTS.map((part) => {
          return h('li', { key: part, 'data-sealmeet': 'part', 'data-part': part }, [
            icon(part),
            `${texts.part[part]}: ${texts.part.sealed}`,
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
      ...goOnWithout(scene),
      ...history(scene),
    ]),
  ];
}

/** The server holds the room to be open (it forgot, or it was sealed on an earlier visit): only this person can agree. */
function goOnWithout(scene: Scene): Child[] {
  const { state, texts, intents } = scene;
  if (state.isEnforced || !state.canAgree) return [];
  return [
    h('div', { key: 'go-on', class: 'switch' }, [
      h('p', { class: 'muted' }, [texts.asking.meaning]),
      deliberate(scene, 'agree', 'quiet', texts.asking.agree, () => intents.agreeToUnseal()),
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
  // Everybody is being asked already.
  if (state.consent) return [];
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
          [...(state.asksEverybody ? [texts.switch.asksEverybody] : []), ...texts.switch.confirmMeaning].map(
            (sentence) => h('p', {}, [sentence]),
          ),
        ),
        h('div', { class: 'row' }, [
          button('keep-seal', 'primary', texts.switch.keep, actions.keepSeal),
          deliberate(scene, 'confirm-unseal', 'danger', texts.switch.confirm, () => intents.unseal()),
        ]),
      ],
    ),
  ];
}
