// RTP payloads back to encoded frames, codec by codec, as a browser's depacketizer does it.
import type { Codec } from './capabilities.ts';

/** What one packet says about the frame that it belongs to. */
export interface PacketInfo {
  /** First packet of a frame; null: only what came before it can tell. */
  begins: boolean | null;
  /** Last packet of a frame; null: the RTP marker tells. */
  ends: boolean | null;
  /** Says that its frame is a key frame. */
  keyFrame: boolean;
  /** The payload without its descriptor. */
  body: Buffer;
}

interface Depacketizer {
  /** null: malformed. */
  inspect(payload: Buffer): PacketInfo | null;
  /** Puts the bodies of a frame's packets together; null: malformed. */
  assemble(bodies: Buffer[]): Buffer | null;
}

/** Reads a payload descriptor field by field; past the end it yields null once and for all. */
class Cursor {
  at = 0;
  overrun = false;
  constructor(private readonly bytes: Buffer) {}
  byte(): number {
    if (this.at >= this.bytes.length) {
      this.overrun = true;
      return 0;
    }
    return this.bytes.readUInt8(this.at++);
  }
  rest(): Buffer | null {
    return this.overrun ? null : this.bytes.subarray(this.at);
  }
}

/** Of Opus and of RED: a packet is a frame. */
const audio: Depacketizer = {
  inspect: (payload) => ({ begins: true, ends: true, keyFrame: true, body: payload }),
  assemble: (bodies) => Buffer.concat(bodies),
};

/** RFC 7741 §4.2. */
const vp8: Depacketizer = {
  inspect(payload) {
    const cursor = new Cursor(payload);
    const first = cursor.byte();
    if (first & 0x80) {
      const extension = cursor.byte();
      if (extension & 0x80 && cursor.byte() & 0x80) cursor.byte(); // picture ID, 7 or 15 bits
      if (extension & 0x40) cursor.byte(); // TL0PICIDX
      if (extension & 0x30) cursor.byte(); // TID, KEYIDX
    }
    const body = cursor.rest();
    if (body === null) return null;
    const begins = (first & 0x10) !== 0 && (first & 0x07) === 0;
    // The inverse key frame bit of the VP8 payload header, RFC 7741 §4.3.
    return { begins, ends: null, keyFrame: begins && body.length > 0 && (body.readUInt8(0) & 1) === 0, body };
  },
  assemble: (bodies) => Buffer.concat(bodies),
};

/** RFC 9628 §4.2. */
const vp9: Depacketizer = {
  inspect(payload) {
    const cursor = new Cursor(payload);
    const first = cursor.byte();
    const predicted = (first & 0x40) !== 0;
    const flexible = (first & 0x10) !== 0;
    let spatialLayer = 0;
    if (first & 0x80 && cursor.byte() & 0x80) cursor.byte(); // picture ID
    if (first & 0x20) {
      spatialLayer = (cursor.byte() >> 1) & 0x07;
      if (!flexible) cursor.byte(); // TL0PICIDX
    }
    if (flexible && predicted) {
      for (let n = 0; n < 3; n += 1) if (!(cursor.byte() & 1)) break; // P_DIFF
    }
    if (first & 0x02) skipScalabilityStructure(cursor);
    const body = cursor.rest();
    if (body === null) return null;
    const begins = (first & 0x08) !== 0;
    return {
      begins,
      ends: (first & 0x04) !== 0,
      keyFrame: begins && !predicted && spatialLayer === 0,
      body,
    };
  },
  assemble: (bodies) => Buffer.concat(bodies),
};

function skipScalabilityStructure(cursor: Cursor): void {
  const first = cursor.byte();
  if (first & 0x10) for (let n = 0; n <= first >> 5; n += 1) cursor.at += 4; // widths and heights
  if (first & 0x08) {
    const pictures = cursor.byte();
    for (let n = 0; n < pictures && !cursor.overrun; n += 1) {
      const references = (cursor.byte() >> 2) & 0x03;
      cursor.at += references;
    }
  }
}

const START_CODE = Buffer.from([0, 0, 0, 1]);
const NAL = { slice: 1, idr: 5, sps: 7, aggregation: 24, fragment: 28 } as const;

/** RFC 6184 §5.4, packetization modes 0 and 1; the frame comes out in Annex B form. */
const h264: Depacketizer = {
  inspect(payload) {
    if (payload.length < 2) return null;
    const type = payload.readUInt8(0) & 0x1f;
    if (type === NAL.fragment) {
      const fragment = payload.readUInt8(1);
      const starts = (fragment & 0x80) !== 0;
      const keyFrame = starts && (fragment & 0x1f) === NAL.idr;
      return { begins: starts ? null : false, ends: null, keyFrame, body: payload };
    }
    const types =
      type === NAL.aggregation ? aggregated(payload)?.map((nal) => nal.readUInt8(0) & 0x1f) : [type];
    if (!types) return null;
    const keyFrame = types.some((one) => one === NAL.idr || one === NAL.sps);
    return { begins: null, ends: null, keyFrame, body: payload };
  },
  assemble(bodies) {
    const out: Buffer[] = [];
    let inFragment = false;
    for (const body of bodies) {
      const type = body.readUInt8(0) & 0x1f;
      if (type === NAL.fragment) {
        const fragment = body.readUInt8(1);
        if (fragment & 0x80) {
          out.push(START_CODE, Buffer.from([(body.readUInt8(0) & 0xe0) | (fragment & 0x1f)]));
        } else if (!inFragment) return null;
        out.push(body.subarray(2));
        inFragment = (fragment & 0x40) === 0;
      } else {
        if (inFragment) return null;
        const nals = type === NAL.aggregation ? aggregated(body) : [body];
        if (!nals) return null;
        for (const nal of nals) out.push(START_CODE, nal);
      }
    }
    return inFragment ? null : Buffer.concat(out);
  },
};

/** The NAL units of a STAP-A (RFC 6184 §5.7.1). */
function aggregated(payload: Buffer): Buffer[] | null {
  const nals: Buffer[] = [];
  let at = 1;
  while (at < payload.length) {
    if (at + 2 > payload.length) return null;
    const length = payload.readUInt16BE(at);
    at += 2;
    if (length === 0 || at + length > payload.length) return null;
    nals.push(payload.subarray(at, at + length));
    at += length;
  }
  return nals.length > 0 ? nals : null;
}

const OBU_SEQUENCE_HEADER = 1;

/** AV1 RTP specification §4.4: an aggregation header, then OBU elements that may go on in the next packet. */
const av1: Depacketizer = {
  inspect(payload) {
    if (payload.length < 2) return null;
    const first = payload.readUInt8(0);
    const continues = (first & 0x80) !== 0;
    const obus = elements(payload);
    const leading = obus?.[0];
    if (!obus || !leading) return null;
    const keyFrame =
      !continues && leading.length > 0 && ((leading.readUInt8(0) >> 3) & 0x0f) === OBU_SEQUENCE_HEADER;
    return { begins: continues ? false : null, ends: null, keyFrame, body: payload };
  },
  assemble(bodies) {
    const obus: Buffer[][] = [];
    let open = false;
    for (const body of bodies) {
      const first = body.readUInt8(0);
      const continues = (first & 0x80) !== 0;
      const parts = elements(body);
      if (!parts || continues !== open) return null;
      parts.forEach((part, n) => {
        const last = obus.at(-1);
        if (n === 0 && continues && last) last.push(part);
        else obus.push([part]);
      });
      open = (first & 0x40) !== 0;
    }
    if (open) return null;
    const out: Buffer[] = [];
    for (const parts of obus) {
      const sized = withSize(Buffer.concat(parts));
      if (sized === null) return null;
      out.push(sized);
    }
    return Buffer.concat(out);
  },
};

function elements(payload: Buffer): Buffer[] | null {
  const count = (payload.readUInt8(0) >> 4) & 0x03;
  const found: Buffer[] = [];
  let at = 1;
  while (at < payload.length) {
    const lengthLess = count > 0 && found.length === count - 1;
    if (lengthLess) {
      found.push(payload.subarray(at));
      return found;
    }
    const length = readLeb128(payload, at);
    if (!length || length.next + length.value > payload.length) return null;
    found.push(payload.subarray(length.next, length.next + length.value));
    at = length.next + length.value;
  }
  return count === 0 || found.length === count ? found : null;
}

/** Puts the size field into an OBU that lacks it, for the low-overhead format (AV1 §5.2). */
function withSize(obu: Buffer): Buffer | null {
  if (obu.length === 0) return null;
  const header = obu.readUInt8(0);
  const headerLength = header & 0x04 ? 2 : 1;
  if (obu.length < headerLength) return null;
  if (header & 0x02) {
    const size = readLeb128(obu, headerLength);
    return size && size.next + size.value === obu.length ? obu : null;
  }
  const prefix = Buffer.from(obu.subarray(0, headerLength));
  prefix.writeUInt8(header | 0x02, 0);
  const content = obu.subarray(headerLength);
  return Buffer.concat([prefix, leb128(content.length), content]);
}

/** AV1 §4.10.5. */
export function readLeb128(bytes: Buffer, at: number): { value: number; next: number } | null {
  let value = 0;
  for (let n = 0; n < 5; n += 1) {
    if (at + n >= bytes.length) return null;
    const byte = bytes.readUInt8(at + n);
    value += (byte & 0x7f) * 2 ** (7 * n);
    if (!(byte & 0x80)) return { value, next: at + n + 1 };
  }
  return null;
}

export function leb128(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  do {
    const low = rest & 0x7f;
    rest = Math.floor(rest / 128);
    bytes.push(rest > 0 ? low | 0x80 : low);
  } while (rest > 0);
  return Buffer.from(bytes);
}

export const DEPACKETIZERS: Record<Codec, Depacketizer> = {
  opus: audio,
  red: audio,
  VP8: vp8,
  VP9: vp9,
  H264: h264,
  AV1: av1,
};
