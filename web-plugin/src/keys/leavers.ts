// Whom a KEY names as gone: those whose leave its sender saw a short time ago. docs/protocol.md §5.3, rule M4.

import { EXCLUDE_BYTES, LIMITS } from '../wire/index.ts';
import type { Identity } from './events.ts';

export const EXCLUDES_MS = 30_000;
/** Receivers remember whom a KEY named; who was named is named again only so long, in case that KEY was lost. */
const NAMED_AGAIN_MS = 5000;
/** So many are remembered of one sender: those of a storm of leaves within these 5 s. */
const NAMINGS = 2048;

/** How `excludes` names this identity. */
export const excludeOf = (curve25519: Uint8Array): Uint8Array => curve25519.slice(0, EXCLUDE_BYTES);

/** The sender's side. */
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

/** The receiver's side: whom the KEYs of one sender named. Looked up at a leave, which is rarer than a KEY. */
export class Namings {
  /** By generation, rising. */
  private readonly named = new Map<number, Uint8Array>();
  private bytes = 0;

  add(generation: number, excludes: Uint8Array): void {
    if (excludes.length === 0) return;
    this.named.set(generation, excludes);
    this.bytes += excludes.length;
    for (const [oldest, { length }] of this.named) {
      if (this.bytes <= NAMINGS * EXCLUDE_BYTES) break;
      this.named.delete(oldest);
      this.bytes -= length;
    }
  }

  /** Generations whose KEY named this leaver, rising. */
  of(curve25519: Uint8Array): number[] {
    const wanted = excludeOf(curve25519);
    const found: number[] = [];
    for (const [generation, excludes] of this.named) if (isAmong(excludes, wanted)) found.push(generation);
    return found;
  }
}

function isAmong(excludes: Uint8Array, wanted: Uint8Array): boolean {
  for (let at = 0; at < excludes.length; at += EXCLUDE_BYTES) {
    let same = 0;
    while (same < EXCLUDE_BYTES && excludes[at + same] === wanted[same]) same += 1;
    if (same === EXCLUDE_BYTES) return true;
  }
  return false;
}
