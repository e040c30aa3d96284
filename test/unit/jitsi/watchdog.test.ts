// The watchdog's judgement: what the browser sent or played against what the worker saw.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Suspicion } from '../../../web-plugin/src/jitsi/watchdog.ts';

test('where the worker passes frames, nothing looks like a bypass', () => {
  const passage = fc.record({ browser: fc.nat(1000), worker: fc.integer({ min: 1, max: 1000 }) });
  fc.assert(
    fc.property(fc.array(passage), (passages) => {
      const suspicion = new Suspicion();
      for (const one of passages) assert.equal(suspicion.isBypassed(one), false);
    }),
  );
});

test('what was under way when the gate closed is no bypass', () => {
  const suspicion = new Suspicion();
  assert.equal(suspicion.isBypassed({ browser: 20, worker: 0 }), false);
  for (let look = 0; look < 10; look += 1)
    assert.equal(suspicion.isBypassed({ browser: 0.9, worker: 0 }), false);
});

test('a sender that the worker does not see is caught at the second look', () => {
  const suspicion = new Suspicion();
  assert.equal(suspicion.isBypassed({ browser: 1.5, worker: 0 }), false);
  assert.equal(suspicion.isBypassed({ browser: 1.5, worker: 0 }), true);
});
