// Packets kept and sent later: capture, withhold, replay.
import { isSource, RunningAttack, type Stage } from './attack.ts';
import type { Endpoint } from './endpoint.ts';
import { startsKeyFrame } from './frame-assembler.ts';
import type { Attack, SourceRef } from './hostile-api.ts';
import type { IncomingSource } from './incoming-source.ts';
import { type PacketShape, redress } from './packetize.ts';
import type { RtpPacket } from './rtp.ts';

export interface Captured {
  packet: RtpPacket;
  /** On the clock of performance.now(). */
  time: number;
}

const PACKETS_LIMIT = 20_000;
const BYTES_LIMIT = 32 << 20;
const TICK_MS = 5;

type Keeping = Extract<Attack, { type: 'capture' | 'withhold' }>;

/** Keeps a copy of what a source sends; a withhold also lets none of it through. */
export class KeepingAttack extends RunningAttack {
  readonly source: SourceRef;
  readonly kept: Captured[] = [];
  private bytes = 0;

  constructor(
    id: number,
    private readonly keeping: Keeping,
    stage: Stage,
  ) {
    super(id, keeping, stage);
    this.source = keeping.source;
  }

  protected override get held(): number {
    return this.kept.length;
  }

  override incoming(source: IncomingSource, packet: RtpPacket, time: number): void {
    if (!isSource(source, this.source)) return;
    if (this.kept.length >= PACKETS_LIMIT || this.bytes >= BYTES_LIMIT) return;
    this.kept.push({ packet, time });
    this.bytes += packet.bytes.length;
  }

  override outgoing(receiver: Endpoint, source: IncomingSource, packet: RtpPacket): boolean {
    if (this.keeping.type === 'capture' || !isSource(source, this.source)) return false;
    if (!this.aimsAt(receiver) || !this.begins(receiver, source)) return false;
    receiver.egress(source).leaveOut(packet);
    this.dropped += 1;
    return true;
  }

  override stop(): void {
    super.stop();
    if (this.keeping.type === 'withhold') this.requestKeyFrame(this.source);
  }
}

interface TimedFrame {
  /** Milliseconds after the first. */
  at: number;
  timestamp: number;
  packets: RtpPacket[];
  /** It or one before it is a key frame: a receiver can make sense of it by what is replayed alone. */
  selfContained: boolean;
}

type Replay = Extract<Attack, { type: 'replay' }>;

export class ReplayAttack extends RunningAttack {
  private readonly frames: TimedFrame[];
  private readonly begunAt = performance.now();
  private readonly timer: NodeJS.Timeout;
  /** For each receiver, the timestamp that stands for the first captured one. */
  private readonly bases = new Map<string, number>();
  private readonly waiting = new Map<string, TimedFrame[]>();
  private next = 0;
  /** How packets of the target looked when the replay began, which is what the receivers know if it is all they get. */
  private readonly shapeBefore: PacketShape | null;

  constructor(
    id: number,
    private readonly replay: Replay,
    kept: Captured[],
    private readonly target: SourceRef,
    stage: Stage,
  ) {
    super(id, replay, stage);
    this.frames = framesOf(kept);
    const source = stage.find(target);
    this.shapeBefore = source && stage.shape(source);
    this.timer = setInterval(() => this.tick(), TICK_MS);
  }

  protected override get held(): number {
    return this.frames.length - this.next;
  }

  override outgoing(receiver: Endpoint, source: IncomingSource, packet: RtpPacket): boolean {
    if (!this.replay.instead || !isSource(source, this.target)) return false;
    if (!this.aimsAt(receiver) || !this.begins(receiver, source)) return false;
    receiver.egress(source).leaveOut(packet);
    this.dropped += 1;
    return true;
  }

  override stop(): void {
    super.stop();
    clearInterval(this.timer);
    if (this.replay.instead) this.requestKeyFrame(this.target);
  }

  private tick(): void {
    const now = performance.now();
    const due = (now - this.begunAt) * (this.replay.speed ?? 1);
    const target = this.stage.find(this.target);
    const victims = target ? this.victims(target) : [];
    for (; this.next < this.frames.length; this.next += 1) {
      const frame = this.frames[this.next];
      if (!frame || frame.at > due) break;
      for (const { id } of victims) this.queue(id).push(frame);
    }
    let left = false;
    for (const receiver of target ? victims : []) left = !this.flush(receiver, target, now) || left;
    if (this.next >= this.frames.length && !left) this.stop();
  }

  private queue(receiver: string): TimedFrame[] {
    const queue = this.waiting.get(receiver) ?? [];
    this.waiting.set(receiver, queue);
    return queue;
  }

  /** false: something is left over. */
  private flush(receiver: Endpoint, target: IncomingSource | null, now: number): boolean {
    const queue = this.queue(receiver.id);
    for (let frame = queue[0]; frame && target; frame = queue[0]) {
      if (this.replay.verbatim) this.sendVerbatim(receiver, target, frame);
      else {
        const timestamp = this.timestamp(receiver, target, frame, now);
        if (!this.insert(receiver, target, this.dressed(frame, target), now, timestamp)) return false;
      }
      queue.shift();
    }
    return true;
  }

  private dressed(frame: TimedFrame, target: IncomingSource): RtpPacket[] {
    if (this.replay.instead && frame.selfContained) return frame.packets;
    const shape = this.replay.instead ? this.shapeBefore : this.stage.shape(target);
    return shape ? frame.packets.map((packet) => redress(packet, shape)) : frame.packets;
  }

  private sendVerbatim(receiver: Endpoint, target: IncomingSource, { packets }: TimedFrame): void {
    for (const packet of packets) {
      receiver.sendRtp(receiver.egress(target).verbatim(packet));
      this.sent += 1;
    }
  }

  /** Alone on its SSRC it keeps its own pace; between genuine frames it must not overtake the next one. */
  private timestamp(receiver: Endpoint, target: IncomingSource, frame: TimedFrame, now: number): number {
    const egress = receiver.egress(target);
    if (!this.replay.instead) return egress.lastTimestamp + 1;
    const first = this.frames[0]?.timestamp ?? 0;
    let base = this.bases.get(receiver.id);
    if (base === undefined) {
      base = egress.timestampAt(now) + 1;
      this.bases.set(receiver.id, base);
    }
    return base + ((frame.timestamp - first) | 0);
  }
}

/** Captured packets as whole frames, in order of sequence numbers within each. */
function framesOf(kept: Captured[]): TimedFrame[] {
  const begun = kept[0]?.time ?? 0;
  const frames = new Map<number, TimedFrame>();
  let selfContained = false;
  for (const { packet, time } of kept) {
    if (packet.payloadEnd === packet.headerLength) continue; // padding
    const frame = frames.get(packet.timestamp);
    selfContained ||= startsKeyFrame(packet);
    const { timestamp } = packet;
    if (frame) frame.packets.push(packet);
    else frames.set(timestamp, { at: time - begun, timestamp, packets: [packet], selfContained });
  }
  return [...frames.values()];
}
