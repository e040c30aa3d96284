// `npm run bench:frames -- --json`: what sealing costs against the bare cipher and against Jitsi's built-in worker.
// One Chromium page, paired runs in turn, medians; one JSON line a figure.
import { each, oneOf, readOptions, wholeNumber } from '../command.ts';
import { measureCalls, VIDEO_CODECS } from './frames/calls.ts';
import type { MemoryResult, Request, Run, SuiteName } from './frames/protocol.ts';
import { openUndisturbed } from './frames/undisturbed.ts';

const SUITES: SuiteName[] = ['AES_128_GCM_SHA256_128', 'AES_128_CTR_HMAC_SHA256_80'];
const GARBAGE = ['forged', 'step', 'generation', 'noise'] as const;
const CASES = ['seal', 'open', 'garbage', 'memory', 'call'] as const;

/** Short runs while developing: `--only open,garbage --sizes 120,1200 --rounds 31`, `--only call --codecs VP9`. */
const given = readOptions({
  /** It always prints JSON. */
  json: { type: 'boolean' },
  only: { type: 'string', default: CASES.join() },
  sizes: { type: 'string', default: '120,1200,8000,40000' },
  suites: { type: 'string', default: SUITES.join() },
  rounds: { type: 'string', default: '101' },
  codecs: { type: 'string', default: VIDEO_CODECS.join() },
});
const ONLY = new Set(each(given.only, (name) => oneOf(name, '--only', CASES)));
const SIZES = each(given.sizes, (text) => wholeNumber(text, '--sizes', 1));
const ROUNDS = wholeNumber(given.rounds, '--rounds', 1);
const CODECS = each(given.codecs, (name) => oneOf(name, '--codecs', VIDEO_CODECS));
const CIPHERS = each(given.suites, (name) => oneOf(name, '--suites', SUITES));
/** Of whole calls: each takes seconds. */
const CALL_ROUNDS = 3;
const MEMORY_FRAMES = 100_000;

const OVER_RAW = 0.8;
const OVER_UPSTREAM = 1.4;
const MEMORY_BYTES = 64 * 2 ** 20;
/** What counts as steady. */
const GROWTH_BYTES = 4 * 2 ** 20;

const FEEDER = 'test/bench/frames/feeder.ts';
const UPSTREAM = 'node_modules/@solyd/lib-jitsi-meet/dist/umd/lib-jitsi-meet.e2ee-worker.js';

const page = await openUndisturbed({
  '/page.js': 'test/bench/frames/page.ts + test/bench/frames/memory.ts',
  '/ours.js': `web-plugin/src/worker.ts + ${FEEDER}`,
  '/raw.js': `test/bench/frames/raw.ts + ${FEEDER}`,
  '/upstream.js': `${UPSTREAM} + ${FEEDER}`,
});

const rounds = (runs: Run[]) => page.call<number[][]>('rounds', runs, ROUNDS);

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

let missed = 0;
/** A bound that is stated; named on stderr when it does not hold. */
function hold(holds: boolean, bound: string): void {
  if (holds) return;
  missed++;
  console.error(`missed: ${bound}`);
}

/** So many that one run takes a few milliseconds. */
const framesOf = (size: number) => Math.max(25, Math.min(150, Math.floor(1e6 / size)));

try {
  for (const suite of CIPHERS) {
    for (const direction of ['seal', 'open'] as const) {
      if (!ONLY.has(direction)) continue;
      for (const size of SIZES) {
        const request: Request = { bench: 'run', suite, direction, size, frames: framesOf(size) };
        const rows = await rounds([
          { contender: 'ours', request },
          { contender: 'raw', request },
          { contender: 'upstream', request },
        ]);
        const [ours, raw, upstream] = [0, 1, 2].map((i) => round(1e6 / median(column(rows, i)), 0));
        const [ours_over_raw, ours_over_upstream] = [ratio(rows, 1, 0), ratio(rows, 2, 0)];
        // Of the cipher of pictures: sound's needs two calls, so the bare one is no measure for it.
        if (suite === SUITES[0]) {
          const what = `${direction} of ${size} bytes`;
          hold(ours_over_raw >= OVER_RAW, `${what}: ${ours_over_raw} of raw, expected ${OVER_RAW} or more`);
          hold(
            ours_over_upstream >= OVER_UPSTREAM,
            `${what}: ${ours_over_upstream} times upstream, expected ${OVER_UPSTREAM} or more`,
          );
        }
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
    if (!ONLY.has('garbage')) continue;
    for (const size of SIZES) {
      const suite = 'AES_128_GCM_SHA256_128';
      const request: Request = { bench: 'run', suite, direction: 'open', size, frames: framesOf(size) };
      const rows = await rounds([
        { contender: 'ours', request },
        { contender: 'ours', request: { ...request, garbage } },
      ]);
      const [good_us, garbage_us] = [0, 1].map((i) => round(median(column(rows, i))));
      const over = ratio(rows, 1, 0);
      hold(over <= 1, `${garbage} of ${size} bytes: ${over} times a good frame, expected 1 at most`);
      print({ case: 'garbage', kind: garbage, size, good_us, garbage_us, ratio: over });
    }
  }
  if (ONLY.has('memory')) {
    const memory = await page.call<MemoryResult>('memory', MEMORY_FRAMES);
    const { empty_bytes, start_bytes, end_bytes } = memory;
    hold(
      end_bytes - empty_bytes < MEMORY_BYTES,
      `memory: ${end_bytes - empty_bytes} bytes beyond an empty worker`,
    );
    hold(
      end_bytes - start_bytes < GROWTH_BYTES,
      `memory: ${end_bytes - start_bytes} bytes more after the frames`,
    );
    print({ case: 'memory', ...memory });
  }
  if (ONLY.has('call')) for await (const line of measureCalls(CODECS, CALL_ROUNDS)) print(line);
} finally {
  await page.close();
}
if (missed > 0) process.exitCode = 1;
