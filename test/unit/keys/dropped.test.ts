// What was dropped is counted and told, and no flood makes the telling a flood of its own. docs/protocol.md §2.2.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Refusals } from '../../../web-plugin/src/keys/refusals.ts';
import { newCore, notices } from './rig.ts';

test('of each occupant and reason it is told once a second, with the number so far', () => {
  const refusals = new Refusals();
  const counts = [0, 1, 999, 1000, 1001].map((now) => refusals.count('bob', 'too many', now)?.count ?? null);
  assert.deepEqual(counts, [1, null, null, 4, null]);
  assert.equal(refusals.count('bob', 'too long', 1002)?.count, 1);
  assert.equal(refusals.count('carol', 'too many', 1002)?.count, 1);
});

test('of occupants that a server invents by the thousand, 64 a second are told of', () => {
  const core = newCore('alice');
  let told = 0;
  for (let n = 0; n < 30; n += 1) {
    const relay = Array.from({ length: 256 }, (_, at) => [`x${n}-${at}`, { more: 1 }]);
    told += notices(
      core.handle({ type: 'message', from: null, payload: { relay } }, n * 100),
      'refused',
    ).length;
  }
  assert.equal(told, 3 * 64);
});
