// The meeting code: digits for reading aloud, and one tick for each person whom somebody heard (rule M19).

import { button } from './button.ts';
import { icon } from './icons.ts';
import { assertedText, cleanName, nameInSentence } from './names.ts';
import { byHand, type Scene } from './scene.ts';
import type { MeetingCode, VerificationIntents } from './state.ts';
import { type Child, type Described, h } from './tree.ts';

/** Takes the place of the panel's content while it is open. There is no button that ticks everybody. */
export function meetingCode(scene: Scene, code: MeetingCode, verification: VerificationIntents): Child[] {
  const { texts, actions, local } = scene;
  const words = texts.code;
  return [
    local.codeDiffers && differs(scene),
    ...words.how.map((sentence) => h('p', {}, [sentence])),
    code.digits === null && h('p', { key: 'working', class: 'muted', role: 'status' }, [words.working]),
    code.digits !== null && theDigits(scene, code.digits),
    code.isOutdated &&
      h('div', { key: 'outdated', class: 'outdated', 'data-sealmeet': 'code-outdated' }, [
        h('p', { class: 'muted' }, [words.outdated]),
        button('new-code', 'quiet', words.fresh, () => verification.openCode()),
      ]),
    // Without digits there is nothing yet that anybody could have read.
    code.digits !== null && heard(scene, code.people, verification),
    h('div', { key: 'code-row', class: 'row' }, [
      button('code-back', 'plain', words.back, actions.closeCode),
      !local.codeDiffers && button('code-differs', 'quiet', words.differs, actions.sayCodeDiffers),
    ]),
  ];
}

function theDigits({ texts }: Scene, digits: string): Described {
  const attributes = { role: 'group', 'aria-label': texts.code.digits, 'data-sealmeet': 'code', dir: 'ltr' };
  return h('div', { key: 'code', class: 'code', 'data-digits': digits, ...attributes }, groups(digits));
}

function heard(scene: Scene, people: MeetingCode['people'], verification: VerificationIntents): Described {
  const words = scene.texts.code;
  const connecting = people.filter(({ reach }) => reach === 'connecting').length;
  return h('section', { key: 'heard', 'aria-labelledby': 'heard-title' }, [
    h('h3', { id: 'heard-title' }, [words.people]),
    people.length === 0
      ? h('p', { key: 'none', class: 'muted' }, [words.none])
      : h('p', { key: 'covers', class: 'muted', 'data-sealmeet': 'code-covers' }, [
          words.covers(people.length),
        ]),
    h(
      'ul',
      { class: 'heard' },
      people.map((person, place) => tick(scene, person, place, verification)),
    ),
    // There from the start, so that a screen reader says what changes in it.
    h('p', { key: 'connecting', class: 'muted', role: 'status', 'data-sealmeet': 'code-connecting' }, [
      connecting > 0 && words.connecting(connecting),
    ]),
  ]);
}

function groups(digits: string): Described[] {
  const found = digits.match(/\d{5}/gu) ?? [];
  return found.map((group, place) =>
    h('span', { key: String(place), class: 'group' }, [
      h('span', { 'aria-hidden': 'true' }, [group]),
      // Otherwise a screen reader reads "twelve thousand three hundred …", which nobody can compare.
      h('span', { class: 'spoken-only' }, [`${[...group].join(' ')}, `]),
    ]),
  );
}

function tick(
  { texts }: Scene,
  { id, name, asserted, heard, reach }: MeetingCode['people'][number],
  place: number,
  verification: VerificationIntents,
): Described {
  const isReachable = reach === 'reachable';
  const why = isReachable ? null : texts.code.reach[reach];
  const said = assertedText(asserted, texts);
  // By place: an id that the server chose may have a space in it, which would make two references of it.
  const described = [said !== null && `asserted-${place}`, why !== null && `reach-${place}`].filter(Boolean);
  return h('li', { key: id }, [
    h(
      'button',
      {
        type: 'button',
        class: 'tick',
        role: 'checkbox',
        'aria-checked': String(heard),
        // Unlike `disabled`, this leaves it reachable and readable by keyboard and screen reader.
        'aria-disabled': isReachable ? null : 'true',
        'aria-describedby': described.join(' ') || null,
        'data-reach': reach,
        'aria-label': texts.code.heard(nameInSentence(name, texts.someone)),
        'data-sealmeet': 'heard',
        'data-person': id,
      },
      [
        h('span', { class: 'box' }, [heard && icon('tick')]),
        h('span', { class: 'whom' }, [
          h('bdi', {}, [cleanName(name) ?? texts.someone]),
          said !== null &&
            h('span', { key: 'said', class: 'said', id: `asserted-${place}`, 'data-sealmeet': 'asserted' }, [
              said,
            ]),
          why !== null && h('span', { key: 'why', class: 'muted', id: `reach-${place}` }, [why]),
        ]),
      ],
      { click: byHand(() => isReachable && verification.heard(id, !heard)) },
    ),
  ]);
}

function differs({ texts }: Scene): Described {
  const { happened, means, remedy } = texts.causes.mismatch({ kind: 'mismatch', name: null });
  return h(
    'div',
    { key: 'differs', class: 'confirming', role: 'group', tabindex: '-1', 'data-sealmeet': 'code-alarm' },
    [
      h('p', { class: 'lead' }, [icon('alarm'), h('strong', {}, [happened])]),
      h('p', {}, [means]),
      h('p', {}, [h('strong', {}, [`${texts.trouble.remedyLabel}: `]), remedy]),
    ],
  );
}
