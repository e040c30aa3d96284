// Whom a KEY names as gone: those whose leave this sender saw a short time ago. docs/protocol.md §5.3, rule M4.

import { LIMITS } from '../wire/index.ts';
import type { Identity } from './events.ts';

export const EXCLUDES_MS = 30_000;
/** Receivers remember whom a KEY named; who was named is named again only so long, in case that KEY was lost. */
const NAMED_AGAIN_MS = 5000;

export class Leavers {
  private seen: { identity: Identity; at: number; isNamed: boolean }[] = [];

  left(identity: Identity, now: number): void {
    this.seen = [...this.seen, { identity, at: now, isNamed: false }].slice(-LIMITS.excludes);
  }

  /** Those that a KEY drawn up now has to name, unless they are back. */
  name(isHere: (identity: Identity) => boolean, now: number): Identity[] {
    this.seen = this.seen.filter(({ at }) => at > now - EXCLUDES_MS);
    const absent = this.seen.filter(
      ({ identity, at, isNamed }) => !isHere(identity) && (!isNamed || at > now - NAMED_AGAIN_MS),
    );
    for (const leaver of absent) leaver.isNamed = true;
    return [...new Set(absent.map(({ identity }) => identity))];
  }
}
