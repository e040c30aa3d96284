// Beacons, words for everybody and the messages of a comparison: as they went in, or refused with a reason.
// docs/protocol.md §7.3, §8, §9.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  beaconBody,
  DATA_KINDS,
  dataPlaintext,
  encodeBeacon,
  encodeData,
  encodeDataFrame,
  encodeSas,
  fromBase64Url,
  LIMITS,
  parseBeacon,
  parseData,
  parseDataFrame,
  parseSaid,
  parseSas,
  Refusal,
  sframeHeader,
  toBase64Url,
  utf8,
} from '../../../web-plugin/src/wire/index.ts';
import { anything, beacon, bytes, ends, refusesOrReturns, said, sas } from './arbitraries.ts';

const anyBytes = fc.oneof(fc.uint8Array({ maxLength: 80 }), fc.uint8Array({ minLength: 80, maxLength: 900 }));
const anyText = fc.oneof(fc.string({ maxLength: 300 }), anyBytes.map(toBase64Url));

/** One byte changed, some cut off or some put behind. */
const change = fc.record({
  how: fc.constantFrom('set', 'cut', 'lengthen'),
  at: fc.nat(),
  to: fc.oneof(fc.constantFrom(0, 1, 2, 15, 16), fc.nat(255)),
});
function changed(whole: Uint8Array, { how, at, to }: { how: string; at: number; to: number }): Uint8Array {
  if (how === 'cut') return whole.slice(0, at % whole.length);
  if (how === 'lengthen') return Uint8Array.from([...whole, to]);
  return whole.with(at % whole.length, to);
}

test('every beacon comes out as it went in, with the bytes that were signed', () => {
  fc.assert(
    fc.property(beacon, bytes(64), (one, signature) => {
      const body = beaconBody(one);
      assert.deepEqual(
        parseBeacon(encodeBeacon(body, signature)),
        structuredClone({ beacon: one, body, signature }),
      );
    }),
  );
});

test('any text is a beacon or refused; no two texts are the same one; cut or longer it is refused', () => {
  fc.assert(fc.property(anyText, (text) => refusesOrReturns(() => parseBeacon(text))));
  fc.assert(
    fc.property(beacon, bytes(64), change, (one, signature, how) => {
      const whole = fromBase64Url(encodeBeacon(beaconBody(one), signature)) ?? new Uint8Array(0);
      const text = toBase64Url(changed(whole, how));
      refusesOrReturns(() => {
        const read = parseBeacon(text);
        assert.equal(encodeBeacon(beaconBody(read.beacon), read.signature), text);
      });
      if (how.how !== 'set') assert.throws(() => parseBeacon(text), Refusal);
    }),
    { numRuns: 1000 },
  );
  assert.throws(() => parseBeacon('A'.repeat(LIMITS.beacon + 1)), /beacon: longer than 4096 characters/);
});

test('beacons name sources from 0 to 14, each once and in their order', () => {
  const roster = new Uint8Array(32);
  const naming = (...sources: number[]) =>
    parseBeacon(
      encodeBeacon(
        beaconBody({
          seq: 1,
          roster,
          participants: 1,
          sealed: true,
          dead: 0,
          sources: sources.map((source) => ({ source, on: true, floor: 0 })),
          name: '',
        }),
        new Uint8Array(64),
      ),
    );
  assert.equal(naming(...Array.from({ length: 15 }, (_, source) => source)).beacon.sources.length, 15);
  for (const bad of [[15], [1, 1], [2, 1], Array.from({ length: 16 }, (_, source) => source)])
    assert.throws(() => naming(...bad), Refusal, String(bad));
});

const kids = fc.maxSafeNat();

test('every frame of words comes out as it went in', () => {
  fc.assert(
    fc.property(kids, fc.maxSafeNat(), anyBytes, (kid, counter, ciphertext) => {
      const header = sframeHeader(kid, counter);
      assert.deepEqual(
        parseDataFrame(encodeDataFrame(header, ciphertext)),
        structuredClone({ kid, counter, header, ciphertext }),
      );
    }),
  );
});

test('any text is a frame of words or refused, and no two texts are the same frame', () => {
  fc.assert(
    fc.property(anyText, (text) =>
      refusesOrReturns(() => {
        const { kid, counter, ciphertext } = parseDataFrame(text);
        assert.equal(encodeDataFrame(sframeHeader(kid, counter), ciphertext), text);
      }),
    ),
    { numRuns: 500 },
  );
  assert.throws(() => parseDataFrame('A'.repeat(LIMITS.data + 1)), /data: longer than 32768 characters/);
});

test('every word comes out as it went in, with the bytes that were signed', () => {
  fc.assert(
    fc.property(
      ends,
      fc.integer({ min: 1 }),
      said(400),
      bytes(64),
      ({ room, from }, seq, word, signature) => {
        const content = { room, from, seq, ...word };
        const json = encodeData(content);
        assert.deepEqual(
          parseData(dataPlaintext(signature, json)),
          structuredClone({ content, signature, json }),
        );
      },
    ),
  );
});

test('any bytes behind a signature are words or refused; so is anything in one of their fields', () => {
  const read = (json: Uint8Array | string) =>
    refusesOrReturns(() =>
      parseData(dataPlaintext(new Uint8Array(64), typeof json === 'string' ? utf8(json) : json)),
    );
  fc.assert(fc.property(anyBytes, (plain) => refusesOrReturns(() => parseData(plain))));
  fc.assert(fc.property(anyBytes, read));
  fc.assert(fc.property(fc.json(), read));
  const good = encodeData({ room: 'r', from: 'a', seq: 1, kind: 'chat', body: 'b', sentAt: 1 });
  const fields = JSON.parse(new TextDecoder().decode(good)) as Record<string, unknown>;
  fc.assert(
    fc.property(fc.constantFrom(...Object.keys(fields)), fc.jsonValue(), (name, value) => {
      read(JSON.stringify({ ...fields, [name]: value }));
      const { [name]: _, ...rest } = fields;
      for (const bad of [rest, { ...fields, more: value }])
        assert.throws(() => parseData(dataPlaintext(new Uint8Array(64), utf8(JSON.stringify(bad)))), Refusal);
    }),
  );
  for (const kind of ['', 'file', 'toString', '__proto__', ...DATA_KINDS.map((one) => one.toUpperCase())])
    assert.throws(() => parseSaid({ type: kind, sent: 1, body: 'b' }), /data type: expected one of/);
});

test('every message of a comparison comes out as it went in', () => {
  fc.assert(
    fc.property(sas, (message) => {
      const fields: unknown = JSON.parse(JSON.stringify(encodeSas(message)));
      assert.deepEqual(parseSas(fields), structuredClone(message));
    }),
  );
});

test('anything is a message of a comparison or refused; a missing field or one more is refused', () => {
  fc.assert(fc.property(anything, (value) => refusesOrReturns(() => parseSas(value))));
  fc.assert(
    fc.property(sas, fc.nat(), anything, (message, which, value) => {
      const fields = encodeSas(message);
      const names = Object.keys(fields);
      const name = names[which % names.length] ?? 'tx';
      refusesOrReturns(() => parseSas({ ...fields, [name]: value }));
      const { [name]: _, ...rest } = fields;
      assert.throws(() => parseSas(rest), Refusal);
      assert.throws(() => parseSas({ ...fields, more: value }), Refusal);
    }),
  );
});
