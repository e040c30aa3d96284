// How each other participant stands: from what the worker opened and the core heard, never from the server's word.

import type { DropReason, WorkerReport } from '../frames/index.ts';
import { arrivalMs } from '../keys/index.ts';
import type { Person } from '../ui/index.ts';

type Dropped = Extract<WorkerReport, { type: 'dropped' }>;

/** Reasons that say that something arrived which this client cannot show. The others are order and timing. */
const UNREADABLE: readonly DropReason[] = [
  'not-sealed',
  'malformed',
  'wrong-source',
  'unknown-key',
  'retired-key',
  'forged',
  'metadata-mismatch',
];

/**
 * So long after a channel or a seal is new, frames that do not open are frames under way; and after somebody's first word
 * of which sources are on, silence of one that is off, which the worker believes two seconds later.
 */
const SETTLING_MS = 3_000;
/** So long somebody may take to arrive without being waited for: keys come in a fraction of it. */
export const ARRIVING_MS = 3_000;
/** So many reports in a row (one a second) without a frame that opens make somebody unreadable. */
const PATIENCE = 3;
/** Fewer than so many frames for each of them may be strays. */
const STRAYS = 5;
/** What did not open so long ago says nothing of now. */
const FORGOTTEN_MS = 10_000;

/** What somebody's media is found to be, when it is news. `off`: what did not open was of a source that is off. */
export type Finding = 'unreadable' | 'replayed' | 'off';

/** Reports of frames that did not open, and no frame that did. */
interface Unopened {
  reports: number;
  frames: number;
  at: number;
}

interface Standing {
  state: Person['state'];
  joinedAt: number;
  /** When its channel was finished; null before. */
  since: number | null;
  /** When it first said which of its sources are on; null before. */
  statedAt: number | null;
  /** By transform, what came since something opened: a still screen that is shared has one picture a second. */
  bad: Map<number, Unopened>;
  /** Reports in a row, by transform, in which nothing came but what had come before or was taken back. */
  old: Map<number, number>;
}

const isTooMuch = ({ reports, frames }: Unopened): boolean =>
  reports >= PATIENCE && frames >= PATIENCE * STRAYS;
const isAnyTooMuch = ({ bad }: Standing): boolean => [...bad.values()].some(isTooMuch);

export class People {
  readonly #all = new Map<string, Standing>();
  #begunAt = 0;

  joined(id: string, now: number): void {
    const begin = { state: 'waiting', joinedAt: now, since: null, statedAt: null } as const;
    this.#all.set(id, { ...begin, bad: new Map(), old: new Map() });
  }

  /** It is somebody else from now on, and its coming does not count as one's who has just come. */
  replaced(id: string): void {
    this.joined(id, Number.NEGATIVE_INFINITY);
  }

  left(id: string): void {
    this.#all.delete(id);
  }

  /** What came so far says nothing any more: the room was sealed or unsealed, or the worker is new. */
  beginAnew(now: number): void {
    this.#begunAt = now;
    for (const one of this.#all.values()) {
      one.statedAt = null;
      one.bad.clear();
      one.old.clear();
    }
  }

  /** The channel to it is finished. */
  reached(id: string, now: number): void {
    const one = this.#all.get(id);
    if (!one) return;
    one.since = now;
    if (one.state !== 'swapped') one.state = 'sealed';
  }

  stated(id: string, now: number): void {
    const one = this.#all.get(id);
    if (one) one.statedAt ??= now;
  }

  /** Its channel ended, and another is being made. */
  lost(id: string): void {
    const one = this.#all.get(id);
    if (!one) return;
    one.since = null;
    if (one.state === 'sealed' || one.state === 'unreadable') one.state = 'waiting';
  }

  /** It has no channel any more; a late frame of the one that it had makes it no part of the seal. */
  incapable(id: string): void {
    const one = this.#all.get(id);
    if (one) Object.assign(one, { state: 'incapable', since: null });
  }

  /** A frame of it opened, in this transform. */
  opened(id: string, transform: number): void {
    const one = this.#all.get(id);
    if (!one) return;
    one.bad.delete(transform);
    one.old.delete(transform);
    if (one.since !== null && !isAnyTooMuch(one)) one.state = 'sealed';
  }

  /** Whom each transform shows has changed: what ended unopened counts no more. */
  routed(occupantOf: (transform: number) => string | null): void {
    for (const [id, one] of this.#all) {
      for (const transform of one.bad.keys()) if (occupantOf(transform) !== id) one.bad.delete(transform);
      this.#mend(one);
    }
  }

  /**
   * Frames did not open, while `passed` did: where some do, the person is seen and heard. Old frames among others are
   * Chromium's, which sends packets again to probe the line; alone they are somebody's who keeps them, and make
   * nobody unreadable: a muted person has no newer ones to show for itself.
   */
  unopened(
    id: string,
    { transform, reasons, passed }: Pick<Dropped, 'transform' | 'reasons' | 'passed'>,
    now: number,
  ): Finding | null {
    const one = this.#all.get(id);
    if (!one || one.since === null || now - this.#settlesFrom(one, one.since) < SETTLING_MS) return null;
    if (passed > 0) {
      this.opened(id, transform);
      return null;
    }
    const isOld = (reasons.replayed ?? 0) >= STRAYS;
    const inARowOld = isOld ? (one.old.get(transform) ?? 0) + 1 : 0;
    one.old.set(transform, inARowOld);
    if (inARowOld === PATIENCE) return 'replayed';
    const count = UNREADABLE.reduce((sum, reason) => sum + (reasons[reason] ?? 0), 0);
    if (count === 0) {
      if (reasons['source-off'] === undefined) return null;
      one.bad.delete(transform);
      return this.#mend(one) ? 'off' : null;
    }
    const before = one.bad.get(transform);
    const isRecent = before !== undefined && now - before.at < FORGOTTEN_MS;
    const { reports, frames } = isRecent ? before : { reports: 0, frames: 0 };
    const bad = { reports: reports + 1, frames: frames + count, at: now };
    one.bad.set(transform, bad);
    if (!isTooMuch(bad)) return null;
    const isNews = one.state === 'sealed';
    if (isNews) one.state = 'unreadable';
    return isNews ? 'unreadable' : null;
  }

  /**
   * Whoever was muted before this client came goes on sending silence that nobody will open (rule M7); that it is off is
   * known from its first beacon.
   */
  #settlesFrom({ statedAt }: Standing, since: number): number {
    const begun = Math.max(since, this.#begunAt);
    return Math.max(begun, statedAt ?? begun + arrivalMs(this.#all.size + 1));
  }

  /** Nothing that does not open is left. */
  #mend(one: Standing): boolean {
    const isMended = one.state === 'unreadable' && !isAnyTooMuch(one);
    if (isMended) one.state = 'sealed';
    return isMended;
  }

  isArriving(id: string, now: number): boolean {
    const one = this.#all.get(id);
    return one?.state === 'waiting' && now - one.joinedAt < ARRIVING_MS;
  }

  swapped(id: string): void {
    const one = this.#all.get(id);
    if (one) one.state = 'swapped';
  }

  /** `needsKeys`: something is sent in one direction or the other, or keys are exchanged without that. */
  state(id: string, needsKeys: boolean): Person['state'] {
    const state = this.#all.get(id)?.state ?? 'waiting';
    return state === 'waiting' && !needsKeys ? 'quiet' : state;
  }
}
