// The members of `sim:xmpp` together: who is here, what is measured of them, what must hold.

import { availableParallelism } from 'node:os';
import type { RoomEvent } from '../stack/prosody/server.ts';
import { bundled } from './bundle.ts';
import { unprovedPairs, wronglyShown } from './device.ts';
import { Host } from './hosts.ts';
import { Invariants } from './invariants.ts';
import type { Kind, Measure, Place } from './measure.ts';
import { type ClientsSetup, type Report, read, readKey } from './orders.ts';
import { Retirement } from './retirement.ts';
import { deafPairs, Seat, type SeatPorts } from './seat.ts';

const LOOK_MS = 250;

export interface CrowdSetup extends ClientsSetup {
  /** Who came and went, and when, as Prosody saw it. */
  events(): RoomEvent[];
}

/** A member as it is seen from here. */
export class Person extends Seat {
  joinedAt = 0;
  readonly host: Host;

  constructor(id: string, identity: string, device: Uint8Array, host: Host, told: SeatPorts) {
    super(id, identity, device, told);
    this.isPresent = false;
    this.host = host;
  }

  async connect(): Promise<void> {
    await this.host.order({ type: 'connect', id: this.id });
  }

  async seal(): Promise<void> {
    await this.host.order({ type: 'seal', id: this.id });
  }
}

export class Crowd implements Place {
  readonly people = new Map<string, Person>();
  readonly invariants = new Invariants();
  private readonly retirement = new Retirement(this.invariants);
  measure: Measure | null = null;
  private readonly byIdentity = new Map<string, Person>();
  private readonly setup: CrowdSetup;
  private readonly hosts: Host[];
  private readonly timer: NodeJS.Timeout;
  private count = 0;
  /** What each process told and the others may have something before; and until when it has told all. */
  private readonly waiting: { report: Report; place: number }[][];
  private readonly until: number[];
  /** While something is looked at that was told: when it was. */
  private toldAt = 0;
  private isTold = false;

  constructor(setup: CrowdSetup) {
    this.setup = setup;
    const { room, domain, port, seed } = setup;
    const program = bundled('clients.ts');
    this.hosts = Array.from(
      { length: availableParallelism() },
      (_, n) =>
        new Host(program, { room, domain, port, seed: seed * 1000 + n }, (reports, until) =>
          this.told(n, reports, until),
        ),
    );
    this.waiting = this.hosts.map(() => []);
    this.until = this.hosts.map(() => 0);
    this.timer = setInterval(() => this.look(), LOOK_MS);
  }

  /** Milliseconds since the epoch, on the clock that Prosody's events carry, with fraction. */
  get now(): number {
    return this.isTold ? this.toldAt : performance.timeOrigin + performance.now();
  }

  get present(): Person[] {
    return [...this.people.values()].filter(({ isPresent }) => isPresent);
  }

  areTogether(): boolean {
    return true;
  }

  /** Somebody who is to connect and to enter. */
  async add(): Promise<Person> {
    const host = this.hosts[this.count % this.hosts.length];
    if (host === undefined) throw new Error('there is no process for clients');
    this.count += 1;
    const id = this.count.toString(16).padStart(8, '0');
    const [identity = '', device = ''] = String(await host.order({ type: 'add', id })).split(' ');
    const person: Person = new Person(id, identity, Buffer.from(device, 'base64'), host, {
      used: (key) => {
        this.invariants.used(person, key, this.now);
        this.measure?.used(person, key);
      },
      accepted: (owner, key) => {
        const sender = this.byIdentity.get(owner);
        if (sender !== undefined) this.invariants.accepted(person, sender, key);
        this.retirement.came(person, owner, key.generation, this.now);
        this.measure?.accepted(person, owner, key);
      },
      missing: (owner, generation) => {
        // A process that is gone fails the orders that are waited for.
        host.order({ type: 'missing-key', id, owner, generation }).catch(() => undefined);
      },
    });
    this.people.set(id, person);
    this.byIdentity.set(identity, person);
    return person;
  }

  async enter(person: Person, isActive: boolean): Promise<void> {
    person.isPresent = true;
    person.joinedAt = this.now;
    person.isSealed = true;
    person.isOn = isActive;
    this.measure?.event('join', person);
    await person.host.order({ type: 'enter', id: person.id, isActive });
  }

  async leave(person: Person): Promise<void> {
    person.isPresent = false;
    for (const other of this.present) other.silent(person.identity);
    this.measure?.event('leave', person);
    await person.host.order({ type: 'leave', id: person.id });
  }

  /** Pairs of which the first cannot open what the second sends now. */
  deaf(): string[] {
    return deafPairs(this.present, this.now);
  }

  /** Pairs of which the first was proved no device of the second, though one of them sends. */
  unproved(): string[] {
    return unprovedPairs(this.present, (a, b) => a.isOn || b.isOn);
  }

  /** Whoever left long ago is of no interest any more. */
  async forget(person: Person): Promise<void> {
    this.people.delete(person.id);
    this.byIdentity.delete(person.identity);
    await person.host.order({ type: 'forget', id: person.id });
  }

  handedOut(kind: Kind, who: string): number | null {
    const wanted = kind === 'join' ? 'joined' : 'left';
    const found = this.setup.events().findLast(({ event, occupant }) => event === wanted && occupant === who);
    return found?.time ?? null;
  }

  async startClock(): Promise<void> {
    await Promise.all(this.hosts.map((host) => host.order({ type: 'start-clock' })));
  }

  /** CPU time of all cores since the start, milliseconds. */
  stopClock(): Promise<number> {
    return this.sum('stop-clock');
  }

  /** Lets go of all cores; the bytes that they held. */
  weigh(): Promise<number> {
    return this.sum('weigh');
  }

  async end(): Promise<void> {
    clearInterval(this.timer);
    await Promise.all(this.hosts.map((host) => host.order({ type: 'end' })));
    for (const host of this.hosts) host.release();
  }

  kill(): void {
    for (const host of this.hosts) host.kill();
  }

  private async sum(type: 'stop-clock' | 'weigh'): Promise<number> {
    const parts = await Promise.all(this.hosts.map((host) => host.order({ type })));
    return parts.reduce((sum: number, part) => sum + Number(part), 0);
  }

  /** From one process things come in their order; those of several are looked at in the order of their times. */
  private told(process: number, reports: Report[], until: number): void {
    const waiting = this.waiting[process] ?? [];
    for (const report of reports) {
      // A core does several things at one moment and takes its time for them: they stay in their order.
      const before = waiting.at(-1)?.place ?? 0;
      waiting.push({ report, place: Math.max(before, report.at) });
    }
    this.until[process] = until;
    const known = Math.min(...this.until);
    const due = this.waiting.flatMap((list) => {
      const later = list.findIndex(({ place }) => place > known);
      return list.splice(0, later < 0 ? list.length : later);
    });
    this.isTold = true;
    for (const { report } of due.sort((a, b) => a.place - b.place)) {
      this.toldAt = report.at;
      const person = this.people.get(report.id);
      if (person !== undefined) this.take(person, report);
    }
    this.isTold = false;
  }

  private take(person: Person, report: Report): void {
    switch (report.type) {
      case 'saw':
        this.saw(person, report.kind, report.who, report.at);
        break;
      case 'command':
        person.obey(read(report.command), report.at);
        break;
      case 'shown':
        this.shown(person, report.owner, report.device);
        break;
      case 'switched':
        person.sealing(report.at);
        break;
      case 'sealed':
        this.invariants.sealed(person, readKey(report.key), report.counter, report.at);
        break;
      case 'bytes':
        this.measure?.bytes(report.kind, report.up, report.down);
        break;
    }
  }

  private shown(observer: Person, owner: string, device: string | null): void {
    observer.provedBy(owner, device);
    const other = this.byIdentity.get(owner);
    const problem = other === undefined ? null : wronglyShown(observer, other, device);
    if (problem !== null) this.invariants.violation(problem);
  }

  private saw(observer: Person, kind: Kind, id: string, at: number): void {
    const who = this.people.get(id);
    if (who === undefined) return;
    if (kind === 'leave') {
      this.invariants.sawLeave(observer, who, at);
      this.retirement.saw(observer, who, at);
      observer.proved.delete(who.identity);
    } else this.invariants.sawJoin(observer, who);
    this.measure?.saw(observer, kind, id);
  }

  /** Whose frames do not open, as far as all processes have told. */
  private look(): void {
    const known = Math.min(...this.until);
    this.retirement.due(known);
    for (const sender of this.present) {
      const sealed = sender.sealing(known);
      if (sealed === null) continue;
      for (const receiver of this.present)
        if (receiver !== sender) receiver.hear(sender.identity, sealed, known);
    }
  }
}
