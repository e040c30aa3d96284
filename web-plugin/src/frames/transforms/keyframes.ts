// When a receiving video transform must ask its sender for a key frame, and how often it may.
import type { DropReason } from '../commands.ts';

/** At most one request in this time: the sender answers for everybody at once. */
export const KEY_FRAME_INTERVAL_MS = 500;

/** Losses that break a decoder's chain of references. A replay or a stranger's frame belongs to no chain. */
const BREAKS_CHAIN: ReadonlySet<DropReason> = new Set([
  'gate-closed',
  'no-owner',
  'not-sealed',
  'malformed',
  'unknown-key',
  'retired-key',
  'forged',
  'hold-overflow',
]);

export class KeyFrames {
  readonly #request: () => void;
  /** The decoder lacks something that a later frame may refer to; at first everything. */
  #isBroken = true;
  #lastRequest = Number.NEGATIVE_INFINITY;

  constructor(request: () => void) {
    this.#request = request;
  }

  lost(reason: DropReason): void {
    if (BREAKS_CHAIN.has(reason)) this.#isBroken = true;
  }

  /** A frame goes to the decoder: a key frame mends the chain, any other is of no use to a broken one. */
  passed(isKey: boolean, now: number): void {
    if (isKey) this.#isBroken = false;
    else this.askIfBroken(now);
  }

  askIfBroken(now: number): void {
    if (!this.#isBroken || now - this.#lastRequest < KEY_FRAME_INTERVAL_MS) return;
    this.#lastRequest = now;
    this.#request();
  }
}
