// What members of a simulated meeting say, and that it reaches those alone who were there, once, under its speaker's
// name. docs/protocol.md §9.

import type { Subject } from './invariants.ts';

/** So long after a leave was seen its leaver may still be spoken to (docs/protocol.md §5.2). */
const DEADLINE_MS = 300;

/** Of members the names alone: whoever is gone is not to be kept. */
interface Word {
  speaker: string;
  /** For this occupant alone; null: for everybody. */
  to: string | null;
  /** When it was sealed; null while it waits for a key. */
  saidAt: number | null;
  /** Whose leave the speaker had seen too long before. */
  gone: string[];
  heardBy: Set<string>;
  isLast: boolean;
}

export interface Heard {
  from: string;
  isPrivate: boolean;
  body: string;
}

export class Words {
  private readonly words = new Map<string, Word>();
  /** Of each speaker: what is for everybody and was not sealed yet. */
  private readonly waiting = new Map<string, Word[]>();
  private readonly violation: (what: string) => void;

  constructor(violation: (what: string) => void) {
    this.violation = violation;
  }

  /** The body of a new one. `isLast`: everybody it is for has to hear it. */
  say(speaker: string, to: string | null, now: number, isLast = false): string {
    const body = `word ${this.words.size}`;
    const saidAt = to === null ? null : now;
    const word: Word = { speaker, to, saidAt, gone: [], heardBy: new Set(), isLast };
    this.words.set(body, word);
    if (to === null) this.waiting.set(speaker, [...(this.waiting.get(speaker) ?? []), word]);
    return body;
  }

  /** The speaker's next one for everybody went out. `leaves`: whose leave it saw and when, of those not back. */
  sealed(speaker: string, leaves: ReadonlyMap<Subject, number>, now: number): void {
    const word = this.waiting.get(speaker)?.shift();
    if (word === undefined) {
      this.violation(`${speaker} says something that was not asked of it`);
      return;
    }
    word.saidAt = now;
    word.gone = [...leaves].filter(([, at]) => now > at + DEADLINE_MS).map(([{ id }]) => id);
  }

  heard(receiver: Subject, { from, isPrivate, body }: Heard): void {
    const word = this.words.get(body);
    const problem = word === undefined ? 'that nobody said' : wrong(word, receiver, from, isPrivate);
    if (problem !== null) this.violation(`${receiver.id} hears ${body} of ${from} ${problem}`);
    word?.heardBy.add(receiver.id);
  }

  /** Last words that somebody who is here did not hear. */
  unheard(present: readonly Subject[]): string[] {
    const problems: string[] = [];
    for (const [body, { speaker, to, heardBy, isLast }] of this.words) {
      if (!isLast) continue;
      for (const { id } of present) {
        const isMeant = id !== speaker && (to === null || to === id);
        if (isMeant && !heardBy.has(id)) problems.push(`${id} did not hear ${body}, the last of ${speaker}`);
      }
    }
    return problems;
  }
}

function wrong(word: Word, receiver: Subject, from: string, isPrivate: boolean): string | null {
  const { speaker, to, saidAt, gone, heardBy } = word;
  if (from !== speaker) return `which ${speaker} said`;
  if (isPrivate !== (to !== null)) return `as ${isPrivate ? 'for itself alone' : 'for everybody'}`;
  if (to !== null && to !== receiver.id) return `which was for ${to} alone`;
  if (heardBy.has(receiver.id)) return 'a second time';
  if (saidAt === null) return 'before it was said';
  if (saidAt < receiver.joinedAt) return 'said before it joined';
  if (gone.includes(receiver.id)) return 'said after its leave was seen';
  return null;
}
