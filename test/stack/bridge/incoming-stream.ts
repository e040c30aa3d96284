// What the bridge keeps about one RTP stream that it receives: what is missing, and what to report (RFC 3550 §6.4, A.3, A.8).
import type { ReportBlock } from './rtcp.ts';
import { type RtpPacket, sequenceDistance } from './rtp.ts';

/** Packets back that are still told from duplicates; older ones are dropped. */
const HISTORY = 2048;
const NACK_EVERY_MS = 40;
const NACK_TRIES = 8;
const MISSING_LIMIT = 200;

export class IncomingStream {
  packets = 0;
  bytes = 0;
  private first: number | null = null;
  private highest = 0;
  private received = 0;
  private jitter = 0;
  private transit: number | null = null;
  private reported = { expected: 0, received: 0 };
  private senderReport: { ntp: number; time: number } | null = null;
  private readonly history = new Float64Array(HISTORY);
  private readonly missing = new Map<number, { tries: number; next: number }>();

  constructor(
    readonly ssrc: number,
    private readonly clockrate: number,
  ) {}

  /** The extended sequence number of the packet; null if it came before or is too old. */
  receive(packet: RtpPacket, now: number): number | null {
    const index = this.extend(packet.sequenceNumber);
    const slot = index % HISTORY;
    if (index <= this.highest - HISTORY || this.history[slot] === index) return null;
    this.history[slot] = index;
    this.packets += 1;
    this.received += 1;
    this.bytes += packet.bytes.length;
    if (!this.missing.delete(index)) this.noteGap(index, now);
    this.highest = Math.max(this.highest, index);
    this.noteJitter(packet.timestamp, now);
    return index;
  }

  /** Begun at 65536, so that packets reordered around the first one stay positive. */
  private extend(sequenceNumber: number): number {
    if (this.first === null) {
      this.first = 0x10000 + sequenceNumber;
      this.highest = this.first;
      return this.first;
    }
    return this.highest + sequenceDistance(this.highest & 0xffff, sequenceNumber);
  }

  private noteGap(index: number, now: number): void {
    for (let lost = Math.max(this.highest + 1, index - MISSING_LIMIT); lost < index; lost += 1) {
      this.missing.set(lost, { tries: 0, next: now });
    }
    for (const lost of this.missing.keys()) {
      if (this.missing.size <= MISSING_LIMIT) break;
      this.missing.delete(lost);
    }
  }

  private noteJitter(timestamp: number, now: number): void {
    const transit = Math.round((now * this.clockrate) / 1000) - timestamp;
    if (this.transit !== null) {
      const difference = Math.abs((transit - this.transit) | 0);
      // A timestamp that jumps (a track was replaced) says nothing of the network.
      if (difference < this.clockrate) this.jitter += (difference - this.jitter) / 16;
    }
    this.transit = transit;
  }

  noteSenderReport(ntp: number, now: number): void {
    this.senderReport = { ntp, time: now };
  }

  /** Sequence numbers to ask for again, now. */
  takeNacks(now: number): number[] {
    const asked: number[] = [];
    for (const [index, state] of this.missing) {
      if (state.next > now) continue;
      if (state.tries >= NACK_TRIES) {
        this.missing.delete(index);
        continue;
      }
      state.tries += 1;
      state.next = now + NACK_EVERY_MS;
      asked.push(index & 0xffff);
    }
    return asked;
  }

  /** null: nothing received yet. */
  report(now: number): ReportBlock | null {
    if (this.first === null) return null;
    const expected = this.highest - this.first + 1;
    const expectedNow = expected - this.reported.expected;
    const lostNow = expectedNow - (this.received - this.reported.received);
    this.reported = { expected, received: this.received };
    const { senderReport } = this;
    return {
      ssrc: this.ssrc,
      fractionLost: expectedNow > 0 && lostNow > 0 ? Math.floor((lostNow * 256) / expectedNow) : 0,
      cumulativeLost: expected - this.received,
      highest: (this.highest - 0x10000) % 2 ** 32,
      jitter: this.jitter,
      lastSenderReport: senderReport?.ntp ?? 0,
      delaySinceSenderReport: senderReport ? ((now - senderReport.time) * 65536) / 1000 : 0,
    };
  }
}
