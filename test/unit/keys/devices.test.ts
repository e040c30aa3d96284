// The own device and what is known of others. docs/protocol.md §7.1, §7.2; rule S9, brief D7 and D10.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  exportDevices,
  nameForm,
  openDevice,
  openTrust as openTrustPaced,
  type RecordStore,
  resetDevice,
  Trust,
} from '../../../web-plugin/src/keys/index.ts';
import { cleanName } from '../../../web-plugin/src/ui/names.ts';
import { olm } from './rig.ts';

/** Writes without a pause between. */
const openTrust = (records: RecordStore) => openTrustPaced(records, 0);

/** Like IndexedDB it keeps copies, not the things themselves; whoever updates it is not told of it. */
function memoryRecords(): RecordStore & { readonly held: Map<string, unknown>; tab(): RecordStore } {
  const held = new Map<string, unknown>();
  const watching = new Set<{ heard: () => void; tab: number }>();
  let tabs = 0;
  const tab = (own = tabs++): RecordStore => ({
    get: async (name) => structuredClone(held.get(name)),
    update: async (name, change) => {
      await turn();
      held.set(name, structuredClone(change(structuredClone(held.get(name)))));
      for (const one of watching) if (one.tab !== own) one.heard();
    },
    delete: async (name) => void held.delete(name),
    watch: (_, heard) => void watching.add({ heard, tab: own }),
  });
  return { ...tab(), held, tab };
}

const turn = () => new Promise((resolve) => setTimeout(resolve, 1));
/** As many turns, not milliseconds: each step of what is written takes one, however slow the machine. */
const settled = async () => {
  for (let turns = 0; turns < 20; turns += 1) await turn();
};

const broken: RecordStore = {
  get: () => Promise.reject(new Error('no storage')),
  update: () => Promise.reject(new Error('no storage')),
  watch: () => undefined,
  delete: () => Promise.reject(new Error('no storage')),
};

test('a device is made once, cannot be taken out, signs what libolm verifies, and comes back', async () => {
  const records = memoryRecords();
  const first = await openDevice(records);
  assert.equal(first.isTemporary, false);
  const message = new TextEncoder().encode('hello');
  assert.ok(olm.verify(first.publicKey, message, await first.sign(message)));
  const { privateKey } = records.held.get('device') as CryptoKeyPair;
  assert.equal(privateKey.extractable, false);
  await assert.rejects(crypto.subtle.exportKey('pkcs8', privateKey));
  assert.deepEqual((await openDevice(records)).publicKey, first.publicKey);
  await resetDevice(records);
  assert.notDeepEqual((await openDevice(records)).publicKey, first.publicKey);
});

test('what is exported has the public side of the own device and what is known of others, and no secret', async () => {
  const records = memoryRecords();
  const device = await openDevice(records);
  const trust = await openTrust(records);
  trust.meet('A', 'Alice', 5);
  trust.verify('A', 'Alice', 7);
  assert.deepEqual(JSON.parse(exportDevices(device, trust.records())), {
    sealmeet: 'devices',
    v: 1,
    device: Buffer.from(device.publicKey).toString('base64').replace(/=+$/, ''),
    temporary: false,
    known: [
      { device: 'A', firstSeen: 5, lastSeen: 5, names: ['Alice'], verifiedAt: 7, verifiedNames: ['Alice'] },
    ],
  });
});

test('without storage, or with one that is broken or holds rubbish, the device says that it is temporary or is new', async () => {
  for (const records of [null, broken]) assert.equal((await openDevice(records)).isTemporary, true);
  const records = memoryRecords();
  for (const rubbish of [5, null, {}, { privateKey: 1, publicKey: 2 }]) {
    records.held.set('device', rubbish);
    assert.equal((await openDevice(records)).isTemporary, false);
  }
});

test('a device is new, then known; verified it stays so, across meetings and names', async () => {
  const records = memoryRecords();
  const trust = await openTrust(records);
  assert.deepEqual(trust.meet('A', 'Alice', 1), { kind: 'new' });
  assert.deepEqual(trust.meet('A', 'Alice B.', 2), { kind: 'known', since: 1 });
  trust.verify('A', 'Alice B.', 3);
  await settled();
  const later = await openTrust(records);
  assert.deepEqual(later.meet('A', 'Somebody', 4), { kind: 'verified', on: 3 });
  assert.deepEqual(later.records()[0]?.names, ['Somebody', 'Alice B.', 'Alice']);
  later.unverify('A');
  assert.deepEqual(later.meet('A', null, 5), { kind: 'known', since: 1 });
  later.forget();
  assert.deepEqual(later.meet('A', null, 6), { kind: 'new' });
});

test('two tabs never undo each other, and each knows what the other learned', async () => {
  const records = memoryRecords();
  const [one, other] = await Promise.all([openTrust(records.tab()), openTrust(records.tab())]);
  const heard: string[] = [];
  other.listen(() => heard.push('other'));
  one.meet('A', 'Ada', 5);
  await settled();
  one.verify('A', 'Ada', 6);
  other.meet('B', 'Ben', 7);
  await settled();
  other.meet('A', 'Ada L.', 3);
  await settled();
  const both = [
    { device: 'B', firstSeen: 7, lastSeen: 7, names: ['Ben'], verifiedAt: null, verifiedNames: [] },
    {
      device: 'A',
      firstSeen: 3,
      lastSeen: 5,
      names: ['Ada L.', 'Ada'],
      verifiedAt: 6,
      verifiedNames: ['Ada'],
    },
  ];
  for (const known of [one.records(), other.records(), (await openTrust(records)).records()])
    assert.deepEqual(known, both);
  assert.ok(heard.length > 0);
  assert.deepEqual(other.meet('C', 'Ada', 8), { kind: 'changed' }, 'verified in the other tab');
  other.unverify('A');
  await settled();
  one.meet('A', 'Ada', 9);
  await settled();
  assert.deepEqual(other.standing('A', null), { kind: 'known', since: 3 }, 'taken back for both');
  one.forget();
  await settled();
  assert.deepEqual([other.records(), records.held.get('devices')], [[], []]);
});

test('what a page changes while a change of another tab is read stays', async () => {
  const records = memoryRecords();
  const [one, other] = await Promise.all([openTrust(records.tab()), openTrust(records.tab())]);
  let met = 0;
  const lost: number[] = [];
  one.listen(() => {
    const own = one.records().filter(({ device }) => device.startsWith('one'));
    if (own.length !== met) lost.push(met);
  });
  for (; met < 20; ) {
    other.meet(`other ${met}`, null, met);
    one.meet(`one ${met}`, null, met);
    met += 1;
    if (met % 3 === 0) await settled();
  }
  await settled();
  for (const trust of [one, other, await openTrust(records)]) assert.equal(trust.records().length, 40);
  assert.deepEqual(lost, []);
});

test('a verified name that comes back with another device is called out, also when it only looks the same', () => {
  const trust = new Trust([]);
  trust.meet('A', 'Alice Miller', 1);
  assert.deepEqual(trust.meet('B', 'Alice Miller', 2), { kind: 'new' }, 'nobody verified it yet');
  trust.verify('A', 'Alice Miller', 3);
  for (const [device, name] of [
    ['B', 'Alice Miller'],
    ['C', 'alice  MILLER'],
    ['D', 'Аlісе Мillеr'],
    ['E', 'Álicé Mi11er'],
    ['F', 'Alice\u200b Miller'],
    ['G', 'Ａlice Miller'],
  ] as const) {
    assert.deepEqual(trust.meet(device, name, 4), { kind: 'changed' }, name);
  }
  assert.deepEqual(trust.meet('H', 'Alina Miller', 5), { kind: 'new' });
  assert.notEqual(nameForm('Bob'), nameForm('Rob'));
  const invisible = ['\u3164', '\uffa0', '\u115f', '\u2800', '\u2065', '\u20e3', '\u0007'];
  for (const mark of invisible) assert.equal(nameForm(`Al${mark}ice`), nameForm('Alice'), mark);
  for (const [one, other] of [
    ['Βob', 'Bob'],
    ['Νora', 'Nora'],
    ['A|ice', 'Alice'],
    ['Aӏice', 'Alice'],
    ['Βοь', 'Bob'],
    ['Amy', 'Arny'],
    ['ɑdɑ', 'Ada'],
  ] as const)
    assert.equal(nameForm(one), nameForm(other), `${one} ${other}`);
});

test('a verified device that takes the name of another verified one is called out, each time it comes', () => {
  const trust = new Trust([]);
  for (const [device, name] of [
    ['A', 'Ada'],
    ['B', 'Ben'],
  ] as const) {
    trust.meet(device, name, 1);
    trust.verify(device, name, 2);
  }
  assert.deepEqual(trust.meet('A', 'Ben', 3), { kind: 'changed' });
  assert.deepEqual(trust.meet('A', 'Ben', 4), { kind: 'changed' });
  assert.deepEqual(trust.meet('A', 'Adele', 5), { kind: 'verified', on: 2 });
  assert.deepEqual(trust.meet('B', 'Ben', 6), { kind: 'verified', on: 2 });
  trust.meet('C', 'Ben', 7);
  trust.verify('C', 'Ben', 8);
  assert.deepEqual(trust.meet('C', 'Ben', 9), { kind: 'verified', on: 8 }, 'two who are called Ben');
});

test('a name is an own one only if a person was heard under it: not if it was borrowed before, or in between', () => {
  const trust = new Trust([]);
  const meetAll = (device: string, ...names: (string | null)[]) =>
    names.map((name) => trust.meet(device, name, 1).kind).at(-1);
  meetAll('B', 'Ben');
  meetAll('M', 'Mallory', 'Ben', 'Mallory');
  meetAll('N', 'Ben', null);
  trust.verify('B', 'Ben', 2);
  trust.verify('M', 'Mallory', 2);
  trust.verify('N', null, 2);
  assert.equal(meetAll('M', 'Ben'), 'changed');
  assert.equal(meetAll('N', 'Ben'), 'changed', 'it gave itself no name when it was verified');
  assert.equal(meetAll('M', 'Mallory'), 'verified');
  // Ada goes by another name for a while, and then somebody else is verified who is called so.
  meetAll('A', 'Ada');
  trust.verify('A', 'Ada', 3);
  meetAll('A', 'Cleo', 'Ada');
  assert.equal(meetAll('C', 'Cleo'), 'changed', 'errs on this side');
  trust.verify('C', 'Cleo', 4);
  assert.deepEqual([meetAll('C', 'Cleo'), meetAll('A', 'Cleo')], ['verified', 'changed']);
  trust.verify('A', 'Cleo', 5);
  assert.equal(meetAll('A', 'Cleo'), 'verified', 'heard under this name too');
  assert.equal(meetAll('A', 'Ada'), 'verified');
  assert.equal(meetAll('M', 'Ada'), 'changed');
  trust.unverify('A');
  meetAll('A', 'Anna');
  trust.verify('A', 'Anna', 6);
  assert.equal(meetAll('A', 'Cleo'), 'changed', 'what was taken back counts no more');
});

test('who was verified before it was kept under which name has its latest name for an own one', async () => {
  const records = memoryRecords();
  const old = { firstSeen: 1, lastSeen: 1, verifiedAt: 2 };
  records.held.set('devices', [
    { ...old, device: 'A', names: ['Ada', 'Ben'] },
    { ...old, device: 'B', names: ['Ben'] },
    { ...old, device: 'N', names: [] },
    { ...old, device: 'C', names: ['Cleo'], verifiedAt: null },
  ]);
  const trust = await openTrust(records);
  assert.deepEqual(
    trust.records().map(({ device, verifiedNames }) => [device, verifiedNames]),
    [
      ['A', ['Ada']],
      ['B', ['Ben']],
      ['N', []],
      ['C', []],
    ],
  );
  assert.deepEqual(
    ['A', 'B', 'C'].map((device) => trust.standing(device, 'Ben').kind),
    ['changed', 'verified', 'changed'],
  );
});

test('a name under which somebody was verified stays taken, however many names follow, and so many are kept', () => {
  const trust = new Trust([]);
  trust.meet('A', 'Ada', 1);
  trust.verify('A', 'Ada', 1);
  for (let n = 0; n < 20; n += 1) trust.meet('A', `name ${n}`, 2);
  assert.equal(trust.meet('B', 'Ada', 3).kind, 'changed');
  for (let n = 0; n < 20; n += 1) {
    trust.meet('A', `name ${n}`, 4);
    trust.verify('A', `name ${n}`, 4);
  }
  assert.equal(trust.records().find(({ device }) => device === 'A')?.verifiedNames.length, 8);
});

test('of a long name counts what can be read of it: blanks do not push its end out of sight', () => {
  const long = 'Professor Alexandra Maximiliane of Hohenstein-Bur';
  assert.equal(nameForm(`${long}g`), nameForm(`${long}en and more`));
  assert.notEqual(nameForm('Alexandra Maximiliane A'), nameForm('Alexandra Maximiliane B'));
  for (const blank of [
    ' ',
    '\u00a0',
    '\u2800',
    '\u3164',
    '\u00ad',
    '\u{e0001}',
    '\ufff9',
    ' \u200d',
    ' \ufe0f',
  ]) {
    const shown = cleanName(`Ben${blank.repeat(60)}Mallory`);
    assert.equal(shown, 'Ben Mallory');
    assert.equal(nameForm(`Ben${blank.repeat(60)}Mallory`), nameForm(shown));
    // Further on than the interface looks.
    assert.equal(nameForm(`Ben${blank.repeat(1000)}Mallory`), nameForm('Ben'));
  }
});

test('the store is bounded, and verified devices are not dropped for others', () => {
  const trust = new Trust([]);
  trust.meet('kept', 'k', 0);
  trust.verify('kept', 'k', 0);
  for (let n = 0; n < 2100; n += 1) trust.meet(`d${n}`, null, n);
  assert.equal(trust.records().length, 2000);
  assert.equal(trust.records()[0]?.device, 'kept');
});

test('rubbish in the store is left out, and storage that fails is none', async () => {
  const records = memoryRecords();
  const good = { device: 'A', firstSeen: 1, lastSeen: 1, names: ['x'], verifiedAt: 2, verifiedNames: ['x'] };
  records.held.set('devices', [
    good,
    5,
    null,
    { device: 'B' },
    { ...good, names: [1] },
    { ...good, verifiedAt: 'x' },
    { ...good, verifiedNames: 'x' },
    { ...good, verifiedNames: [1] },
  ]);
  assert.deepEqual((await openTrust(records)).records(), [good]);
  records.held.set('devices', 'rubbish');
  assert.deepEqual((await openTrust(records)).records(), []);
  assert.deepEqual((await openTrust(broken)).meet('A', null, 1), { kind: 'new' });
});

test('somebody who gives itself ever new names has few of them written down, and a decision is at once', async () => {
  const records = memoryRecords();
  let writes = 0;
  const { update } = records;
  records.update = (...given) => {
    writes += 1;
    return update(...given);
  };
  const trust = await openTrustPaced(records, 60_000);
  trust.meet('A', 'Ada', 1);
  await settled();
  for (let n = 0; n < 30; n += 1) {
    trust.meet('A', `Ada ${n}`, 2);
    await turn();
  }
  assert.equal(writes, 1);
  assert.equal(trust.isTaken('Ada 29', 'B'), false);
  trust.verify('A', 'Ada 29', 3);
  assert.equal(trust.isTaken('Ada 29', 'B'), true, 'what this page knows does not wait');
  await settled();
  assert.equal(writes, 2);
  assert.deepEqual((await openTrust(records)).records(), trust.records());
});
