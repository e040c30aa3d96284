// The small containers that ffmpeg takes recorded frames in: IVF for AV1, VP9 and VP8, Ogg for Opus (RFC 3533, RFC 7845).

export interface TimedFrame {
  data: Uint8Array;
  /** RTP timestamp. */
  timestamp: number;
}

const FOURCC = { AV1: 'AV01', VP9: 'VP90', VP8: 'VP80' } as const;
export type IvfCodec = keyof typeof FOURCC;

/** OBU_TEMPORAL_DELIMITER with a size of 0, which RTP leaves out and a file needs (AV1 §7.5). */
const TEMPORAL_DELIMITER = Buffer.from([0x12, 0x00]);

/** Frames of one timestamp (spatial layers) become one IVF frame. */
export function ivf(codec: IvfCodec, frames: TimedFrame[], width: number, height: number): Buffer {
  const units: { timestamp: number; parts: Uint8Array[] }[] = [];
  for (const { data, timestamp } of frames) {
    const last = units.at(-1);
    if (last?.timestamp === timestamp) last.parts.push(data);
    else units.push({ timestamp, parts: codec === 'AV1' ? [TEMPORAL_DELIMITER, data] : [data] });
  }
  const header = Buffer.alloc(32);
  header.write('DKIF', 0, 'latin1');
  header.writeUInt16LE(32, 6);
  header.write(FOURCC[codec], 8, 'latin1');
  header.writeUInt16LE(width, 12);
  header.writeUInt16LE(height, 14);
  header.writeUInt32LE(90000, 16);
  header.writeUInt32LE(1, 20);
  header.writeUInt32LE(units.length, 24);
  const out: Uint8Array[] = [header];
  const first = units[0]?.timestamp ?? 0;
  for (const { timestamp, parts } of units) {
    const frame = Buffer.alloc(12);
    frame.writeUInt32LE(
      parts.reduce((sum, part) => sum + part.length, 0),
      0,
    );
    frame.writeUInt32LE((timestamp - first) >>> 0, 4);
    out.push(frame, ...parts);
  }
  return Buffer.concat(out);
}

const OPUS_RATE = 48000;
/** Where playback begins, as encoders customarily say it: 80 ms (RFC 7845 §4.2). */
const PRE_SKIP = 3840;
const SERIAL = 0x5ea1;

/** Opus packets to an Ogg stream, one page a packet; gaps in the timestamps are gaps in the granule positions. */
export function oggOpus(frames: TimedFrame[]): Buffer {
  const head = Buffer.alloc(19);
  head.write('OpusHead', 0, 'latin1');
  head.writeUInt8(1, 8);
  head.writeUInt8(2, 9);
  head.writeUInt16LE(PRE_SKIP, 10);
  head.writeUInt32LE(OPUS_RATE, 12);
  const vendor = Buffer.from('sealmeet', 'latin1');
  const tags = Buffer.alloc(8 + 4 + vendor.length + 4);
  tags.write('OpusTags', 0, 'latin1');
  tags.writeUInt32LE(vendor.length, 8);
  vendor.copy(tags, 12);

  const out: Buffer[] = [oggPage(head, 0, 0, 0x02), oggPage(tags, 0, 1, 0)];
  const first = frames[0]?.timestamp ?? 0;
  let granule = 0;
  frames.forEach(({ data, timestamp }, n) => {
    const packet = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
    // Never backwards, whatever a hostile timestamp says.
    granule = Math.max(granule, (timestamp - first) >>> 0) + opusDuration(packet);
    out.push(oggPage(packet, PRE_SKIP + granule, n + 2, n === frames.length - 1 ? 0x04 : 0));
  });
  return Buffer.concat(out);
}

/** Samples at 48 kHz in an Opus packet (RFC 6716 §3.1 and §3.2); 20 ms if it does not say. */
export function opusDuration(packet: Buffer): number {
  if (packet.length === 0) return 960;
  const toc = packet.readUInt8(0);
  const configuration = toc >> 3;
  let frame: number;
  if (configuration < 12) frame = [480, 960, 1920, 2880][configuration & 3] ?? 960;
  else if (configuration < 16) frame = configuration & 1 ? 960 : 480;
  else frame = 120 << (configuration & 3);
  const code = toc & 3;
  const count = code === 0 ? 1 : code < 3 ? 2 : packet.length > 1 ? packet.readUInt8(1) & 0x3f : 1;
  return frame * Math.max(1, count);
}

/** A page with one packet, which must be shorter than 255 × 255 bytes (RFC 3533 §6). */
function oggPage(packet: Buffer, granule: number, sequence: number, flags: number): Buffer {
  const whole = Math.floor(packet.length / 255);
  if (whole >= 255) throw new Error(`ogg: expected a packet below 65025 bytes, came ${packet.length}`);
  const page = Buffer.alloc(27 + whole + 1);
  page.write('OggS', 0, 'latin1');
  page.writeUInt8(flags, 5);
  page.writeBigInt64LE(BigInt(granule), 6);
  page.writeUInt32LE(SERIAL, 14);
  page.writeUInt32LE(sequence, 18);
  page.writeUInt8(whole + 1, 26);
  page.fill(255, 27, 27 + whole);
  page.writeUInt8(packet.length % 255, 27 + whole);
  const bytes = Buffer.concat([page, packet]);
  bytes.writeUInt32LE(oggChecksum(bytes), 22);
  return bytes;
}

const CHECKSUM_TABLE = Uint32Array.from({ length: 256 }, (_, n) => {
  let value = n << 24;
  for (let bit = 0; bit < 8; bit += 1) value = value & 0x80000000 ? (value << 1) ^ 0x04c11db7 : value << 1;
  return value >>> 0;
});

/** CRC-32 with polynomial 0x04c11db7, not reflected, from 0 (RFC 3533 §6). */
function oggChecksum(bytes: Buffer): number {
  let value = 0;
  for (const byte of bytes)
    value = ((value << 8) ^ (CHECKSUM_TABLE[((value >>> 24) ^ byte) & 0xff] ?? 0)) >>> 0;
  return value;
}
