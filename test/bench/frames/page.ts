// Runs inside Chromium: three workers, one request at a time.
import type { Contender, Request, Result, Run, SuiteName } from './protocol.ts';

const SUITES: SuiteName[] = ['AES_128_GCM_SHA256_128', 'AES_128_CTR_HMAC_SHA256_80'];
/** Rounds for compiler and caches. */
const WARM_UP = 10;
const workers = new Map<Contender, Worker>();
let ids = 0;

function start(name: Contender): Worker {
  const worker = new Worker(`/${name}.js`);
  worker.onerror = (event) => console.error(`${name}: ${event.message}`);
  const base = new Uint8Array(32).fill(1);
  const context = new Uint8Array(32).fill(2);
  if (name === 'ours') {
    worker.postMessage({ type: 'gate', gate: 'sealed' });
    worker.postMessage({ type: 'use-key', generation: 1, step: 0, base, context, inMs: 0 });
    const accept = { generation: 1, step: 0, base, context, floors: [], leave: false };
    worker.postMessage({ type: 'accept-key', owner: 'alice', ...accept });
  } else if (name === 'upstream') {
    worker.postMessage({ operation: 'setKey', participantId: 'alice', key: base, keyIndex: 0 });
  }
  for (const suite of SUITES) {
    for (const direction of ['seal', 'open'] as const) {
      const transform = ++ids;
      const kind = suite === SUITES[0] ? 'video' : 'audio';
      const source = kind === 'video' ? 2 : 1;
      const options = {
        ours: { transform, direction: direction === 'seal' ? 'send' : 'receive', media: kind },
        raw: { direction },
        upstream: { operation: direction === 'seal' ? 'encode' : 'decode', participantId: 'alice' },
      }[name];
      worker.postMessage({ bench: 'line', name: `${suite} ${direction}`, options });
      if (name !== 'ours') continue;
      if (direction === 'seal') worker.postMessage({ type: 'send-route', transform, source });
      else worker.postMessage({ type: 'receive-route', transform, owner: 'alice', source });
    }
  }
  return worker;
}

function run(name: Contender, request: Request): Promise<number> {
  let worker = workers.get(name);
  if (worker === undefined) {
    worker = start(name);
    workers.set(name, worker);
  }
  const running = worker;
  return new Promise((resolve) => {
    running.onmessage = (event: MessageEvent<Result>) => {
      if (event.data.bench === 'result') resolve(event.data.microseconds);
    };
    running.postMessage(request);
  });
}

/**
 * Microseconds a frame, one row a round, one column a run. Runs are short and many, and take turns: whatever else
 * the machine does then falls on all of them alike, and the median forgets it.
 */
export async function rounds(runs: Run[], count: number): Promise<number[][]> {
  const rows: number[][] = [];
  for (let i = -WARM_UP; i < count; i++) {
    const row: number[] = [];
    // Each is first in turn: who runs after whom shows.
    for (let turn = 0; turn < runs.length; turn++) {
      const n = (i + WARM_UP + turn) % runs.length;
      const { contender, request } = runs[n] as Run;
      row[n] = await run(contender, request);
    }
    if (i >= 0) rows.push(row);
  }
  return rows;
}

Object.assign(globalThis, { rounds });
