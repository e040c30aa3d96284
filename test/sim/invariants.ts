// What must hold at every moment of a simulated meeting, checked with a view of everything that no participant has.
// The two invariants of docs/protocol.md §5.2 and the nonces of §12.

import { forgetOldest } from '../../web-plugin/src/keys/index.ts';
import type { SealingKey } from './worker-model.ts';

/** Who it is about. */
export interface Subject {
  readonly id: string;
  readonly identity: string;
  /** Nothing used before may ever open to it. */
  readonly joinedAt: number;
}

/** Nothing is sealed for a leaver longer than this after its leave was seen. */
const DEADLINE_MS = 300;
const KEPT_GENERATIONS = 8;
const KEPT_LEAVES = 64;
const NAMED_VIOLATIONS = 1000;

interface Generation {
  sender: Subject;
  generation: number;
  /** First use of each step. */
  steps: Map<number, number>;
  holders: Set<Subject>;
  /** Holders that left: when the sender saw it. */
  gone: Map<Subject, number>;
}

/** Of a sender: its latest generations, the leaves that it saw lately, the counter of what it said last. */
interface Recent {
  generations: number[];
  leaves: Map<Subject, number>;
  said: number;
}

export class Invariants {
  private readonly found: string[] = [];
  private count = 0;
  private readonly generations = new Map<string, Generation>();
  /** Every base key that ever sealed, in hexadecimal: which key it is, and the last counter under it. */
  private readonly bases = new Map<string, { name: string; counter: number }>();
  private readonly spelled = new WeakMap<SealingKey, string>();
  private readonly recent = new WeakMap<Subject, Recent>();

  /** The first thousand by name, then their number alone. */
  get violations(): string[] {
    const more = this.count - this.found.length;
    return more > 0 ? [...this.found, `and ${more} more`] : this.found;
  }

  violation(what: string): void {
    this.count += 1;
    if (this.found.length < NAMED_VIOLATIONS) this.found.push(what);
  }

  /** The core had a key put to use. */
  used(sender: Subject, key: SealingKey, now: number): void {
    const name = nameOf(sender.identity, key.generation);
    const known = this.bases.get(this.spell(key));
    const full = `${name} ${key.step}`;
    if (known === undefined) this.bases.set(this.spell(key), { name: full, counter: -1 });
    else if (known.name !== full) this.violation(`${sender.id} uses one base key as two`);
    const { generations, leaves } = this.of(sender);
    const generation = this.generation(sender, key.generation);
    if (!generation.steps.has(key.step)) generation.steps.set(key.step, now);
    for (const holder of generation.holders) {
      const at = leaves.get(holder);
      if (at !== undefined) generation.gone.set(holder, at);
    }
    if (generations.includes(key.generation)) return;
    generations.push(key.generation);
    const old = generations.length > KEPT_GENERATIONS ? generations.shift() : undefined;
    if (old !== undefined) this.generations.delete(nameOf(sender.identity, old));
  }

  /** Whoever is given (g, s) opens every step from s on: none of them may have been used before it joined. */
  accepted(receiver: Subject, sender: Subject, key: SealingKey): void {
    const generation = this.generation(sender, key.generation);
    generation.holders.add(receiver);
    const at = this.of(sender).leaves.get(receiver);
    if (at !== undefined) generation.gone.set(receiver, at);
    for (const [step, usedAt] of generation.steps) {
      if (step >= key.step && usedAt < receiver.joinedAt) {
        this.violation(`${receiver.id} opens ${key.generation}.${step}, used before it joined`);
      }
    }
  }

  sawLeave(sender: Subject, leaver: Subject, now: number): void {
    const { generations, leaves } = this.of(sender);
    leaves.set(leaver, now);
    forgetOldest(leaves, KEPT_LEAVES);
    for (const number of generations) {
      const generation = this.generations.get(nameOf(sender.identity, number));
      if (generation?.holders.has(leaver)) generation.gone.set(leaver, now);
    }
  }

  sawJoin(sender: Subject, who: Subject): void {
    this.of(sender).leaves.delete(who);
  }

  /** A frame was sealed: for nobody who is gone, and under a pair of key and counter that never was. */
  sealed(sender: Subject, key: SealingKey, counter: number, now: number): void {
    const base = this.bases.get(this.spell(key));
    if (base === undefined) this.violation(`${sender.id} seals under a key that was never put to use`);
    else if (counter <= base.counter) this.violation(`${sender.id} uses ${base.name} with ${counter} twice`);
    else base.counter = counter;
    this.forNobodyGone(sender, key.generation, now);
  }

  /** Something was said to all: likewise; its counter rises for the life of the account. */
  said(sender: Subject, generation: number, counter: number, now: number): void {
    const known = this.of(sender);
    if (counter <= known.said) this.violation(`${sender.id} says two things with ${counter}`);
    known.said = counter;
    this.forNobodyGone(sender, generation, now);
  }

  /** Whose leave this one saw lately and when, of those who are not back. */
  leavesSeen(sender: Subject): ReadonlyMap<Subject, number> {
    return this.of(sender).leaves;
  }

  /** Was it given this generation? */
  holds(owner: string, generation: number, holder: Subject): boolean {
    return this.generations.get(nameOf(owner, generation))?.holders.has(holder) ?? false;
  }

  private forNobodyGone(sender: Subject, number: number, now: number): void {
    const generation = this.generations.get(nameOf(sender.identity, number));
    for (const [holder, at] of generation?.gone ?? []) {
      if (now > at + DEADLINE_MS)
        this.violation(`${sender.id} seals for ${holder.id} ${now - at} ms after its leave`);
    }
  }

  private generation(sender: Subject, generation: number): Generation {
    const name = nameOf(sender.identity, generation);
    const known = this.generations.get(name);
    if (known !== undefined) return known;
    const made = { sender, generation, steps: new Map(), holders: new Set<Subject>(), gone: new Map() };
    this.generations.set(name, made);
    return made;
  }

  private of(sender: Subject): Recent {
    const known = this.recent.get(sender);
    if (known !== undefined) return known;
    const made: Recent = { generations: [], leaves: new Map(), said: -1 };
    this.recent.set(sender, made);
    return made;
  }

  private spell(key: SealingKey): string {
    const known = this.spelled.get(key);
    if (known !== undefined) return known;
    const made = Buffer.from(key.base).toString('hex');
    this.spelled.set(key, made);
    return made;
  }
}

const nameOf = (identity: string, generation: number): string => `${identity} ${generation}`;
