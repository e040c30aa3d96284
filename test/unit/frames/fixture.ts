// A clock that the test turns, frames as a browser hands them over, and a switchboard with its streams.
import {
  type Clock,
  Switchboard,
  type WorkerCommand,
  type WorkerReport,
} from '../../../web-plugin/src/frames/index.ts';
import type { EncodedFrame } from '../../../web-plugin/src/frames/transforms/encoded.ts';

export class ManualClock implements Clock {
  #now = 1000;
  #tasks: { at: number; task: () => void }[] = [];

  now(): number {
    return this.#now;
  }

  wall(): number {
    return 1_800_000_000_000 + this.#now;
  }

  after(delayMs: number, task: () => void): () => void {
    const entry = { at: this.#now + delayMs, task };
    this.#tasks.push(entry);
    return () => {
      this.#tasks = this.#tasks.filter((other) => other !== entry);
    };
  }

  /** Turns the clock, running what falls due in order. */
  advance(ms: number): void {
    const end = this.#now + ms;
    for (;;) {
      const due = this.#tasks.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
      if (due === undefined) break;
      this.#tasks = this.#tasks.filter((other) => other !== due);
      this.#now = Math.max(this.#now, due.at);
      due.task();
    }
    this.#now = end;
  }

  get waiting(): number {
    return this.#tasks.length;
  }
}

export class FakeFrame implements EncodedFrame {
  data: ArrayBuffer;
  readonly type: string;
  readonly mimeType: string;

  constructor(data: Uint8Array, mimeType: string, type = 'delta') {
    this.data = new Uint8Array(data).buffer;
    this.mimeType = mimeType;
    this.type = type;
  }

  get bytes(): Uint8Array<ArrayBuffer> {
    return new Uint8Array(this.data);
  }

  getMetadata(): { mimeType: string } {
    return { mimeType: this.mimeType };
  }

  /** What the network makes of it: the same bytes in another frame. */
  copy(): FakeFrame {
    return new FakeFrame(this.bytes, this.mimeType, this.type);
  }
}

/** One transform's two ends. */
export class Line {
  readonly arrived: FakeFrame[] = [];
  keyFrameRequests = 0;
  readonly #controller: ReadableStreamDefaultController<EncodedFrame>;
  readonly ended: Promise<void>;
  /** Resolves when the transform asks for another frame: the one before is then through, dropped or waiting. */
  #asked: Promise<void>;
  #ask: () => void = () => {};

  constructor(
    board: Switchboard,
    transform: number,
    direction: 'send' | 'receive',
    media: 'audio' | 'video',
  ) {
    let given: ReadableStreamDefaultController<EncodedFrame> | undefined;
    this.#asked = this.#nextAsk();
    const readable = new ReadableStream<EncodedFrame>(
      {
        start: (controller) => {
          given = controller;
        },
        pull: () => this.#ask(),
      },
      { highWaterMark: 0 },
    );
    if (given === undefined) throw new Error('the stream did not start');
    this.#controller = given;
    const writable = new WritableStream<EncodedFrame>({
      write: (frame) => void this.arrived.push(frame as FakeFrame),
    });
    const requestKeyFrame = () => {
      this.keyFrameRequests++;
    };
    this.ended = board.attach({ transform, direction, media }, { readable, writable, requestKeyFrame });
  }

  /** Puts frames in one by one and gives what came out meanwhile. */
  async put(...frames: FakeFrame[]): Promise<FakeFrame[]> {
    const before = this.arrived.length;
    for (const frame of frames) {
      await this.#asked;
      this.#asked = this.#nextAsk();
      this.#controller.enqueue(frame);
    }
    await this.#asked;
    return this.arrived.slice(before);
  }

  #nextAsk(): Promise<void> {
    return new Promise((resolve) => {
      this.#ask = resolve;
    });
  }

  end(): void {
    this.#controller.close();
  }
}

/** Waits for what nothing tells of: frames that waited and are opened when their key comes. */
export async function until(condition: () => boolean): Promise<void> {
  const end = Date.now() + 30_000;
  while (!condition()) {
    if (Date.now() > end) throw new Error(`not within 30 s: ${condition}`);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

export class Board {
  readonly clock = new ManualClock();
  readonly reports: WorkerReport[] = [];
  readonly switchboard = new Switchboard(this.clock, (report) => this.reports.push(report));

  command(...commands: WorkerCommand[]): this {
    for (const command of commands) this.switchboard.command(command);
    return this;
  }

  line(transform: number, direction: 'send' | 'receive', media: 'audio' | 'video'): Line {
    return new Line(this.switchboard, transform, direction, media);
  }

  reported<T extends WorkerReport['type']>(type: T): Extract<WorkerReport, { type: T }>[] {
    return this.reports.filter(
      (report): report is Extract<WorkerReport, { type: T }> => report.type === type,
    );
  }

  /** Frames dropped by one transform, by reason, since it was attached. */
  dropped(transform: number): Record<string, number> {
    this.command({ type: 'statistics', id: 0 });
    const all = this.reported('statistics').at(-1)?.transforms ?? [];
    return all.find((statistics) => statistics.transform === transform)?.dropped ?? {};
  }
}

export interface Key {
  generation: number;
  step: number;
  base: Uint8Array;
  context: Uint8Array;
}

export function key(generation: number, step = 0, seed = 1): Key {
  return {
    generation,
    step,
    base: new Uint8Array(32).fill(generation * 16 + seed),
    context: new Uint8Array(32).fill(seed),
  };
}

export const useKey = (given: Key, inMs = 0): WorkerCommand => ({ type: 'use-key', ...given, inMs });

export const acceptKey = (owner: string, given: Key, leave = false): WorkerCommand => ({
  type: 'accept-key',
  owner,
  ...given,
  floors: [],
  leave,
});

export const bytes = (...values: number[]) => Uint8Array.from(values);
