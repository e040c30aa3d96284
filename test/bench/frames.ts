// `npm run bench:frames -- --json`: what sealing costs against the bare cipher and against Jitsi's built-in worker.
// One Chromium page, paired runs in turn, medians; one JSON line a figure.
import { openPage } from '../unit/frames/page/chromium.ts';
import type { Contender, MemoryResult, Request, SuiteName } from './frames/protocol.ts';

const SIZES = [120, 1200, 8000, 40000];
const SUITES: SuiteName[] = ['AES_128_GCM_SHA256_128', 'AES_128_CTR_HMAC_SHA256_80'];
const CONTENDERS: Contender[] = ['ours', 'raw', 'upstream'];
const GARBAGE = ['forged', 'step', 'generation', 'noise'] as const;
const ROUNDS = Number(process.env.ROUNDS ?? 15);
const FEEDER = 'test/bench/frames/feeder.ts';
const UPSTREAM = 'node_modules/@solyd/lib-jitsi-meet/dist/umd/lib-jitsi-meet.e2ee-worker.js';

const { page, close } = await openPage({
  '/page.js': 'test/bench/frames/page.ts + test/bench/frames/memory.ts',
  '/ours.js': `web-plugin/src/worker.ts + ${FEEDER}`,
  '/raw.js': `test/bench/frames/raw.ts + ${FEEDER}`,
  '/upstream.js': `${UPSTREAM} + ${FEEDER}`,
});

function run(contender: Contender, request: Omit<Request, 'bench'>): Promise<number> {
  return page.evaluate(
    ([name, what]) =>
      (globalThis as unknown as { run(name: Contender, what: Request): Promise<number> }).run(name, what),
    [contender, { bench: 'run', ...request }] as const,
  );
}

function median(values: number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

const round = (value: number, digits = 2) => Number(value.toFixed(digits));
const print = (line: object) => console.log(JSON.stringify(line));

/** Enough frames that one run takes tens of milliseconds, and no more than 8 MB of them. */
const framesOf = (size: number) => Math.max(200, Math.min(600, Math.floor(8e6 / size)));

try {
  for (const suite of SUITES) {
    for (const direction of ['seal', 'open'] as const) {
      for (const size of SIZES) {
        const times: Record<Contender, number[]> = { ours: [], raw: [], upstream: [] };
        for (let i = -2; i < ROUNDS; i++) {
          for (const contender of CONTENDERS) {
            const time = await run(contender, { suite, direction, size, frames: framesOf(size) });
            // The first rounds warm up compiler and caches.
            if (i >= 0) times[contender].push(time);
          }
        }
        const ratio = (other: Contender) =>
          median(times.ours.map((ours, i) => (times[other][i] ?? 0) / ours));
        const rate = (contender: Contender) => round(1e6 / median(times[contender]), 0);
        print({
          case: 'frame',
          ...{ size, direction, suite },
          ...{ ours: rate('ours'), raw: rate('raw'), upstream: rate('upstream') },
          ours_over_raw: round(ratio('raw')),
          ours_over_upstream: round(ratio('upstream')),
        });
      }
    }
  }
  for (const garbage of GARBAGE) {
    for (const size of SIZES) {
      const request = {
        suite: 'AES_128_GCM_SHA256_128',
        direction: 'open',
        size,
        frames: framesOf(size),
      } as const;
      const good: number[] = [];
      const bad: number[] = [];
      for (let i = -1; i < ROUNDS; i++) {
        const goodTime = await run('ours', request);
        const badTime = await run('ours', { ...request, garbage });
        if (i < 0) continue;
        good.push(goodTime);
        bad.push(badTime);
      }
      const ratio = round(median(bad.map((time, i) => time / (good[i] ?? 0))));
      print({
        case: 'garbage',
        kind: garbage,
        size,
        good_us: round(median(good)),
        garbage_us: round(median(bad)),
        ratio,
      });
    }
  }
  const memory = await page.evaluate(
    (frames) => (globalThis as unknown as { memory(frames: number): Promise<MemoryResult> }).memory(frames),
    100_000,
  );
  print({ case: 'memory', ...memory });
} finally {
  await close();
}
