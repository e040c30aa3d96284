// How much later than they could a sender's frames come: a bridge that shows everybody late is noticed (rule S2).
import { TIME_UNIT_MS } from '../metadata.ts';

/** Further behind the quickest frame so far than any network keeps a frame. */
export const LATE_MS = 5000;

const UNITS = 0x10000;
const HALF = UNITS / 2;

/** One per sender: its sources share a clock, so that delaying one of them shows against the others. */
export class Lateness {
  /** Own time minus sender's, in units modulo 2^16, of the quickest frame. The clocks need not agree. */
  #smallest: number | null = null;

  /** Of a frame that authenticated: milliseconds behind the quickest. Both times in units of `timeUnits`. */
  of(sentAt: number, receivedAt: number): number {
    const offset = (receivedAt - sentAt + UNITS) % UNITS;
    const behind = this.#smallest === null ? 0 : ((offset - this.#smallest + UNITS + HALF) % UNITS) - HALF;
    if (this.#smallest === null || behind < 0) this.#smallest = offset;
    return Math.max(0, behind) * TIME_UNIT_MS;
  }
}
