// AV1: the message as the payload of one OBU, because packetizers cut the frame into OBUs (AV1 RTP §4).
//
//   0x32, leb128 size: an OBU of type 6 (OBU_FRAME) with a size field. The packetizer reads type and size, drops
//        the size field on the wire, and the depacketizer writes its own: neither can be authenticated.
//   0x0a 0x00, in front on key frames: an empty sequence header OBU. The packetizer sets the N bit (start of a
//        coded video sequence) only if the first OBU is one, and where there is no dependency descriptor
//        (peer-to-peer) that bit alone tells the receiver a key frame. Nobody on the way reads what is in it.
import type { Codec } from './codec.ts';

const OBU_SEQUENCE_HEADER = 1;
const OBU_TEMPORAL_DELIMITER = 2;
const OBU_FRAME = 6;
const OBU_PADDING = 15;
const HAS_EXTENSION = 0x04;
const HAS_SIZE = 0x02;

const FRAME_HEADER = (OBU_FRAME << 3) | HAS_SIZE;
const EMPTY_SEQUENCE_HEADER = Uint8Array.of((OBU_SEQUENCE_HEADER << 3) | HAS_SIZE, 0);

export const av1: Codec = {
  name: 'AV1',
  media: 'video',
  mimeType: 'video/av1',
  id: 1,
  standIn(frame, messageLength) {
    const start = frame.isKey ? EMPTY_SEQUENCE_HEADER.length : 0;
    const standIn = new Uint8Array(start + 1 + leb128Length(messageLength));
    if (frame.isKey) standIn.set(EMPTY_SEQUENCE_HEADER);
    standIn[start] = FRAME_HEADER;
    writeLeb128(standIn, start + 1, messageLength);
    return standIn;
  },
  unwrap(bytes, isWhole = true) {
    let offset = 0;
    // Bounded: every turn moves on by a byte at least, and a frame has few OBUs before the first of type 6.
    while (offset < bytes.length) {
      const header = bytes[offset] ?? 0;
      offset += header & HAS_EXTENSION ? 2 : 1;
      let size = bytes.length - offset;
      if (header & HAS_SIZE) {
        const field = readLeb128(bytes, offset);
        if (field === null) return null;
        offset += field.length;
        size = field.value;
      }
      const end = offset + size;
      if (end > bytes.length && isWhole) return null;
      const type = (header >> 3) & 0x0f;
      if (type === OBU_FRAME) return bytes.subarray(offset, end);
      if (type !== OBU_SEQUENCE_HEADER && type !== OBU_TEMPORAL_DELIMITER && type !== OBU_PADDING)
        return null;
      offset = end;
    }
    return null;
  },
};

function leb128Length(value: number): number {
  let length = 1;
  for (let rest = value >>> 7; rest > 0; rest >>>= 7) length++;
  return length;
}

function writeLeb128(target: Uint8Array, offset: number, value: number): void {
  let at = offset;
  let rest = value;
  for (; rest > 0x7f; rest >>>= 7) target[at++] = (rest & 0x7f) | 0x80;
  target[at] = rest;
}

/** AV1 §4.10.5: at most 8 bytes, value below 2^32. Longer forms than needed are legal there. */
function readLeb128(bytes: Uint8Array, offset: number): { value: number; length: number } | null {
  let value = 0;
  for (let i = 0; i < 8; i++) {
    const byte = bytes[offset + i];
    if (byte === undefined) return null;
    value += (byte & 0x7f) * 2 ** (7 * i);
    if ((byte & 0x80) === 0) return value < 2 ** 32 ? { value, length: i + 1 } : null;
  }
  return null;
}
