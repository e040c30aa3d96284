// The real worker's parts between real encoder, packetizer and depacketizer, with other bytes in every frame: each
// says by itself what it must be, so the receiving end can tell whether it came through the network unharmed.
import {
  type FramePort,
  portOf,
  readOptions,
  type ScriptTransformer,
  Switchboard,
  systemClock,
} from '../../../../web-plugin/src/frames/index.ts';

type Frame = { data: ArrayBuffer };

const scope = globalThis as unknown as {
  postMessage(message: unknown): void;
  onmessage: ((event: MessageEvent) => void) | null;
  onrtctransform: ((event: { transformer: ScriptTransformer }) => void) | null;
};
const switchboard = new Switchboard(systemClock, (report) => scope.postMessage(report));
const seen = { same: 0, different: 0, sizes: [] as number[] };
let seed = 0;

/** Four bytes of seed, then what follows from it: any size up to 20,000, random bytes or mostly zeros. */
function content(from: number): Uint8Array<ArrayBuffer> {
  let state = (from * 2654435761 + 12345) >>> 0 || 1;
  const next = () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    state >>>= 0;
    return state;
  };
  const largest = [40, 1400, 4000, 20_000][from % 4] ?? 40;
  const bytes = new Uint8Array(4 + (next() % largest));
  const isSparse = next() % 2 === 0;
  for (let i = 4; i < bytes.length; i++) bytes[i] = isSparse ? (next() % 20 === 0 ? next() % 5 : 0) : next();
  new DataView(bytes.buffer).setUint32(0, from);
  return bytes;
}

function isWhole(bytes: Uint8Array<ArrayBuffer>): boolean {
  if (bytes.length < 4) return false;
  const expected = content(new DataView(bytes.buffer).getUint32(0));
  return expected.length === bytes.length && expected.every((byte, i) => byte === bytes[i]);
}

function replacing(port: FramePort): FramePort {
  const change = new TransformStream<Frame, Frame>({
    transform(frame, controller) {
      frame.data = content(seed++).buffer;
      controller.enqueue(frame);
    },
  });
  return { ...port, readable: port.readable.pipeThrough(change) as FramePort['readable'] };
}

function checking(port: FramePort): FramePort {
  const writable = new WritableStream<Frame>({
    write(frame) {
      const bytes = new Uint8Array(frame.data);
      if (isWhole(bytes)) seen.same++;
      else seen.different++;
      seen.sizes.push(bytes.length);
      scope.postMessage({
        type: 'any-bytes',
        same: seen.same,
        different: seen.different,
        largest: Math.max(...seen.sizes),
      });
      // No decoder could make anything of it; each missing frame makes the browser ask for a key frame.
    },
  });
  return { ...port, writable: writable as FramePort['writable'] };
}

scope.onmessage = ({ data }) => switchboard.command(data);
scope.onrtctransform = ({ transformer }) => {
  const options = readOptions(transformer.options);
  if (options === null) throw new Error('no options');
  const port = portOf(transformer, options);
  void switchboard.attach(options, options.direction === 'send' ? replacing(port) : checking(port));
};
