// Frames to RTP packets, for frames that the bridge sends of its own (hostile.ts); shaped after genuine packets.
import { type Codec, codecOf, EXTENSION_IDS, isAudio } from './capabilities.ts';
import { readLeb128 } from './depacketize.ts';
import { parseDependencyDescriptor } from './dependency-descriptor.ts';
import { inspectPacket } from './frame-assembler.ts';
import { headerExtension, parseRtp, payloadOf, type RtpPacket } from './rtp.ts';

/** What a source's packets have in common besides their content. */
export interface PacketShape {
  codec: Codec;
  payloadType: number;
  ssrc: number;
  /** The payload descriptor of VP8 and VP9. */
  descriptor: Buffer;
  /** The dependency descriptor, where there is one. */
  dependencies: Buffer | null;
}

const PAYLOAD = 1100;

/** Of the first packet of a frame that is no key frame (a descriptor without structures); null of any other. */
export function shapeOf(packet: RtpPacket): PacketShape | null {
  const codec = codecOf(packet.payloadType);
  const payload = payloadOf(packet);
  const info = codec && payload.length > 0 ? inspectPacket(codec, packet) : null;
  if (!codec || !info || info.begins === false || (info.keyFrame && !isAudio(codec))) return null;
  const dependencies = headerExtension(packet, EXTENSION_IDS.dependencyDescriptor);
  return {
    codec,
    payloadType: packet.payloadType,
    ssrc: packet.ssrc,
    descriptor: Buffer.from(payload.subarray(0, payload.length - info.body.length)),
    dependencies: dependencies && Buffer.from(dependencies.subarray(0, 3)),
  };
}

/**
 * A packet of an earlier time with the dependency descriptor of now: one that names a template of a structure which
 * the receiver does not have any more would not get past its depacketizer.
 */
export function redress(packet: RtpPacket, shape: PacketShape): RtpPacket {
  const extension = headerExtension(packet, EXTENSION_IDS.dependencyDescriptor);
  const descriptor = extension && parseDependencyDescriptor(extension);
  if (!descriptor || !shape.dependencies) return packet;
  const { startOfFrame: first, endOfFrame: last } = descriptor;
  const dressed = build({ first, last, payload: payloadOf(packet) }, shape);
  if (!dressed) return packet;
  dressed.bytes.writeUInt16BE(packet.sequenceNumber, 2);
  dressed.bytes.writeUInt32BE(packet.timestamp, 4);
  return parseRtp(dressed.bytes) ?? packet;
}

interface Piece {
  first: boolean;
  last: boolean;
  payload: Buffer;
}

/** The packets of a frame, with sequence numbers and timestamps of 0. */
export function packetize(frame: Buffer, shape: PacketShape): RtpPacket[] {
  const payloads = PAYLOADS[shape.codec](frame, shape.descriptor);
  const packets: RtpPacket[] = [];
  payloads.forEach((payload, n) => {
    const packet = build({ first: n === 0, last: n === payloads.length - 1, payload }, shape);
    if (packet) packets.push(packet);
  });
  return packets;
}

function build({ first, last, payload }: Piece, shape: PacketShape): RtpPacket | null {
  const { dependencies } = shape;
  // One element in one-byte form (RFC 8285 §4.2), which has room for 16 bytes.
  const words = dependencies ? Math.ceil((1 + dependencies.length) / 4) : 0;
  const header = Buffer.alloc(dependencies ? 12 + 4 + 4 * words : 12);
  header.writeUInt8(dependencies ? 0x90 : 0x80, 0);
  const marker = last && !isAudio(shape.codec);
  header.writeUInt8((marker ? 0x80 : 0) | shape.payloadType, 1);
  header.writeUInt32BE(shape.ssrc, 8);
  if (dependencies) {
    header.writeUInt16BE(0xbede, 12);
    header.writeUInt16BE(words, 14);
    header.writeUInt8((EXTENSION_IDS.dependencyDescriptor << 4) | (dependencies.length - 1), 16);
    dependencies.copy(header, 17);
    const edges = (first ? 0x80 : 0) | (last ? 0x40 : 0);
    header.writeUInt8((header.readUInt8(17) & 0x3f) | edges, 17);
  }
  return parseRtp(Buffer.concat([header, payload]));
}

function slices(bytes: Buffer, size: number): Buffer[] {
  const out: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += size) out.push(bytes.subarray(at, at + size));
  return out;
}

const PAYLOADS: Record<Codec, (frame: Buffer, descriptor: Buffer) => Buffer[]> = {
  opus: (frame) => [frame.subarray(0, PAYLOAD)],
  red: (frame) => [frame.subarray(0, PAYLOAD)],
  // S (RFC 7741 §4.2) stands on the first packet alone.
  VP8: (frame, descriptor) =>
    slices(frame, PAYLOAD).map((part, n) => {
      const head = Buffer.from(descriptor);
      head.writeUInt8(n === 0 ? head.readUInt8(0) | 0x10 : head.readUInt8(0) & ~0x10, 0);
      return Buffer.concat([head, part]);
    }),
  // B on the first, E on the last (RFC 9628 §4.2).
  VP9: (frame, descriptor) =>
    slices(frame, PAYLOAD).map((part, n, all) => {
      const head = Buffer.from(descriptor);
      const edges = (n === 0 ? 0x08 : 0) | (n === all.length - 1 ? 0x04 : 0);
      head.writeUInt8((head.readUInt8(0) & ~0x0c) | edges, 0);
      return Buffer.concat([head, part]);
    }),
  H264: (frame) => nalUnits(frame).flatMap(fragmentsOf),
  AV1: (frame) => {
    const obus = obusOf(frame);
    return obus.flatMap((obu, index) =>
      slices(obu, PAYLOAD).map((part, n, all) => {
        const continued = (n > 0 ? 0x80 : 0) | (n < all.length - 1 ? 0x40 : 0);
        const begins = index === 0 && n === 0 && obu.readUInt8(0) >> 3 === OBU_SEQUENCE_HEADER;
        // One element a packet (W = 1), so that none needs a length; N where a coded video sequence begins.
        return Buffer.concat([Buffer.from([continued | 0x10 | (begins ? 0x08 : 0)]), part]);
      }),
    );
  },
};

/** Single NAL units, or FU-A where one is too long (RFC 6184 §5.8). */
function fragmentsOf(nal: Buffer): Buffer[] {
  if (nal.length <= PAYLOAD) return [nal];
  const header = nal.readUInt8(0);
  return slices(nal.subarray(1), PAYLOAD).map((part, n, all) => {
    const edges = (n === 0 ? 0x80 : 0) | (n === all.length - 1 ? 0x40 : 0);
    return Buffer.concat([Buffer.from([(header & 0xe0) | 28, edges | (header & 0x1f)]), part]);
  });
}

/** The NAL units of an Annex B stream; bytes that are none become one coded slice. */
function nalUnits(frame: Buffer): Buffer[] {
  const starts: number[] = [];
  for (let at = frame.indexOf('\0\0\u0001', 0, 'latin1'); at >= 0; ) {
    starts.push(at);
    at = frame.indexOf('\0\0\u0001', at + 3, 'latin1');
  }
  const [first] = starts;
  if (first === undefined || first > 1) return [Buffer.concat([Buffer.from([0x41]), frame])];
  const nals = starts.map((start, n) => {
    const end = starts[n + 1] ?? frame.length;
    // The zero byte of a four-byte start code belongs to the next one.
    const trimmed = n + 1 < starts.length && frame[end - 1] === 0 ? end - 1 : end;
    return frame.subarray(start + 3, trimmed);
  });
  return nals.filter((nal) => nal.length > 0);
}

const OBU_SEQUENCE_HEADER = 1;
const OBU_FRAME = 6;

/** The OBUs of a temporal unit; bytes that are none become the content of one OBU_FRAME. */
function obusOf(frame: Buffer): Buffer[] {
  const obus: Buffer[] = [];
  let at = 0;
  while (at < frame.length) {
    const header = frame.readUInt8(at);
    const size = header & 0x02 && !(header & 0x81) ? readLeb128(frame, at + (header & 0x04 ? 2 : 1)) : null;
    const end = size ? size.next + size.value : Number.POSITIVE_INFINITY;
    if (end > frame.length) return [Buffer.concat([Buffer.from([OBU_FRAME << 3]), frame])];
    obus.push(frame.subarray(at, end));
    at = end;
  }
  return obus;
}
