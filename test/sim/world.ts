// Many cores in one process over a network of its own, in virtual time.

import { createHash } from 'node:crypto';
import {
  type Core,
  type CoreAction,
  type CoreEvent,
  createCore,
  type OlmLibrary,
} from '../../web-plugin/src/keys/index.ts';
import type { EndpointMessage, OlmPart } from '../../web-plugin/src/wire/index.ts';
import type { Chance } from './chance.ts';
import { Invariants } from './invariants.ts';
import { Party } from './party.ts';
import { Schedule } from './schedule.ts';
import { deafPairs } from './seat.ts';
import { type MessageKind, stanzaBytes } from './stanza.ts';
import type { SealingKey } from './worker-model.ts';

export interface Network {
  /** One way, each message; the order on one stream is kept unless `reorders`. */
  minMs: number;
  maxMs: number;
  /** Chance of each endpoint message at each receiver. Presence is never lost. */
  loses: number;
  doubles: number;
  reorders: boolean;
}

export const CALM: Network = { minMs: 5, maxMs: 30, loses: 0, doubles: 0, reorders: false };

export class Member extends Party {
  joinedAt = 0;
  wakeAt: number | null = null;
  /** When what was sent to the server last arrives there, and what the server sent last arrives here. */
  upAt = 0;
  downAt = 0;
}

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

const FRAME_MS = 20;
const LOOK_MS = 250;
/** Whoever left is still handed what the server has for it: it must be of no use. */
const LISTENS_MS = 2000;
/** Nobody who is there and sees the sender stays without its key for longer, on however bad a network. */
const DEAF_MS = 60_000;
const RECENT_MESSAGES = 200;

export class World {
  now = 0;
  network: Network;
  readonly members = new Map<string, Member>();
  readonly invariants = new Invariants();
  observer: Observer | null = null;
  /** What passed lately, for those who repeat it. */
  readonly recent: { from: string; payload: unknown }[] = [];
  /** Group of each member while the server is split; others do not see it. */
  private readonly split = new Map<string, number>();
  private readonly byIdentity = new Map<string, Member>();
  private here: Member[] | null = null;
  /** Time that went by in cores that are gone, milliseconds. */
  private goneMs = 0;
  private readonly schedule = new Schedule();
  private readonly chance: Chance;
  private readonly olm: OlmLibrary;
  private readonly room: string;
  private readonly trace = createHash('sha256');

  constructor(setup: { olm: OlmLibrary; chance: Chance; network?: Network; room?: string }) {
    this.olm = setup.olm;
    this.chance = setup.chance;
    this.network = setup.network ?? CALM;
    this.room = setup.room ?? 'room@conference.example';
    this.schedule.at(FRAME_MS, () => this.frames());
    this.schedule.at(LOOK_MS, () => this.look());
  }

  get violations(): string[] {
    return this.invariants.violations;
  }

  get present(): Member[] {
    this.here ??= [...this.members.values()].filter((member) => member.isPresent);
    return this.here;
  }

  join(id: string, { sealed, on }: { sealed: boolean; on: boolean }): Member {
    const random = (length: number) => this.chance.bytes(length);
    const core: Core = createCore({ olm: this.olm, room: this.room, self: id, random });
    const member: Member = new Member(id, core, {
      send: (action) => this.send(member, action),
      wake: (at) => this.wake(member, at),
      used: (key) => {
        this.note(`${id} uses ${key.generation}.${key.step}`);
        this.invariants.used(member, key, this.now);
        this.observer?.used(member, key);
      },
      accepted: (owner, key) => {
        this.note(`${id} accepts ${owner} ${key.generation}.${key.step}`);
        const sender = this.byIdentity.get(owner);
        if (sender !== undefined) this.invariants.accepted(member, sender, key);
        this.observer?.accepted(member, owner, key);
      },
    });
    Object.assign(member, { joinedAt: this.now, upAt: this.now, downAt: this.now });
    this.note(`join ${id}`);
    for (const other of this.present) {
      if (!this.areTogether(id, other.id)) continue;
      this.deliver(member, { type: 'joined', occupant: other.id, bundle: other.core.bundle() });
      this.deliver(other, { type: 'joined', occupant: id, bundle: core.bundle() });
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
      if (this.areTogether(id, other.id)) this.deliver(other, { type: 'left', occupant: id });
      other.silent(leaver.identity);
    }
    this.schedule.at(this.now + LISTENS_MS, () => {
      this.members.delete(id);
      this.split.delete(id);
      this.byIdentity.delete(leaver.identity);
      this.goneMs += leaver.coreMs;
      leaver.release();
    });
  }

  /** The server falls in two: each side sees the other leave. */
  divide(apart: Member[]): void {
    this.note(`split ${apart.map(({ id }) => id).join(' ')}`);
    const inside = new Set(apart);
    for (const a of apart) {
      for (const b of this.present) {
        if (inside.has(b) || !this.areTogether(a.id, b.id)) continue;
        this.deliver(a, { type: 'left', occupant: b.id });
        this.deliver(b, { type: 'left', occupant: a.id });
      }
    }
    for (const { id } of apart) this.split.set(id, 1);
  }

  /** And comes together again: everybody returns as who it was. */
  heal(): void {
    this.note('heal');
    for (const a of this.present) {
      for (const b of this.present) {
        if (this.areTogether(a.id, b.id)) continue;
        this.deliver(a, { type: 'joined', occupant: b.id, bundle: b.core.bundle() });
      }
    }
    this.split.clear();
  }

  /** Anything at all, under any name. */
  inject(to: Member, event: CoreEvent): void {
    this.deliver(to, event);
  }

  /** Does the server show these two to each other? */
  areTogether(a: string, b: string): boolean {
    return this.split.get(a) === this.split.get(b);
  }

  /** The local user or the shell of one member, or something that arrived. */
  feed(member: Member, event: CoreEvent): void {
    if (event.type === 'source' && !event.on) {
      this.observer?.stopped(member);
      for (const other of this.present) other.silent(member.identity);
    }
    const about = 'occupant' in event ? this.members.get(event.occupant) : undefined;
    if (event.type === 'left' && about !== undefined) {
      this.invariants.sawLeave(member, about, this.now);
      this.observer?.saw(member, 'leave', about.id);
    }
    if (event.type === 'joined' && about !== undefined) {
      this.invariants.sawJoin(member, about);
      this.observer?.saw(member, 'join', about.id);
    }
    member.feed(event, this.now);
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

  private send(from: Member, { to, message }: Extract<CoreAction, { type: 'send' }>): void {
    const json = JSON.stringify(message);
    this.note(`${from.id} to ${to} ${json}`);
    const kind: MessageKind = 'beacon' in message ? 'beacon' : 'data' in message ? 'data' : 'key';
    const bytes = stanzaBytes(json);
    this.observer?.bytes(kind, bytes, 0);
    const at = this.network.reorders ? this.now + this.delay() : Math.max(from.upAt, this.now + this.delay());
    from.upAt = at;
    this.schedule.at(at, () => {
      if (!from.isPresent) return;
      if ('olm' in message) this.handOut(from, to, message.olm);
      else this.broadcast(from, to, message, kind, bytes);
    });
  }

  /** The module hands each occupant its own part alone; whoever left a moment ago still gets its own too. */
  private handOut(from: Member, to: string, parts: Record<string, OlmPart>): void {
    for (const [id, part] of Object.entries(parts)) {
      const receiver = this.members.get(id);
      if (receiver === undefined || (to !== 'room' && to !== id)) continue;
      const message: EndpointMessage = { type: 'sealmeet', v: 1, olm: { [id]: part } };
      this.reach(from, receiver, message, 'key', stanzaBytes(JSON.stringify(message)));
    }
  }

  private broadcast(
    from: Member,
    to: string,
    message: EndpointMessage,
    kind: MessageKind,
    bytes: number,
  ): void {
    for (const receiver of to === 'room' ? this.present : [this.members.get(to)])
      if (receiver !== undefined) this.reach(from, receiver, message, kind, bytes);
  }

  private reach(
    from: Member,
    receiver: Member,
    message: EndpointMessage,
    kind: MessageKind,
    bytes: number,
  ): void {
    if (receiver === from || !this.areTogether(from.id, receiver.id)) return;
    this.recent.push({ from: from.id, payload: message });
    if (this.recent.length > RECENT_MESSAGES) this.recent.shift();
    if (this.chance.unit() < this.network.loses) return;
    const copies = this.chance.unit() < this.network.doubles ? 2 : 1;
    for (let copy = 0; copy < copies; copy += 1) {
      if (receiver.isPresent) this.observer?.bytes(kind, 0, bytes);
      this.deliver(receiver, { type: 'message', from: from.id, payload: message });
    }
  }

  private deliver(to: Member, event: CoreEvent): void {
    const isFree = this.network.reorders && event.type === 'message';
    const at = isFree ? this.now + this.delay() : Math.max(to.downAt, this.now + this.delay());
    if (!isFree) to.downAt = at;
    this.schedule.at(at, () => {
      if (this.members.get(to.id) === to) this.feed(to, event);
    });
  }

  private delay(): number {
    return this.chance.integer(this.network.minMs, this.network.maxMs);
  }

  private frames(): void {
    for (const sender of this.present) {
      const frame = sender.sealing(this.now) === null ? null : sender.worker.seal(this.now);
      if (frame !== null) this.invariants.sealed(sender, frame.key, frame.counter, this.now);
    }
    this.schedule.at(this.now + FRAME_MS, () => this.frames());
  }

  /** Everybody hears everybody, or asks for the key. */
  private look(): void {
    for (const sender of this.present) {
      const sealed = sender.sealing(this.now);
      if (sealed === null) continue;
      for (const receiver of this.present) {
        if (receiver === sender) continue;
        if (!this.areTogether(sender.id, receiver.id)) {
          receiver.silent(sender.identity);
          continue;
        }
        const deafFor = receiver.hear(sender.identity, sealed, this.now);
        if (deafFor > DEAF_MS) {
          this.invariants.violation(`${receiver.id} has not heard ${sender.id} for ${deafFor} ms`);
          receiver.silent(sender.identity);
        }
      }
    }
    this.schedule.at(this.now + LOOK_MS, () => this.look());
  }

  private note(line: string): void {
    this.trace.update(`${this.now} ${line}\n`);
  }
}
