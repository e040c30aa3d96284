// One source of an endpoint at the bridge: its streams, its frames, and when its sender was asked for a key frame.
import type { Codec, Source, SourceStatistics } from './api.ts';
import { mediaPayloadTypeOf } from './capabilities.ts';
import { type Frame, FrameAssembler, startsKeyFrame } from './frame-assembler.ts';
import { IncomingStream } from './incoming-stream.ts';
import { LayerSelection } from './layer-selection.ts';
import { ObservedFrames } from './observed-frames.ts';
import { type RtpPacket, restoreFromRtx } from './rtp.ts';

/** A sender is asked for a key frame at most this often; a request meanwhile is made up for at the end. */
const KEY_FRAME_INTERVAL_MS = 300;

export interface SourceEvents {
  frame(source: IncomingSource, frame: Frame, incompleteBefore: number): void;
  requestKeyFrame(source: IncomingSource): void;
}

export class IncomingSource {
  readonly observed: ObservedFrames;
  readonly clockrate: number;
  codec: Codec | null = null;
  frames = 0;
  forwardedPackets = 0;
  private readonly streams = new Map<number, IncomingStream>();
  private readonly layers: LayerSelection | null;
  private readonly assembler: FrameAssembler;
  private incompleteTold = 0;
  private askedAt = Number.NEGATIVE_INFINITY;
  private askLater: NodeJS.Timeout | null = null;

  constructor(
    readonly endpoint: string,
    readonly description: Source,
    private readonly events: SourceEvents,
    /** Of the source of this name before, if there was one: its observations go on. */
    before: IncomingSource | null,
  ) {
    this.observed = before?.observed ?? new ObservedFrames();
    this.clockrate = description.media === 'audio' ? 48000 : 90000;
    for (const ssrc of this.ssrcs()) this.streams.set(ssrc, new IncomingStream(ssrc, this.clockrate));
    const ssrcs = this.ssrcs();
    this.layers = ssrcs.length > 1 ? new LayerSelection(ssrcs) : null;
    this.assembler = new FrameAssembler((frame) => this.noteFrame(frame));
  }

  /** Those of its media, lowest layer first, retransmission aside. */
  ssrcs(): number[] {
    const { ssrc, simulcast } = this.description;
    return simulcast?.includes(ssrc) ? simulcast : [ssrc, ...(simulcast ?? [])];
  }

  get isVideo(): boolean {
    return this.description.media === 'video';
  }

  /** The packet to forward, retransmissions restored; null if there is nothing new in it. */
  receive(received: RtpPacket, now: number, time: number): RtpPacket | null {
    const { ssrc, rtx } = this.description;
    let packet = received;
    if (received.ssrc === rtx) {
      const payloadType = mediaPayloadTypeOf(received.payloadType);
      const restored = payloadType === null ? null : restoreFromRtx(received, ssrc, payloadType);
      if (restored === null) return null;
      packet = restored;
    }
    const index = this.streams.get(packet.ssrc)?.receive(packet, now) ?? null;
    if (index === null || !this.isSelected(packet, now)) return null;
    this.assembler.push(index, packet, time);
    return packet;
  }

  /** Of simulcast layers one is forwarded and put together; the others are received and reported. */
  private isSelected(packet: RtpPacket, now: number): boolean {
    const { layers } = this;
    if (!layers) return true;
    // Probing for bandwidth goes on in layers that are off, by padding.
    if (packet.payloadEnd === packet.headerLength) return packet.ssrc === layers.ssrc;
    const { forward, switched, wantsKeyFrame } = layers.packet(packet.ssrc, startsKeyFrame(packet), now);
    if (switched) this.assembler.restart();
    if (wantsKeyFrame) this.requestKeyFrame(now);
    return forward;
  }

  /** The SSRC of what is forwarded now. */
  get forwardedSsrc(): number {
    return this.layers?.ssrc ?? this.description.ssrc;
  }

  noteSenderReport(ssrc: number, ntp: number, now: number): void {
    this.streams.get(ssrc)?.noteSenderReport(ntp, now);
  }

  allStreams(): IterableIterator<IncomingStream> {
    return this.streams.values();
  }

  /** Gives up on gaps that stay open. */
  expire(time: number): void {
    this.assembler.expire(time);
  }

  requestKeyFrame(now: number): void {
    if (!this.isVideo || this.askLater) return;
    const wait = this.askedAt + KEY_FRAME_INTERVAL_MS - now;
    if (wait <= 0) {
      this.askedAt = now;
      this.events.requestKeyFrame(this);
      return;
    }
    this.askLater = setTimeout(() => {
      this.askLater = null;
      this.askedAt = performance.now();
      this.events.requestKeyFrame(this);
    }, wait);
  }

  close(): void {
    if (this.askLater) clearTimeout(this.askLater);
    this.askLater = null;
  }

  statistics(): SourceStatistics {
    let packets = 0;
    let bytes = 0;
    for (const stream of this.streams.values()) {
      packets += stream.packets;
      bytes += stream.bytes;
    }
    const { frames, forwardedPackets } = this;
    return { packets, bytes, frames, forwardedPackets, incompleteFrames: this.assembler.incomplete };
  }

  private noteFrame(frame: Frame): void {
    this.codec = frame.codec;
    this.frames += 1;
    this.observed.add(frame);
    const incomplete = this.assembler.incomplete - this.incompleteTold;
    this.incompleteTold = this.assembler.incomplete;
    this.events.frame(this, frame, incomplete);
  }
}
