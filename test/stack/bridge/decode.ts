// What a recording holds for a real decoder: frames that ffmpeg can show, and seconds in which a tone is heard.
import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Codec, isAudio, type VideoCodec } from './capabilities.ts';
import { ivf, oggOpus } from './containers.ts';
import { readLeb128 } from './depacketize.ts';
import { secondsWithTone } from './tone.ts';

export { type RecordedFrame, readFrames } from './frame-file.ts';

/** What the decoders need of a frame; RecordedFrame is one. */
export interface DecodableFrame {
  codec: Codec;
  data: Uint8Array;
  timestamp: number;
}

const FRAMES_LIMIT = 20_000;
const OUTPUT_LIMIT = 512 << 20;
const FFMPEG_TIMEOUT_MS = 60_000;
const AUDIO_RATE = 16_000;

export interface VideoOptions {
  /** A real AV1 sequence header OBU, put before every temporal unit that does not begin with one of its own. */
  sequenceHeader?: Uint8Array;
}

/** How many frames ffmpeg puts out. Frames of another codec than the first one's are left out. */
export async function decodableVideoFrames(
  frames: DecodableFrame[],
  options: VideoOptions = {},
): Promise<number> {
  const codec = frames.find((frame) => !isAudio(frame.codec))?.codec as VideoCodec | undefined;
  if (codec === undefined) return 0;
  const chosen = frames.filter((frame) => frame.codec === codec).slice(0, FRAMES_LIMIT);
  const { sequenceHeader } = options;
  const bytes =
    codec === 'H264'
      ? Buffer.concat(chosen.map(({ data }) => data))
      : ivf(
          codec,
          codec === 'AV1' && sequenceHeader
            ? chosen.map((frame) => withHeader(frame, sequenceHeader))
            : chosen,
          320,
          180,
        );
  // One line a frame on stdout, comments aside; timing is passed through, so that none is doubled or left out.
  const format = codec === 'H264' ? 'h264' : 'ivf';
  const output = await ffmpeg(bytes, ['-f', format], ['-fps_mode', 'passthrough', '-f', 'framecrc', '-an']);
  return output
    .toString('latin1')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#')).length;
}

function withHeader(frame: DecodableFrame, sequenceHeader: Uint8Array): DecodableFrame {
  if (obuType(frame.data) === OBU_SEQUENCE_HEADER) return frame;
  return { ...frame, data: Buffer.concat([sequenceHeader, frame.data]) };
}

const OBU_SEQUENCE_HEADER = 1;

function obuType(data: Uint8Array): number | null {
  const [first] = data;
  return first === undefined ? null : (first >> 3) & 0x0f;
}

/** The sequence header OBU of the first AV1 frame that begins with one; null if none does. */
export function sequenceHeaderOf(frames: DecodableFrame[]): Buffer | null {
  for (const { codec, data } of frames) {
    if (codec !== 'AV1' || obuType(data) !== OBU_SEQUENCE_HEADER) continue;
    const bytes = Buffer.from(data);
    const size = readLeb128(bytes, bytes.readUInt8(0) & 0x04 ? 2 : 1);
    if (size && size.next + size.value <= bytes.length) return bytes.subarray(0, size.next + size.value);
  }
  return null;
}

/** Seconds, in steps of 0.1, in which the tone of this frequency stands out clearly. */
export async function audibleSeconds(frames: DecodableFrame[], frequency: number): Promise<number> {
  const audio = frames.filter(
    ({ codec, data }) => codec === 'opus' && data.length > 0 && data.length < 65_025,
  );
  if (audio.length === 0) return 0;
  const bytes = oggOpus(audio.slice(0, FRAMES_LIMIT));
  const raw = await ffmpeg(
    bytes,
    ['-f', 'ogg'],
    ['-vn', '-ac', '1', '-ar', String(AUDIO_RATE), '-f', 'f32le'],
  );
  const samples = new Float32Array(Math.floor(raw.length / 4));
  for (let n = 0; n < samples.length; n += 1) samples[n] = raw.readFloatLE(4 * n);
  return secondsWithTone(samples, frequency, AUDIO_RATE);
}

/** Runs Debian's ffmpeg on the bytes; what it refuses to decode is simply not in its output. */
async function ffmpeg(bytes: Uint8Array, input: string[], output: string[]): Promise<Buffer> {
  const directory = await mkdtemp(join(tmpdir(), 'sealmeet-decode-'));
  try {
    const file = join(directory, 'recording');
    await writeFile(file, bytes);
    return await run(['-nostdin', '-hide_banner', '-v', 'error', ...input, '-i', file, ...output, 'pipe:1']);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

function run(parameters: string[]): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const child = spawn('ffmpeg', parameters, { stdio: ['ignore', 'pipe', 'ignore'] });
    const chunks: Buffer[] = [];
    let length = 0;
    const timer = setTimeout(() => child.kill('SIGKILL'), FFMPEG_TIMEOUT_MS);
    child.stdout.on('data', (chunk: Buffer) => {
      length += chunk.length;
      if (length > OUTPUT_LIMIT) child.kill('SIGKILL');
      else chunks.push(chunk);
    });
    child.once('error', (error: NodeJS.ErrnoException) => {
      clearTimeout(timer);
      reject(error.code === 'ENOENT' ? new Error('ffmpeg is not installed: apt-get install ffmpeg') : error);
    });
    child.once('close', (_code, signal) => {
      clearTimeout(timer);
      if (signal === 'SIGKILL') reject(new Error('ffmpeg took too long or put out too much'));
      else resolve(Buffer.concat(chunks));
    });
  });
}
