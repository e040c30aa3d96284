// How long after each join or leave everybody hears everybody under a new key, and what it costs.

import type { Seat } from './seat.ts';
import type { MessageKind } from './stanza.ts';
import type { SealingKey } from './worker-model.ts';

export type Kind = 'join' | 'leave';

/** Where the members are: a world in virtual time, or a crowd on a real server. */
export interface Place {
  readonly now: number;
  readonly present: Seat[];
  areTogether(a: string, b: string): boolean;
  /** When the server handed an event out, if that is known better than by the call of `event`. */
  handedOut?(kind: Kind, who: string): number | null;
}

interface Waiting {
  sawAt: number | null;
  /** It has put a key to use after it saw the event. */
  switched: boolean;
  /** Who cannot open that yet. */
  waiting: Set<Seat>;
}

interface Pending {
  kind: Kind;
  who: Seat;
  at: number;
  /** Each active sender that still has somebody waiting. */
  senders: Map<Seat, Waiting>;
}

/** A frame comes every 20 ms, and takes about as long as one message. */
const MEDIA_MS = 40;
/** An event that is not through by then counts as a failure of the calm network it came in. */
const GIVE_UP_MS = 60_000;

export interface Figures {
  event: Kind;
  samples: number;
  p50_ms: number;
  p95_ms: number;
  switch_p95_ms: number;
  bytes_up_per_active: number;
  bytes_down_per_member: number;
  beacon_bytes_down_per_member: number;
  cpu_ms_per_member: number;
}

export class Measure {
  readonly unfinished: string[] = [];
  private readonly place: Place;
  private pending: Pending[] = [];
  private readonly took: Record<Kind, number[]> = { join: [], leave: [] };
  private readonly switches: number[] = [];
  /** Senders that saw a leave while they sent: under which generation, and when. */
  private readonly old = new Map<Seat, { generation: number; sawAt: number }[]>();
  private readonly bytesOf = { up: 0, down: 0, beaconsDown: 0 };
  private readonly totals: Record<
    Kind,
    { events: number; up: number; down: number; beaconsDown: number; cpu: number }
  > = {
    join: { events: 0, up: 0, down: 0, beaconsDown: 0, cpu: 0 },
    leave: { events: 0, up: 0, down: 0, beaconsDown: 0, cpu: 0 },
  };

  constructor(place: Place) {
    this.place = place;
  }

  event(kind: Kind, who: Seat): void {
    const senders = new Map<Seat, Waiting>();
    for (const sender of this.place.present) {
      const sees = ({ id }: Seat) => this.place.areTogether(sender.id, id);
      if (sender === who || !sender.isOn || !sender.isSealed || !sees(who)) continue;
      const waiting = new Set(this.place.present.filter((member) => member !== sender && sees(member)));
      senders.set(sender, { sawAt: null, switched: false, waiting });
    }
    this.drop(who);
    this.pending.push({ kind, who, at: this.place.now, senders });
  }

  saw(observer: Seat, kind: Kind, id: string): void {
    for (const event of this.pending) {
      const sender = event.senders.get(observer);
      if (event.kind === kind && event.who.id === id && sender?.sawAt === null) sender.sawAt = this.place.now;
    }
    const key = kind === 'leave' ? observer.sealing(this.place.now) : null;
    if (key === null) return;
    const old = this.old.get(observer) ?? [];
    old.push({ generation: key.generation, sawAt: this.place.now });
    this.old.set(observer, old);
  }

  used(sender: Seat, key: SealingKey): void {
    for (const event of this.pending) {
      const entry = event.senders.get(sender);
      if (entry === undefined || entry.sawAt === null) continue;
      const isNew = event.kind === 'join' || !event.who.worker.opens(sender.identity, key, this.place.now);
      if (isNew) entry.switched = true;
      if (entry.switched) this.check(event, sender, entry, key);
    }
    const old = this.old.get(sender) ?? [];
    for (const { generation, sawAt } of old) {
      if (generation >= key.generation) continue;
      this.switches.push(Math.round(Math.min(this.place.now, sender.worker.lastUse(generation)) - sawAt));
    }
    this.old.set(
      sender,
      old.filter(({ generation }) => generation >= key.generation),
    );
    this.settle();
  }

  accepted(receiver: Seat, owner: string, _key: SealingKey): void {
    for (const event of this.pending) {
      for (const [sender, entry] of event.senders) {
        if (sender.identity !== owner || !entry.switched || !entry.waiting.has(receiver)) continue;
        const key = sender.worker.sealsWith(this.place.now);
        if (key === null || !receiver.worker.opens(owner, key, this.place.now)) continue;
        entry.waiting.delete(receiver);
        if (entry.waiting.size === 0) this.settle();
      }
    }
  }

  stopped(sender: Seat): void {
    for (const event of this.pending) event.senders.delete(sender);
    this.old.delete(sender);
    this.settle();
  }

  bytes(kind: MessageKind, up: number, down: number): void {
    if (kind === 'beacon') this.bytesOf.beaconsDown += down;
    else if (kind === 'key') {
      this.bytesOf.up += up;
      this.bytesOf.down += down;
    }
  }

  /** Charges what was sent and computed since the last call to one event of this kind. */
  charge(kind: Kind, cpuMs: number): void {
    const total = this.totals[kind];
    total.events += 1;
    total.up += this.bytesOf.up;
    total.down += this.bytesOf.down;
    total.beaconsDown += this.bytesOf.beaconsDown;
    total.cpu += cpuMs;
    this.discount();
  }

  /** What went on until now belongs to no event. */
  discount(): void {
    Object.assign(this.bytesOf, { up: 0, down: 0, beaconsDown: 0 });
  }

  figures(kind: Kind, members: number, active: number): Figures {
    const total = this.totals[kind];
    const each = (sum: number, count: number): number =>
      Math.round((10 * sum) / Math.max(1, total.events * count)) / 10;
    return {
      event: kind,
      samples: this.took[kind].length,
      p50_ms: quantile(this.took[kind], 0.5),
      p95_ms: quantile(this.took[kind], 0.95),
      switch_p95_ms: quantile(this.switches, 0.95),
      bytes_up_per_active: each(total.up, active),
      bytes_down_per_member: each(total.down, members),
      beacon_bytes_down_per_member: each(total.beaconsDown, members),
      cpu_ms_per_member: each(total.cpu, members),
    };
  }

  /** Everybody hears everybody under keys of after every event. */
  get isSettled(): boolean {
    return this.pending.length === 0;
  }

  /** Everything must have been heard in the end. */
  finish(): void {
    for (const { kind, who, at } of this.pending) {
      if (this.place.now - at > GIVE_UP_MS)
        this.unfinished.push(`${kind} of ${who.id} at ${at} never reached all`);
    }
  }

  private check(event: Pending, sender: Seat, entry: { waiting: Set<Seat> }, key: SealingKey): void {
    for (const receiver of entry.waiting) {
      if (receiver.worker.opens(sender.identity, key, this.place.now)) entry.waiting.delete(receiver);
    }
    if (entry.waiting.size === 0) event.senders.delete(sender);
  }

  private settle(): void {
    for (const event of this.pending) {
      for (const [sender, entry] of event.senders) if (entry.waiting.size === 0) event.senders.delete(sender);
      if (event.senders.size > 0) continue;
      const at = this.place.handedOut?.(event.kind, event.who.id) ?? event.at;
      this.took[event.kind].push(Math.round(this.place.now - at) + MEDIA_MS);
    }
    this.pending = this.pending.filter(({ senders }) => senders.size > 0);
  }

  private drop(who: Seat): void {
    if (who.isPresent) return;
    for (const event of this.pending) {
      event.senders.delete(who);
      for (const { waiting } of event.senders.values()) waiting.delete(who);
    }
    this.settle();
  }
}

function quantile(values: number[], at: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(at * sorted.length))] ?? 0;
}
