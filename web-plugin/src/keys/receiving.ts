// Keys received from one sender, and which of them are dead. docs/protocol.md §5.3 and §5.4, rules M4 and M8.

import { equal, Refusal } from '../wire/index.ts';
import { stepBase } from './derive.ts';
import { Namings } from './leavers.ts';
import type { KeyGift } from './link.ts';

export const RETIRE_MS = 5000;
const LIVE_GENERATIONS = 4;
/** A generation that a newer one has followed: words under it may still be on their way. */
export const FOLLOWED_MS = 30_000;
/** The newest one: its sender draws another after 15 minutes, or when it next sends. A hidden page may be a minute late. */
export const UNFOLLOWED_MS = 17 * 60_000;

/** What the worker has to be told. */
export type KeyOutcome = { accept: boolean; retire: number[] };

/** Survives a leave of the sender, so that nothing old is accepted when it returns. */
export interface ReceivingMemory {
  /** No generation up to this one is accepted. */
  dead: number;
}

interface Held {
  step: number;
  base: Uint8Array;
  /** What it becomes with each further step, as far as anybody has asked: each is derived once (rule M8). */
  ahead: Uint8Array[];
  /** Then it is erased, whatever comes. */
  until: number;
}

export class Receiving {
  private readonly memory: ReceivingMemory;
  private readonly live = new Map<number, Held & { since: number }>();
  /** Retired, but what was sealed under them before may still arrive. */
  private readonly dying = new Map<number, Held>();
  private readonly namings = new Namings();
  private top: number;

  constructor(memory: ReceivingMemory) {
    this.memory = memory;
    this.top = memory.dead;
  }

  /** Lowest generation that can still be used. */
  get min(): number {
    return this.memory.dead + 1;
  }

  get hasKey(): boolean {
    return this.live.size > 0;
  }

  /** When something is to be erased; null: nothing is kept. */
  get deadline(): number | null {
    let at = Number.POSITIVE_INFINITY;
    for (const { until } of this.live.values()) at = Math.min(at, until);
    for (const { until } of this.dying.values()) at = Math.min(at, until);
    return at === Number.POSITIVE_INFINITY ? null : at;
  }

  /** Erases what is over. Returns the generations of which the worker has to be told. */
  due(now: number): number[] {
    for (const [old, { until }] of this.dying) if (until <= now) this.dying.delete(old);
    return this.kill(
      [...this.live].filter(([, { until }]) => until <= now).map(([generation]) => generation),
    );
  }

  /** The base of (generation, step) for something that came now; null if there is none. Commits nothing. */
  baseFor(generation: number, step: number, now: number): Uint8Array | null {
    const held = this.live.get(generation) ?? this.dying.get(generation);
    return held === undefined || held.until <= now || step < held.step ? null : stepped(held, step);
  }

  /** Throws a Refusal, or says what is new for the worker. */
  take(key: KeyGift, now: number): KeyOutcome {
    if (key.generation <= this.memory.dead) throw new Refusal('key: the generation is retired');
    if (key.generation < this.top) throw new Refusal('key: the generation goes back');
    const held = this.live.get(key.generation);
    if (held !== undefined) {
      this.compare(held, key);
      return { accept: false, retire: [] };
    }
    this.top = key.generation;
    for (const older of this.live.values()) older.until = Math.min(older.until, now + FOLLOWED_MS);
    const { step, base, since } = key;
    this.live.set(key.generation, { step, base, ahead: [], since, until: now + UNFOLLOWED_MS });
    this.namings.add(key.generation, key.excludes);
    const surplus = [...this.live.keys()].slice(0, Math.max(0, this.live.size - LIVE_GENERATIONS));
    return { accept: true, retire: this.kill(surplus) };
  }

  /**
   * Somebody else (nameOf) left: what it may hold is given RETIRE_MS to live (rule M4). Returns these generations.
   */
  leaverSeen(leaver: string, now: number): number[] {
    if (this.live.size === 0) return [];
    const named = this.namings.of(leaver);
    // A naming from before somebody came back says nothing: it may have been that one, who was given keys since.
    return this.retire((generation, { since }) => named === 0 || named < since || named > generation, now);
  }

  /**
   * The sender says that no generation up to this one is used any more: they are given RETIRE_MS to live, and none that
   * was held back until now is accepted. Returns those that were live.
   */
  dead(upTo: number, now: number): number[] {
    this.memory.dead = Math.max(this.memory.dead, upTo);
    return this.retire((generation) => generation <= upTo, now);
  }

  private retire(isOver: (generation: number, held: { since: number }) => boolean, now: number): number[] {
    const over = [...this.live].filter(([generation, held]) => isOver(generation, held));
    for (const [generation, held] of over) this.dying.set(generation, { ...held, until: now + RETIRE_MS });
    return this.kill(over.map(([generation]) => generation));
  }

  /** Nothing that was accepted so far is accepted again. */
  forget(): void {
    this.kill([...this.live.keys()]);
    this.dying.clear();
  }

  private kill(generations: number[]): number[] {
    for (const generation of generations) {
      this.live.delete(generation);
      this.memory.dead = Math.max(this.memory.dead, generation);
    }
    return generations;
  }

  /** The same generation again: the same bytes, or what stepping gives. */
  private compare(held: Held, key: KeyGift): void {
    if (key.step < held.step) throw new Refusal('key: the step goes back');
    const base = stepped(held, key.step);
    if (!equal(base, key.base)) throw new Refusal('key: other bytes for a generation that is known');
    held.ahead = held.ahead.slice(key.step - held.step);
    held.step = key.step;
    held.base = base;
  }
}

function stepped({ step, base, ahead }: Held, to: number): Uint8Array {
  while (ahead.length < to - step) ahead.push(stepBase(ahead.at(-1) ?? base));
  return ahead[to - step - 1] ?? base;
}
