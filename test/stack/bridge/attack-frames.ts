// Frames that the sender never made: damage, inject, garbage.
import { randomBytes } from 'node:crypto';
import { endsFrame, isSource, RunningAttack, type Stage } from './attack.ts';
import type { Endpoint } from './endpoint.ts';
import type { Attack } from './hostile-api.ts';
import type { IncomingSource } from './incoming-source.ts';
import { type PacketShape, packetize } from './packetize.ts';
import { parseRtp, type RtpPacket } from './rtp.ts';

type Damage = Extract<Attack, { type: 'damage' }>;

const CHANGED_BYTES = 8;

export class DamageAttack extends RunningAttack {
  private frames = 0;
  /** Timestamp of the frame that passes. */
  private timestamp: number | null = null;

  constructor(
    id: number,
    private readonly damage: Damage,
    stage: Stage,
  ) {
    super(id, damage, stage);
  }

  override incoming(source: IncomingSource, packet: RtpPacket): void {
    if (!isSource(source, this.damage.source) || packet.timestamp === this.timestamp) return;
    this.timestamp = packet.timestamp;
    this.frames += 1;
  }

  override outgoing(receiver: Endpoint, source: IncomingSource, packet: RtpPacket, now: number): boolean {
    if (!isSource(source, this.damage.source) || !this.aimsAt(receiver)) return false;
    if (!endsFrame(source, packet) || this.frames % (this.damage.every ?? 1) !== 0) return false;
    const damaged = damagedPacket(packet, this.damage.how);
    if (!damaged) return false;
    this.stage.conference.forward(receiver, source, damaged, now);
    this.changed += 1;
    return true;
  }
}

/** The last packet of a frame, with the end of its payload changed; null if it is too short for that. */
function damagedPacket(packet: RtpPacket, how: Damage['how']): RtpPacket | null {
  const payload = packet.payloadEnd - packet.headerLength;
  if (payload < 2 * CHANGED_BYTES) return null;
  const end = how === 'cut' ? packet.payloadEnd - CHANGED_BYTES : packet.payloadEnd;
  const bytes = Buffer.concat([
    packet.bytes.subarray(0, end),
    how === 'lengthen' ? randomBytes(CHANGED_BYTES) : Buffer.alloc(0),
  ]);
  bytes.writeUInt8(bytes.readUInt8(0) & ~0x20, 0); // any padding is cut off
  if (how === 'flip') {
    const at = packet.headerLength + Math.floor((payload * 3) / 4);
    bytes.writeUInt8(bytes.readUInt8(at) ^ 0x10, at);
  }
  return parseRtp(bytes);
}

type Injecting = Extract<Attack, { type: 'inject' | 'garbage' }>;

const TICK_MS = 10;
/** Frames due that wait for the end of a genuine one; beyond, they are left out. */
const WAITING_LIMIT = 100;

export class InjectingAttack extends RunningAttack {
  private readonly begunAt = performance.now();
  private readonly timer: NodeJS.Timeout;
  private readonly frames: Buffer[];
  private readonly rate: number | null;
  private shapeBefore: PacketShape | null = null;
  /** Frames sent or left out so far, by receiver. */
  private readonly counts = new Map<string, number>();

  constructor(
    id: number,
    private readonly injecting: Injecting,
    stage: Stage,
  ) {
    super(id, injecting, stage);
    this.frames =
      injecting.type === 'inject' ? injecting.frames.map((one) => Buffer.from(one, 'base64')) : [];
    this.rate = injecting.rate ?? null;
    this.timer = setInterval(() => this.tick(), TICK_MS);
  }

  override stop(): void {
    super.stop();
    clearInterval(this.timer);
    if (this.rate === null) this.requestKeyFrame(this.injecting.source);
  }

  override outgoing(receiver: Endpoint, source: IncomingSource, packet: RtpPacket, now: number): boolean {
    if (this.rate !== null || !isSource(source, this.injecting.source) || !this.aimsAt(receiver))
      return false;
    // Kept as it is at first: later key frames, and what they say of the frames after them, no receiver gets.
    this.shapeBefore ??= this.stage.shape(source);
    const shape = this.shapeBefore;
    if (!shape || !this.begins(receiver, source)) return false;
    const egress = receiver.egress(source);
    egress.leaveOut(packet);
    this.dropped += 1;
    if (endsFrame(source, packet)) {
      const frame = packetize(this.frame(this.count(receiver)), shape);
      this.insert(receiver, source, frame, now, egress.timestampOf(packet));
    }
    return true;
  }

  private tick(): void {
    const now = performance.now();
    if (now - this.begunAt > this.injecting.seconds * 1000) {
      this.stop();
      return;
    }
    const source = this.rate === null ? null : this.stage.find(this.injecting.source);
    const shape = source && this.stage.shape(source);
    if (!source || !shape || this.rate === null) return;
    const due = Math.floor(((now - this.begunAt) * this.rate) / 1000);
    for (const receiver of this.victims(source)) this.catchUp(receiver, source, shape, due, now);
  }

  private catchUp(
    receiver: Endpoint,
    source: IncomingSource,
    shape: PacketShape,
    due: number,
    now: number,
  ): void {
    const begun = this.counts.get(receiver.id) ?? 0;
    let count = Math.max(begun, due - WAITING_LIMIT);
    for (; count < due; count += 1) {
      const timestamp = receiver.egress(source).lastTimestamp + 1;
      if (!this.insert(receiver, source, packetize(this.frame(count), shape), now, timestamp)) break;
    }
    this.counts.set(receiver.id, count);
  }

  private count(receiver: Endpoint): number {
    const count = this.counts.get(receiver.id) ?? 0;
    this.counts.set(receiver.id, count + 1);
    return count;
  }

  private frame(n: number): Buffer {
    if (this.injecting.type === 'garbage') return randomBytes(this.injecting.size);
    return this.frames[n % this.frames.length] ?? Buffer.alloc(0);
  }
}
