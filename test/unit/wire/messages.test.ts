// Everything from outside is parsed whole or refused with a reason. docs/protocol.md §2, §3, §4.2, §5.3.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  bundleBody,
  encodeBundle,
  encodeKey,
  encodePlaintext,
  fromBase64,
  fromBase64Url,
  type KeyBody,
  LIMITS,
  olmMessages,
  parseBundle,
  parseEndpointMessage,
  parseKey,
  parsePlaintext,
  parseRelay,
  Refusal,
  toBase64,
  toBase64Url,
  uint,
} from '../../../web-plugin/src/wire/index.ts';
import { anything, bytes, content, ends, key, refusesOrReturns, seqs } from './arbitraries.ts';

test('base64 has one spelling for each byte string', () => {
  fc.assert(
    fc.property(fc.uint8Array(), (data) => {
      assert.deepEqual(fromBase64(toBase64(data)), data);
      assert.deepEqual(fromBase64Url(toBase64Url(data)), data);
      assert.equal(toBase64Url(data), Buffer.from(data).toString('base64url'));
    }),
  );
  for (const bad of ['A', 'AB', 'AAB', 'AA==', 'A A', 'AA-A', 'AA\u0141A', 'A+A\n'])
    assert.equal(fromBase64(bad), null, bad);
  assert.equal(fromBase64Url('A+AA'), null);
});

test('integers that do not fit are an error', () => {
  assert.throws(() => uint(256, 1), RangeError);
  assert.throws(() => uint(-1, 4), RangeError);
  assert.deepEqual(uint(2 ** 40 + 1, 12), Uint8Array.of(0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1));
});

test('every plaintext comes out as it went in', () => {
  fc.assert(
    fc.property(ends, seqs, content, (outside, seq, inside) => {
      const plain = encodePlaintext(outside, seq, inside);
      if (Buffer.byteLength(plain) > LIMITS.plaintext) return;
      const shown = inside.type === 'key' ? null : outside;
      assert.deepEqual(parsePlaintext(plain), structuredClone({ seq, ends: shown, content: inside }));
    }),
  );
});

test('any text is a plaintext or refused', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 300 }), (text) => refusesOrReturns(() => parsePlaintext(text))),
  );
  fc.assert(fc.property(fc.json(), (text) => refusesOrReturns(() => parsePlaintext(text))));
});

test('a plaintext with one value changed to anything is a plaintext or refused; one more field is refused', () => {
  fc.assert(
    fc.property(ends, seqs, content, fc.nat(), fc.jsonValue(), (outside, seq, inside, which, value) => {
      fc.pre(inside.type !== 'key');
      const fields = JSON.parse(encodePlaintext(outside, seq, inside)) as Record<string, unknown>;
      const names = Object.keys(fields);
      const name = names[which % names.length] ?? 'v';
      refusesOrReturns(() => parsePlaintext(JSON.stringify({ ...fields, [name]: value })));
      assert.throws(() => parsePlaintext(JSON.stringify({ ...fields, more: value })), Refusal);
      delete fields[name];
      if (!['name', 'key'].includes(name))
        assert.throws(() => parsePlaintext(JSON.stringify(fields)), Refusal);
    }),
  );
});

test('the short form of a key: one number, one dot, one key, and nothing else', () => {
  const [plain] = fc
    .sample(key, 1)
    .map((one) => encodePlaintext({ room: 'r', from: 'a', to: 'b' }, 12, { type: 'key', key: one }));
  const body = plain?.slice(3) ?? '';
  assert.equal(parsePlaintext(`12.${body}`).seq, 12);
  for (const bad of [
    `0.${body}`,
    `012.${body}`,
    `-1.${body}`,
    `1e3.${body}`,
    `${2 ** 48}.${body}`,
    `12${body}`,
    `12.${body}=`,
    ` 12.${body}`,
    `12.${body}\n`,
    '12.',
  ])
    assert.throws(() => parsePlaintext(bad), Refusal, bad.slice(0, 20));
  assert.throws(
    () =>
      parsePlaintext(JSON.stringify({ v: 1, type: 'key', room: 'r', from: 'a', to: 'b', seq: 1, key: body })),
    Refusal,
  );
});

test('a plaintext that is too long is refused before it is read', () => {
  assert.throws(() => parsePlaintext('['.repeat(LIMITS.plaintext + 1)), /more than 6000 bytes/);
  assert.throws(() => parsePlaintext('"'.concat('é'.repeat(3500), '"')), /more than 6000 bytes/);
});

test('keys: any bytes are one or refused; suites, sources and counters outside the protocol are refused', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 400 }), (data) =>
      refusesOrReturns(() => parseKey(toBase64Url(data))),
    ),
  );
  const one: KeyBody = {
    generation: 1,
    step: 0,
    wrapped: new Uint8Array(48),
    reason: 'start',
    since: 0,
    excludes: new Uint8Array(16),
    floors: [
      [1, 5],
      [2, 6],
    ],
  };
  const whole = Buffer.from(encodeKey(one), 'base64url');
  const EXCLUDES = 4 + 3 + 4 + 48;
  const FLOORS = EXCLUDES + 1 + 16;
  for (const [at, byte] of [
    [3, 0],
    [1, 16],
    [4, 255],
    [5, 2],
    [6, 4],
    [10, 2],
    [EXCLUDES, 65],
    [EXCLUDES, 2],
    [FLOORS, 17],
    [FLOORS, 1],
    [FLOORS + 1, 15],
    [FLOORS + 1, 2],
    [FLOORS + 2, 1],
  ] as const) {
    const changed = Uint8Array.from(whole);
    changed[at] = byte;
    assert.throws(() => parseKey(toBase64Url(changed)), Refusal, `byte ${at}`);
  }
  assert.throws(() => parseKey(toBase64Url(whole.subarray(0, -1))), Refusal);
  assert.throws(() => parseKey(toBase64Url(Buffer.concat([whole, Buffer.from([0])]))), Refusal);
  assert.throws(() => parseKey(5), Refusal);
  const naming = (leavers: number) => parseKey(encodeKey({ ...one, excludes: new Uint8Array(16 * leavers) }));
  assert.equal(naming(64).excludes.length, 16 * 64);
  assert.throws(() => naming(65), /leavers from 0 to 64/);
});

test('endpoint messages: any value is one of ours or refused', () => {
  fc.assert(fc.property(anything, (value) => refusesOrReturns(() => parseEndpointMessage(value, 'me'))));
  const parts = fc.dictionary(fc.constantFrom('me', 'other', '__proto__'), anything);
  fc.assert(
    fc.property(parts, (olm) =>
      refusesOrReturns(() => parseEndpointMessage({ type: 'sealmeet', v: 1, olm }, 'me')),
    ),
  );
});

test('endpoint messages: limits and exactly one kind', () => {
  const parse = (fields: object) => parseEndpointMessage({ type: 'sealmeet', v: 1, ...fields }, 'me');
  assert.deepEqual(parse({ olm: { me: [1, 'AAAA'] }, extra: 1 }), { kind: 'olm', part: [1, 'AAAA'] });
  assert.deepEqual(parse({ olm: { other: 5 } }), { kind: 'elsewhere' });
  assert.deepEqual(parse({ olm: { __proto__: null, toString: [1, 'AAAA'] } }), { kind: 'elsewhere' });
  const many = Object.fromEntries(
    Array.from({ length: LIMITS.entries + 1 }, (_, n) => [`o${n}`, [1, 'AAAA']]),
  );
  for (const bad of [
    {},
    { olm: {}, restart: true },
    { olm: many },
    { olm: { me: [2, 'AAAA'] } },
    { olm: { me: ['1', 'AAAA'] } },
    { olm: { me: [1, 'A'.repeat(LIMITS.olmBody + 1)] } },
    { olm: { me: [1, 'AA=='] } },
    { olm: { me: [1, ''] } },
    { olm: { me: [1, 'AAAA', 1] } },
    { restart: 1 },
    { beacon: 'A'.repeat(LIMITS.beacon + 1) },
    { data: 7 },
  ]) {
    assert.throws(() => parse(bad), Refusal);
  }
  assert.throws(() => parseEndpointMessage({ type: 'sealmeet', v: 2, restart: true }, 'me'), /version 1/);
});

test('what the server hands on of several: any value is read or refused', () => {
  fc.assert(fc.property(anything, (value) => refusesOrReturns(() => parseRelay(value))));
  fc.assert(fc.property(anything, (relay) => refusesOrReturns(() => parseRelay({ relay }))));
  const entry = fc.tuple(fc.string(), anything);
  fc.assert(fc.property(fc.array(entry), (relay) => refusesOrReturns(() => parseRelay({ relay }))));
  assert.deepEqual(parseRelay({ type: 'sealmeet', v: 1, room: {} }), []);
  assert.deepEqual(parseRelay({ relay: [['bob', { beacon: 'AAAA', v: 2, type: 'x' }]] }), [
    ['bob', { type: 'sealmeet', v: 1, beacon: 'AAAA' }],
  ]);
  const many = (length: number) => Array.from({ length }, (_, n) => [`o${n}`, { beacon: 'AAAA' }]);
  assert.equal(parseRelay({ relay: many(LIMITS.relayed) }).length, LIMITS.relayed);
  for (const bad of [
    many(LIMITS.relayed + 1),
    {},
    [['', { beacon: 'AAAA' }]],
    [['x'.repeat(129), { beacon: 'AAAA' }]],
    [['bob']],
    [['bob', 'text']],
    [['bob', { beacon: 'AAAA' }, 1]],
    ['bob'],
  ])
    assert.throws(() => parseRelay({ relay: bad }), Refusal);
});

test('parts are split over messages of at most 128', () => {
  const messages = olmMessages(Array.from({ length: 300 }, (_, n) => [`o${n}`, [1, 'AAAA']]));
  assert.deepEqual(
    messages.map(({ olm }) => Object.keys(olm).length),
    [128, 128, 44],
  );
});

test('bundles: as it went in, or refused', () => {
  const suites = fc.constantFrom<number[]>([1], [1, 2], [1, 7, 200]);
  const kem = fc.constantFrom(new Uint8Array(0), new Uint8Array(32).fill(1));
  fc.assert(
    fc.property(
      suites,
      bytes(32),
      bytes(32),
      bytes(32),
      bytes(16),
      kem,
      bytes(64),
      (list, a, b, c, nonce, d, signature) => {
        const fields = { suites: list, curve25519: a, ed25519: b, fallback: c, nonce, kem: d };
        const body = bundleBody(fields);
        const { signed, bytes: whole, ...rest } = parseBundle(encodeBundle(body, signature));
        assert.deepEqual(rest, { ...fields, signature });
        assert.deepEqual(signed, body);
        assert.equal(whole.length, body.length + 64);
        assert.throws(() => parseBundle(`1.${toBase64Url(whole.slice(0, -1))}`), Refusal);
        assert.throws(() => parseBundle(`1.${toBase64Url(Uint8Array.from([...whole, 0]))}`), Refusal);
      },
    ),
  );
  fc.assert(fc.property(fc.string(), (text) => refusesOrReturns(() => parseBundle(text))));
  fc.assert(
    fc.property(fc.uint8Array(), (data) => refusesOrReturns(() => parseBundle(`1.${toBase64Url(data)}`))),
  );
  for (const list of [[], [2], [1, 1], [2, 1], [1, 2, 3, 4, 5, 6, 7, 8, 9]]) {
    const z = new Uint8Array(32);
    const body = bundleBody({
      suites: list,
      curve25519: z,
      ed25519: z,
      fallback: z,
      nonce: z.slice(16),
      kem: z,
    });
    assert.throws(() => parseBundle(encodeBundle(body, new Uint8Array(64))), Refusal, String(list));
  }
  assert.throws(() => parseBundle(`1.${'A'.repeat(LIMITS.bundle)}`), /longer than/);
});
