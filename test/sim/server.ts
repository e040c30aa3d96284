// The server of a simulated meeting and the ways to it, in virtual time: what it delays, loses, doubles, reorders, and
// whom it shows to whom.

import type { CoreAction, CoreEvent } from '../../web-plugin/src/keys/index.ts';
import type { EndpointMessage, OlmPart } from '../../web-plugin/src/wire/index.ts';
import type { Chance } from './chance.ts';
import { Party } from './party.ts';
import { type MessageKind, stanzaBytes } from './stanza.ts';

export interface Network {
  /** One way, each message; the order on one stream is kept unless `reorders`. */
  minMs: number;
  maxMs: number;
  /** Chance of each endpoint message at each receiver. Presence is never lost. */
  loses: number;
  doubles: number;
  reorders: boolean;
  /** Chance that a device takes seconds over a signature. */
  signsLate: number;
}

export const CALM: Network = {
  minMs: 5,
  maxMs: 30,
  loses: 0,
  doubles: 0,
  reorders: false,
  signsLate: 0,
};

const RECENT_MESSAGES = 200;

export class Member extends Party {
  joinedAt = 0;
  wakeAt: number | null = null;
  /** When what was sent to the server last arrives there, and what the server sent last arrives here. */
  upAt = 0;
  downAt = 0;
}

export interface ServerPorts {
  chance: Chance;
  now(): number;
  at(time: number, run: () => void): void;
  /** Those who left a moment ago included. */
  members: ReadonlyMap<string, Member>;
  present(): Member[];
  feed(member: Member, event: CoreEvent): CoreAction[];
  bytes(kind: MessageKind, up: number, down: number): void;
}

export class Server {
  network: Network;
  /** What passed lately, for those who repeat it. */
  readonly recent: { from: string; payload: unknown }[] = [];
  private readonly ports: ServerPorts;
  /** Group of each member while the server is split; others do not see it. */
  private readonly split = new Map<string, number>();

  constructor(ports: ServerPorts, network: Network) {
    this.ports = ports;
    this.network = network;
  }

  /** Does it show these two to each other? */
  areTogether(a: string, b: string): boolean {
    return this.split.get(a) === this.split.get(b);
  }

  /** It falls in two: each side sees the other leave. */
  divide(apart: Member[]): void {
    const inside = new Set(apart);
    for (const a of apart) {
      for (const b of this.ports.present()) {
        if (inside.has(b) || !this.areTogether(a.id, b.id)) continue;
        this.deliver(a, { type: 'left', occupant: b.id });
        this.deliver(b, { type: 'left', occupant: a.id });
      }
    }
    for (const { id } of apart) this.split.set(id, 1);
  }

  /** And comes together again: everybody returns as who it was. */
  heal(): void {
    for (const a of this.ports.present()) {
      for (const b of this.ports.present()) {
        if (this.areTogether(a.id, b.id)) continue;
        this.deliver(a, { type: 'joined', occupant: b.id, bundle: b.core.bundle() });
      }
    }
    this.split.clear();
  }

  forget(id: string): void {
    this.split.delete(id);
  }

  send(from: Member, { to, message }: Extract<CoreAction, { type: 'send' }>, json: string): void {
    const { ports } = this;
    const kind: MessageKind = 'beacon' in message ? 'beacon' : 'data' in message ? 'data' : 'key';
    const bytes = stanzaBytes(json);
    ports.bytes(kind, bytes, 0);
    const soonest = ports.now() + this.delay();
    const at = this.network.reorders ? soonest : Math.max(from.upAt, soonest);
    from.upAt = at;
    ports.at(at, () => {
      if (!from.isPresent) return;
      if ('olm' in message) this.handOut(from, to, message.olm);
      else this.broadcast(from, to, message, kind, bytes);
    });
  }

  /** Anything at all, with presence in its order. */
  deliver(to: Member, event: CoreEvent): void {
    const isFree = this.network.reorders && event.type === 'message';
    this.arrive(to, isFree, () => this.ports.feed(to, event));
  }

  /** When all that it was sent before has come, but for what a bad network reorders. */
  inOrder(to: Member, act: () => void): void {
    this.arrive(to, false, act);
  }

  private arrive(to: Member, isFree: boolean, act: () => void): void {
    const { ports } = this;
    const soonest = ports.now() + this.delay();
    const at = isFree ? soonest : Math.max(to.downAt, soonest);
    if (!isFree) to.downAt = at;
    ports.at(at, () => {
      if (ports.members.get(to.id) === to) act();
    });
  }

  /** The module hands each occupant its own part alone; whoever left a moment ago still gets its own too. */
  private handOut(from: Member, to: string, parts: Record<string, OlmPart>): void {
    for (const [id, part] of Object.entries(parts)) {
      const receiver = this.ports.members.get(id);
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
    const { members, present } = this.ports;
    // It passes words on to those who have just left, too: they must be of no use to them.
    const all = kind === 'data' ? members.values() : present();
    for (const receiver of to === 'room' ? all : [members.get(to)])
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
    const { chance } = this.ports;
    this.recent.push({ from: from.id, payload: message });
    if (this.recent.length > RECENT_MESSAGES) this.recent.shift();
    if (chance.unit() < this.network.loses) return;
    const copies = chance.unit() < this.network.doubles ? 2 : 1;
    for (let copy = 0; copy < copies; copy += 1) {
      if (receiver.isPresent) this.ports.bytes(kind, 0, bytes);
      this.deliver(receiver, { type: 'message', from: from.id, payload: message });
    }
  }

  private delay(): number {
    return this.ports.chance.integer(this.network.minMs, this.network.maxMs);
  }
}
