// `npm run bench:frames -- --json`: what sealing costs against the bare cipher and against Jitsi's built-in worker.
// One Chromium page, paired runs in turn, medians; one JSON line a figure.
import { openPage } from '../unit/frames/page/chromium.ts';
import type { MemoryResult, Request, Run, SuiteName } from './frames/protocol.ts';

const SIZES = [120, 1200, 8000, 40000];
const SUITES: SuiteName[] = ['AES_128_GCM_SHA256_128', 'AES_128_CTR_HMAC_SHA256_80'];
const GARBAGE = ['forged', 'step', 'generation', 'noise'] as const;
const ROUNDS = 101;
const MEMORY_FRAMES = 100_000;
const FEEDER = 'test/bench/frames/feeder.ts';
const UPSTREAM = 'node_modules/@solyd/lib-jitsi-meet/dist/umd/lib-jitsi-meet.e2ee-worker.js';

const { page, close } = await openPage({
  '/page.js': 'test/bench/frames/page.ts + test/bench/frames/memory.ts',
  '/ours.js': `web-plugin/src/worker.ts + ${FEEDER}`,
  '/raw.js': `test/bench/frames/raw.ts + ${FEEDER}`,
  '/upstream.js': `${UPSTREAM} + ${FEEDER}`,
});

interface OnPage {
  rounds(runs: Run[], count: number): Promise<number[][]>;
  memory(frames: number): Promise<MemoryResult>;
}

function rounds(runs: Run[]): Promise<number[][]> {
  return page.evaluate(([all, count]) => (globalThis as unknown as OnPage).rounds(all, count), [
    runs,
    ROUNDS,
  ] as const);
}

function median(values: number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

const column = (rows: number[][], i: number) => rows.map((row) => row[i] ?? Number.NaN);
/** Of the rounds' own ratios: what disturbs a round disturbs both. */
const ratio = (rows: number[][], over: number, under: number) =>
  round(median(rows.map((row) => (row[over] ?? Number.NaN) / (row[under] ?? Number.NaN))));
const round = (value: number, digits = 2) => Number(value.toFixed(digits));
const print = (line: object) => console.log(JSON.stringify(line));

/** So many that one run takes a few milliseconds. */
const framesOf = (size: number) => Math.max(25, Math.min(150, Math.floor(1e6 / size)));

try {
  for (const suite of SUITES) {
    for (const direction of ['seal', 'open'] as const) {
      for (const size of SIZES) {
        const request: Request = { bench: 'run', suite, direction, size, frames: framesOf(size) };
        const rows = await rounds([
          { contender: 'ours', request },
          { contender: 'raw', request },
          { contender: 'upstream', request },
        ]);
        const [ours, raw, upstream] = [0, 1, 2].map((i) => round(1e6 / median(column(rows, i)), 0));
        const [ours_over_raw, ours_over_upstream] = [ratio(rows, 1, 0), ratio(rows, 2, 0)];
        print({
          case: 'frame',
          size,
          direction,
          suite,
          ours,
          raw,
          upstream,
          ours_over_raw,
          ours_over_upstream,
        });
      }
    }
  }
  for (const garbage of GARBAGE) {
    for (const size of SIZES) {
      const suite = 'AES_128_GCM_SHA256_128';
      const request: Request = { bench: 'run', suite, direction: 'open', size, frames: framesOf(size) };
      const rows = await rounds([
        { contender: 'ours', request },
        { contender: 'ours', request: { ...request, garbage } },
      ]);
      const [good_us, garbage_us] = [0, 1].map((i) => round(median(column(rows, i))));
      print({ case: 'garbage', kind: garbage, size, good_us, garbage_us, ratio: ratio(rows, 1, 0) });
    }
  }
  const memory = await page.evaluate(
    (frames) => (globalThis as unknown as OnPage).memory(frames),
    MEMORY_FRAMES,
  );
  print({ case: 'memory', ...memory });
} finally {
  await close();
}
