// The last frames of a source as the bridge saw them: a bounded ring of times and first and last bytes.
import type { ObservedFrame } from './api.ts';
import type { Frame } from './frame-assembler.ts';

const LIMIT = 4000;
const SHOWN_BYTES = 64;

interface Entry {
  time: number;
  timestamp: number;
  keyFrame: boolean;
  size: number;
  head: Buffer;
  tail: Buffer;
}

export class ObservedFrames {
  private readonly ring: Entry[] = [];
  private next = 0;

  add({ time, timestamp, keyFrame, data }: Frame): void {
    const entry: Entry = {
      time,
      timestamp,
      keyFrame,
      size: data.length,
      head: Buffer.from(data.subarray(0, SHOWN_BYTES)),
      tail: Buffer.from(data.subarray(-SHOWN_BYTES)),
    };
    this.ring[this.next] = entry;
    this.next = (this.next + 1) % LIMIT;
  }

  /** Oldest first. */
  list(): ObservedFrame[] {
    const ordered = [...this.ring.slice(this.next), ...this.ring.slice(0, this.next)];
    return ordered.map(({ head, tail, ...rest }) => ({
      ...rest,
      head: head.toString('hex'),
      tail: tail.toString('hex'),
    }));
  }
}
