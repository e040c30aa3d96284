// Watches that frames really pass the worker: what the browser sent or played must not exceed what the worker saw.
//
// A browser that ignores a transform (as Chromium does for a receiver that gets one too late) would let frames by
// in silence. Such a sender is stopped, such a receiver muted, and the person is told.

import type { TransformStatistics } from '../frames/index.ts';

/** Cumulative count of what went through, by the browser's statistics and by the worker's. */
export interface Passage {
  browser: number;
  worker: number;
}

/** Frames that may be under way between worker and wire, or between worker and decoder, at any moment. */
const SLACK = 30;

/** Has more gone past the worker, between two looks, than can have been under way? */
export function isBypassed(before: Passage, now: Passage): boolean {
  return now.browser - before.browser > now.worker - before.worker + SLACK;
}

/**
 * What the browser counts for a sender (RTP packets of audio, frames of video) or a receiver (frames of video
 * decoded, 10 ms pieces of audio played). Source: W3C webrtc-stats, RTCOutboundRtpStreamStats and RTCInboundRtpStreamStats.
 */
export async function browserCount(holder: RTCRtpSender | RTCRtpReceiver): Promise<number> {
  let count = 0;
  for (const report of (await holder.getStats()).values()) {
    if (report.type === 'outbound-rtp')
      count += report.kind === 'audio' ? report.packetsSent : (report.framesSent ?? 0);
    if (report.type === 'inbound-rtp' && report.kind === 'video') count += report.framesDecoded ?? 0;
    // One Opus frame is 20 ms at 48 kHz; counted in halves of it, so that packets of 10 ms do not look like two.
    if (report.type === 'inbound-rtp' && report.kind === 'audio') {
      count += Math.floor(((report.jitterBufferEmittedCount ?? 0) - (report.concealedSamples ?? 0)) / 960);
    }
  }
  return count;
}

export interface Watched {
  transform: number;
  holder: RTCRtpSender | RTCRtpReceiver;
}

export class Watchdog {
  readonly #before = new Map<number, Passage>();

  constructor(
    private readonly statistics: () => Promise<TransformStatistics[]>,
    private readonly onBypass: (watched: Watched) => void,
  ) {}

  /** One look; call it every few seconds. */
  async look(all: Iterable<Watched>): Promise<void> {
    // The browser first, the worker after it: what passes between the two looks can only count in the worker's favour.
    const counted: [Watched, number][] = [];
    for (const watched of all) counted.push([watched, await browserCount(watched.holder)]);
    const seen = new Map((await this.statistics()).map((one) => [one.transform, one]));
    const present = new Set<number>();
    for (const [watched, browser] of counted) {
      present.add(watched.transform);
      const figures = seen.get(watched.transform);
      const now = { browser, worker: figures ? figures.sealed + figures.clear : 0 };
      const before = this.#before.get(watched.transform);
      this.#before.set(watched.transform, now);
      if (before && isBypassed(before, now)) this.onBypass(watched);
    }
    for (const transform of this.#before.keys()) if (!present.has(transform)) this.#before.delete(transform);
  }
}
