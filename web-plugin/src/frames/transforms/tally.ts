// What passed a transform and what did not: its statistics, and the reports of drops at most once a second.
import type { Clock } from '../clock.ts';
import type { DropReason, TransformOptions, TransformStatistics } from '../commands.ts';

export const REPORT_INTERVAL_MS = 1000;

type Counts = Partial<Record<DropReason, number>>;

export class Tally {
  readonly #clock: Clock;
  readonly #report: (reasons: Counts, passed: number) => void;
  readonly #statistics: TransformStatistics;
  #unreported: Counts = {};
  #passedBefore = 0;
  #lastReport = Number.NEGATIVE_INFINITY;
  #cancelReport: (() => void) | null = null;

  constructor(options: TransformOptions, clock: Clock, report: (reasons: Counts, passed: number) => void) {
    this.#clock = clock;
    this.#report = report;
    this.#statistics = {
      transform: options.transform,
      direction: options.direction,
      sealed: 0,
      clear: 0,
      codec: null,
      dropped: {},
      overhead: { sframe: 0, metadata: 0, standIn: 0 },
    };
  }

  get statistics(): TransformStatistics {
    return structuredClone(this.#statistics);
  }

  codec(mimeType: string): void {
    this.#statistics.codec = mimeType === '' ? null : mimeType;
  }

  clear(): void {
    this.#statistics.clear++;
  }

  /** Sizes as in `TransformStatistics`. */
  sealed(sframe: number, metadata: number, standIn: number): void {
    const statistics = this.#statistics;
    statistics.sealed++;
    const largest = statistics.overhead;
    if (sframe > largest.sframe) largest.sframe = sframe;
    if (metadata > largest.metadata) largest.metadata = metadata;
    if (standIn > largest.standIn) largest.standIn = standIn;
  }

  dropped(reason: DropReason): void {
    this.#statistics.dropped[reason] = (this.#statistics.dropped[reason] ?? 0) + 1;
    // A transform is born closed: that is no event for a person.
    if (reason === 'gate-closed') return;
    this.#unreported[reason] = (this.#unreported[reason] ?? 0) + 1;
    if (this.#cancelReport !== null) return;
    const wait = this.#lastReport + REPORT_INTERVAL_MS - this.#clock.now();
    if (wait <= 0) this.#flush();
    else this.#cancelReport = this.#clock.after(wait, () => this.#flush());
  }

  close(): void {
    this.#cancelReport?.();
    this.#cancelReport = null;
  }

  #flush(): void {
    this.#cancelReport = null;
    this.#lastReport = this.#clock.now();
    const reasons = this.#unreported;
    this.#unreported = {};
    const { sealed, clear } = this.#statistics;
    this.#report(reasons, sealed + clear - this.#passedBefore);
    this.#passedBefore = sealed + clear;
  }
}
