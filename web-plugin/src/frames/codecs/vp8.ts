// VP8: behind a stand-in for the frame header, RFC 6386 §9.1, of which depacketizer and bridge read two things.
//
// Other frames, 1 byte: 0x01, the inverse key frame bit. The depacketizer (RFC 7741 §4.3) and the videobridge tell
// key frames by it alone.
//
// Key frames, 10 bytes: a depacketizer refuses a key frame shorter than that header and reads width and height.
//   0–2  frame tag: key frame, and nothing else true; no reader.
//   3–5  start code, fixed; read by strict parsers only.
//   6–7  width: 16:9 of the height; a receiver's hint for its decoder, replaced by the real frame's own.
//   8–9  height of the real frame: the videobridge chooses simulcast layers by it. The layers' sizes are in the
//        clear signalling anyway.
import type { Codec, PlainFrame } from './codec.ts';

const DELTA_STAND_IN = Uint8Array.of(0x01);
const KEY_STAND_IN_LENGTH = 10;
const FALLBACK_HEIGHT = 180;

export const vp8: Codec = {
  name: 'VP8',
  media: 'video',
  mimeType: 'video/vp8',
  id: 3,
  standIn: (frame) => (frame.isKey ? keyStandIn(frame) : DELTA_STAND_IN),
  unwrap(bytes) {
    const first = bytes[0];
    if (first === undefined) return null;
    const length = (first & 0x01) === 0 ? KEY_STAND_IN_LENGTH : DELTA_STAND_IN.length;
    return bytes.length < length ? null : bytes.subarray(length);
  },
};

function keyStandIn(frame: PlainFrame): Uint8Array {
  const height = realHeight(frame.data);
  const width = Math.min(0x3fff, Math.round((height * 16) / 9));
  return Uint8Array.of(
    ...[0x10, 0x00, 0x00],
    ...[0x9d, 0x01, 0x2a],
    ...[width & 0xff, width >> 8],
    ...[height & 0xff, height >> 8],
  );
}

function realHeight(data: Uint8Array): number {
  const low = data[8];
  const high = data[9];
  if (low === undefined || high === undefined) return FALLBACK_HEIGHT;
  return ((high << 8) | low) & 0x3fff || FALLBACK_HEIGHT;
}
