// The file of a recorded source: one JSON object a line for each frame, in order.
import { createReadStream, createWriteStream, type WriteStream } from 'node:fs';
import { createInterface } from 'node:readline';
import type { Codec } from './capabilities.ts';
import type { Frame } from './frame-assembler.ts';

export interface RecordedFrame {
  codec: Codec;
  /** Exactly as a depacketizer hands it on: AV1 OBUs with sizes, H.264 Annex B, else the payload. */
  data: Uint8Array;
  /** RTP timestamp. */
  timestamp: number;
  /** Milliseconds since the epoch, with fraction. */
  time: number;
  keyFrame: boolean;
}

interface Line {
  codec: Codec;
  time: number;
  timestamp: number;
  key: boolean;
  data: string;
}

/** Per source: about twenty minutes of video at 300 kbit/s. */
const FILE_LIMIT = 64 << 20;

export class FrameFile {
  truncated = false;
  private readonly stream: WriteStream;
  private written = 0;
  private failure: Error | null = null;

  constructor(
    readonly path: string,
    private readonly limit = FILE_LIMIT,
  ) {
    this.stream = createWriteStream(path);
    this.stream.on('error', (error) => {
      this.failure = error;
    });
  }

  /** false: the file is full. */
  write(frame: Frame): boolean {
    const { codec, time, timestamp, keyFrame: key, data } = frame;
    const line: Line = { codec, time, timestamp, key, data: data.toString('base64') };
    const text = `${JSON.stringify(line)}\n`;
    if (this.written + text.length > this.limit) this.truncated = true;
    if (this.truncated || this.failure) return false;
    this.written += text.length;
    this.stream.write(text);
    return true;
  }

  async close(): Promise<void> {
    await new Promise<void>((resolve) => this.stream.end(() => resolve()));
    if (this.failure) throw this.failure;
  }
}

export async function readFrames(path: string): Promise<RecordedFrame[]> {
  const frames: RecordedFrame[] = [];
  for await (const text of createInterface({ input: createReadStream(path), crlfDelay: Infinity })) {
    if (text === '') continue;
    const { codec, time, timestamp, key, data } = JSON.parse(text) as Line;
    frames.push({ codec, data: Buffer.from(data, 'base64'), timestamp, time, keyFrame: key });
  }
  return frames;
}
