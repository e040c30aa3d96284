// H.264: the message as slice NAL units, because packetizers cut the frame at Annex B start codes (RFC 6184).
//
// In front of key frames stand a fixed SPS and PPS: the depacketizer gives no key frame to anybody whose slices name
// parameter sets that it has not seen. It reads their ids, and the size (1280×720) as a hint for the decoder. The
// real ones are sealed in the frame.
//
// Every NAL unit carries at most CHUNK bytes of the message, so that it fits one packet: with packetization-mode=0
// (RFC 6184 §6.2), which browsers choose among themselves, a longer one could not be sent at all.
//   1 byte   NAL header: type 5 on key frames, 1 on others. Packetizer, bridge and depacketizer read the type.
//   1 byte   slice header as far as it is read: first macroblock (0, or 1 in NAL units that go on), slice type I,
//            PPS id 0. Depacketizers look the PPS up, and take macroblock 0 for the frame's first packet.
//   …        message, with emulation prevention (H.264 §7.4.1): no start code may stand in it.
//   1 byte   0x80: a NAL unit may not end in a zero, and what strips zeros there must strip none of the message.
import { concat } from '../bytes.ts';
import type { Codec } from './codec.ts';

/** With headers and extensions below the 1200 bytes that browsers put into a packet. */
const CHUNK = 1000;

const START_CODE = [0, 0, 0, 1];
const SPS = [0x67, 0x42, 0xc0, 0x1f, 0xda, 0x01, 0x40, 0x16, 0xe4];
const PPS = [0x68, 0xce, 0x38, 0x80];
const PARAMETER_SETS = Uint8Array.from([...START_CODE, ...SPS, ...START_CODE, ...PPS]);
const KEY_SLICE = 0x65;
const OTHER_SLICE = 0x61;
const FIRST_SLICE_HEADER = 0xb8;
const NEXT_SLICE_HEADER = 0x4e;
const END = 0x80;

const SLICES: ReadonlySet<number> = new Set([1, 5]);

export const h264: Codec = {
  name: 'H.264',
  media: 'video',
  mimeType: 'video/h264',
  id: 4,
  standIn: (frame) => (frame.isKey ? PARAMETER_SETS : new Uint8Array(0)),
  escape(message, isKey) {
    const nalHeader = isKey ? KEY_SLICE : OTHER_SLICE;
    const parts: Uint8Array[] = [];
    for (let start = 0; start === 0 || start < message.length; start += CHUNK) {
      const sliceHeader = start === 0 ? FIRST_SLICE_HEADER : NEXT_SLICE_HEADER;
      const chunk = preventEmulation(message.subarray(start, start + CHUNK));
      parts.push(Uint8Array.from([...START_CODE, nalHeader, sliceHeader]), chunk, Uint8Array.of(END));
    }
    return concat(...parts);
  },
  unwrap(bytes, isWhole = true) {
    const chunks: Uint8Array[] = [];
    for (const { start, end } of nalUnits(bytes)) {
      if (!SLICES.has((bytes[start] ?? 0) & 0x1f)) continue;
      const isCut = !isWhole && end === bytes.length;
      if (!isCut && (end - start < 3 || bytes[end - 1] !== END)) return null;
      chunks.push(removeEmulation(bytes.subarray(start + 2, isCut ? end : end - 1)));
    }
    return chunks.length === 0 ? null : concat(...chunks);
  },
};

/** Byte ranges between start codes; zeros in front of a start code belong to it. */
function nalUnits(bytes: Uint8Array): { start: number; end: number }[] {
  const units: { start: number; end: number }[] = [];
  let start = -1;
  for (let at = nextStartCode(bytes, 0); ; at = nextStartCode(bytes, start)) {
    if (start >= 0) {
      let end = at < 0 ? bytes.length : at;
      while (at >= 0 && end > start && bytes[end - 1] === 0) end--;
      if (end > start) units.push({ start, end });
    }
    if (at < 0) return units;
    start = at + 3;
  }
}

/** Where the next 00 00 01 begins, or −1. */
function nextStartCode(bytes: Uint8Array, from: number): number {
  for (let at = bytes.indexOf(1, from + 2); at >= 0; at = bytes.indexOf(1, at + 1)) {
    if (bytes[at - 1] === 0 && bytes[at - 2] === 0) return at - 2;
  }
  return -1;
}

/** H.264 §7.4.1: after two zeros no byte below 4 may follow. */
function preventEmulation(bytes: Uint8Array): Uint8Array {
  const escaped: number[] = [];
  let zeros = 0;
  for (const byte of bytes) {
    if (zeros >= 2 && byte <= 3) {
      escaped.push(3);
      zeros = 0;
    }
    escaped.push(byte);
    zeros = byte === 0 ? zeros + 1 : 0;
  }
  return escaped.length === bytes.length ? bytes : Uint8Array.from(escaped);
}

function removeEmulation(bytes: Uint8Array): Uint8Array {
  const real: number[] = [];
  let zeros = 0;
  for (const byte of bytes) {
    if (zeros >= 2 && byte === 3) {
      zeros = 0;
      continue;
    }
    real.push(byte);
    zeros = byte === 0 ? zeros + 1 : 0;
  }
  return real.length === bytes.length ? bytes : Uint8Array.from(real);
}
