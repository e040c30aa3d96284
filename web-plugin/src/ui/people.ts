// The list of who is in the room, and what holds for each.

import { type IconName, icon } from './icons.ts';
import { cleanName } from './names.ts';
import type { Scene } from './scene.ts';
import type { Person } from './state.ts';
import { type Described, h } from './tree.ts';

const ICONS: Record<Person['state'], IconName> = {
  waiting: 'waiting',
  sealed: 'sealed',
  incapable: 'incapable',
  unreadable: 'alarm',
  swapped: 'alarm',
};

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

function row({ state, texts }: Scene, person: Person): Described {
  // Before a seal only one thing is known of a person: whether it could take part.
  const isShown = state.phase === 'sealing' || state.phase === 'sealed' || person.state === 'incapable';
  const { word, detail } = texts.person[person.state];
  return h(
    'li',
    { key: person.id, 'data-sealmeet': 'person', 'data-person': person.id, 'data-state': person.state },
    [
      h('span', { class: 'who' }, [
        h('bdi', {}, [cleanName(person.name) ?? texts.someone]),
        person.isSelf && h('span', { key: 'you', class: 'you' }, [` (${texts.you})`]),
      ]),
      isShown &&
        h('span', { key: 'state', class: `state ${person.state}` }, [icon(ICONS[person.state]), word]),
      isShown && detail !== null && h('p', { key: 'detail', class: 'detail' }, [detail]),
    ],
  );
}
