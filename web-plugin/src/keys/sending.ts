// The own sender key: when a fresh generation, when a step, who gets it, when it is used. docs/protocol.md §5.2.
//
// Two invariants (rule M1). Leave: at time t nothing is sealed under a generation one of whose holders was seen to
// leave before t − 300 ms. Join: an identity is given (g, s) only if nothing was sealed under (g, s) before its join.

import { type KeyReason, MAX_GENERATION, MAX_STEP } from '../wire/index.ts';
import { stepBase } from './derive.ts';
import type { Identity } from './events.ts';
import { forgetOldest } from './forget-oldest.ts';
import { Leavers } from './leavers.ts';

export const WINDOW_MS = 30;
export const MINT_SPACING_MS = 100;
/** From when a key is handed out until it is used: it is with the others by then. */
export const SWITCH_MS = 100;
export const DEADLINE_MS = 300;
export const PERIOD_MS = 15 * 60_000;
const REMEMBERED_LEAVERS = 4096;
/** Whatever receivers ask for, at most one fresh generation in this time because of it. */
export const ASKED_MS = 5000;

/** A key as it is handed over. */
export interface GivenKey {
  generation: number;
  step: number;
  base: Uint8Array;
  reason: KeyReason;
  since: number;
  excludes: Identity[];
}

interface Generation extends GivenKey {
  holders: Set<Identity>;
  /** First leave of a holder; never reset. */
  taintedAt: number | null;
  /** Handed to the others. */
  isGiven: boolean;
  /** When it is to be used, if the one in use does not die before. */
  switchAt: number;
  /** Place of the first use of (generation, step) in the order of joins and uses; null: not used. */
  used: number | null;
  drawnAt: number;
}

export interface SendingPorts {
  random(length: number): Uint8Array;
  /** Hands the key to these; returns those it could be handed to (their channel is there). */
  give(to: Identity[], key: GivenKey): Identity[];
  /** Has the worker use the key in so many milliseconds, or when the one in use dies: it does so by itself. */
  use(key: GivenKey, inMs: number): void;
  expire(generation: number, inMs: number): void;
  stop(): void;
  rotated(key: GivenKey): void;
}

export class Sending {
  private readonly ports: SendingPorts;
  /** Place of each present identity's join in the order of joins and uses. */
  private readonly joined = new Map<Identity, number>();
  private order = 0;
  private last = 0;
  /** Drawn generations, rising; the one in use is the first, unless it died or nothing was used yet. */
  private drawn: Generation[] = [];
  private inUse: Generation | null = null;
  private isActive = false;
  /** Why the newest generation must not be handed out any more, if so: a leave was seen since, or a receiver asked. */
  private stale: KeyReason | null = null;
  private window: { closesAt: number; useAtOnce: boolean } | null = null;
  private mintedAt = Number.NEGATIVE_INFINITY;
  private askedAt = Number.NEGATIVE_INFINITY;
  /** Whoever left once: on its return it may have been named in a KEY whose generation it must then never hold. */
  private readonly gone = new Set<Identity>();
  /** More left than are remembered: whoever comes may be one of them. */
  private hasForgotten = false;
  private hasReturned = false;
  private since = 0;
  private deadTo = 0;
  private readonly leavers = new Leavers();

  constructor(ports: SendingPorts) {
    this.ports = ports;
  }

  /** Someone who can hold keys came. */
  join(identity: Identity, now: number): void {
    this.order += 1;
    this.joined.set(identity, this.order);
    if (this.gone.has(identity) || this.hasForgotten) {
      this.hasReturned = true;
      this.stale ??= 'join';
    }
    this.open(now);
  }

  leave(identity: Identity, now: number): void {
    this.joined.delete(identity);
    this.gone.add(identity);
    this.hasForgotten ||= this.gone.size > REMEMBERED_LEAVERS;
    forgetOldest(this.gone, REMEMBERED_LEAVERS);
    this.leavers.left(identity, now);
    this.stale = 'leave';
    // Whoever left may hold those that were given up before, too.
    this.deadTo = Math.max(this.deadTo, (this.inUse?.generation ?? 1) - 1);
    for (const generation of this.drawn) {
      if (!generation.holders.has(identity) || generation.taintedAt !== null) continue;
      generation.taintedAt = now;
      this.deadTo = Math.max(this.deadTo, generation.generation);
      this.ports.expire(generation.generation, DEADLINE_MS);
    }
    if (!this.isActive || this.isSpent()) return;
    // At once, so that the worker switches in time even if the page is busy when it may be handed out. One that nobody
    // was given yet does for this leave too.
    if (this.newest?.isGiven !== false) this.hand(this.draw(now, false), now);
    // A page has the most to do right after a leave: what waits now waits long.
    this.window = { closesAt: now, useAtOnce: this.window?.useAtOnce ?? false };
    this.close(now);
  }

  /** The channel to `identity` can carry keys now. */
  sendable(identity: Identity): void {
    const newest = this.newest;
    if (this.isActive && newest !== null && this.stale === null)
      this.distribute(newest, [identity], this.forOne(newest));
  }

  /** What goes along with ACCEPT or CONFIRM: also to one that was given it before, in case it was lost. */
  gift(identity: Identity): GivenKey | null {
    const newest = this.newest;
    if (!this.isActive || newest === null || this.stale !== null || !this.mayHold(identity, newest))
      return null;
    newest.holders.add(identity);
    return this.forOne(newest);
  }

  /** `asker` can use nothing below generation `min`, which is at most the one after the newest. */
  requested(asker: Identity, min: number, now: number): void {
    const newest = this.newest;
    if (newest === null || this.stale !== null) return;
    if (min > newest.generation) {
      if (min > newest.generation + 1 || now - this.askedAt < ASKED_MS) return;
      this.askedAt = now;
      this.stale = 'leave';
      this.leavers.nameAgain();
      this.open(now);
    } else if (this.mayHold(asker, newest)) {
      // Also while nothing is sent: it is what the next word will be sealed under.
      for (const identity of this.ports.give([asker], this.forOne(newest))) newest.holders.add(identity);
    }
  }

  /** Something is about to be sent (rule M7). */
  activate(now: number): void {
    if (this.isActive) return;
    this.isActive = true;
    const newest = this.newest;
    if (newest === null) this.stale ??= 'start';
    else if (this.periodEnd(newest) <= now) this.stale ??= 'period';
    this.window = { closesAt: now, useAtOnce: true };
    this.due(now);
  }

  deactivate(): void {
    this.isActive = false;
    this.window = null;
  }

  /** No key that the worker may have had is ever used again (rule M12). */
  reset(): void {
    this.deadTo = this.last;
    this.drawn = [];
    this.inUse = null;
    this.window = null;
    this.ports.stop();
  }

  /** A worker that started anew, while things may be on. */
  restart(now: number): void {
    const wasActive = this.isActive;
    this.reset();
    this.isActive = false;
    if (wasActive) this.activate(now);
  }

  /** No generation up to this one seals anything any more, but for the 300 ms after a leave. Receivers may retire them. */
  get dead(): number {
    return this.deadTo;
  }

  /** The key in use, if anything may be sealed now. */
  current(now: number): GivenKey | null {
    return this.isActive && this.inUse !== null && !this.isDead(this.inUse, now) ? this.inUse : null;
  }

  get deadline(): number | null {
    let at = this.window?.closesAt ?? Number.POSITIVE_INFINITY;
    for (const generation of this.drawn) {
      if (generation !== this.inUse) at = Math.min(at, generation.switchAt);
      if (generation.taintedAt !== null) at = Math.min(at, generation.taintedAt + DEADLINE_MS);
    }
    if (this.isActive && this.inUse !== null && this.inUse === this.newest)
      at = Math.min(at, this.periodEnd(this.inUse));
    return at === Number.POSITIVE_INFINITY ? null : at;
  }

  due(now: number): void {
    this.bury(now);
    this.close(now);
    const newest = this.newest;
    if (this.isActive && newest !== null && newest === this.inUse && this.periodEnd(newest) <= now) {
      this.mint('period', now, false);
    }
    this.switch(now);
  }

  private get newest(): Generation | null {
    return this.drawn.at(-1) ?? null;
  }

  /** From when on a fresh generation may be handed out. */
  private get mintableAt(): number {
    return this.mintedAt + MINT_SPACING_MS;
  }

  private periodEnd(generation: Generation): number {
    return generation.drawnAt + PERIOD_MS;
  }

  /** The first event opens the window; nothing extends it. */
  private open(now: number): void {
    if (this.isActive) this.window ??= { closesAt: now + WINDOW_MS, useAtOnce: false };
  }

  private close(now: number): void {
    const window = this.window;
    if (window === null || window.closesAt > now) return;
    const newest = this.newest;
    if (this.stale !== null || newest === null) {
      if (this.mintableAt > now) {
        window.closesAt = this.mintableAt;
        return;
      }
      this.window = null;
      const reason = this.last === 0 ? 'start' : (this.stale ?? 'start');
      if (newest?.isGiven === false && !this.isSomeoneBehind(newest)) this.handOut(newest, reason, now);
      else this.mint(reason, now, window.useAtOnce);
      return;
    }
    this.window = null;
    const isSomeoneBehind = this.isSomeoneBehind(newest);
    if (isSomeoneBehind && newest.step === MAX_STEP) this.mint('period', now, window.useAtOnce);
    else if (isSomeoneBehind) this.step(newest);
    else this.distribute(newest, [...this.joined.keys()]);
  }

  private mint(reason: KeyReason, now: number, useAtOnce: boolean): void {
    if (this.isSpent()) return;
    const generation = this.draw(now, useAtOnce);
    this.handOut(generation, reason, now);
    this.hand(generation, now);
    this.switch(now);
  }

  /** No number is left for a fresh generation: nothing more is sent. A million take at least 29 hours. */
  private isSpent(): boolean {
    if (this.last < MAX_GENERATION) return false;
    this.reset();
    this.deactivate();
    return true;
  }

  private draw(now: number, useAtOnce: boolean): Generation {
    this.last += 1;
    const generation: Generation = {
      generation: this.last,
      step: 0,
      base: this.ports.random(32),
      reason: 'start',
      since: 0,
      excludes: [],
      holders: new Set(),
      taintedAt: null,
      isGiven: false,
      switchAt: useAtOnce || this.inUse === null ? now : Math.max(now, this.mintableAt) + SWITCH_MS,
      used: null,
      drawnAt: now,
    };
    this.drawn.push(generation);
    return generation;
  }

  /** To the worker, which keeps the time of it. */
  private hand(generation: Generation, now: number): void {
    this.ports.use(generation, Math.max(0, generation.switchAt - now));
  }

  /** To the others. */
  private handOut(generation: Generation, reason: KeyReason, now: number): void {
    this.mintedAt = now;
    this.stale = null;
    if (this.hasReturned) this.since = generation.generation;
    generation.reason = reason;
    generation.since = this.since;
    generation.excludes = this.leavers.name(this.isHere, now, this.hasReturned);
    this.hasReturned = false;
    generation.isGiven = true;
    this.distribute(generation, [...this.joined.keys()]);
    this.ports.rotated(generation);
    if (!this.leavers.hasMore(this.isHere, now)) return;
    // The next one names them: receivers give this one five seconds for whom it does not name.
    this.stale = 'leave';
    this.window = { closesAt: this.mintableAt, useAtOnce: false };
  }

  private step(generation: Generation): void {
    generation.step += 1;
    generation.base = stepBase(generation.base);
    generation.used = null;
    generation.reason = 'join';
    this.distribute(generation, [...this.joined.keys()]);
    this.ports.rotated(generation);
    this.ports.use(generation, 0);
    this.use(generation);
  }

  private mayHold(identity: Identity, generation: Generation): boolean {
    const joined = this.joined.get(identity);
    return joined !== undefined && (generation.used === null || joined < generation.used);
  }

  /** Did somebody come after it was used? */
  private isSomeoneBehind(generation: Generation): boolean {
    return [...this.joined.keys()].some((identity) => !this.mayHold(identity, generation));
  }

  private readonly isHere = (identity: Identity): boolean => this.joined.has(identity);

  /** Whoever has just come, or asks, may have missed KEYs that named somebody. */
  private forOne(generation: Generation): GivenKey {
    return { ...generation, excludes: this.leavers.all(this.isHere) };
  }

  private distribute(generation: Generation, to: Identity[], key: GivenKey = generation): void {
    const lacking = to.filter(
      (identity) => !generation.holders.has(identity) && this.mayHold(identity, generation),
    );
    if (lacking.length === 0) return;
    for (const identity of this.ports.give(lacking, key)) generation.holders.add(identity);
  }

  private isDead(generation: Generation, now: number): boolean {
    return generation.taintedAt !== null && generation.taintedAt + DEADLINE_MS <= now;
  }

  /** Dead generations are forgotten; the worker drops frames under them, or takes the next, by itself. */
  private bury(now: number): void {
    this.drawn = this.drawn.filter((generation) => !this.isDead(generation, now));
    if (this.inUse !== null && this.isDead(this.inUse, now)) this.inUse = null;
  }

  private switch(now: number): void {
    const ready = this.drawn.filter((generation) => this.inUse === null || generation.switchAt <= now);
    const next = ready.at(-1);
    if (next !== undefined && next !== this.inUse) this.use(next);
  }

  /** The worker, which was told when, uses it from here on. */
  private use(generation: Generation): void {
    this.order += 1;
    generation.used = this.order;
    this.inUse = generation;
    this.drawn = this.drawn.filter((other) => other.generation >= generation.generation);
  }
}
