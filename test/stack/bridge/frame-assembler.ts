// Packets of one video stream, in any order, to its frames in order; frames with a packet missing are counted.
import { type Codec, codecOf, EXTENSION_IDS } from './capabilities.ts';
import { DEPACKETIZERS, type PacketInfo } from './depacketize.ts';
import { parseDependencyDescriptor } from './dependency-descriptor.ts';
import { headerExtension, payloadOf, type RtpPacket } from './rtp.ts';

export interface Frame {
  codec: Codec;
  data: Buffer;
  /** RTP timestamp. */
  timestamp: number;
  keyFrame: boolean;
  /** Milliseconds since the epoch: when the last of its packets arrived. */
  time: number;
  packets: number;
}

interface Waiting {
  packet: RtpPacket;
  time: number;
}

interface Partial {
  codec: Codec;
  timestamp: number;
  keyFrame: boolean;
  time: number;
  bodies: Buffer[];
  bytes: number;
}

/** How long a gap may stay open before the frames around it are given up. */
const GAP_MS = 600;
const WAITING_LIMIT = 1024;
const FRAME_LIMIT = 4 << 20;

export class FrameAssembler {
  /** Frames given up because packets of them were missing or malformed. */
  incomplete = 0;
  private next: number | null = null;
  private readonly waiting = new Map<number, Waiting>();
  private current: Partial | null = null;
  /** The packet before was the last of a frame, so the next one is the first of one. */
  private aligned = true;
  /** Timestamp of the frame that is being given up, so that it counts once. */
  private broken: number | null = null;

  constructor(private readonly deliver: (frame: Frame) => void) {}

  /** `index`: the extended sequence number. */
  push(index: number, packet: RtpPacket, time: number): void {
    this.next ??= index;
    if (index < this.next || this.waiting.has(index)) return;
    this.waiting.set(index, { packet, time });
    this.drain();
    if (this.waiting.size > WAITING_LIMIT) this.skipGap();
    else this.expire(time);
  }

  /** Another stream follows, with sequence numbers of its own. */
  restart(): void {
    this.giveUp(this.current?.timestamp ?? null);
    this.waiting.clear();
    this.next = null;
    this.aligned = true;
  }

  /** To be called now and then, so that a gap is given up although nothing comes after it. */
  expire(now: number): void {
    const [first] = this.waiting.values();
    if (first && now - first.time > GAP_MS) this.skipGap();
  }

  private drain(): void {
    while (this.next !== null) {
      const waiting = this.waiting.get(this.next);
      if (!waiting) return;
      this.waiting.delete(this.next);
      this.next += 1;
      this.consume(waiting.packet, waiting.time);
    }
  }

  private skipGap(): void {
    if (this.waiting.size === 0) return;
    this.giveUp(this.current?.timestamp ?? null);
    this.aligned = false;
    this.next = Math.min(...this.waiting.keys());
    this.drain();
  }

  private giveUp(timestamp: number | null): void {
    this.current = null;
    if (timestamp === null || timestamp === this.broken) return;
    this.broken = timestamp;
    this.incomplete += 1;
  }

  private consume(packet: RtpPacket, time: number): void {
    const payload = payloadOf(packet);
    const codec = codecOf(packet.payloadType);
    if (payload.length === 0 || codec === null) return;
    const info = inspectPacket(codec, packet);
    if (info === null) {
      this.giveUp(packet.timestamp);
      this.aligned = packet.marker;
      return;
    }
    const goesOn = this.current?.timestamp === packet.timestamp && this.current.codec === codec;
    const begins = info.begins ?? (this.aligned || (this.current !== null && !goesOn));
    if (begins) {
      if (this.current) this.giveUp(this.current.timestamp);
      this.current = { codec, timestamp: packet.timestamp, keyFrame: false, time, bodies: [], bytes: 0 };
    } else if (!goesOn) {
      this.giveUp(packet.timestamp);
      this.aligned = info.ends ?? packet.marker;
      return;
    }
    const frame = this.current;
    if (!frame) return;
    frame.keyFrame ||= info.keyFrame;
    frame.time = Math.max(frame.time, time);
    frame.bodies.push(info.body);
    frame.bytes += info.body.length;
    this.aligned = info.ends ?? packet.marker;
    if (frame.bytes > FRAME_LIMIT) this.giveUp(frame.timestamp);
    else if (this.aligned) this.complete(frame);
  }

  private complete(frame: Partial): void {
    const data = DEPACKETIZERS[frame.codec].assemble(frame.bodies);
    if (data === null) {
      this.giveUp(frame.timestamp);
      return;
    }
    this.current = null;
    const { codec, timestamp, keyFrame, time, bodies } = frame;
    this.deliver({ codec, data, timestamp, keyFrame, time, packets: bodies.length });
  }
}

/** What a packet says about its frame, by its payload and, of AV1, its dependency descriptor; null: malformed. */
export function inspectPacket(codec: Codec, packet: RtpPacket): PacketInfo | null {
  const info = DEPACKETIZERS[codec].inspect(payloadOf(packet));
  const extension = headerExtension(packet, EXTENSION_IDS.dependencyDescriptor);
  const descriptor = extension && parseDependencyDescriptor(extension);
  // The descriptor is right where it is present: of a sealed frame nothing else can be read.
  if (!info || !descriptor || codec !== 'AV1') return info;
  return {
    ...info,
    begins: descriptor.startOfFrame,
    ends: descriptor.endOfFrame,
    keyFrame: info.keyFrame || descriptor.structurePresent,
  };
}

/** The first packet of a key frame, from which a picture can begin. */
export function startsKeyFrame(packet: RtpPacket): boolean {
  const codec = codecOf(packet.payloadType);
  const info = codec && packet.payloadEnd > packet.headerLength ? inspectPacket(codec, packet) : null;
  return info?.keyFrame === true && info.begins !== false;
}
