// Watches that frames really pass the worker: what the browser sent or played must not exceed what the worker saw.
//
// A browser that ignores a transform (as Chromium does for a receiver that gets one too late) would let frames by
// in silence. Such a sender is stopped, such a receiver muted, and the person is told.

import type { TransformStatistics } from '../frames/index.ts';

/** What went by between two looks. */
export interface Passage {
  /** What the browser sent or played, in multiples of what can be noise (see `browserCount`). */
  browser: number;
  /** Frames that the worker passed on. */
  worker: number;
}

/**
 * A transform that the browser ignores sees no frame at all, while the browser goes on sending or playing. Seen twice
 * in a row, as what was under way when the gate closed still comes out after it.
 */
export class Suspicion {
  #strikes = 0;

  isBypassed({ browser, worker }: Passage): boolean {
    this.#strikes = worker === 0 && browser > 1 ? this.#strikes + 1 : 0;
    // Once: a receiver that was muted goes on decoding.
    return this.#strikes === 2;
  }
}

/** So much may come between two looks though the worker passed nothing: probes of the bandwidth, comfort noise. */
const NOISE = {
  packetsSent: 30,
  bytesSent: 12_000,
  framesEncoded: 8,
  framesDecoded: 8,
  /** At 48 kHz: 0.6 s. */
  samplesPlayed: 28_800,
};

/**
 * What the browser counts for a sender or receiver, in multiples of NOISE. Source: W3C webrtc-stats,
 * RTCOutboundRtpStreamStats and RTCInboundRtpStreamStats. Not `framesSent`: Chromium counts there what the encoder
 * made, before the transform. Packets resent, to probe the bandwidth too, are no new frames; nor is padding, which goes
 * out on a connection whose encoder rests because the other of bridge and peer-to-peer is in use.
 */
async function browserCount(holder: RTCRtpSender | RTCRtpReceiver): Promise<Counted> {
  let count = 0;
  const streams: string[] = [];
  for (const report of (await holder.getStats()).values()) {
    if (report.type === 'outbound-rtp') {
      count +=
        report.kind === 'audio'
          ? (report.packetsSent - (report.retransmittedPacketsSent ?? 0)) / NOISE.packetsSent
          : Math.min(
              (report.bytesSent - (report.retransmittedBytesSent ?? 0)) / NOISE.bytesSent,
              (report.framesEncoded ?? 0) / NOISE.framesEncoded,
            );
    } else if (report.type === 'inbound-rtp') {
      streams.push(report.id);
      count +=
        report.kind === 'audio'
          ? ((report.jitterBufferEmittedCount ?? 0) - (report.concealedSamples ?? 0)) / NOISE.samplesPlayed
          : (report.framesDecoded ?? 0) / NOISE.framesDecoded;
    }
  }
  return { count, streams };
}

interface Counted {
  count: number;
  /** What a receiver's figures are of. */
  streams: string[];
}

export interface Watched {
  transform: number;
  holder: RTCRtpSender | RTCRtpReceiver;
}

interface Memory {
  suspicion: Suspicion;
  browser: number;
  worker: number;
}

export class Watchdog {
  readonly #memories = new Map<number, Memory>();
  #isLooking = false;

  constructor(
    private readonly statistics: () => Promise<TransformStatistics[]>,
    private readonly onBypass: (watched: Watched) => void,
  ) {}

  /** One look; call it every few seconds. A look that takes longer than that is not doubled. */
  async look(all: Iterable<Watched>): Promise<void> {
    if (this.#isLooking) return;
    this.#isLooking = true;
    try {
      await this.#look([...all]);
    } finally {
      this.#isLooking = false;
    }
  }

  async #look(all: Watched[]): Promise<void> {
    // The worker before and after the browser: what passes while the answers come counts in the worker's favour.
    const before = await this.#passed();
    const counted = await Promise.all(all.map(({ holder }) => browserCount(holder)));
    const after = await this.#passed();
    const present = new Set(all.map(({ transform }) => transform));
    for (const transform of this.#memories.keys())
      if (!present.has(transform)) this.#memories.delete(transform);
    const passages = all.map((watched, n) => {
      const { transform } = watched;
      const { count: browser, streams } = counted[n] ?? { count: 0, streams: [] };
      const known = this.#memories.get(transform);
      const suspicion = known?.suspicion ?? new Suspicion();
      this.#memories.set(transform, { suspicion, browser, worker: before.get(transform) ?? 0 });
      const worker = (after.get(transform) ?? 0) - (known?.worker ?? 0);
      return { watched, suspicion, streams, browser: known ? browser - known.browser : 0, worker };
    });
    for (const passage of passages) {
      const { watched, suspicion, streams, browser } = passage;
      // Chromium gives a receiver that another one followed in its place the other's figures.
      const sharing = passages.filter(
        (one) => one === passage || one.streams.some((id) => streams.includes(id)),
      );
      const worker = sharing.reduce((sum, one) => sum + one.worker, 0);
      if (suspicion.isBypassed({ browser, worker })) this.onBypass(watched);
    }
  }

  async #passed(): Promise<Map<number, number>> {
    const figures = await this.statistics();
    return new Map(figures.map(({ transform, sealed, clear }) => [transform, sealed + clear]));
  }
}
