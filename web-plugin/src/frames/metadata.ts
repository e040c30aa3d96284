// The three sealed bytes in front of every real frame: what it is and when it was sent (rules S2 and S5).
//
//    byte 0: key frame (bit 7) | codec (bits 6–4) | source id (bits 3–0);  bytes 1–2: sender time, 100 ms units
//
// The server chooses which payload type, and so which decoder, a frame arrives under; these bytes say what the
// sender meant. The source stands here too although the key is bound to it: a sender that routes a frame through
// the wrong source is caught, and a recording explains itself.
import { type Bytes, concat } from './bytes.ts';

export const METADATA_LENGTH = 3;
export const TIME_UNIT_MS = 100;

export interface FrameMetadata {
  isKey: boolean;
  /** `Codec.id`, unique among the codecs of one media kind. */
  codec: number;
  source: number;
  /** Sender's wall clock in units of 100 ms, modulo 2^16 (109 minutes). */
  sentAt: number;
}

export function withMetadata(metadata: FrameMetadata, frame: Uint8Array): Bytes {
  const first = (metadata.isKey ? 0x80 : 0) | ((metadata.codec & 0x07) << 4) | (metadata.source & 0x0f);
  return concat(Uint8Array.of(first, (metadata.sentAt >> 8) & 0xff, metadata.sentAt & 0xff), frame);
}

/** Null when the plaintext is too short to carry them. `frame` is a view, not a copy. */
export function splitMetadata(plaintext: Bytes): { metadata: FrameMetadata; frame: Bytes } | null {
  const [first, high, low] = plaintext;
  if (first === undefined || high === undefined || low === undefined) return null;
  return {
    metadata: {
      isKey: (first & 0x80) !== 0,
      codec: (first >> 4) & 0x07,
      source: first & 0x0f,
      sentAt: (high << 8) | low,
    },
    frame: plaintext.subarray(METADATA_LENGTH),
  };
}

export function timeUnits(wallClockMs: number): number {
  return Math.floor(wallClockMs / TIME_UNIT_MS) % 0x10000;
}
