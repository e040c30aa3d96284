// Why the room did not let this page in: the module's words for people (prosody-module, words.lib.lua), sorted.

import type { Refusal } from '../ui/index.ts';

/** What keeps this page from sealing: too old a browser, a part that did not load, or one that stopped. */
export type Obstacle = 'unsupported' | 'not-loaded' | 'worker-died';

const OUR_MODULE = /end-to-end encrypted|sealed/i;
const BAD_KEYS = /encryption keys that cannot be used/i;

/**
 * `words`: the reason that came with the room's farewell. Null when it is not about the seal: Jitsi Meet says the rest.
 */
export function refusalOf(words: string | null, obstacle: Obstacle | null): Refusal | null {
  if (words === null || !OUR_MODULE.test(words)) return null;
  if (obstacle === 'unsupported') return { reason: 'outdated-browser', detail: null };
  if (obstacle !== null) return { reason: 'no-plugin', detail: null };
  if (BAD_KEYS.test(words)) return { reason: 'bad-bundle', detail: null };
  return { reason: 'other', detail: words };
}
