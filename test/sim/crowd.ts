// The members of `sim:xmpp` together: who is here, what is measured of them, what must hold.

import type { OlmLibrary } from '../../web-plugin/src/keys/index.ts';
import type { RoomEvent } from '../stack/prosody/server.ts';
import type { Chance } from './chance.ts';
import { Invariants } from './invariants.ts';
import type { Kind, Measure, Place } from './measure.ts';
import { deafPairs } from './party.ts';
import { Person } from './person.ts';

const FRAME_MS = 20;
const LOOK_MS = 250;

export interface CrowdSetup {
  olm: OlmLibrary;
  chance: Chance;
  room: string;
  domain: string;
  port: number;
  /** Who came and went, and when, as Prosody saw it. */
  events(): RoomEvent[];
}

export class Crowd implements Place {
  readonly people = new Map<string, Person>();
  readonly invariants = new Invariants();
  measure: Measure | null = null;
  private goneMs = 0;
  private readonly byIdentity = new Map<string, Person>();
  private readonly setup: CrowdSetup;
  private readonly timers: NodeJS.Timeout[];
  private count = 0;

  constructor(setup: CrowdSetup) {
    this.setup = setup;
    this.timers = [setInterval(() => this.frames(), FRAME_MS), setInterval(() => this.look(), LOOK_MS)];
  }

  /** Milliseconds since the epoch, on the clock that Prosody's events carry, with fraction. */
  get now(): number {
    return performance.timeOrigin + performance.now();
  }

  get present(): Person[] {
    return [...this.people.values()].filter(({ isPresent }) => isPresent);
  }

  get coreMs(): number {
    return [...this.people.values()].reduce((sum, { coreMs }) => sum + coreMs, this.goneMs);
  }

  areTogether(): boolean {
    return true;
  }

  /** Somebody who is to connect and to enter. */
  add(): Person {
    this.count += 1;
    const id = this.count.toString(16).padStart(8, '0');
    const { olm, chance, room, domain, port } = this.setup;
    const setup = {
      id,
      room,
      domain,
      port,
      olm,
      random: (length: number) => chance.bytes(length),
      now: () => this.now,
    };
    const person: Person = new Person(setup, {
      saw: (kind, who) => this.saw(person, kind, who),
      used: (key) => {
        this.invariants.used(person, key, this.now);
        this.measure?.used(person, key);
      },
      accepted: (owner, key) => {
        const sender = this.byIdentity.get(owner);
        if (sender !== undefined) this.invariants.accepted(person, sender, key);
        this.measure?.accepted(person, owner, key);
      },
      bytes: (kind, up, down) => this.measure?.bytes(kind, up, down),
    });
    this.people.set(id, person);
    this.byIdentity.set(person.identity, person);
    return person;
  }

  async enter(person: Person, isActive: boolean): Promise<void> {
    person.isPresent = true;
    this.measure?.event('join', person);
    await person.enter(isActive);
  }

  leave(person: Person): void {
    person.leave();
    for (const other of this.present) other.silent(person.identity);
    this.measure?.event('leave', person);
  }

  /** Pairs of which the first cannot open what the second sends now. */
  deaf(): string[] {
    return deafPairs(this.present, this.now);
  }

  /** Whoever left long ago is of no interest any more. */
  forget(person: Person): void {
    this.goneMs += person.coreMs;
    this.people.delete(person.id);
    this.byIdentity.delete(person.identity);
    person.release();
  }

  handedOut(kind: Kind, who: string): number | null {
    const wanted = kind === 'join' ? 'joined' : 'left';
    const found = this.setup.events().findLast(({ event, occupant }) => event === wanted && occupant === who);
    return found?.time ?? null;
  }

  release(): void {
    for (const person of this.people.values()) person.release();
  }

  async end(): Promise<void> {
    for (const timer of this.timers) clearInterval(timer);
    await Promise.all([...this.people.values()].map((person) => person.close()));
  }

  private saw(observer: Person, kind: Kind, id: string): void {
    const who = this.people.get(id);
    if (who === undefined) return;
    if (kind === 'leave') this.invariants.sawLeave(observer, who, this.now);
    else this.invariants.sawJoin(observer, who);
    this.measure?.saw(observer, kind, id);
  }

  private frames(): void {
    for (const sender of this.present) {
      const frame = sender.sealing(this.now) === null ? null : sender.worker.seal(this.now);
      if (frame !== null) this.invariants.sealed(sender, frame.key, frame.counter, this.now);
    }
  }

  private look(): void {
    for (const sender of this.present) {
      const sealed = sender.sealing(this.now);
      if (sealed === null) continue;
      for (const receiver of this.present)
        if (receiver !== sender) receiver.hear(sender.identity, sealed, this.now);
    }
  }
}
