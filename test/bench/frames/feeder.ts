// Runs inside each contender's worker, after it: feeds frames one at a time through the same kind of streams.
import { type Batch, media, type Request, type Result } from './protocol.ts';

/** As much of an RTCEncodedVideoFrame as all contenders use. */
class Frame {
  data: ArrayBuffer;
  readonly type: string | undefined;
  readonly timestamp: number;
  readonly #mimeType: string;

  constructor(data: ArrayBuffer, mimeType: string, timestamp: number) {
    this.data = data;
    this.type = mimeType.startsWith('video/') ? 'delta' : undefined;
    this.timestamp = timestamp;
    this.#mimeType = mimeType;
  }

  getMetadata() {
    return { synchronizationSource: 1, mimeType: this.#mimeType };
  }
}

interface Port {
  readable: ReadableStream<Frame>;
  writable: WritableStream<Frame>;
}

/** One transform: give it a frame, wait for the frame that comes out. */
class Line {
  readonly port: Port;
  #controller: ReadableStreamDefaultController<Frame> | null = null;
  #arrived: (frame: Frame) => void = () => {};
  #asked: () => void = () => {};

  /** Off while frames are prepared, whose bytes are wanted afterwards. */
  takesBytes = true;
  passed = 0;

  constructor() {
    const readable = new ReadableStream<Frame>(
      {
        start: (controller) => {
          this.#controller = controller;
        },
        pull: () => this.#asked(),
      },
      { highWaterMark: 0 },
    );
    const writable = new WritableStream<Frame>({
      write: (frame) => {
        // As browsers do: the bytes go to the packetizer or decoder, and the frame's buffer is detached.
        if (this.takesBytes) (frame.data as ArrayBuffer & { transfer(length: number): void }).transfer(0);
        this.passed++;
        this.#arrived(frame);
      },
    });
    this.port = { readable, writable };
  }

  through(frame: Frame): Promise<Frame> {
    return new Promise((resolve) => {
      this.#arrived = resolve;
      this.#controller?.enqueue(frame);
    });
  }

  /** For frames that do not come out: waits until the transform asks for another. */
  into(frame: Frame): Promise<void> {
    return new Promise((resolve) => {
      this.#asked = resolve;
      this.#controller?.enqueue(frame);
    });
  }
}

const MIME_TYPES = { audio: 'audio/opus', video: 'video/AV1' } as const;

type Handler = ((event: { data: unknown }) => void) | null;
interface Scope {
  onmessage: Handler;
  onrtctransform: ((event: { transformer: Port & { options: unknown } }) => void) | null;
  postMessage(result: Result | { bench: 'batch'; passed: number }): void;
}
const scope = globalThis as unknown as Scope;
const contender = scope.onmessage;
const lines = new Map<string, Line>();

scope.onmessage = ({ data }) => {
  const request = data as Omit<Partial<Request>, 'bench'> & { bench?: string; options?: unknown };
  if (request.bench === 'line') {
    const line = new Line();
    lines.set(request.name ?? '', line);
    scope.onrtctransform?.({ transformer: { ...line.port, options: request.options } });
  } else if (request.bench === 'run') {
    run(request as Request).then((result) => scope.postMessage(result));
  } else if (request.bench === 'batch') {
    batch(data as Batch).then((passed) => scope.postMessage({ bench: 'batch', passed }));
  } else {
    contender?.({ data });
  }
};

async function run({ suite, size, frames, direction, garbage }: Request): Promise<Result> {
  const seal = line(`${suite} seal`);
  const open = line(`${suite} open`);
  const plain = new Uint8Array(size);
  for (let i = 0; i < size; i++) plain[i] = i * 7;
  const make = (i: number) => new Frame(plain.slice().buffer, MIME_TYPES[media(suite)], i);
  const inputs: Frame[] = [];
  seal.takesBytes = direction === 'seal';
  for (let i = 0; i < frames; i++) inputs.push(direction === 'seal' ? make(i) : await seal.through(make(i)));
  if (garbage !== undefined) for (const [i, frame] of inputs.entries()) spoil(frame, i, garbage);
  const through = direction === 'seal' ? seal : open;
  const before = performance.now();
  if (garbage === undefined) for (const frame of inputs) await through.through(frame);
  else for (const frame of inputs) await through.into(frame);
  return { bench: 'result', microseconds: ((performance.now() - before) * 1000) / frames };
}

async function batch({ frames }: Batch): Promise<number> {
  let passed = 0;
  for (const { line: name, data, mimeType } of frames) {
    const through = line(name);
    const before = through.passed;
    await through.into(new Frame(data, mimeType, 0));
    passed += through.passed - before;
  }
  return passed;
}

/** A sealed AV1 frame made into what a hostile bridge may send instead of it. */
function spoil(frame: Frame, i: number, kind: NonNullable<Request['garbage']>): void {
  const bytes = new Uint8Array(frame.data);
  const last = bytes.length - 1;
  bytes[last] = (bytes[last] ?? 0) ^ 1;
  if (kind === 'noise') crypto.getRandomValues(bytes.subarray(0, Math.min(bytes.length, 65536)));
  // OBU header and size (1 to 3 bytes), then SFrame's config byte, then the key id: 2 bytes of generation and step.
  const kid = 2 + bytes.findIndex((byte, at) => at > 0 && byte < 0x80);
  if (kind === 'step') {
    const value = (1 << 12) | ((i % 255) << 4) | 2;
    bytes[kid] = value >> 8;
    bytes[kid + 1] = value & 0xff;
  }
  if (kind === 'generation') bytes[kid] = 0x20 + (i % 200);
}

function line(name: string): Line {
  const found = lines.get(name);
  if (found === undefined) throw new Error(`no line ${name}`);
  return found;
}
