// Whom a KEY names as gone: those whose leave its sender saw a short time ago. docs/protocol.md §5.3, rule M4.

import { EXCLUDE_BYTES, LIMITS } from '../wire/index.ts';
import type { Identity } from './events.ts';
import { forgetOldest } from './forget-oldest.ts';

export const EXCLUDES_MS = 30_000;
/** A stream that was cut comes back so late: whoever was away sees only then who left, and asks. */
const REMEMBERED_MS = 120_000;
/** Receivers remember whom a KEY named; who was named is named again only so long, in case that KEY was lost. */
const NAMED_AGAIN_MS = 5000;
/** Of those who left in EXCLUDES_MS, and of those whom one sender named, so many are remembered. */
export const REMEMBERED_LEAVES = 512;

/** How `excludes` names this identity. */
export const excludeOf = (curve25519: Uint8Array): Uint8Array => curve25519.slice(0, EXCLUDE_BYTES);

/** The same as text, to look it up. */
export const nameOf = (curve25519: Uint8Array): string => String.fromCharCode(...excludeOf(curve25519));

type IsHere = (identity: Identity) => boolean;

/** The sender's side. */
export class Leavers {
  private seen: { identity: Identity; at: number; isNamed: boolean }[] = [];

  left(identity: Identity, now: number): void {
    this.seen = [...this.seen, { identity, at: now, isNamed: false }].slice(-REMEMBERED_LEAVES);
  }

  /**
   * Those that a KEY drawn up now has to name, unless they are back: 64 at most, whom none named yet before the others.
   * `isAfterReturn`: somebody came back since the last one, so that what was named before it counts no more
   * (Receiving.leaverSeen).
   */
  name(isHere: IsHere, now: number, isAfterReturn: boolean): Identity[] {
    this.seen = this.seen.filter(({ at }) => at > now - REMEMBERED_MS);
    if (isAfterReturn) this.nameAgain();
    const absent = this.recent(isHere, now);
    const again = absent.filter(({ at, isNamed }) => isNamed && at > now - NAMED_AGAIN_MS);
    const named = [...absent.filter(({ isNamed }) => !isNamed), ...again].slice(0, LIMITS.excludes);
    for (const leaver of named) leaver.isNamed = true;
    return [...new Set(named.map(({ identity }) => identity))];
  }

  /** Are there more than that KEY could name? */
  hasMore(isHere: IsHere, now: number): boolean {
    return this.recent(isHere, now).some(({ isNamed }) => !isNamed);
  }

  private recent(isHere: IsHere, now: number) {
    return this.seen.filter(({ identity, at }) => at > now - EXCLUDES_MS && !isHere(identity));
  }

  /** For a KEY to one alone, who may have missed those before it: the last to leave, named or not. */
  all(isHere: IsHere): Identity[] {
    const absent = this.seen.filter(({ identity }) => !isHere(identity));
    return [...new Set(absent.map(({ identity }) => identity))].slice(-LIMITS.excludes);
  }

  /** Somebody missed KEYs, and who was named in them, or what they named counts no more: all are named again. */
  nameAgain(): void {
    for (const leaver of this.seen) leaver.isNamed = false;
  }
}

/** The receiver's side: whom the KEYs of one sender named. */
export class Namings {
  /** By leaver: the last generation whose KEY named it. */
  private readonly latest = new Map<string, number>();

  /** Generations rise. */
  add(generation: number, excludes: Uint8Array): void {
    for (let at = 0; at < excludes.length; at += EXCLUDE_BYTES) {
      const leaver = nameOf(excludes.subarray(at));
      this.latest.delete(leaver);
      this.latest.set(leaver, generation);
    }
    forgetOldest(this.latest, REMEMBERED_LEAVES);
  }

  /** The last generation whose KEY named this leaver (nameOf), 0 if none did. */
  of(leaver: string): number {
    return this.latest.get(leaver) ?? 0;
  }
}
