// What a frame says of itself: SFrame's metadata (RFC 9605 §4.4.3), three bytes in clear behind the header, under the
// tag like the header (rules S2 and S5).
//
//    byte 0: key frame (bit 7) | codec (bits 6–4) | source id (bits 3–0);  bytes 1–2: sender time, 100 ms units
//
// The server chooses which payload type, and so which decoder, a frame arrives under; these bytes say what the
// sender meant. The source stands here too although the key is bound to it: a recording explains itself.
// All of it is known on the way anyhow (docs/protocol.md §11): it has to be true, not secret. Inside the ciphertext it
// would cost a second buffer for each frame, to part it from the real one.

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

/** The bytes must be there. What they say holds when the tag does. */
export function readMetadata(message: Uint8Array, offset: number): FrameMetadata {
  const first = message[offset] ?? 0;
  const sentAt = ((message[offset + 1] ?? 0) << 8) | (message[offset + 2] ?? 0);
  return {
    isKey: (first & 0x80) !== 0,
    codec: (first >> 4) & 0x07,
    source: first & 0x0f,
    sentAt,
  };
}

/** Milliseconds of any clock, whose beginning does not matter where only differences do. */
export function timeUnits(ms: number): number {
  return Math.floor(ms / TIME_UNIT_MS) & 0xffff;
}
