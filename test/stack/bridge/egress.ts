// One SSRC on its way to one receiver: what was sent, for NACKs, and the numbers that keep it continuous.
//
// As long as the source itself is forwarded, packets pass byte for byte. When another stream takes its place, or
// packets are left out or put in between, sequence numbers, timestamps and frame numbers go on where they were.
import { EXTENSION_IDS } from './capabilities.ts';
import { parseDependencyDescriptor, setFrameNumber } from './dependency-descriptor.ts';
import { headerExtension, parseRtp, type RtpPacket, sequenceDistance } from './rtp.ts';

/** Packets kept for retransmission. */
const HISTORY = 1024;
const AUDIO_CLOCK = 48000;

interface Last {
  sequenceNumber: number;
  timestamp: number;
  frameNumber: number;
  time: number;
  /** Ends a frame; in audio every packet does. */
  marker: boolean;
}

export class Egress {
  private input: number;
  private sequenceOffset = 0;
  private timestampOffset = 0;
  private frameOffset = 0;
  private last: Last | null = null;
  private readonly history: (RtpPacket | undefined)[] = new Array(HISTORY);

  constructor(
    readonly ssrc: number,
    private readonly clockrate: number,
  ) {
    this.input = ssrc;
  }

  /** The packet as this receiver is to get it. */
  forward(packet: RtpPacket, now: number): RtpPacket {
    if (packet.ssrc !== this.input) this.continueWith(packet, now);
    return this.remember(
      rewrite(packet, {
        ssrc: this.ssrc,
        sequence: this.sequenceOffset,
        timestamp: this.timestampOffset,
        frame: this.frameOffset,
      }),
      now,
    );
  }

  /** The packet is left out with no gap for the receiver to see. */
  leaveOut(packet: RtpPacket): void {
    if (packet.ssrc !== this.input) return;
    this.sequenceOffset -= 1;
    if (descriptorOf(packet)?.startOfFrame) this.frameOffset -= 1;
  }

  /** A packet of any origin between genuine ones; null if nothing was sent yet that it could follow. */
  insert(packet: RtpPacket, now: number, timestamp: number): RtpPacket | null {
    const { last } = this;
    if (!last) return null;
    const descriptor = descriptorOf(packet);
    const frameNumber = last.frameNumber + (descriptor?.startOfFrame ? 1 : 0);
    this.sequenceOffset += 1;
    if (descriptor?.startOfFrame) this.frameOffset += 1;
    const inserted = rewrite(packet, {
      ssrc: this.ssrc,
      sequence: last.sequenceNumber + 1 - packet.sequenceNumber,
      timestamp: timestamp - packet.timestamp,
      frame: frameNumber - (descriptor?.frameNumber ?? 0),
    });
    return this.remember(inserted, now);
  }

  /** The packet as this receiver had it when it was forwarded, and not counted: what a replaying network sends. */
  verbatim(packet: RtpPacket): RtpPacket {
    const own = packet.ssrc === this.input;
    return rewrite(packet, {
      ssrc: this.ssrc,
      sequence: own ? this.sequenceOffset : 0,
      timestamp: own ? this.timestampOffset : 0,
      frame: own ? this.frameOffset : 0,
    });
  }

  /** A sender report with the SSRC and timestamp that this receiver knows; null if it is not of what is sent to it. */
  senderReport(report: Buffer): Buffer | null {
    if (report.readUInt32BE(4) !== this.input) return null;
    const bytes = Buffer.from(report);
    bytes.writeUInt32BE(this.ssrc, 4);
    bytes.writeUInt32BE((bytes.readUInt32BE(16) + this.timestampOffset) >>> 0, 16);
    return bytes;
  }

  /** The timestamp that a packet of the source has for this receiver. */
  timestampOf(packet: RtpPacket): number {
    return (packet.timestamp + this.timestampOffset) >>> 0;
  }

  /** Nothing but the first packet of a frame may come next: frames can be put in here. */
  get betweenFrames(): boolean {
    return this.last?.marker ?? false;
  }

  get lastTimestamp(): number {
    return this.last?.timestamp ?? 0;
  }

  /** The timestamp that belongs to now, going by the last packet. */
  timestampAt(now: number): number {
    if (!this.last) return 0;
    return (this.last.timestamp + Math.round(((now - this.last.time) * this.clockrate) / 1000)) >>> 0;
  }

  sent(sequenceNumber: number): RtpPacket | null {
    const packet = this.history[sequenceNumber % HISTORY];
    return packet?.sequenceNumber === sequenceNumber ? packet : null;
  }

  private continueWith(packet: RtpPacket, now: number): void {
    this.input = packet.ssrc;
    const { last } = this;
    if (!last) return;
    this.sequenceOffset = last.sequenceNumber + 1 - packet.sequenceNumber;
    this.timestampOffset = this.timestampAt(now) + 1 - packet.timestamp;
    const frameNumber = descriptorOf(packet)?.frameNumber;
    if (frameNumber !== undefined) this.frameOffset = last.frameNumber + 1 - frameNumber;
  }

  private remember(packet: RtpPacket, now: number): RtpPacket {
    this.history[packet.sequenceNumber % HISTORY] = packet;
    const { sequenceNumber, timestamp } = packet;
    if (!this.last || sequenceDistance(this.last.sequenceNumber, sequenceNumber) > 0) {
      const frameNumber = descriptorOf(packet)?.frameNumber ?? this.last?.frameNumber ?? 0;
      const marker = packet.marker || this.clockrate === AUDIO_CLOCK;
      this.last = { sequenceNumber, timestamp, frameNumber, time: now, marker };
    }
    return packet;
  }
}

interface Rewriting {
  ssrc: number;
  sequence: number;
  timestamp: number;
  frame: number;
}

function rewrite(packet: RtpPacket, change: Rewriting): RtpPacket {
  const { ssrc, sequence, timestamp, frame } = change;
  if (ssrc === packet.ssrc && sequence === 0 && timestamp === 0 && frame === 0) return packet;
  const bytes = Buffer.from(packet.bytes);
  bytes.writeUInt16BE((packet.sequenceNumber + sequence) & 0xffff, 2);
  bytes.writeUInt32BE((packet.timestamp + timestamp) >>> 0, 4);
  bytes.writeUInt32BE(ssrc, 8);
  const copy = parseRtp(bytes);
  if (!copy) throw new Error('egress: an RTP packet lost its form while it was rewritten');
  const extension = headerExtension(copy, EXTENSION_IDS.dependencyDescriptor);
  const descriptor = extension && parseDependencyDescriptor(extension);
  if (extension && descriptor) setFrameNumber(extension, descriptor.frameNumber + frame);
  return copy;
}

function descriptorOf(packet: RtpPacket) {
  const extension = headerExtension(packet, EXTENSION_IDS.dependencyDescriptor);
  return extension && parseDependencyDescriptor(extension);
}
