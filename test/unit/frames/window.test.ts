// The counter window against a model that remembers everything.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { CounterWindow, FLOOR_DELAY_MS, WINDOW } from '../../../web-plugin/src/frames/receive/window.ts';

describe('CounterWindow', () => {
  it('takes every counter once, at most 1024 behind the highest, under keys in order', () => {
    const arrival = fc.record({
      epoch: fc.integer({ min: 256, max: 263 }),
      counter: fc.oneof(
        fc.integer({ min: 0, max: 3000 }),
        fc.integer({ min: 2 ** 32 - 5, max: 2 ** 32 + 1100 }),
      ),
    });
    fc.assert(
      fc.property(fc.array(arrival, { maxLength: 400 }), (arrivals) => {
        const window = new CounterWindow();
        const seen = new Set<number>();
        const smallest = new Map<number, number>();
        let highest = -1;
        for (const { epoch, counter } of arrivals) {
          const isAfterNewer = [...smallest].some(([other, least]) => other > epoch && counter >= least);
          const isFresh = !isAfterNewer && !seen.has(counter) && counter > highest - WINDOW;
          const verdict = window.check(epoch, counter, 0);
          assert.equal(verdict === 'fresh', isFresh, `${epoch} ${counter}: ${verdict}`);
          if (!isFresh) continue;
          window.accept(epoch, counter);
          seen.add(counter);
          highest = Math.max(highest, counter);
          smallest.set(epoch, Math.min(counter, smallest.get(epoch) ?? counter));
        }
      }),
      { numRuns: 300 },
    );
  });

  it('goes on refusing what an older key sealed too late, however many newer ones there were', () => {
    const epochs = fc.uniqueArray(fc.integer({ min: 3, max: 40 }), { minLength: 1, maxLength: 30 });
    fc.assert(
      fc.property(epochs, (later) => {
        const window = new CounterWindow();
        window.accept(1, 10);
        window.accept(2, 100);
        for (const [n, epoch] of later.sort((a, b) => a - b).entries()) {
          window.accept(epoch, 200 + n);
          assert.equal(window.check(1, 150, 0), 'superseded');
        }
      }),
    );
  });

  it('is not silenced for ever by one frame with the highest counter, made by who has left since', () => {
    const window = new CounterWindow();
    const [first, second] = [256, 512];
    window.accept(first, 1000);
    window.accept(first, Number.MAX_SAFE_INTEGER);
    assert.equal(window.check(second, 1100, 0), 'fresh');
    window.accept(second, 1100);
    assert.equal(window.check(second, 1099, 0), 'fresh');
    assert.equal(window.check(second, 1100, 0), 'replayed');
    for (const counter of [999, 1050, 2000, Number.MAX_SAFE_INTEGER])
      assert.equal(window.check(first, counter, 0), 'superseded', 'what came before is over');
    window.accept(second, 5000);
    for (const step of [second, second + 1]) assert.equal(window.check(step, 1100, 0), 'replayed');
  });

  it('refuses what lies below a floor: at once under the key that named it, after two seconds under older ones', () => {
    const window = new CounterWindow();
    window.raiseFloor(100, 512, 0);
    assert.equal(window.check(512, 99, 0), 'replayed');
    assert.equal(window.check(512, 100, 0), 'fresh');
    assert.equal(window.check(256, 99, FLOOR_DELAY_MS - 1), 'fresh');
    assert.equal(window.check(256, 99, FLOOR_DELAY_MS), 'replayed');
  });

  it('keeps every floor that was raised, in whatever order they come', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 50 }), { minLength: 1, maxLength: 12 }), (floors) => {
        const window = new CounterWindow();
        for (const [i, floor] of floors.entries()) window.raiseFloor(floor, 256 + i, i * 100);
        const end = floors.length * 100 + FLOOR_DELAY_MS;
        const highest = Math.max(...floors);
        assert.equal(window.check(256, highest, end), 'fresh');
        if (highest > 0) assert.equal(window.check(1024, highest - 1, end), 'replayed');
      }),
    );
  });

  it('closes two seconds after the source went off, however often that is said, and opens with "on"', () => {
    const window = new CounterWindow();
    for (let now = 0; now < FLOOR_DELAY_MS; now += 100) {
      window.setOn(false, now);
      assert.equal(window.check(256, 7, now), 'fresh');
    }
    assert.equal(window.check(256, 7, FLOOR_DELAY_MS), 'source-off');
    window.setOn(true, FLOOR_DELAY_MS);
    assert.equal(window.check(256, 7, FLOOR_DELAY_MS), 'fresh');
  });
});
