// The list of who is in the room, and what holds for each.

import { button } from './button.ts';
import { type IconName, icon } from './icons.ts';
import { assertedText, cleanName, nameInSentence } from './names.ts';
import type { Scene } from './scene.ts';
import type { Device, Person } from './state.ts';
import { type Child, type Described, h } from './tree.ts';
import { dateText } from './words.ts';

const ICONS: Record<Person['state'], IconName> = {
  waiting: 'waiting',
  sealed: 'sealed',
  incapable: 'incapable',
  unreadable: 'alarm',
  swapped: 'alarm',
  quiet: 'sealed',
};

/** Somebody whose media is not shown, whatever it sends. */
export type Black = Person & { state: 'incapable' | 'unreadable' | 'swapped' };

export const isBlack = (person: Person): person is Black =>
  person.state === 'incapable' || person.state === 'unreadable' || person.state === 'swapped';

export function people(scene: Scene): Described {
  const { state, texts } = scene;
  return h('section', { key: 'people', 'aria-labelledby': 'people-title' }, [
    h('h3', { id: 'people-title' }, [texts.panel.people(state.people.length)]),
    h(
      'ul',
      { class: 'people' },
      state.people.map((person) => row(scene, person)),
    ),
  ]);
}

function row(scene: Scene, person: Person): Described {
  const { state, texts } = scene;
  // Before a seal only one thing is known of a person: whether it could take part.
  const isShown = state.phase === 'sealing' || state.phase === 'sealed' || person.state === 'incapable';
  const { word, detail } = texts.person[person.state];
  return h(
    'li',
    {
      key: person.id,
      'data-sealmeet': 'person',
      'data-person': person.id,
      'data-state': person.state,
      'data-device': person.device?.kind ?? null,
    },
    [
      h('span', { class: 'who' }, [
        h('bdi', {}, [cleanName(person.name) ?? texts.someone]),
        person.isSelf && h('span', { key: 'you', class: 'you' }, [` (${texts.you})`]),
      ]),
      isShown &&
        h('span', { key: 'state', class: `state ${person.state}` }, [icon(ICONS[person.state]), word]),
      isShown && detail !== null && h('p', { key: 'detail', class: 'detail' }, [detail]),
      isShown && names(scene, person),
      isShown && !person.isSelf && device(scene, person),
    ],
  );
}

/** A name that the server gives is not the person's own word, and one person may be here twice. */
function names({ texts }: Scene, { asserted, alsoHere = [] }: Person): Child {
  const asInSentence = (name: string) => nameInSentence(name, texts.someone);
  const sentences = [
    assertedText(asserted, texts),
    alsoHere.length > 0 ? texts.names.alsoHere(alsoHere.map(asInSentence)) : null,
  ].filter((sentence) => sentence !== null);
  if (sentences.length === 0) return null;
  return h('p', { key: 'names', class: 'detail', 'data-sealmeet': 'names' }, [sentences.join(' ')]);
}

const DEVICE_ICONS: Record<Device['kind'], IconName> = {
  new: 'information',
  known: 'information',
  verified: 'verified',
  changed: 'alarm',
};

function device({ state, texts, intents, actions }: Scene, person: Person): Described | null {
  const { device: known } = person;
  // Who has no channel yet gets one for the comparison; who has one and showed no device has nothing to verify.
  const isConnected = person.state !== 'waiting' && person.state !== 'quiet';
  if (!known && isConnected) return null;
  const time = known?.kind === 'known' ? known.since : known?.kind === 'verified' ? known.on : 0;
  const canVerify =
    intents.verification !== undefined &&
    state.phase === 'sealed' &&
    known?.kind !== 'verified' &&
    (!state.comparison || state.comparison.step === 'interrupted');
  if (!known && !canVerify) return null;
  return h('div', { key: 'device', class: `device ${known?.kind ?? 'unknown'}` }, [
    h('span', { class: 'state' }, [
      known !== undefined && icon(DEVICE_ICONS[known.kind]),
      known ? texts.device[known.kind](dateText(time, texts)) : texts.verify.unknown,
    ]),
    canVerify &&
      button('verify', 'quiet', texts.verify.compare, () => actions.compare(person.id), {
        'aria-label': texts.verify.compareWith(nameInSentence(person.name, texts.someone)),
      }),
  ]);
}
