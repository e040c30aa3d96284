// One participant's client at the bridge: its transport, what it sends, and what goes to it.
import type { Candidate, EndpointStatistics, Source, TransportDescription } from './api.ts';
import { Egress } from './egress.ts';
import { IncomingSource, type SourceEvents } from './incoming-source.ts';
import { nack, pictureLossIndication, type ReportBlock, receiverReport, remb } from './rtcp.ts';
import type { RtpPacket } from './rtp.ts';
import { Transport, type TransportEvents } from './transport.ts';

/** The SSRC under which the bridge itself reports; it sends no media. */
const BRIDGE_SSRC = 0x5ea1;
/** Packets sent again between two reports, so that NACKs cannot multiply what goes out. */
const RETRANSMISSION_LIMIT = 1000;

export class Endpoint {
  unknownPackets = 0;
  readonly sources = new Map<string, IncomingSource>();
  private readonly bySsrc = new Map<number, IncomingSource>();
  private readonly egresses = new Map<number, Egress>();
  private transport: Transport | null = null;
  private closed = false;
  /** Since the last report. */
  private retransmissions = 0;

  constructor(
    readonly id: string,
    private readonly events: SourceEvents,
  ) {}

  get connected(): boolean {
    return this.transport?.connected ?? false;
  }

  /** A new transport in place of the one before, whose events no longer count. */
  async allocate(events: TransportEvents): Promise<TransportDescription> {
    const transport = await Transport.open({
      connected: () => this.transport === transport && events.connected(),
      rtp: (bytes) => this.transport === transport && events.rtp(bytes),
      rtcp: (compound) => this.transport === transport && events.rtcp(compound),
      failed: (reason) => this.transport === transport && events.failed(reason),
    });
    if (this.closed) {
      await transport.close();
      throw new Error(`allocate: endpoint ${this.id} was released meanwhile`);
    }
    const before = this.transport;
    this.transport = transport;
    await before?.close();
    // The peer starts afresh as well: its streams and those towards it have no past.
    this.egresses.clear();
    this.setSources(
      [...this.sources.values()].map(({ description }) => description),
      true,
    );
    return transport.description;
  }

  connect(remote: TransportDescription): void {
    if (!this.transport) throw new Error(`connect: endpoint ${this.id} has no transport, allocate one first`);
    this.transport.connect(remote);
  }

  addCandidates(candidates: Candidate[]): void {
    this.transport?.addCandidates(candidates);
  }

  /** New and changed sources are returned. `afresh`: all are. */
  setSources(descriptions: Source[], afresh = false): IncomingSource[] {
    const before = new Map(this.sources);
    const fresh: IncomingSource[] = [];
    this.sources.clear();
    this.bySsrc.clear();
    for (const description of descriptions) {
      const known = before.get(description.name);
      let source = known;
      if (!source || afresh || !sameSource(source.description, description)) {
        source = new IncomingSource(this.id, description, this.events, known ?? null);
        fresh.push(source);
      }
      this.sources.set(description.name, source);
      for (const ssrc of source.ssrcs()) this.bySsrc.set(ssrc, source);
      if (description.rtx !== undefined) this.bySsrc.set(description.rtx, source);
    }
    for (const [name, source] of before) if (this.sources.get(name) !== source) source.close();
    return fresh;
  }

  sourceOf(ssrc: number): IncomingSource | null {
    return this.bySsrc.get(ssrc) ?? null;
  }

  owns(ssrc: number): boolean {
    return this.bySsrc.has(ssrc);
  }

  /** How an SSRC goes to this endpoint. */
  egress(source: IncomingSource): Egress {
    const { ssrc } = source.description;
    let egress = this.egresses.get(ssrc);
    if (!egress) {
      egress = new Egress(ssrc, source.clockrate);
      this.egresses.set(ssrc, egress);
    }
    return egress;
  }

  forgetEgress(ssrc: number): void {
    this.egresses.delete(ssrc);
  }

  sendRtp(packet: RtpPacket): void {
    this.transport?.sendRtp(packet);
  }

  sendRtcp(compound: Buffer): void {
    this.transport?.sendRtcp(compound);
  }

  /** Sends again what this endpoint's NACK names, as far as it was sent to it. */
  retransmit(ssrc: number, lost: number[]): void {
    const egress = this.egresses.get(ssrc);
    if (!egress) return;
    for (const sequenceNumber of lost) {
      const packet = egress.sent(sequenceNumber);
      if (!packet) continue;
      if (this.retransmissions >= RETRANSMISSION_LIMIT) return;
      this.retransmissions += 1;
      this.sendRtp(packet);
    }
  }

  askForKeyFrame(source: IncomingSource): void {
    this.sendRtcp(
      Buffer.concat([
        receiverReport(BRIDGE_SSRC, []),
        ...source.ssrcs().map((ssrc) => pictureLossIndication(BRIDGE_SSRC, ssrc)),
      ]),
    );
  }

  /** Asks for missing packets, gives up on frames that stay incomplete. */
  tick(now: number, time: number): void {
    const asks: Buffer[] = [];
    for (const source of this.sources.values()) {
      source.expire(time);
      for (const stream of source.allStreams()) {
        const lost = stream.takeNacks(now);
        if (lost.length > 0) asks.push(nack(BRIDGE_SSRC, stream.ssrc, lost));
      }
    }
    if (asks.length > 0) this.sendRtcp(Buffer.concat([receiverReport(BRIDGE_SSRC, []), ...asks]));
  }

  /** What was received of this endpoint, and how much it may send. */
  report(now: number, bitrate: number): void {
    this.retransmissions = 0;
    const blocks: ReportBlock[] = [];
    for (const source of this.sources.values()) {
      for (const stream of source.allStreams()) {
        const block = stream.report(now);
        if (block) blocks.push(block);
      }
    }
    const ssrcs = blocks.map(({ ssrc }) => ssrc);
    this.sendRtcp(Buffer.concat([receiverReport(BRIDGE_SSRC, blocks), remb(BRIDGE_SSRC, bitrate, ssrcs)]));
  }

  async close(): Promise<void> {
    this.closed = true;
    for (const source of this.sources.values()) source.close();
    this.sources.clear();
    this.bySsrc.clear();
    const { transport } = this;
    this.transport = null;
    await transport?.close();
  }

  statistics(): EndpointStatistics {
    const sources = Object.fromEntries(
      [...this.sources].map(([name, source]) => [name, source.statistics()]),
    );
    return { connected: this.connected, unknownPackets: this.unknownPackets, sources };
  }
}

function sameSource(a: Source, b: Source): boolean {
  return (
    a.ssrc === b.ssrc &&
    a.media === b.media &&
    a.kind === b.kind &&
    a.rtx === b.rtx &&
    JSON.stringify(a.simulcast ?? []) === JSON.stringify(b.simulcast ?? [])
  );
}
