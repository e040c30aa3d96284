// What property tests of the wire draw from: good messages, anything at all, and the one way in which it may end.

import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  type Beacon,
  DATA_KINDS,
  type KeyBody,
  type Plaintext,
  Refusal,
  SAS_REASONS,
  type Said,
  type SasMessage,
} from '../../../web-plugin/src/wire/index.ts';

export const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
const occupant = fc.string({ minLength: 1, maxLength: 128 });
export const ends = fc.record({
  room: fc.string({ minLength: 1, maxLength: 60 }),
  from: occupant,
  to: occupant,
});
export const seqs = fc.integer({ min: 1, max: 2 ** 48 - 1 });

export const key: fc.Arbitrary<KeyBody> = fc.record({
  generation: fc.integer({ min: 1, max: 2 ** 20 - 1 }),
  step: fc.integer({ min: 0, max: 254 }),
  wrapped: bytes(48),
  reason: fc.constantFrom('start', 'leave', 'join', 'period'),
  since: fc.constantFrom(0, 1),
  excludes: fc.integer({ min: 0, max: 8 }).chain((leavers) => bytes(16 * leavers)),
  floors: fc
    .uniqueArray(
      fc.tuple(fc.integer({ min: 0, max: 14 }), fc.nat()).map(([a, b]): [number, number] => [a, b]),
      { maxLength: 15, selector: ([source]) => source },
    )
    .map((floors) => floors.sort(([a], [b]) => a - b)),
});

export const said = (longest: number): fc.Arbitrary<Said> =>
  fc.record({
    kind: fc.constantFrom(...DATA_KINDS),
    sentAt: fc.maxSafeNat(),
    body: fc.string({ minLength: 1, maxLength: longest }),
  });

const tx = bytes(16);
export const sas: fc.Arbitrary<SasMessage> = fc.oneof(
  fc.record({ tx, step: fc.constant('start' as const) }),
  fc.record({ tx, step: fc.constant('accept' as const), commit: bytes(32) }),
  fc.record({ tx, step: fc.constant('key' as const), key: bytes(32) }),
  fc.record({ tx, step: fc.constant('mac' as const), mac: fc.string({ minLength: 1, maxLength: 64 }) }),
  fc.record({ tx, step: fc.constant('cancel' as const), reason: fc.constantFrom(...SAS_REASONS) }),
);

export const beacon: fc.Arbitrary<Beacon> = fc.record({
  seq: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
  roster: bytes(32),
  participants: fc.integer({ min: 0, max: 2 ** 16 - 1 }),
  sealed: fc.boolean(),
  dead: fc.integer({ min: 0, max: 2 ** 20 - 1 }),
  sources: fc
    .uniqueArray(
      fc.record({ source: fc.integer({ min: 0, max: 14 }), on: fc.boolean(), floor: fc.maxSafeNat() }),
      { maxLength: 15, selector: ({ source }) => source },
    )
    .map((sources) => sources.sort((a, b) => a.source - b.source)),
  name: fc.string({ unit: 'grapheme', maxLength: 60 }).filter((name) => Buffer.byteLength(name) <= 512),
});

const proof = fc.option(fc.record({ device: bytes(32), signature: bytes(64) }));
const shared = {
  sealed: fc.boolean(),
  confirm: bytes(32),
  proof,
  name: fc.option(fc.string({ minLength: 1, maxLength: 128 })),
  key: fc.option(key),
};

/** What stands inside Olm, of every type. */
export const content: fc.Arbitrary<Plaintext> = fc.oneof(
  fc.record({
    type: fc.constant('hello' as const),
    ordinal: fc.integer({ min: 1, max: 2 ** 32 - 1 }),
    nonce: bytes(16),
    sealed: fc.boolean(),
  }),
  fc.record({ type: fc.constant('accept' as const), nonce: bytes(16), ...shared }),
  fc.record({ type: fc.constant('confirm' as const), ...shared }),
  fc.record({ type: fc.constant('key' as const), key }),
  fc.record({ type: fc.constant('keyreq' as const), min: fc.integer({ min: 1, max: 2 ** 20 - 1 }) }),
  fc.record({ type: fc.constant('data' as const), said: said(400) }),
  fc.record({ type: fc.constant('sas' as const), sas }),
);

/** Any value, and often those over which careless code stumbles. */
export const anything = fc.oneof(
  fc.constantFrom<unknown>(null, undefined, 0, '', true, [], {}, Number.NaN),
  fc.anything({ withNullPrototype: true, withSparseArray: true, withBigInt: true, withDate: true }),
);

/** Read, or refused with a reason in words: no other error, and nothing of the content in it. */
export function refusesOrReturns(read: () => unknown): void {
  try {
    read();
  } catch (error) {
    assert.ok(error instanceof Refusal, String(error));
    assert.match(error.message, /^[a-zA-Z]+( [a-zA-Z]+)*: \S.{3,110}$|^[a-z ]+ and [a-z]+: \S.{3,110}$/);
  }
}
