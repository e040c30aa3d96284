// Small parts by themselves: key ids, the hold's bounds, how often others' keys are tried.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { decodeKid, encodeKid } from '../../../web-plugin/src/frames/index.ts';
import { Attribution, SEARCH_INTERVAL_MS } from '../../../web-plugin/src/frames/receive/attribution.ts';
import { HOLD_BYTES, HOLD_FRAMES, HOLD_MS, Hold } from '../../../web-plugin/src/frames/receive/hold.ts';
import { MissingKeys } from '../../../web-plugin/src/frames/receive/missing.ts';

describe('key ids', () => {
  const id = fc.record({
    generation: fc.integer({ min: 1, max: 0xfffff }),
    step: fc.integer({ min: 0, max: 254 }),
    source: fc.integer({ min: 0, max: 14 }),
  });

  it('come out as they went in, in two bytes for the first fifteen generations', () => {
    fc.assert(fc.property(id, (given) => assert.deepEqual(decodeKid(encodeKid(given)), { ...given })));
    assert.ok(encodeKid({ generation: 15, step: 254, source: 14 }).low < 0x10000);
  });

  it('that no sender makes are refused', () => {
    const refused = [
      { high: 0, low: 0 },
      { high: 0, low: 0xfff },
      { high: 0, low: 0x1ff1 },
      { high: 0, low: 0x100f },
      { high: 1, low: 0x1002 },
    ];
    for (const kid of refused) assert.equal(decodeKid(kid), null, JSON.stringify(kid));
    for (const wrong of [
      { generation: 0x100000 },
      { step: 255 },
      { source: 15 },
      { generation: 0 },
      { step: 0.5 },
    ]) {
      assert.throws(() => encodeKid({ generation: 1, step: 0, source: 0, ...wrong }), RangeError);
    }
  });
});

describe('the hold', () => {
  it('never keeps more frames, more bytes or longer than it may', () => {
    const arrival = fc.record({
      bytes: fc.integer({ min: 0, max: 200_000 }),
      after: fc.integer({ min: 0, max: 150 }),
    });
    fc.assert(
      fc.property(
        fc.constantFrom('audio' as const, 'video' as const),
        fc.array(arrival),
        (media, arrivals) => {
          const hold = new Hold<number>(media);
          let now = 0;
          let gone = 0;
          for (const { bytes, after } of arrivals) {
            now += after;
            gone += hold.expire(now).length + hold.add(bytes, bytes, 'unknown-key', now);
            assert.ok((hold.nextExpiry ?? now) <= now + HOLD_MS);
          }
          const kept = hold.takeAll();
          assert.equal(kept.length + gone, arrivals.length);
          assert.ok(kept.length <= HOLD_FRAMES[media]);
          assert.ok(kept.reduce((sum, { bytes }) => sum + bytes, 0) <= HOLD_BYTES[media]);
        },
      ),
    );
  });

  it('gives up no frame for one that could never stay', () => {
    const hold = new Hold<string>('video');
    assert.equal(hold.add('small', 10, 'unknown-key', 0), 0);
    assert.equal(hold.add('huge', HOLD_BYTES.video + 1, 'unknown-key', 0), 1);
    assert.deepEqual(
      hold.takeAll().map(({ frame }) => frame),
      ['small'],
    );
  });
});

describe('what garbage may cost', () => {
  it('is one search among other people a second a transform', () => {
    const attribution = new Attribution();
    let searches = 0;
    for (let now = 0; now < 10 * SEARCH_INTERVAL_MS; now++) if (attribution.maySearch(now)) searches++;
    assert.equal(searches, 10);
  });

  it('a generation whose frames come more than a second apart is asked for too', () => {
    const missing = new MissingKeys();
    const reports = [0, 1200, 2400, 3600].filter((now) => missing.note(5, now));
    assert.deepEqual(reports, [1200]);
  });

  it('hides no generation that frames really wait for, and is reported at most once in five seconds', () => {
    const missing = new MissingKeys();
    const reports: number[] = [];
    // A flood of a thousand invented generations a second, and fifty frames a second that really wait.
    for (let now = 0; now < 13_000; now++) {
      missing.note(1000 + now, now);
      if (now >= 500 && now % 20 === 0 && missing.note(7, now)) reports.push(now);
    }
    assert.equal(reports.length, 3);
    assert.ok((reports[0] ?? 0) >= 1500 && (reports[0] ?? 0) < 2500, `${reports[0]}`);
    for (const [i, at] of reports.entries()) if (i > 0) assert.ok(at - (reports[i - 1] ?? 0) >= 5000);
  });
});
