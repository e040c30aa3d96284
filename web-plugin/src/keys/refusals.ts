// Counts what was dropped, by occupant and reason, and tells of each at most once a second, and of few in all: a server
// invents as many occupants as it likes. docs/protocol.md §2.2.

import { LIMITS } from '../wire/index.ts';
import type { Notice, OccupantId } from './events.ts';

const NOTICE_MS = 1000;
const KINDS = 512;
const NOTICES = 64;

export class Refusals {
  private readonly kinds = new Map<string, { count: number; toldAt: number }>();

  /** In the second that began with the first of them. */
  private told = { count: 0, since: Number.NEGATIVE_INFINITY };

  /** The notice to give now, if any; `count` is the total since the start. */
  count(from: OccupantId, reason: string, now: number): Extract<Notice, { type: 'refused' }> | null {
    const key = `${reason}\n${from.slice(0, LIMITS.occupant)}`;
    const kind = this.kinds.get(key) ?? { count: 0, toldAt: Number.NEGATIVE_INFINITY };
    if (this.kinds.size >= KINDS && !this.kinds.has(key)) this.kinds.clear();
    this.kinds.set(key, kind);
    kind.count += 1;
    if (now - kind.toldAt < NOTICE_MS) return null;
    if (now - this.told.since >= NOTICE_MS) this.told = { count: 0, since: now };
    if (this.told.count >= NOTICES) return null;
    this.told.count += 1;
    kind.toldAt = now;
    return { type: 'refused', from, reason, count: kind.count };
  }
}
