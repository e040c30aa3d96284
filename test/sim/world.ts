// Many cores in one process over a network of its own, in virtual time; checks the invariants of docs/protocol.md §5.2
// from outside, with a view of everything that no participant has.

import { createHash } from 'node:crypto';
import {
  type Core,
  type CoreAction,
  type CoreEvent,
  createCore,
  type Notice,
  type OlmLibrary,
} from '../../web-plugin/src/keys/index.ts';
import type { EndpointMessage } from '../../web-plugin/src/wire/index.ts';
import type { Chance } from './chance.ts';
import { Schedule } from './schedule.ts';
import { type SealingKey, WorkerModel } from './worker-model.ts';

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

export interface Member {
  id: string;
  core: Core;
  worker: WorkerModel;
  joinedAt: number;
  isPresent: boolean;
  isSealed: boolean;
  isOn: boolean;
  wakeAt: number | null;
  upAt: number;
  downAt: number;
  /** Since when a sender's frames do not open here, and when that was last reported. */
  lacking: Map<string, { since: number; toldAt: number }>;
  /** Generations used lately. */
  generations: number[];
  /** Leaves seen lately by somebody who has not come back. */
  leaves: Map<string, number>;
  notices: Notice[];
  heard: Extract<CoreAction, { type: 'said' }>[];
}

/** Told what happens, with the view of everything. */
export interface Observer {
  /** The server hands out that somebody came or left. */
  event(kind: 'join' | 'leave', who: Member): void;
  saw(observer: Member, kind: 'join' | 'leave', who: string): void;
  used(sender: Member, key: SealingKey): void;
  accepted(receiver: Member, owner: string, key: SealingKey): void;
  /** A sender sealed a frame. */
  sealed(sender: Member, key: SealingKey): void;
  stopped(sender: Member): void;
  bytes(kind: 'key' | 'beacon' | 'data', member: Member, up: number, down: number): void;
}

const FRAME_MS = 20;
const OCCUPANT_JID = 45;
/** A groupchat message around the JSON text, as Prosody sends it. */
const STANZA =
  "<message xmlns='jabber:client' type='groupchat' to='' from=''><json-message xmlns='http://jitsi.org/jitmeet'></json-message></message>"
    .length +
  2 * OCCUPANT_JID;
const RECENT_MESSAGES = 200;
const KEPT_GENERATIONS = 8;
const KEPT_LEAVES = 64;
const LOOK_MS = 250;
const MISSING_MS = 1000;
const MISSING_AGAIN_MS = 5000;
const DEADLINE_MS = 300;

export class World {
  now = 0;
  network: Network;
  readonly members = new Map<string, Member>();
  readonly violations: string[] = [];
  observer: Observer | null = null;
  /** Group of each member while the server is split; others do not see it. */
  private readonly split = new Map<string, number>();
  /** What passed lately, for those who repeat it. */
  readonly recent: { from: string; payload: unknown }[] = [];
  private readonly bases = new Map<string, string>();
  /** Leavers that hold a key of a sender: identity and generation → when the sender saw the leave. */
  private readonly gone = new Map<string, { holder: string; at: number }[]>();
  private readonly schedule = new Schedule();
  private readonly chance: Chance;
  private readonly olm: OlmLibrary;
  private readonly room: string;
  private readonly trace = createHash('sha256');
  /** (owner, generation) → first sealing of each step, and who was given it. */
  private readonly uses = new Map<string, Map<number, number>>();
  private readonly holders = new Map<string, Set<Member>>();

  constructor(setup: { olm: OlmLibrary; chance: Chance; network?: Network; room?: string }) {
    this.olm = setup.olm;
    this.chance = setup.chance;
    this.network = setup.network ?? CALM;
    this.room = setup.room ?? 'room@conference.example';
    this.schedule.at(FRAME_MS, () => this.frames());
    this.schedule.at(LOOK_MS, () => this.look());
  }

  get present(): Member[] {
    return [...this.members.values()].filter((member) => member.isPresent);
  }

  join(id: string, { sealed, on }: { sealed: boolean; on: boolean }): Member {
    const core = createCore({
      olm: this.olm,
      room: this.room,
      self: id,
      random: (length) => this.chance.bytes(length),
    });
    const member: Member = {
      id,
      core,
      worker: new WorkerModel(),
      joinedAt: this.now,
      isPresent: true,
      isSealed: sealed,
      isOn: on,
      wakeAt: null,
      upAt: this.now,
      downAt: this.now,
      lacking: new Map(),
      generations: [],
      leaves: new Map(),
      notices: [],
      heard: [],
    };
    this.note(`join ${id}`);
    for (const other of this.present) {
      if (!this.areTogether(id, other.id)) continue;
      this.deliver(member, { type: 'joined', occupant: other.id, bundle: other.core.bundle() });
      this.deliver(other, { type: 'joined', occupant: id, bundle: core.bundle() });
    }
    this.members.set(id, member);
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
    this.observer?.event('leave', leaver);
    for (const other of this.present) {
      if (this.areTogether(id, other.id)) this.deliver(other, { type: 'left', occupant: id });
    }
    this.split.delete(id);
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

  /** The local user or the shell of one member. */
  feed(member: Member, event: CoreEvent): void {
    if (event.type === 'sealed') member.isSealed = true;
    if (event.type === 'unsealed') member.isSealed = false;
    if (event.type === 'source') member.isOn = event.on;
    if (event.type === 'source' && !event.on) this.observer?.stopped(member);
    if (event.type === 'left') this.sawLeave(member, event.occupant);
    if (event.type === 'joined') {
      member.leaves.delete(event.occupant);
      this.observer?.saw(member, 'join', event.occupant);
    }
    for (const action of member.core.handle(event, this.now)) this.act(member, action);
  }

  restartWorker(member: Member): void {
    this.note(`${member.id} has a new worker`);
    member.worker = member.worker.successor();
    this.feed(member, { type: 'worker-restarted' });
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
    const problems: string[] = [];
    for (const sender of this.present) {
      if (!sender.isOn || !sender.isSealed) continue;
      const sealed = sender.worker.sealsWith(this.now);
      if (sealed === null) {
        problems.push(`${sender.id} has no key to send with`);
        continue;
      }
      for (const receiver of this.present) {
        if (receiver !== sender && !receiver.worker.opens(sender.core.identity, sealed, this.now)) {
          problems.push(`${receiver.id} cannot open ${sender.id} ${sealed.generation}.${sealed.step}`);
        }
      }
    }
    return problems;
  }

  traceDigest(): string {
    return this.trace.copy().digest('hex');
  }

  free(): void {
    for (const { core } of this.members.values()) core.free();
  }

  private act(member: Member, action: CoreAction): void {
    switch (action.type) {
      case 'send':
        this.send(member, action);
        break;
      case 'use-key':
        this.note(`${member.id} uses ${action.generation}.${action.step}`);
        member.worker.useKey(action);
        this.used(member, action);
        break;
      case 'expire-sending':
        member.worker.expireSending(action.generation, this.now + action.inMs);
        break;
      case 'stop-sending':
        member.worker.stopSending();
        break;
      case 'accept-key':
        this.note(`${member.id} accepts ${action.owner} ${action.generation}.${action.step}`);
        member.worker.acceptKey(action.owner, action);
        this.accepted(member, action.owner, action);
        break;
      case 'retire':
        member.worker.retire(action.owner, action.generations, this.now + action.inMs);
        break;
      case 'forget':
        member.worker.forget(action.owner);
        break;
      case 'wake':
        this.wake(member, action.at);
        break;
      case 'sign':
        throw new Error('these cores have no device');
      case 'source-states':
        break;
      case 'said':
        member.heard.push(action);
        break;
      case 'notice':
        member.notices.push(action.notice);
        break;
    }
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
    const text = JSON.stringify(message);
    this.note(`${from.id} to ${to} ${text}`);
    const kind = 'beacon' in message ? 'beacon' : 'data' in message ? 'data' : 'key';
    this.observer?.bytes(kind, from, STANZA + escaped(text), 0);
    const at = this.network.reorders ? this.now + this.delay() : Math.max(from.upAt, this.now + this.delay());
    from.upAt = at;
    this.schedule.at(at, () => {
      if (!from.isPresent) return;
      const target = this.members.get(to);
      for (const receiver of to === 'room' ? this.present : target?.isPresent ? [target] : []) {
        if (receiver === from || !this.areTogether(from.id, receiver.id)) continue;
        this.reach(from, receiver, JSON.parse(text) as EndpointMessage, kind);
      }
    });
  }

  /** The module hands each occupant its own part alone. */
  private reach(
    from: Member,
    receiver: Member,
    message: EndpointMessage,
    kind: 'key' | 'beacon' | 'data',
  ): void {
    const part = 'olm' in message ? message.olm[receiver.id] : undefined;
    if ('olm' in message && part === undefined) return;
    const payload = part === undefined ? message : { ...message, olm: { [receiver.id]: part } };
    this.recent.push({ from: from.id, payload });
    if (this.recent.length > RECENT_MESSAGES) this.recent.shift();
    if (this.chance.unit() < this.network.loses) return;
    const copies = this.chance.unit() < this.network.doubles ? 2 : 1;
    for (let copy = 0; copy < copies; copy += 1) {
      this.observer?.bytes(kind, receiver, 0, STANZA + escaped(JSON.stringify(payload)));
      this.deliver(receiver, { type: 'message', from: from.id, payload });
    }
  }

  private deliver(to: Member, event: CoreEvent): void {
    const isFree = this.network.reorders && event.type === 'message';
    const at = isFree ? this.now + this.delay() : Math.max(to.downAt, this.now + this.delay());
    if (!isFree) to.downAt = at;
    this.schedule.at(at, () => {
      if (to.isPresent) this.feed(to, event);
    });
  }

  private delay(): number {
    return this.chance.integer(this.network.minMs, this.network.maxMs);
  }

  /** Every active sender seals a frame: nothing that a leaver could open 300 ms after its leave was seen. */
  private frames(): void {
    for (const sender of this.present) {
      if (!sender.isOn || !sender.isSealed) continue;
      const key = sender.worker.sealsWith(this.now);
      if (key === null) continue;
      for (const { holder, at } of this.gone.get(`${sender.core.identity} ${key.generation}`) ?? []) {
        if (this.now > at + DEADLINE_MS) {
          this.violations.push(`${sender.id} seals for ${holder} ${this.now - at} ms after its leave`);
        }
      }
      this.observer?.sealed(sender, key);
    }
    this.schedule.at(this.now + FRAME_MS, () => this.frames());
  }

  private sawLeave(sender: Member, id: string): void {
    const leaver = this.members.get(id);
    if (leaver === undefined) return;
    sender.leaves.set(id, this.now);
    if (sender.leaves.size > KEPT_LEAVES) sender.leaves.delete([...sender.leaves.keys()][0] ?? '');
    for (const generation of sender.generations) {
      const name = `${sender.core.identity} ${generation}`;
      if (!this.holders.get(name)?.has(leaver)) continue;
      const gone = this.gone.get(name) ?? [];
      gone.push({ holder: id, at: this.now });
      this.gone.set(name, gone);
    }
    this.observer?.saw(sender, 'leave', id);
  }

  /** The worker reports keys that it lacks for a second, and again every five. */
  private look(): void {
    for (const sender of this.present) {
      const sealed = sender.isOn && sender.isSealed ? sender.worker.sealsWith(this.now) : null;
      if (sealed === null) continue;
      const owner = sender.core.identity;
      for (const receiver of this.present) {
        if (receiver === sender) continue;
        if (receiver.worker.opens(owner, sealed, this.now)) {
          receiver.lacking.delete(owner);
          continue;
        }
        const lack = receiver.lacking.get(owner) ?? { since: this.now, toldAt: Number.NEGATIVE_INFINITY };
        receiver.lacking.set(owner, lack);
        if (this.now - lack.since < MISSING_MS || this.now - lack.toldAt < MISSING_AGAIN_MS) continue;
        lack.toldAt = this.now;
        this.feed(receiver, { type: 'missing-key', owner, generation: sealed.generation });
      }
    }
    this.schedule.at(this.now + LOOK_MS, () => this.look());
  }

  private used(sender: Member, key: SealingKey): void {
    const name = `${sender.core.identity} ${key.generation}`;
    const steps = this.uses.get(name) ?? new Map<number, number>();
    this.uses.set(name, steps);
    if (!steps.has(key.step)) steps.set(key.step, this.now);
    const base = Buffer.from(key.base).toString('hex');
    const number = `${name} ${key.step}`;
    if ((this.bases.get(base) ?? number) !== number)
      this.violations.push(`${sender.id} uses one base key twice`);
    this.bases.set(base, number);
    if (!sender.generations.includes(key.generation)) {
      sender.generations.push(key.generation);
      const holders = this.holders.get(name) ?? new Set();
      const gone = [...holders].filter(({ id }) => sender.leaves.has(id));
      if (gone.length > 0) {
        this.gone.set(
          name,
          gone.map(({ id }) => ({ holder: id, at: sender.leaves.get(id) ?? this.now })),
        );
      }
      const old = sender.generations.length > KEPT_GENERATIONS ? sender.generations.shift() : undefined;
      if (old !== undefined) this.forgetGeneration(sender, old);
    }
    this.observer?.used(sender, key);
  }

  /** No frame can come under it any more. */
  private forgetGeneration(sender: Member, generation: number): void {
    const name = `${sender.core.identity} ${generation}`;
    for (const map of [this.uses, this.holders, this.gone]) map.delete(name);
  }

  /** Whoever is given (g, s) opens every step from s on: none of them may have been used before it joined. */
  private accepted(receiver: Member, owner: string, key: SealingKey): void {
    const name = `${owner} ${key.generation}`;
    const holders = this.holders.get(name) ?? new Set<Member>();
    this.holders.set(name, holders);
    holders.add(receiver);
    for (const [step, usedAt] of this.uses.get(name) ?? []) {
      if (step >= key.step && usedAt < receiver.joinedAt) {
        this.violations.push(`${receiver.id} opens ${key.generation}.${step}, used before it joined`);
      }
    }
    this.observer?.accepted(receiver, owner, key);
  }

  private note(line: string): void {
    this.trace.update(`${this.now} ${line}\n`);
  }
}

/** Length once the quotes of JSON stand as entities, as both lib-jitsi-meet and Prosody write them. */
const escaped = (text: string): number => text.length + 5 * (text.split('"').length - 1);
