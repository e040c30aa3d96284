// How long after each join or leave everybody hears everybody under a new key, and what it costs.

import type { SealingKey } from './worker-model.ts';
import type { Member, Observer, World } from './world.ts';

export type Kind = 'join' | 'leave';

interface Pending {
  kind: Kind;
  who: Member;
  at: number;
  /** For each active sender: when it first used a key after seeing the event, and who still cannot open one. */
  senders: Map<Member, { sawAt: number | null; switched: boolean; waiting: Set<Member> }>;
}

/** Media takes about as long as one message, and a frame comes every 20 ms. */
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

export class Measure implements Observer {
  readonly unfinished: string[] = [];
  private readonly world: World;
  private pending: Pending[] = [];
  private readonly took: Record<Kind, number[]> = { join: [], leave: [] };
  private readonly switches: number[] = [];
  /** Senders that saw a leave: the generations that the leaver may hold, and the last frame under them. */
  private readonly old = new Map<Member, { generation: number; sawAt: number; lastFrame: number }[]>();
  private readonly bytesOf = { up: 0, down: 0, beaconsDown: 0 };
  private readonly totals: Record<
    Kind,
    { events: number; up: number; down: number; beaconsDown: number; cpu: number }
  > = {
    join: { events: 0, up: 0, down: 0, beaconsDown: 0, cpu: 0 },
    leave: { events: 0, up: 0, down: 0, beaconsDown: 0, cpu: 0 },
  };

  constructor(world: World) {
    this.world = world;
  }

  event(kind: Kind, who: Member): void {
    const senders = new Map<Member, { sawAt: number | null; switched: boolean; waiting: Set<Member> }>();
    for (const sender of this.world.present) {
      const sees = ({ id }: Member) => this.world.areTogether(sender.id, id);
      if (sender === who || !sender.isOn || !sender.isSealed || !sees(who)) continue;
      const waiting = new Set(this.world.present.filter((member) => member !== sender && sees(member)));
      senders.set(sender, { sawAt: null, switched: false, waiting });
    }
    this.drop(who);
    this.pending.push({ kind, who, at: this.world.now, senders });
  }

  saw(observer: Member, kind: Kind, id: string): void {
    for (const event of this.pending) {
      const sender = event.senders.get(observer);
      if (event.kind === kind && event.who.id === id && sender?.sawAt === null) sender.sawAt = this.world.now;
    }
    const key = kind === 'leave' ? observer.worker.sealsWith(this.world.now) : null;
    if (key === null || !observer.isOn) return;
    const old = this.old.get(observer) ?? [];
    old.push({ generation: key.generation, sawAt: this.world.now, lastFrame: this.world.now });
    this.old.set(observer, old);
  }

  used(sender: Member, key: SealingKey): void {
    for (const event of this.pending) {
      const entry = event.senders.get(sender);
      if (entry === undefined || entry.sawAt === null) continue;
      const isNew =
        event.kind === 'join' || !event.who.worker.opens(sender.core.identity, key, this.world.now);
      if (isNew) entry.switched = true;
      if (entry.switched) this.check(event, sender, entry, key);
    }
    for (const { generation, sawAt, lastFrame } of this.old.get(sender) ?? []) {
      if (generation < key.generation) this.switches.push(lastFrame - sawAt);
    }
    const left = this.old.get(sender)?.filter(({ generation }) => generation >= key.generation) ?? [];
    this.old.set(sender, left);
    this.settle();
  }

  accepted(receiver: Member, owner: string, _key: SealingKey): void {
    for (const event of this.pending) {
      for (const [sender, entry] of event.senders) {
        if (sender.core.identity !== owner || !entry.switched || !entry.waiting.has(receiver)) continue;
        const key = sender.worker.sealsWith(this.world.now);
        if (key !== null && receiver.worker.opens(owner, key, this.world.now)) entry.waiting.delete(receiver);
      }
    }
    this.settle();
  }

  sealed(sender: Member, key: SealingKey): void {
    for (const entry of this.old.get(sender) ?? []) {
      if (entry.generation === key.generation) entry.lastFrame = this.world.now;
    }
  }

  stopped(sender: Member): void {
    for (const event of this.pending) event.senders.delete(sender);
    this.old.delete(sender);
    this.settle();
  }

  bytes(kind: 'key' | 'beacon' | 'data', _member: Member, up: number, down: number): void {
    if (kind === 'beacon') this.bytesOf.beaconsDown += down;
    else {
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

  /** Everything must have been heard in the end. */
  finish(): void {
    for (const { kind, who, at } of this.pending) {
      if (this.world.now - at > GIVE_UP_MS)
        this.unfinished.push(`${kind} of ${who.id} at ${at} never reached all`);
    }
  }

  private check(event: Pending, sender: Member, entry: { waiting: Set<Member> }, key: SealingKey): void {
    for (const receiver of entry.waiting) {
      if (receiver.worker.opens(sender.core.identity, key, this.world.now)) entry.waiting.delete(receiver);
    }
    if (entry.waiting.size === 0) event.senders.delete(sender);
  }

  private settle(): void {
    for (const event of this.pending) {
      for (const [sender, entry] of event.senders) if (entry.waiting.size === 0) event.senders.delete(sender);
      if (event.senders.size === 0) this.took[event.kind].push(this.world.now - event.at + MEDIA_MS);
    }
    this.pending = this.pending.filter(({ senders }) => senders.size > 0);
  }

  private drop(who: Member): void {
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
