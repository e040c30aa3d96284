// Rule M4, seen from outside: whoever saw a leave opens nothing any more, five seconds later, under a key that it had
// then and that the leaver holds.
//
// The rule exempts a generation whose KEY, or one before it, named the leaver (docs/protocol.md §5.4). Here nothing is
// exempt: who holds what is known, and a generation that names a leaver must be one that this leaver does not hold.

import type { Invariants, Subject } from './invariants.ts';
import type { Seat } from './seat.ts';

const RETIRE_MS = 5000;
/** Between the core's seeing a leave and its worker's being told, in wall-clock time. */
const ALLOWANCE_MS = 200;

export class Retirement {
  private readonly invariants: Invariants;
  private seen: { receiver: Seat; leaver: Subject; at: number }[] = [];

  constructor(invariants: Invariants) {
    this.invariants = invariants;
  }

  saw(receiver: Seat, leaver: Subject, at: number): void {
    this.seen.push({ receiver, leaver, at });
  }

  /** Looks at the leaves whose time has come. */
  due(now: number): void {
    const later = this.seen.findIndex(({ at }) => at + RETIRE_MS + ALLOWANCE_MS > now);
    const due = this.seen.splice(0, later < 0 ? this.seen.length : later);
    for (const { receiver, leaver, at } of due) {
      if (!receiver.isPresent) continue;
      const end = at + RETIRE_MS + ALLOWANCE_MS;
      for (const { owner, generation } of receiver.worker.openings(at, end)) {
        if (!this.invariants.holds(owner, generation, leaver)) continue;
        this.invariants.violation(
          `${receiver.id} opens generation ${generation} of ${owner} 5 s after it saw ${leaver.id} leave, who holds it`,
        );
      }
    }
  }
}
