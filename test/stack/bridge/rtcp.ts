// RTCP as the bridge needs it: what it reads of browsers' reports and feedback, and what it says itself
// (RFC 3550 §6, RFC 4585 §6, RFC 5104 §4.3.1, draft-alvestrand-rmcat-remb §2.2).

const SENDER_REPORT = 200;
const RECEIVER_REPORT = 201;
const TRANSPORT_FEEDBACK = 205;
const PAYLOAD_FEEDBACK = 206;
const REPORT_BLOCK = 24;

/** Sequence numbers named in one NACK, at most. */
const NACK_LIMIT = 512;

export type RtcpMessage =
  /** `bytes`: the report without its report blocks, ready to be forwarded. `ntp`: the middle 32 bits of its time. */
  | { type: 'sender-report'; ssrc: number; ntp: number; bytes: Buffer }
  | { type: 'nack'; ssrc: number; lost: number[] }
  | { type: 'key-frame-request'; ssrcs: number[] };

/** What a compound packet says that concerns a forwarder; anything else in it is passed over. */
export function parseRtcp(compound: Buffer): RtcpMessage[] {
  const messages: RtcpMessage[] = [];
  let at = 0;
  while (at + 4 <= compound.length) {
    const end = at + 4 + 4 * compound.readUInt16BE(at + 2);
    if (compound.readUInt8(at) >> 6 !== 2 || end > compound.length) break;
    const message = parseOne(compound.subarray(at, end));
    if (message) messages.push(message);
    at = end;
  }
  return messages;
}

function parseOne(packet: Buffer): RtcpMessage | null {
  const type = packet.readUInt8(1);
  const format = packet.readUInt8(0) & 0x1f;
  if (type === SENDER_REPORT && packet.length >= 28) {
    const bytes = Buffer.from(packet.subarray(0, 28));
    bytes.writeUInt8(0x80, 0);
    bytes.writeUInt16BE(6, 2);
    return { type: 'sender-report', ssrc: packet.readUInt32BE(4), ntp: packet.readUInt32BE(10), bytes };
  }
  if (type === TRANSPORT_FEEDBACK && format === 1 && packet.length >= 12) {
    return { type: 'nack', ssrc: packet.readUInt32BE(8), lost: parseNack(packet) };
  }
  if (type === PAYLOAD_FEEDBACK && format === 1 && packet.length >= 12) {
    return { type: 'key-frame-request', ssrcs: [packet.readUInt32BE(8)] };
  }
  if (type === PAYLOAD_FEEDBACK && format === 4) {
    const ssrcs: number[] = [];
    for (let at = 12; at + 8 <= packet.length; at += 8) ssrcs.push(packet.readUInt32BE(at));
    return { type: 'key-frame-request', ssrcs };
  }
  return null;
}

function parseNack(packet: Buffer): number[] {
  const lost: number[] = [];
  for (let at = 12; at + 4 <= packet.length && lost.length < NACK_LIMIT; at += 4) {
    const first = packet.readUInt16BE(at);
    const mask = packet.readUInt16BE(at + 2);
    lost.push(first);
    for (let bit = 0; bit < 16; bit += 1) if (mask & (1 << bit)) lost.push((first + bit + 1) & 0xffff);
  }
  return lost;
}

export interface ReportBlock {
  ssrc: number;
  /** Of 256. */
  fractionLost: number;
  cumulativeLost: number;
  /** Extended highest sequence number, modulo 2^32. */
  highest: number;
  jitter: number;
  lastSenderReport: number;
  /** In 1/65536 s. */
  delaySinceSenderReport: number;
}

function header(count: number, type: number, length: number): Buffer {
  const packet = Buffer.alloc(length);
  packet.writeUInt8(0x80 | count, 0);
  packet.writeUInt8(type, 1);
  packet.writeUInt16BE(length / 4 - 1, 2);
  return packet;
}

/** A receiver report; at most 31 blocks fit (RFC 3550 §6.4.2), more are left out. */
export function receiverReport(from: number, blocks: ReportBlock[]): Buffer {
  const reported = blocks.slice(0, 31);
  const packet = header(reported.length, RECEIVER_REPORT, 8 + REPORT_BLOCK * reported.length);
  packet.writeUInt32BE(from, 4);
  reported.forEach((block, n) => {
    const at = 8 + REPORT_BLOCK * n;
    const lost = Math.max(-0x800000, Math.min(0x7fffff, block.cumulativeLost));
    packet.writeUInt32BE(block.ssrc, at);
    packet.writeUInt8(Math.max(0, Math.min(255, block.fractionLost)), at + 4);
    packet.writeIntBE(lost, at + 5, 3);
    packet.writeUInt32BE(block.highest >>> 0, at + 8);
    packet.writeUInt32BE(Math.round(block.jitter) >>> 0, at + 12);
    packet.writeUInt32BE(block.lastSenderReport, at + 16);
    packet.writeUInt32BE(Math.round(block.delaySinceSenderReport) >>> 0, at + 20);
  });
  return packet;
}

export function pictureLossIndication(from: number, ssrc: number): Buffer {
  const packet = header(1, PAYLOAD_FEEDBACK, 12);
  packet.writeUInt32BE(from, 4);
  packet.writeUInt32BE(ssrc, 8);
  return packet;
}

/** Generic NACK for sequence numbers in rising order. */
export function nack(from: number, ssrc: number, lost: number[]): Buffer {
  const pairs: [number, number][] = [];
  for (const number of lost.slice(0, NACK_LIMIT)) {
    const last = pairs.at(-1);
    const distance = last ? (number - last[0]) & 0xffff : 0;
    if (last && distance >= 1 && distance <= 16) last[1] |= 1 << (distance - 1);
    else pairs.push([number, 0]);
  }
  const packet = header(1, TRANSPORT_FEEDBACK, 12 + 4 * pairs.length);
  packet.writeUInt32BE(from, 4);
  packet.writeUInt32BE(ssrc, 8);
  pairs.forEach(([first, mask], n) => {
    packet.writeUInt16BE(first, 12 + 4 * n);
    packet.writeUInt16BE(mask, 14 + 4 * n);
  });
  return packet;
}

/** "Send at most this much": receiver estimated maximum bitrate, in bits a second. */
export function remb(from: number, bitrate: number, ssrcs: number[]): Buffer {
  const named = ssrcs.slice(0, 255);
  let exponent = 0;
  while (Math.floor(bitrate / 2 ** exponent) >= 1 << 18) exponent += 1;
  const mantissa = Math.floor(bitrate / 2 ** exponent);
  const packet = header(15, PAYLOAD_FEEDBACK, 20 + 4 * named.length);
  packet.writeUInt32BE(from, 4);
  packet.write('REMB', 12, 'latin1');
  packet.writeUInt8(named.length, 16);
  packet.writeUIntBE((exponent << 18) | mantissa, 17, 3);
  named.forEach((ssrc, n) => {
    packet.writeUInt32BE(ssrc, 20 + 4 * n);
  });
  return packet;
}
