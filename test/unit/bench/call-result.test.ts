// Figures and bounds of the call's measurement.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Case, line, missed, quantile } from '../../bench/call/result.ts';

test('quantiles are values that were measured, by nearest rank', () => {
  const list = Array.from({ length: 20 }, (_, n) => 20 - n);
  assert.deepEqual([quantile(list, 0.5), quantile(list, 0.95), quantile(list, 1)], [10, 19, 20]);
  assert.ok(Number.isNaN(quantile([], 0.5)));
});

test('a bound holds up to itself, and none holds without samples', () => {
  const figures: Case = { times: [100, 300], framesLost: 1, bounds: { p95_ms: 300, frames_lost: 0 } };
  assert.deepEqual(line('leave', figures), {
    case: 'leave',
    p50_ms: 100,
    p95_ms: 300,
    frames_lost: 1,
    samples: 2,
  });
  assert.deepEqual(missed('leave', figures), ['leave: expected frames_lost of at most 0, came 1']);
  assert.deepEqual(missed('leave', { ...figures, framesLost: 0 }), []);
  assert.equal(missed('leave', { times: [], framesLost: 0, bounds: { p95_ms: 300 } }).length, 1);
});
