// The watchdog's judgement: what the browser sent or played against what the worker saw.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { isBypassed } from '../../../web-plugin/src/jitsi/watchdog.ts';

test('frames that pass the worker never look like a bypass', () => {
  const natural = fc.nat(100_000);
  fc.assert(
    fc.property(natural, natural, natural, fc.nat(30), (start, frames, dropped, underWay) => {
      const before = { browser: start, worker: start };
      const now = { browser: start + frames + underWay, worker: start + frames + dropped };
      assert.equal(isBypassed(before, now), false);
    }),
  );
});

test('a sender that the worker does not see is caught within two looks', () => {
  assert.equal(isBypassed({ browser: 0, worker: 0 }, { browser: 31, worker: 0 }), true);
  assert.equal(isBypassed({ browser: 500, worker: 400 }, { browser: 600, worker: 400 }), true);
});
