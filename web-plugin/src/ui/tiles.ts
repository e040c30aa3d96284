// Says on a tile why it stays black. Lies over the tile and lets every click through to it.

import { icon } from './icons.ts';
import { cleanName } from './names.ts';
import { isBlack } from './people.ts';
import type { Scene } from './scene.ts';
import { type Child, h } from './tree.ts';

/** Too small for words: the icon alone, the panel has the words. */
const MIN_WIDTH_FOR_WORDS = 130;

export function tiles({ state, local, texts }: Scene): Child[] {
  return local.tiles.map(({ personId, box }, place) => {
    const person = state.people.find(({ id }) => id === personId);
    if (!person || !isBlack(person)) return null;
    return {
      ...h(
        'div',
        {
          key: `tile ${personId} ${place}`,
          class: 'tile',
          'data-sealmeet': 'tile',
          'data-person': personId,
          // The panel lists the same, where a screen reader finds it in order.
          'aria-hidden': 'true',
          lang: texts.language,
        },
        [
          icon(person.state === 'incapable' ? 'incapable' : 'alarm'),
          box.width >= MIN_WIDTH_FOR_WORDS &&
            h('span', { key: 'words' }, [
              h('bdi', {}, [cleanName(person.name) ?? texts.someone]),
              h('span', { class: 'reason' }, [texts.tile[person.state]]),
            ]),
        ],
      ),
      box,
    };
  });
}
