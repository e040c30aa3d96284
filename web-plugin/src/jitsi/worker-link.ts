// The page's end of the one worker that holds all frame keys: starting it, hearing that it lives.

import type {
  SourceId,
  TransformOptions,
  TransformStatistics,
  WorkerCommand,
  WorkerReport,
} from '../frames/index.ts';

/**
 * A worker that does not answer for this long is dead. Frames do not pass without it, so this is about telling; a
 * busy machine can keep a living worker waiting for seconds, and to be declared dead cannot be taken back.
 */
const SILENCE_MS = 10_000;
const HEARTBEAT_MS = 500;

declare const RTCRtpScriptTransform: new (worker: Worker, options: TransformOptions) => object;

export class WorkerLink {
  readonly #worker: Worker;
  readonly #waiting = new Map<number, (answer: WorkerReport | null) => void>();
  #lastSign = performance.now();
  #nextQuestion = 1;
  #dead = false;
  #heartbeat: ReturnType<typeof setInterval>;

  /** `onDeath` is called once, with words for a log. */
  constructor(
    url: string,
    private readonly onReport: (report: WorkerReport) => void,
    private readonly onDeath: (reason: string) => void,
  ) {
    this.#worker = new Worker(url, { name: 'sealmeet' });
    this.#worker.addEventListener('message', (event: MessageEvent<WorkerReport>) =>
      this.#receive(event.data),
    );
    this.#worker.addEventListener('error', (event) => {
      event.preventDefault();
      this.#die(event.message || 'the worker could not be loaded');
    });
    this.#heartbeat = setInterval(() => this.#beat(), HEARTBEAT_MS);
  }

  get isDead(): boolean {
    return this.#dead;
  }

  createTransform(options: TransformOptions): object {
    return new RTCRtpScriptTransform(this.#worker, options);
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

  #receive(report: WorkerReport): void {
    this.#lastSign = performance.now();
    if (report.type === 'pong' || report.type === 'statistics' || report.type === 'counters') {
      this.#waiting.get(report.id)?.(report);
      this.#waiting.delete(report.id);
    } else {
      this.onReport(report);
    }
  }

  #lastBeat = performance.now();

  #beat(): void {
    const now = performance.now();
    // A page that was suspended (laptop lid, background tab) has not listened: give the worker a fresh chance.
    if (now - this.#lastBeat > 4 * HEARTBEAT_MS) this.#lastSign = now;
    this.#lastBeat = now;
    if (now - this.#lastSign > SILENCE_MS) this.#die('the worker does not answer');
    else void this.settled();
  }

  #die(reason: string): void {
    if (this.#dead) return;
    this.#dead = true;
    clearInterval(this.#heartbeat);
    // Terminated, it can never come back with an old sending key (rule M12).
    this.#worker.terminate();
    for (const resolve of this.#waiting.values()) resolve(null);
    this.#waiting.clear();
    this.onDeath(reason);
  }
}
