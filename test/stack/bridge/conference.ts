// A conference: what one endpoint sends goes to all others, and their feedback back to it.

import type { Source, TransportDescription } from './api.ts';
import { Endpoint } from './endpoint.ts';
import type { Frame } from './frame-assembler.ts';
import type { IncomingSource } from './incoming-source.ts';
import type { Recording } from './recording.ts';
import { parseRtcp } from './rtcp.ts';
import { parseRtp, type RtpPacket } from './rtp.ts';

const TICK_MS = 20;
const REPORT_MS = 500;
const ENDPOINT_LIMIT = 64;

/** Stands between sources and receivers (hostile.ts). */
export interface Tamper {
  /** A packet came, whomever it goes to. */
  incoming(source: IncomingSource, packet: RtpPacket, now: number): void;
  /** It would now go to this receiver; false: let it. */
  outgoing(receiver: Endpoint, source: IncomingSource, packet: RtpPacket, now: number): boolean;
  close(): void;
}

export class Conference {
  readonly endpoints = new Map<string, Endpoint>();
  recording: Recording | null = null;
  tamper: Tamper | null = null;
  private readonly ticker: NodeJS.Timeout;
  private readonly reporter: NodeJS.Timeout;

  constructor(
    readonly name: string,
    private readonly bitrate: number,
    private readonly log: (line: string) => void,
  ) {
    this.ticker = setInterval(() => {
      const now = performance.now();
      for (const endpoint of this.endpoints.values()) endpoint.tick(now, performance.timeOrigin + now);
    }, TICK_MS);
    this.reporter = setInterval(() => {
      for (const endpoint of this.endpoints.values()) endpoint.report(performance.now(), this.bitrate);
      this.requestMissingBeginnings();
    }, REPORT_MS);
  }

  async allocate(id: string): Promise<TransportDescription> {
    let endpoint = this.endpoints.get(id);
    if (!endpoint) {
      if (this.endpoints.size >= ENDPOINT_LIMIT) {
        throw new Error(
          `allocate: conference ${this.name} has ${ENDPOINT_LIMIT} endpoints, the most there may be`,
        );
      }
      endpoint = new Endpoint(id, {
        frame: (source, frame, incomplete) => this.record(source, frame, incomplete),
        requestKeyFrame: (source) => this.endpoints.get(source.endpoint)?.askForKeyFrame(source),
      });
      this.endpoints.set(id, endpoint);
    }
    const opened = endpoint;
    return opened.allocate({
      connected: () => {
        this.log(`${this.name}/${id} connected`);
        opened.report(performance.now(), this.bitrate);
        this.requestKeyFrames();
      },
      rtp: (bytes) => this.receiveRtp(opened, bytes),
      rtcp: (compound) => this.receiveRtcp(opened, compound),
      failed: (reason) => this.log(`${this.name}/${id} failed: ${reason}`),
    });
  }

  endpoint(id: string): Endpoint {
    const endpoint = this.endpoints.get(id);
    if (!endpoint) throw new Error(`endpoint ${id} is not in conference ${this.name}`);
    return endpoint;
  }

  setSources(id: string, sources: Source[]): void {
    const endpoint = this.endpoint(id);
    for (const other of this.endpoints.values()) {
      if (other === endpoint) continue;
      for (const { ssrc, rtx, simulcast, name } of sources) {
        const taken = [ssrc, ...(rtx === undefined ? [] : [rtx]), ...(simulcast ?? [])].find((one) =>
          other.owns(one),
        );
        if (taken !== undefined) {
          throw new Error(`sources: SSRC ${taken} of ${name} is one of endpoint ${other.id} already`);
        }
      }
    }
    const before = [...endpoint.sources.values()].flatMap((source) => source.ssrcs());
    const fresh = endpoint.setSources(sources);
    for (const ssrc of before) {
      if (endpoint.owns(ssrc)) continue;
      for (const receiver of this.endpoints.values()) receiver.forgetEgress(ssrc);
    }
    for (const source of fresh) source.requestKeyFrame(performance.now());
  }

  async release(id: string): Promise<void> {
    const endpoint = this.endpoint(id);
    this.endpoints.delete(id);
    for (const source of endpoint.sources.values()) {
      for (const receiver of this.endpoints.values()) receiver.forgetEgress(source.description.ssrc);
    }
    await endpoint.close();
  }

  /** Asks every video sender that is connected for a key frame; says how many sources that were. */
  requestKeyFrames(): number {
    let requested = 0;
    for (const endpoint of this.endpoints.values()) {
      if (!endpoint.connected) continue;
      for (const source of endpoint.sources.values()) {
        if (!source.isVideo) continue;
        source.requestKeyFrame(performance.now());
        requested += 1;
      }
    }
    return requested;
  }

  /** A request may get lost, or a browser may ignore one that follows another too closely. */
  private requestMissingBeginnings(): void {
    if (!this.recording) return;
    for (const endpoint of this.endpoints.values()) {
      for (const source of endpoint.sources.values()) {
        const { name } = source.description;
        if (!this.recording.has({ endpoint: endpoint.id, name })) source.requestKeyFrame(performance.now());
      }
    }
  }

  async close(): Promise<void> {
    clearInterval(this.ticker);
    clearInterval(this.reporter);
    this.tamper?.close();
    await Promise.all([...this.endpoints.values()].map((endpoint) => endpoint.close()));
    this.endpoints.clear();
  }

  /** Every connected endpoint but the sender. */
  *receiversOf(source: IncomingSource): IterableIterator<Endpoint> {
    for (const endpoint of this.endpoints.values()) {
      if (endpoint.id !== source.endpoint && endpoint.connected) yield endpoint;
    }
  }

  /** Sends a packet to a receiver as one of `source`. */
  forward(receiver: Endpoint, source: IncomingSource, packet: RtpPacket, now: number): void {
    receiver.sendRtp(receiver.egress(source).forward(packet, now));
    source.forwardedPackets += 1;
  }

  private receiveRtp(from: Endpoint, bytes: Buffer): void {
    const received = parseRtp(bytes);
    const source = received && from.sourceOf(received.ssrc);
    if (!received || !source) {
      from.unknownPackets += 1;
      return;
    }
    const now = performance.now();
    const packet = source.receive(received, now, performance.timeOrigin + now);
    if (!packet) return;
    this.tamper?.incoming(source, packet, now);
    for (const receiver of this.receiversOf(source)) {
      if (!this.tamper?.outgoing(receiver, source, packet, now)) this.forward(receiver, source, packet, now);
    }
  }

  private receiveRtcp(from: Endpoint, compound: Buffer): void {
    const now = performance.now();
    for (const message of parseRtcp(compound)) {
      if (message.type === 'sender-report') {
        const source = from.sourceOf(message.ssrc);
        if (!source) continue;
        source.noteSenderReport(message.ssrc, message.ntp, now);
        if (message.ssrc !== source.forwardedSsrc) continue;
        for (const receiver of this.receiversOf(source)) {
          const report = receiver.egress(source).senderReport(message.bytes);
          if (report) receiver.sendRtcp(report);
        }
      } else if (message.type === 'nack') {
        from.retransmit(message.ssrc, message.lost);
      } else {
        for (const ssrc of message.ssrcs) this.sourceWith(ssrc, from)?.requestKeyFrame(now);
      }
    }
  }

  private sourceWith(ssrc: number, except: Endpoint): IncomingSource | null {
    for (const endpoint of this.endpoints.values()) {
      const source = endpoint === except ? null : endpoint.sourceOf(ssrc);
      if (source) return source;
    }
    return null;
  }

  private record(source: IncomingSource, frame: Frame, incomplete: number): void {
    const { name, media } = source.description;
    this.recording?.frame({ endpoint: source.endpoint, name, media }, frame, incomplete);
  }
}
