// RTP packets (RFC 3550 §5.1, RFC 8285) read in place: a view over the bytes that are forwarded as they are.

export interface RtpPacket {
  /** The whole packet, unencrypted. */
  bytes: Buffer;
  ssrc: number;
  payloadType: number;
  marker: boolean;
  sequenceNumber: number;
  timestamp: number;
  /** Offset of the payload. */
  headerLength: number;
  /** Offset of its end: padding is cut off. */
  payloadEnd: number;
}

const FIXED_HEADER = 12;
const ONE_BYTE_PROFILE = 0xbede;

/** null if the bytes are no RTP packet. */
export function parseRtp(bytes: Buffer): RtpPacket | null {
  const headerLength = rtpHeaderLength(bytes);
  if (headerLength === null) return null;
  let payloadEnd = bytes.length;
  if (bytes.readUInt8(0) & 0x20) {
    const padding = bytes.readUInt8(bytes.length - 1);
    payloadEnd -= padding;
    if (padding === 0 || payloadEnd < headerLength) return null;
  }
  const second = bytes.readUInt8(1);
  return {
    bytes,
    ssrc: bytes.readUInt32BE(8),
    payloadType: second & 0x7f,
    marker: (second & 0x80) !== 0,
    sequenceNumber: bytes.readUInt16BE(2),
    timestamp: bytes.readUInt32BE(4),
    headerLength,
    payloadEnd,
  };
}

/** Length of the RTP header, which SRTP leaves in clear; null if there is none. */
export function rtpHeaderLength(bytes: Buffer): number | null {
  if (bytes.length < FIXED_HEADER || bytes.readUInt8(0) >> 6 !== 2) return null;
  const first = bytes.readUInt8(0);
  let length = FIXED_HEADER + 4 * (first & 0x0f);
  if (first & 0x10) {
    if (bytes.length < length + 4) return null;
    length += 4 + 4 * bytes.readUInt16BE(length + 2);
  }
  return length <= bytes.length ? length : null;
}

export function payloadOf(packet: RtpPacket): Buffer {
  return packet.bytes.subarray(packet.headerLength, packet.payloadEnd);
}

/** The bytes of a header extension, in place; null if the packet has none of this id. */
export function headerExtension(packet: RtpPacket, id: number): Buffer | null {
  const { bytes } = packet;
  const first = bytes.readUInt8(0);
  if (!(first & 0x10)) return null;
  const start = FIXED_HEADER + 4 * (first & 0x0f);
  const profile = bytes.readUInt16BE(start);
  const oneByte = profile === ONE_BYTE_PROFILE;
  if (!oneByte && profile >> 4 !== 0x100) return null;
  let at = start + 4;
  while (at < packet.headerLength) {
    const byte = bytes.readUInt8(at);
    if (byte === 0) {
      at += 1; // padding, RFC 8285 §4.2
      continue;
    }
    const found = oneByte ? byte >> 4 : byte;
    if (oneByte && found === 15) return null;
    if (!oneByte && at + 1 >= packet.headerLength) return null;
    const length = oneByte ? (byte & 0x0f) + 1 : bytes.readUInt8(at + 1);
    const from = at + (oneByte ? 1 : 2);
    if (from + length > packet.headerLength) return null;
    if (found === id) return bytes.subarray(from, from + length);
    at = from + length;
  }
  return null;
}

/** How far `b` is ahead of `a` in 16-bit sequence numbers: −32768 to 32767. */
export function sequenceDistance(a: number, b: number): number {
  return ((b - a + 0x8000) & 0xffff) - 0x8000;
}

/** A retransmission packet turned back into the packet it repeats (RFC 4588 §4); null for mere padding. */
export function restoreFromRtx(packet: RtpPacket, ssrc: number, payloadType: number): RtpPacket | null {
  const payload = payloadOf(packet);
  if (payload.length < 2) return null;
  const bytes = Buffer.concat([packet.bytes.subarray(0, packet.headerLength), payload.subarray(2)]);
  bytes.writeUInt8(bytes.readUInt8(0) & ~0x20, 0);
  bytes.writeUInt8((bytes.readUInt8(1) & 0x80) | payloadType, 1);
  bytes.writeUInt16BE(payload.readUInt16BE(0), 2);
  bytes.writeUInt32BE(ssrc, 8);
  return parseRtp(bytes);
}
