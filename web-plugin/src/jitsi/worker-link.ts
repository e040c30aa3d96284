// The page's end of the one worker that holds all frame keys: starting it, hearing that it lives, and starting it anew.

import type {
  SourceId,
  TransformOptions,
  TransformStatistics,
  WorkerCommand,
  WorkerReport,
} from '../frames/index.ts';
import type { EncodedStreams, TransformMaker } from './connections.ts';

const HEARTBEAT_MS = 500;
/**
 * A worker that does not answer for so long, and for so many of the page's own turns, hangs: a machine that is too
 * busy to run the worker is too busy to run the page. Frames do not pass without it, so nothing leaks meanwhile.
 */
const SILENCE_MS = 3000;
const SILENT_BEATS = 6;
/** A worker that fails so often in a minute is not started again; each time more patience is shown to a silent one. */
const MOST_FAILURES = 3;
const FAILURES_COUNT_MS = 60_000;
/**
 * What the worker may have sealed since its counters were last heard, generously: receivers take nothing again whose
 * counter lies behind the highest they saw. Nonces do not depend on it: a new worker gets new keys (rule M12).
 */
const COUNTERS_AHEAD = 2 ** 16;
const SOURCES = 14;

declare const RTCRtpScriptTransform: new (worker: Worker, options: TransformOptions) => object;

export interface WorkerLinkEvents {
  onReport(report: WorkerReport): void;
  /** A new worker stands in the place of one that failed, and knows nothing yet. Throws: it cannot be used. */
  onRestart(): void;
  /** Called once: there is no worker any more. */
  onDeath(): void;
}

export class WorkerLink implements TransformMaker {
  #worker: Worker;
  readonly #waiting = new Map<number, (answer: WorkerReport | null) => void>();
  #counters = new Map<SourceId, number>();
  #failures: number[] = [];
  #lastSign = performance.now();
  #lastBeat = performance.now();
  #silentBeats = 0;
  #nextQuestion = 1;
  #dead = false;
  readonly #heartbeat: ReturnType<typeof setInterval>;

  /** `mayRestart`: whether transforms can be put in anew. */
  constructor(
    private readonly url: string,
    private readonly mayRestart: boolean,
    private readonly events: WorkerLinkEvents,
  ) {
    this.#worker = this.#start();
    this.#heartbeat = setInterval(() => this.#beat(), HEARTBEAT_MS);
  }

  get isDead(): boolean {
    return this.#dead;
  }

  createTransform(options: TransformOptions): object {
    return new RTCRtpScriptTransform(this.#worker, options);
  }

  attachStreams(options: TransformOptions, { readable, writable }: EncodedStreams): void {
    const command: WorkerCommand = { type: 'attach', options, readable, writable };
    this.#worker.postMessage(command, [readable, writable]);
  }

  send(command: WorkerCommand): void {
    this.#worker.postMessage(command);
  }

  /** Resolves when the worker has taken all commands sent so far; also when it is dead, for then nothing passes. */
  async settled(): Promise<void> {
    await this.#ask('ping');
  }

  /** Figures of all transforms; none when the worker is dead. */
  async statistics(): Promise<TransformStatistics[]> {
    const answer = await this.#ask('statistics');
    return answer?.type === 'statistics' ? answer.transforms : [];
  }

  /** The next counter of each own source that has sent anything (rule M6). */
  async counters(): Promise<Map<SourceId, number>> {
    const answer = await this.#ask('counters');
    return new Map(answer?.type === 'counters' ? answer.next : []);
  }

  #ask(type: 'ping' | 'statistics' | 'counters'): Promise<WorkerReport | null> {
    if (this.#dead) return Promise.resolve(null);
    const id = this.#nextQuestion++;
    return new Promise((resolve) => {
      this.#waiting.set(id, resolve);
      this.send({ type, id });
    });
  }

  #start(): Worker {
    const worker = new Worker(this.url, { name: 'sealmeet' });
    worker.addEventListener('message', (event: MessageEvent<WorkerReport>) => {
      if (worker === this.#worker) this.#receive(event.data);
    });
    worker.addEventListener('error', (event) => {
      event.preventDefault();
      if (worker === this.#worker) this.#fail(event.message || 'the worker could not be loaded');
    });
    return worker;
  }

  #receive(report: WorkerReport): void {
    this.#lastSign = performance.now();
    this.#silentBeats = 0;
    if (report.type === 'counters') this.#counters = new Map(report.next);
    if (report.type === 'pong' || report.type === 'statistics' || report.type === 'counters') {
      this.#waiting.get(report.id)?.(report);
      this.#waiting.delete(report.id);
    } else {
      this.events.onReport(report);
    }
  }

  #beat(): void {
    const now = performance.now();
    // A page that was suspended (laptop lid, background tab) has not listened: give the worker a fresh chance.
    if (now - this.#lastBeat > 4 * HEARTBEAT_MS) {
      this.#lastSign = now;
      this.#silentBeats = 0;
    }
    this.#lastBeat = now;
    this.#silentBeats++;
    const patience = 2 ** this.#recentFailures(now);
    if (now - this.#lastSign > SILENCE_MS * patience && this.#silentBeats > SILENT_BEATS * patience)
      this.#fail('the worker does not answer');
    else void this.counters();
  }

  #recentFailures(now: number): number {
    this.#failures = this.#failures.filter((at) => now - at < FAILURES_COUNT_MS);
    return this.#failures.length;
  }

  #fail(reason: string): void {
    if (this.#dead) return;
    console.error(`Sealmeet: ${reason}`);
    // Terminated, it can never come back with an old sending key (rule M12); what its transforms held goes nowhere.
    this.#worker.terminate();
    for (const resolve of this.#waiting.values()) resolve(null);
    this.#waiting.clear();
    const now = performance.now();
    this.#failures.push(now);
    if (this.mayRestart && this.#recentFailures(now) <= MOST_FAILURES) {
      try {
        this.#restart(now);
        return;
      } catch (error) {
        console.error('Sealmeet: no new worker could take the place:', error);
        this.#worker.terminate();
      }
    }
    this.#dead = true;
    clearInterval(this.#heartbeat);
    this.events.onDeath();
  }

  #restart(now: number): void {
    this.#worker = this.#start();
    this.#lastSign = now;
    this.#silentBeats = 0;
    const next: [SourceId, number][] = [];
    for (let source = 1; source <= SOURCES; source++)
      next.push([source, (this.#counters.get(source) ?? 0) + COUNTERS_AHEAD]);
    this.#counters = new Map(next);
    this.send({ type: 'continue', next });
    this.events.onRestart();
  }
}
