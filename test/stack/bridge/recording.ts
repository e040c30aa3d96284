// A recording of one conference: every frame of every source from its first key frame on, in one file a source.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Codec, RecordedSource } from './api.ts';
import type { Frame } from './frame-assembler.ts';
import { FrameFile } from './frame-file.ts';

interface Entry {
  endpoint: string;
  name: string;
  media: 'audio' | 'video';
  file: FrameFile;
  codec: Codec | null;
  frames: number;
  packets: number;
  incomplete: number;
}

interface RecordableSource {
  endpoint: string;
  name: string;
  media: 'audio' | 'video';
}

const SOURCES_LIMIT = 256;

export class Recording {
  private readonly entries = new Map<string, Entry>();

  constructor(
    readonly label: string,
    readonly directory: string,
  ) {
    mkdirSync(directory, { recursive: true });
  }

  /** `incomplete`: frames given up just before this one. Of a source in clear or sealed alike, key frames are known. */
  frame(source: RecordableSource, frame: Frame, incomplete: number): void {
    const key = keyOf(source);
    let entry = this.entries.get(key);
    if (!entry) {
      if (this.entries.size >= SOURCES_LIMIT || (source.media === 'video' && !frame.keyFrame)) return;
      entry = this.begin(source);
      this.entries.set(key, entry);
    } else {
      entry.incomplete += incomplete;
    }
    if (!entry.file.write(frame)) return;
    entry.codec = frame.codec;
    entry.frames += 1;
    entry.packets += frame.packets;
  }

  /** Whether the source's part of the recording has begun. */
  has(source: { endpoint: string; name: string }): boolean {
    return this.entries.has(keyOf(source));
  }

  private begin({ endpoint, name, media }: RecordableSource): Entry {
    const plain = `${endpoint}-${name}`.replace(/[^A-Za-z0-9_-]/g, '_').slice(0, 80);
    const file = new FrameFile(join(this.directory, `${this.entries.size}-${plain}.jsonl`));
    return { endpoint, name, media, file, codec: null, frames: 0, packets: 0, incomplete: 0 };
  }

  async stop(): Promise<RecordedSource[]> {
    const sources: RecordedSource[] = [];
    for (const { file, ...entry } of this.entries.values()) {
      await file.close();
      sources.push({ ...entry, truncated: file.truncated, file: file.path });
    }
    return sources;
  }
}

function keyOf({ endpoint, name }: { endpoint: string; name: string }): string {
  return JSON.stringify([endpoint, name]);
}
