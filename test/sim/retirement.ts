// Rule M4, seen from outside: whoever saw a leave opens nothing any more, five seconds later, under a key that it had
// then and that the leaver holds; nor, five seconds after it came, under such a key that came soon after the leave.
//
// The rule exempts a generation whose KEY, or one before it, named the leaver (docs/protocol.md §5.4). Here nothing is
// exempt: who holds what is known, and a generation that names a leaver must be one that this leaver does not hold.

import type { Invariants, Subject } from './invariants.ts';
import type { Seat } from './seat.ts';

const RETIRE_MS = 5000;
/** Between the core's seeing a leave and its worker's being told, in wall-clock time. */
const ALLOWANCE_MS = 200;
/** A key is asked about leaves of the last 30 s; in wall-clock time the last of these are not looked at. */
const ASKED_MS = 29_000;

type Receiver = Seat & Subject;

/** Something that was seen, and is looked at when its time has come. */
interface Seen {
  receiver: Receiver;
  at: number;
  what: { leaver: Subject } | { owner: string; generation: number };
}

export class Retirement {
  private readonly invariants: Invariants;
  /** In order of time. */
  private seen: Seen[] = [];

  constructor(invariants: Invariants) {
    this.invariants = invariants;
  }

  saw(receiver: Receiver, leaver: Subject, at: number): void {
    this.seen.push({ receiver, at, what: { leaver } });
  }

  came(receiver: Receiver, owner: string, generation: number, at: number): void {
    this.seen.push({ receiver, at, what: { owner, generation } });
  }

  /** Looks at what is due. */
  due(now: number): void {
    const later = this.seen.findIndex(({ at }) => at + RETIRE_MS + ALLOWANCE_MS > now);
    const due = this.seen.splice(0, later < 0 ? this.seen.length : later);
    for (const { receiver, at, what } of due) {
      if (!receiver.isPresent) continue;
      const end = at + RETIRE_MS + ALLOWANCE_MS;
      if ('leaver' in what) this.afterLeave(receiver, what.leaver, at, end);
      else if (receiver.worker.isOpening(what.owner, what.generation, end))
        this.afterKey(receiver, what.owner, what.generation, at);
    }
  }

  private afterLeave(receiver: Receiver, leaver: Subject, at: number, end: number): void {
    for (const { owner, generation } of receiver.worker.openings(at, end)) {
      if (!this.invariants.holds(owner, generation, leaver)) continue;
      this.invariants.violation(
        `${receiver.id} opens generation ${generation} of ${owner} 5 s after it saw ${leaver.id} leave, who holds it`,
      );
    }
  }

  /** Of those who left before the key came and are not back. */
  private afterKey(receiver: Receiver, owner: string, generation: number, cameAt: number): void {
    for (const [leaver, at] of this.invariants.leavesSeen(receiver)) {
      if (at > cameAt || at < cameAt - ASKED_MS) continue;
      if (!this.invariants.holds(owner, generation, leaver)) continue;
      this.invariants.violation(
        `${receiver.id} opens generation ${generation} of ${owner} 5 s after it came, though ${leaver.id} holds it, whom it had seen leave`,
      );
    }
  }
}
