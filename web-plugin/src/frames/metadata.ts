// The three sealed bytes behind every real frame: what it is and when it was sent (rules S2 and S5).
//
//    byte 0: key frame (bit 7) | codec (bits 6–4) | source id (bits 3–0);  bytes 1–2: sender time, 100 ms units
//
// The server chooses which payload type, and so which decoder, a frame arrives under; these bytes say what the
// sender meant. The source stands here too although the key is bound to it: a recording explains itself.
// They stand at the end of the plaintext, where putting them on and taking them off moves nothing.

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

export function writeMetadata(target: Uint8Array, offset: number, metadata: FrameMetadata): void {
  target[offset] = (metadata.isKey ? 0x80 : 0) | ((metadata.codec & 0x07) << 4) | (metadata.source & 0x0f);
  target[offset + 1] = (metadata.sentAt >> 8) & 0xff;
  target[offset + 2] = metadata.sentAt & 0xff;
}

/** Null when the plaintext is too short to carry them. */
export function readMetadata(plaintext: Uint8Array): FrameMetadata | null {
  const at = plaintext.length - METADATA_LENGTH;
  if (at < 0) return null;
  const first = plaintext[at] ?? 0;
  const sentAt = ((plaintext[at + 1] ?? 0) << 8) | (plaintext[at + 2] ?? 0);
  return {
    isKey: (first & 0x80) !== 0,
    codec: (first >> 4) & 0x07,
    source: first & 0x0f,
    sentAt,
  };
}

export function timeUnits(wallClockMs: number): number {
  return Math.floor(wallClockMs / TIME_UNIT_MS) & 0xffff;
}
