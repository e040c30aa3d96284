// The drawings of the interface: one shape per meaning, so that colour is never the only sign.

import { type Described, h } from './tree.ts';

const SHIELD = 'M12 2.5 4.5 5.2v6c0 4.8 3.1 8.6 7.5 10.3 4.4-1.7 7.5-5.5 7.5-10.3v-6z';

/** Each drawing: stroked paths on a 24 × 24 field; `fill` marks the ones that are filled. */
const DRAWINGS = {
  /** An outline that stands open. */
  open: [{ d: 'M12 2.5 4.5 5.2v6c0 4.8 3.1 8.6 7.5 10.3' }, { d: 'M15.5 3.8l4 1.4v6c0 1.6-.4 3.1-1 4.5' }],
  /** An outline with three dots: it is being done. */
  sealing: [{ d: SHIELD }, { d: 'M8 12h.01M12 12h.01M16 12h.01' }],
  /** A shield with a lock. */
  sealed: [{ d: SHIELD }, { d: 'M9 11h6v4.5H9z', fill: true }, { d: 'M10 11V9.5a2 2 0 0 1 4 0V11' }],
  /** A shield with a tick. */
  verified: [{ d: SHIELD }, { d: 'm8.3 12 2.6 2.7 4.9-5.4' }],
  /** A triangle with an exclamation mark. */
  alarm: [{ d: 'M12 3.5 2.5 20h19z' }, { d: 'M12 10v4.5M12 17.3h.01' }],
  /** A shield struck through. */
  unsealed: [{ d: SHIELD }, { d: 'm3.5 3.5 17 17' }],
  /** A circle with an i. */
  information: [{ d: 'M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18z' }, { d: 'M12 11v5.5M12 7.7h.01' }],
  waiting: [{ d: 'M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18z' }, { d: 'M12 7.5V12l3 2' }],
  tick: [{ d: 'm5 12.5 4.5 4.5L19 7' }],
  cross: [{ d: 'm6 6 12 12M18 6 6 18' }],
  /** A circle struck through: no part in it. */
  incapable: [{ d: 'M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18z' }, { d: 'm5.8 5.8 12.4 12.4' }],
  microphone: [
    { d: 'M12 3.5a2.5 2.5 0 0 0-2.5 2.5v5a2.5 2.5 0 0 0 5 0V6A2.5 2.5 0 0 0 12 3.5z' },
    { d: 'M6 11a6 6 0 0 0 12 0M12 17v3.5' },
  ],
  camera: [{ d: 'M3.5 7h11v10h-11z' }, { d: 'm14.5 11 6-3.5v9l-6-3.5' }],
  screen: [{ d: 'M3.5 5h17v11h-17z' }, { d: 'M8.5 20h7M12 16v4' }],
  chat: [{ d: 'M4 5h16v11h-8l-4.5 4v-4H4z' }],
} as const satisfies Record<string, readonly { d: string; fill?: true }[]>;

export type IconName = keyof typeof DRAWINGS;

/** Decoration only: the word beside it carries the meaning for a screen reader. */
export function icon(name: IconName): Described {
  const drawing: readonly { d: string; fill?: true }[] = DRAWINGS[name];
  return h(
    'svg',
    {
      key: name,
      class: `icon icon-${name}`,
      viewBox: '0 0 24 24',
      'aria-hidden': 'true',
      focusable: 'false',
    },
    drawing.map(({ d, fill }) => h('path', { d, class: fill ? 'filled' : null })),
  );
}
