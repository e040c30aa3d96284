// Runs in the browser: frames get a trailer that says whose they are and a check sum, in the form that a sealed frame
// has on the wire; on arrival it is read, counted and taken off. So a test sees what a hostile bridge did to frames.

export interface Seen {
  /** Whole and unharmed frames, by the name in their trailer ("anna/camera"): their counters in order of arrival. */
  intact: Record<string, number[]>;
  /** Frames without a right trailer. */
  broken: number;
}

interface TransformOptions {
  direction: 'send' | 'receive';
  name: string;
}

interface ScriptTransformer {
  options: TransformOptions;
  readable: ReadableStream<RTCEncodedVideoFrame | RTCEncodedAudioFrame>;
  writable: WritableStream<RTCEncodedVideoFrame | RTCEncodedAudioFrame>;
}

const scope = self as unknown as {
  onrtctransform: (event: { transformer: ScriptTransformer }) => void;
  onmessage: (event: MessageEvent<{ name: string; port: MessagePort }>) => void;
};

const NAME_LENGTH = 24;
/** Name, counter, check sum. */
const TRAILER = NAME_LENGTH + 8;
/** Keeps zero bytes out of the trailer, which H.264 would take for a start code. */
const MASK = 0xa5a5a5a5;
const OBU_FRAME_WITH_SIZE = 0x32;
const COUNTERS_LIMIT = 20_000;
const seen = new Map<string, Seen>();

scope.onmessage = ({ data: { name, port } }) => {
  port.postMessage(seen.get(name) ?? { intact: {}, broken: 0 });
  seen.delete(name);
};

scope.onrtctransform = ({ transformer }) => {
  const { options, readable, writable } = transformer;
  let counter = 0;
  const tagging = new TransformStream<RTCEncodedVideoFrame | RTCEncodedAudioFrame>({
    transform(frame, controller) {
      const av1 = frame.getMetadata().mimeType === 'video/AV1';
      if (options.direction === 'send') {
        frame.data = tagged(new Uint8Array(frame.data), options.name, counter, av1);
        counter += 1;
      } else {
        const plain = untagged(new Uint8Array(frame.data), options.name, av1);
        if (!plain) return;
        frame.data = plain;
      }
      controller.enqueue(frame);
    },
  });
  readable.pipeThrough(tagging).pipeTo(writable);
};

function tagged(data: Uint8Array, name: string, counter: number, av1: boolean): ArrayBuffer {
  const length = data.length + TRAILER;
  const size = av1 ? [OBU_FRAME_WITH_SIZE, ...leb128(length)] : [];
  const out = new Uint8Array(size.length + length);
  out.set(size);
  out.set(data, size.length);
  const trailer = size.length + data.length;
  out.set(new TextEncoder().encode(name.padEnd(NAME_LENGTH)), trailer);
  const view = new DataView(out.buffer);
  view.setUint32(trailer + NAME_LENGTH, (counter ^ MASK) >>> 0);
  view.setUint32(trailer + NAME_LENGTH + 4, checkSum(out.subarray(size.length, trailer + NAME_LENGTH + 4)));
  return out.buffer;
}

function untagged(bytes: Uint8Array, mid: string, av1: boolean): ArrayBuffer | null {
  const known = seen.get(mid) ?? { intact: {}, broken: 0 };
  seen.set(mid, known);
  const from = av1 ? sizeLength(bytes) : 0;
  const data = bytes.slice(from);
  const view = new DataView(data.buffer);
  const trailer = data.length - TRAILER;
  const end = data.length - 4;
  if (trailer < 0 || view.getUint32(end) !== checkSum(data.subarray(0, end))) {
    known.broken += 1;
    return null;
  }
  const name = new TextDecoder().decode(data.subarray(trailer, trailer + NAME_LENGTH)).trimEnd();
  const counters = known.intact[name] ?? [];
  known.intact[name] = counters;
  if (counters.length < COUNTERS_LIMIT) counters.push((view.getUint32(trailer + NAME_LENGTH) ^ MASK) >>> 0);
  return data.slice(0, trailer).buffer;
}

function leb128(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  do {
    bytes.push((rest & 0x7f) | (rest > 0x7f ? 0x80 : 0));
    rest >>= 7;
  } while (rest > 0);
  return bytes;
}

function sizeLength(bytes: Uint8Array): number {
  let at = 1;
  while ((bytes[at] ?? 0) & 0x80) at += 1;
  return at + 1;
}

/** FNV-1a, 32 bits: enough to tell damage from none. */
function checkSum(bytes: Uint8Array): number {
  let value = 0x811c9dc5;
  for (const byte of bytes) value = Math.imul(value ^ byte, 0x01000193) >>> 0;
  return value;
}
