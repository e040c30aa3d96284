// What this browser stored and reads again: whatever it finds there is good, or it is as if nothing had been stored.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { latchStore } from '../../../web-plugin/src/jitsi/latch-store.ts';
import {
  openDevice,
  openTrust,
  type RecordStore,
  type SeenDevice,
} from '../../../web-plugin/src/keys/index.ts';
import { anything } from '../wire/arbitraries.ts';
import { olm } from './rig.ts';

const holding = (value: unknown): RecordStore => ({
  get: async () => value,
  update: async (_name, change) => void change(value),
  watch: () => undefined,
  delete: async () => undefined,
});

const seenDevice: fc.Arbitrary<SeenDevice> = fc.record(
  {
    device: fc.string(),
    firstSeen: fc.nat(),
    lastSeen: fc.nat(),
    names: fc.array(fc.string({ unit: 'grapheme' }), { maxLength: 8 }),
    verifiedAt: fc.option(fc.nat()),
    verifiedNames: fc.array(fc.string({ unit: 'grapheme' }), { maxLength: 8 }),
  },
  { noNullPrototype: true },
);

test('devices come back as they were stored', async () => {
  const devices = fc.uniqueArray(seenDevice, { selector: ({ device }) => device });
  await fc.assert(
    fc.asyncProperty(devices, async (stored) => {
      assert.deepEqual((await openTrust(holding(stored))).records(), structuredClone(stored));
    }),
  );
});

test('of any stored devices the good ones count, and what they are asked and told does not fail', async () => {
  const broken = fc
    .tuple(
      seenDevice,
      fc.constantFrom('device', 'firstSeen', 'lastSeen', 'names', 'verifiedAt', 'verifiedNames'),
      anything,
    )
    .map(([record, name, value]) => ({ ...record, [name]: value }));
  const stored = fc.oneof(anything, fc.array(fc.oneof(anything, seenDevice, broken)));
  await fc.assert(
    fc.asyncProperty(stored, fc.string(), async (value, name) => {
      const trust = await openTrust(holding(value));
      for (const { device, names, verifiedNames, verifiedAt, firstSeen } of trust.records()) {
        assert.equal(typeof device, 'string');
        assert.ok([...names, ...verifiedNames].every((one) => typeof one === 'string'));
        for (const time of [firstSeen, verifiedAt ?? 0]) assert.equal(typeof time, 'number');
      }
      trust.isTaken(name, null);
      assert.ok(['new', 'known', 'verified', 'changed'].includes(trust.meet('A', name, 1).kind));
      trust.verify('A', name, 2);
      assert.equal(trust.meet('A', null, 3).kind, 'verified');
    }),
    { numRuns: 500 },
  );
});

test('any stored device is that one, or a new one is made that signs', async () => {
  const algorithm = fc.oneof(anything, fc.constant({ name: 'Ed25519' }));
  const half = (type: string) => fc.oneof(anything, fc.record({ type: fc.constant(type), algorithm }));
  const lookalike = fc.record({ privateKey: half('private'), publicKey: half('public') });
  await fc.assert(
    fc.asyncProperty(fc.oneof(anything, lookalike), async (value) => {
      const device = await openDevice(holding(value));
      assert.equal(device.publicKey.length, 32);
      assert.equal((await device.sign(new Uint8Array(3))).length, 64);
    }),
    { numRuns: 60 },
  );
});

test('of two tabs on a first visit both have the device that is stored, and what cannot be read is not written over', async () => {
  let held: unknown = null;
  const records: RecordStore = {
    ...holding(null),
    get: async () => held,
    update: async (_name, change) => {
      held = change(held);
    },
  };
  const [one, other] = await Promise.all([openDevice(records), openDevice(records)]);
  assert.deepEqual(one.publicKey, other.publicKey);
  const failing = { ...records, get: () => Promise.reject(new Error('read error')) };
  const temporary = await openDevice(failing);
  assert.ok(temporary.isTemporary && !one.isTemporary);
  assert.deepEqual((await openDevice(records)).publicKey, one.publicKey);
});

test('a stored pair of other keys is not taken: of another kind, or one that may not sign', async () => {
  const pair = async (kind: string, usages: KeyUsage[]) =>
    (await crypto.subtle.generateKey(kind, false, usages)) as CryptoKeyPair;
  const agreeing = await pair('X25519', ['deriveBits']);
  const signing = await pair('Ed25519', ['sign', 'verify']);
  const { privateKey, publicKey } = signing;
  for (const stored of [
    agreeing,
    { privateKey, publicKey: agreeing.publicKey },
    { privateKey: publicKey, publicKey },
  ]) {
    const device = await openDevice(holding(stored));
    const message = new Uint8Array(3);
    assert.ok(olm.verify(device.publicKey, message, await device.sign(message)));
  }
  assert.deepEqual(
    (await openDevice(holding(signing))).publicKey,
    new Uint8Array(await crypto.subtle.exportKey('raw', publicKey)),
  );
});

test('a latch is there whatever was stored for it, and without storage for the life of the page', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (room, value) => {
      const kept = new Map([[`sealmeet latch ${room}`, value]]);
      const storage = {
        getItem: (key: string) => kept.get(key) ?? null,
        setItem: (key: string, text: string) => void kept.set(key, text),
        removeItem: (key: string) => void kept.delete(key),
      } as unknown as Storage;
      const store = latchStore(() => storage);
      assert.equal(store.has(room), true);
      assert.equal(store.has(`${room}x`), false);
      const other = latchStore(() => storage);
      store.set(room, false);
      assert.equal(other.has(room), false);
      other.set(room, true);
      assert.equal(store.has(room), true, 'in another tab');
    }),
  );
  const none = latchStore(() => {
    throw new Error('no storage');
  });
  assert.equal(none.has('r'), false);
  none.set('r', true);
  assert.equal(none.has('r'), true);
});
