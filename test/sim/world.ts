// Many cores in one process over a network of its own, in virtual time.

import { createHash } from 'node:crypto';
import {
  type Core,
  type CoreAction,
  type CoreEvent,
  type CoreOptions,
  createCore,
  type OlmLibrary,
} from '../../web-plugin/src/keys/index.ts';
import { parseDataFrame } from '../../web-plugin/src/wire/index.ts';
import type { Chance } from './chance.ts';
import { type Device, signingMs, wronglyShown } from './device.ts';
import { Invariants } from './invariants.ts';
import { Retirement } from './retirement.ts';
import { Schedule } from './schedule.ts';
import { deafPairs } from './seat.ts';
import { CALM, Member, type Network, Server } from './server.ts';
import type { MessageKind } from './stanza.ts';
import { Watch } from './watch.ts';
import { Words } from './words.ts';
import type { SealingKey } from './worker-model.ts';

export type { Member, Network } from './server.ts';

/** Told what happens, with the view of everything. */
export interface Observer {
  /** The server hands out that somebody came or left. */
  event(kind: 'join' | 'leave', who: Member): void;
  saw(observer: Member, kind: 'join' | 'leave', who: string): void;
  used(sender: Member, key: SealingKey): void;
  accepted(receiver: Member, owner: string, key: SealingKey): void;
  stopped(sender: Member): void;
  bytes(kind: MessageKind, up: number, down: number): void;
}

export interface WorldSetup {
  olm: OlmLibrary;
  chance: Chance;
  /** Of so many random bytes that it is. */
  device(secret: Uint8Array): Device;
  network?: Network;
}

const ROOM = 'room@conference.example';
/** Whoever left is still handed what the server has for it: it must be of no use. */
const LISTENS_MS = 2000;
export class World {
  now = 0;
  readonly server: Server;
  readonly members = new Map<string, Member>();
  readonly invariants = new Invariants();
  readonly words = new Words((what) => this.invariants.violation(what));
  private readonly retirement = new Retirement(this.invariants);
  observer: Observer | null = null;
  readonly watch: Watch<Member>;
  private readonly byIdentity = new Map<string, Member>();
  private here: Member[] | null = null;
  /** Time that went by in cores that are gone, milliseconds. */
  private goneMs = 0;
  private readonly schedule = new Schedule();
  private readonly chance: Chance;
  private readonly setup: WorldSetup;
  private readonly trace = createHash('sha256');

  constructor(setup: WorldSetup) {
    const { chance, network } = setup;
    this.setup = setup;
    this.chance = chance;
    const ports = {
      chance,
      now: () => this.now,
      at: (time: number, run: () => void) => this.schedule.at(time, run),
      members: this.members,
      present: () => this.present,
      feed: (member: Member, event: CoreEvent) => this.feed(member, event),
      bytes: (kind: MessageKind, up: number, down: number) => this.observer?.bytes(kind, up, down),
    };
    this.server = new Server(ports, network ?? CALM);
    const { invariants, retirement } = this;
    const areTogether = (a: Member, b: Member) => this.areTogether(a.id, b.id);
    this.watch = new Watch({ ...ports, invariants, retirement, areTogether });
  }

  get violations(): string[] {
    return this.invariants.violations;
  }

  get present(): Member[] {
    this.here ??= [...this.members.values()].filter((member) => member.isPresent);
    return this.here;
  }

  /** For a core under this name, without a device. */
  coreOptions(self: string): CoreOptions {
    return { olm: this.setup.olm, room: ROOM, self, random: (length) => this.chance.bytes(length) };
  }

  join(id: string, { sealed, on }: { sealed: boolean; on: boolean }): Member {
    const device = this.setup.device(this.chance.bytes(32));
    const core: Core = createCore({ ...this.coreOptions(id), device: device.publicKey });
    const member: Member = new Member(id, core, device.publicKey, {
      send: (action) => {
        const json = JSON.stringify(action.message);
        this.note(`${id} to ${action.to} ${json}`);
        if ('data' in action.message) this.said(member, action.message.data);
        this.server.send(member, action, json);
      },
      wake: (at) => this.wake(member, at),
      sign: (action) => this.sign(member, device, action),
      heard: (word) => {
        this.note(`${id} hears ${word.body} of ${word.from}`);
        this.words.heard(member, word);
      },
      shown: (owner, proved) => {
        this.note(`${id} is shown ${owner} ${proved}`);
        const other = this.byIdentity.get(owner);
        const problem = other === undefined ? null : wronglyShown(member, other, proved);
        if (problem !== null) this.invariants.violation(problem);
      },
      used: (key) => {
        this.note(`${id} uses ${key.generation}.${key.step}`);
        this.invariants.used(member, key, this.now);
        this.observer?.used(member, key);
      },
      accepted: (owner, key) => {
        this.note(`${id} accepts ${owner} ${key.generation}.${key.step}`);
        const sender = this.byIdentity.get(owner);
        if (sender !== undefined) this.invariants.accepted(member, sender, key);
        this.retirement.came(member, owner, key.generation, this.now);
        this.observer?.accepted(member, owner, key);
      },
    });
    Object.assign(member, { joinedAt: this.now, upAt: this.now, downAt: this.now });
    this.note(`join ${id}`);
    for (const other of this.present) {
      if (!this.areTogether(id, other.id)) continue;
      this.server.deliver(member, { type: 'joined', occupant: other.id, bundle: other.core.bundle() });
      this.server.deliver(other, { type: 'joined', occupant: id, bundle: core.bundle() });
    }
    this.members.set(id, member);
    this.byIdentity.set(core.identity, member);
    this.here = null;
    this.observer?.event('join', member);
    if (sealed) this.feed(member, { type: 'sealed' });
    if (on) this.feed(member, { type: 'source', on: true });
    return member;
  }

  leave(id: string): void {
    const leaver = this.members.get(id);
    if (leaver === undefined || !leaver.isPresent) return;
    this.note(`leave ${id}`);
    leaver.isPresent = false;
    this.here = null;
    this.observer?.event('leave', leaver);
    for (const other of this.present) {
      if (this.areTogether(id, other.id)) this.server.deliver(other, { type: 'left', occupant: id });
      other.silent(leaver.identity);
    }
    this.schedule.at(this.now + LISTENS_MS, () => {
      this.members.delete(id);
      this.server.forget(id);
      this.byIdentity.delete(leaver.identity);
      this.goneMs += leaver.coreMs;
      leaver.release();
    });
  }

  /** The server falls in two: each side sees the other leave. */
  divide(apart: Member[]): void {
    this.note(`split ${apart.map(({ id }) => id).join(' ')}`);
    this.server.divide(apart);
  }

  /** And comes together again: everybody returns as who it was. */
  heal(): void {
    this.note('heal');
    this.server.heal();
  }

  /** Anything at all, under any name. */
  inject(to: Member, event: CoreEvent): void {
    this.server.deliver(to, event);
  }

  later(ms: number, run: () => void): void {
    this.schedule.at(this.now + ms, run);
  }

  /** Does the server show these two to each other? */
  areTogether(a: string, b: string): boolean {
    return this.server.areTogether(a, b);
  }

  /** One says something to everybody, or to one alone. */
  say(speaker: Member, to: Member | null, isLast = false): void {
    const body = this.words.say(speaker.id, to?.id ?? null, this.now, isLast);
    this.note(`${speaker.id} says ${body} to ${to?.id ?? 'all'}`);
    this.feed(speaker, { type: 'say', kind: 'chat', body, to: to?.id ?? null, sentAt: this.now });
  }

  /** The local user or the shell of one member, or something that arrived. */
  feed(member: Member, event: CoreEvent): CoreAction[] {
    if (event.type === 'source' && !event.on) {
      this.observer?.stopped(member);
      for (const other of this.present) other.silent(member.identity);
    }
    const about = 'occupant' in event ? this.members.get(event.occupant) : undefined;
    if (about !== undefined) this.sees(member, event, about);
    return member.feed(event, this.now);
  }

  /** Presence of somebody: a bundle that is not its own is another person's, who came in its place. */
  private sees(member: Member, event: CoreEvent, about: Member): void {
    const isOwn = 'bundle' in event && event.bundle === about.core.bundle();
    const isKnown = member.core.occupantOf(about.identity) !== null;
    if (event.type === 'joined' || (event.type === 'bundle' && isOwn)) this.sawJoin(member, about);
    else if (isKnown && (event.type === 'left' || event.type === 'bundle')) this.sawLeave(member, about);
    if (event.type === 'left') this.observer?.saw(member, 'leave', about.id);
  }

  private sawLeave(member: Member, leaver: Member): void {
    this.invariants.sawLeave(member, leaver, this.now);
    this.retirement.saw(member, leaver, this.now);
    member.proved.delete(leaver.identity);
  }

  private sawJoin(member: Member, newcomer: Member): void {
    this.invariants.sawJoin(member, newcomer);
    this.observer?.saw(member, 'join', newcomer.id);
  }

  restartWorker(member: Member): void {
    this.note(`${member.id} has a new worker`);
    member.restartWorker(this.now);
  }

  run(ms: number): void {
    const end = this.now + ms;
    for (let next = this.schedule.next(end); next !== null; next = this.schedule.next(end)) {
      this.now = next.at;
      next.run();
    }
    this.now = end;
  }

  /** Pairs of which the first cannot open what the second sends now. */
  deaf(): string[] {
    return deafPairs(this.present, this.now);
  }

  traceDigest(): string {
    return this.trace.copy().digest('hex');
  }

  /** Time that went by in all cores so far, milliseconds. */
  get coreMs(): number {
    return [...this.members.values()].reduce((sum, { coreMs }) => sum + coreMs, this.goneMs);
  }

  /** Gives back what the members hold; nothing can be done with this world afterwards. */
  free(): void {
    for (const member of this.members.values()) member.release();
    this.members.clear();
    this.byIdentity.clear();
    this.here = null;
  }

  private wake(member: Member, at: number): void {
    member.wakeAt = at;
    this.schedule.at(Math.max(at, this.now), () => {
      if (!member.isPresent || member.wakeAt !== at) return;
      member.wakeAt = null;
      this.feed(member, { type: 'timer' });
    });
  }

  /** Whoever left while its device was at it goes on as it does with all else. */
  private sign(member: Member, device: Device, { id, message }: Extract<CoreAction, { type: 'sign' }>): void {
    const signature = device.sign(message);
    this.schedule.at(this.now + signingMs(this.chance, this.server.network.signsLate), () => {
      if (this.members.get(member.id) === member) this.feed(member, { type: 'signed', id, signature });
    });
  }

  private said(speaker: Member, data: string): void {
    const { kid, counter } = parseDataFrame(data);
    this.words.sealed(speaker.id, this.invariants.leavesSeen(speaker), this.now);
    this.invariants.said(speaker, kid >> 12, counter, this.now);
  }

  private note(line: string): void {
    this.trace.update(`${this.now} ${line}\n`);
  }
}
