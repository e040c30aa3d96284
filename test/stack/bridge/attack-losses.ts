// A bad network, on purpose: drop, reorder.
import { isSource, RunningAttack, type Stage } from './attack.ts';
import type { Endpoint } from './endpoint.ts';
import type { Attack } from './hostile-api.ts';
import type { IncomingSource } from './incoming-source.ts';
import type { RtpPacket } from './rtp.ts';

type Drop = Extract<Attack, { type: 'drop' }>;

/** Lost on the way, as a network loses packets: whoever asks for one again gets it, where its medium has NACK. */
export class DropAttack extends RunningAttack {
  private state: number;

  constructor(
    id: number,
    private readonly drop: Drop,
    stage: Stage,
  ) {
    super(id, drop, stage);
    this.state = drop.seed ?? 1;
  }

  override outgoing(receiver: Endpoint, source: IncomingSource, packet: RtpPacket, now: number): boolean {
    if (!isSource(source, this.drop.source) || !this.aimsAt(receiver)) return false;
    if (this.random() >= this.drop.fraction) return false;
    receiver.egress(source).forward(packet, now);
    this.dropped += 1;
    return true;
  }

  /** A linear congruential generator with the constants of Numerical Recipes; 0 to 1. */
  private random(): number {
    this.state = (Math.imul(this.state, 1664525) + 1013904223) >>> 0;
    return this.state / 2 ** 32;
  }
}

type Reorder = Extract<Attack, { type: 'reorder' }>;

export class ReorderAttack extends RunningAttack {
  private readonly groups = new Map<Endpoint, RtpPacket[]>();

  constructor(
    id: number,
    private readonly reorder: Reorder,
    stage: Stage,
  ) {
    super(id, reorder, stage);
  }

  override outgoing(receiver: Endpoint, source: IncomingSource, packet: RtpPacket, now: number): boolean {
    if (!isSource(source, this.reorder.source) || !this.aimsAt(receiver)) return false;
    const group = this.groups.get(receiver) ?? [];
    this.groups.set(receiver, group);
    group.push(receiver.egress(source).forward(packet, now));
    if (group.length >= this.reorder.depth) this.flush(receiver, group);
    return true;
  }

  override stop(): void {
    super.stop();
    for (const [receiver, group] of this.groups) this.flush(receiver, group);
  }

  private flush(receiver: Endpoint, group: RtpPacket[]): void {
    for (const packet of group.reverse()) {
      receiver.sendRtp(packet);
      this.changed += 1;
    }
    group.length = 0;
  }
}
