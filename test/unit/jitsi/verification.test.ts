// Who is shown as known, verified or changed: by device, and by every name that a person can read.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Verification } from '../../../web-plugin/src/jitsi/verification.ts';
import type { Core, RosterView } from '../../../web-plugin/src/keys/index.ts';
import { Trust } from '../../../web-plugin/src/keys/index.ts';
import { quietPorts } from './verification-ports.ts';

const BENS = 'device of Ben';

function setup(shown: Record<string, string>) {
  const trust = new Trust([]);
  trust.meet(BENS, 'Ben', 1);
  trust.verify(BENS, 'Ben', 2);
  const calledOut: string[] = [];
  const verification = new Verification(
    trust,
    quietPorts({
      name: (occupant) => shown[occupant] ?? occupant,
      onChangedDevice: (occupant) => calledOut.push(occupant),
    }),
  );
  return { trust, verification, calledOut };
}

/** The user says that the emoji are the same, and so does the other; in between `meanwhile` happens. */
function said(verification: Verification, occupant: string, device: string, meanwhile = () => {}): void {
  const emoji = [1, 2, 3, 4, 5, 6, 7];
  verification.showComparison(occupant, { step: 'compare', emoji });
  verification.intents.confirm(true);
  verification.showComparison(occupant, { step: 'confirming', emoji });
  meanwhile();
  verification.showComparison(occupant, { step: 'match' });
  verification.compared(occupant, device);
}

const kindOf = (verification: Verification, occupant: string) => verification.device(occupant)?.kind ?? null;

test('a verified name on another device is called out once, whoever says it: the device or the server', () => {
  for (const asserted of ['Ben', 'Somebody', null]) {
    const { verification, calledOut } = setup({ x: 'Ben' });
    verification.met('x', 'another device', asserted);
    verification.met('x', 'another device', asserted);
    verification.namesChanged();
    assert.equal(kindOf(verification, 'x'), 'changed');
    assert.deepEqual(calledOut, ['x'], `asserted ${asserted}`);
  }
});

test('whoever is changed stays so, whatever is written down of others, until somebody says who it is', async () => {
  const { trust, verification, calledOut } = setup({ x: 'Xenia' });
  trust.meet('device of Victor', 'Victor', 1);
  trust.verify('device of Victor', 'Victor', 2);
  verification.met('x', 'device of Victor', 'Victor');
  assert.equal(kindOf(verification, 'x'), 'verified');
  verification.named('x', 'Ben');
  verification.named('x', 'Victor');
  trust.replace(trust.records());
  assert.equal(kindOf(verification, 'x'), 'changed');
  assert.deepEqual(calledOut, ['x']);
  trust.verify('device of Victor', 'Victor', Date.now() + 1);
  trust.replace(trust.records());
  assert.equal(kindOf(verification, 'x'), 'verified', 'in another tab');
});

test('a verified name without any device is called out', () => {
  const { verification, calledOut } = setup({ x: 'Ben', y: 'Yuri' });
  verification.met('x', null, null);
  verification.met('y', null, null);
  assert.deepEqual([kindOf(verification, 'x'), kindOf(verification, 'y')], ['changed', null]);
  assert.deepEqual(calledOut, ['x']);
});

test('whoever takes a verified name later is called out then', () => {
  const shown: Record<string, string> = { x: 'Zoe' };
  const { verification, calledOut } = setup(shown);
  verification.met('x', 'another device', 'Zoe');
  assert.equal(kindOf(verification, 'x'), 'new');
  shown.x = 'B\u0435n';
  verification.namesChanged();
  assert.equal(kindOf(verification, 'x'), 'changed');
  assert.deepEqual(calledOut, ['x']);
});

test('the verified device itself may be shown under any name, and verifying another ends its call-out', () => {
  const { verification, calledOut } = setup({ b: 'Benjamin', x: 'Ben' });
  verification.met('b', BENS, 'Ben');
  assert.equal(kindOf(verification, 'b'), 'verified');
  verification.met('x', 'another device', 'Ben');
  said(verification, 'x', 'another device');
  assert.equal(kindOf(verification, 'x'), 'verified');
  assert.deepEqual(calledOut, ['x']);
});

test('a server that shows two verified people under each other’s names is called out', () => {
  const { trust, verification, calledOut } = setup({ b: 'Ada', a: 'Ben' });
  trust.meet('device of Ada', 'Ada', 1);
  trust.verify('device of Ada', 'Ada', 1);
  verification.met('b', BENS, 'Ben');
  verification.met('a', 'device of Ada', 'Ada');
  assert.deepEqual([kindOf(verification, 'a'), kindOf(verification, 'b')], ['changed', 'changed']);
  assert.deepEqual(calledOut, ['b', 'a']);
});

test('what is verified in another tab counts here at once, and so does what is taken back there', () => {
  const { trust, verification, calledOut } = setup({ x: 'Ada', y: 'Ada' });
  verification.met('x', 'device of Ada', 'Ada');
  verification.met('y', 'another device', 'Ada');
  const stored = (verifiedAt: number | null) =>
    trust.records().map((one) => (one.device === 'device of Ada' ? { ...one, verifiedAt } : one));
  trust.replace(stored(5));
  assert.deepEqual([kindOf(verification, 'x'), kindOf(verification, 'y')], ['verified', 'changed']);
  assert.deepEqual(calledOut, ['y']);
  trust.replace(stored(null));
  assert.equal(kindOf(verification, 'x'), 'known');
  verification.end();
  trust.replace(stored(6));
  assert.equal(kindOf(verification, 'x'), 'known', 'this meeting is over');
});

const settled = () => new Promise((resolve) => setTimeout(resolve, 5));

/** A room as the key core would tell it; whom it covers changes as the test wants. */
function room() {
  const trust = new Trust([]);
  const roster: RosterView = {
    digest: new Uint8Array(32),
    people: [
      { occupant: 'a', identity: 'A', device: 'device of Ada' },
      { occupant: 'b', identity: 'B', device: null },
      { occupant: 'c', identity: 'C', device: null },
    ],
  };
  const asked: string[] = [];
  const names: Record<string, string> = { a: 'Ada' };
  const verification = new Verification(
    trust,
    quietPorts({
      core: () =>
        ({
          roster: () => structuredClone(roster),
          identityOf: (id) => roster.people.find(({ occupant }) => occupant === id)?.identity ?? null,
        }) as Core,
      name: (occupant) => names[occupant] ?? occupant.toUpperCase(),
      reach: () => asked.push('reach'),
    }),
  );
  verification.met('a', 'device of Ada', 'Ada');
  const prove = (at: number, device: string) => {
    const person = roster.people[at];
    if (person) person.device = device;
    verification.met(person?.occupant ?? '', device, null);
  };
  const shown = () => verification.code()?.people.map(({ id, reach, heard }) => [id, reach, heard]);
  /** Working out the digits takes its time. */
  const opened = async () => {
    verification.intents.openCode();
    while (verification.code()?.digits === null) await settled();
  };
  const marks = () => verification.code()?.people.map(({ name, asserted }) => [name, asserted]);
  return { trust, roster, verification, asked, prove, shown, opened, names, marks };
}

test('a meeting code lists everybody whom its digits cover, and asks for channels with them', async () => {
  const { asked, shown, opened, verification, prove } = room();
  await opened();
  assert.deepEqual(asked, ['reach']);
  assert.deepEqual(shown(), [
    ['a', 'reachable', false],
    ['b', 'connecting', false],
    ['c', 'connecting', false],
  ]);
  verification.intents.heard('b', true);
  assert.equal(kindOf(verification, 'b'), null);
  assert.deepEqual(shown()?.[1], ['b', 'connecting', false], 'there is no device yet that it could be about');
  prove(1, 'device of Ben');
  assert.deepEqual(shown()?.[1], ['b', 'reachable', false]);
  verification.intents.heard('b', true);
  assert.deepEqual(shown()?.[1], ['b', 'reachable', true]);
  assert.equal(kindOf(verification, 'b'), 'verified');
  verification.intents.heard('b', false);
  assert.equal(kindOf(verification, 'b'), 'known');
  verification.met('c', null, null);
  assert.deepEqual(shown()?.[2], ['c', 'no-device', false]);
});

test('a tick counts for the identity that the digits cover, whoever sits in its place later', async () => {
  const { shown, opened, verification, roster, trust } = room();
  await opened();
  roster.people[1] = { occupant: 'b', identity: 'somebody else', device: 'device of Mallory' };
  roster.digest = new Uint8Array(32).fill(1);
  verification.met('b', 'device of Mallory', 'Ben');
  assert.deepEqual(shown()?.[1], ['b', 'left', false]);
  verification.intents.heard('b', true);
  assert.notEqual(trust.standing('device of Mallory', null).kind, 'verified');
  assert.equal(verification.code()?.isOutdated, true);
  roster.people.splice(0, 1);
  assert.deepEqual(shown()?.[0], ['a', 'reachable', false], 'who left with a proof can still be ticked');
  verification.intents.heard('a', true);
  assert.equal(trust.standing('device of Ada', null).kind, 'verified');
});

test('where the server exchanges two names, the code says beside each what that person calls itself', async () => {
  const { opened, verification, roster, names, marks } = room();
  Object.assign(names, { a: 'Mallory', b: 'Ada' });
  verification.met('b', 'device of Mallory', null);
  await opened();
  assert.deepEqual(marks(), [
    ['Mallory', 'Ada'],
    ['Ada', ''],
    ['C', null],
  ]);
  Object.assign(names, { a: 'Ada', b: 'Mallory' });
  verification.namesChanged();
  assert.deepEqual(marks()?.slice(0, 2), [
    ['Mallory', 'Ada'],
    ['Ada', ''],
  ]);
  verification.named('b', 'Boris');
  assert.deepEqual(marks()?.[1], ['Ada', 'Boris']);
  // It is taken away, and somebody who gives itself the name that stands there comes in its place.
  roster.people[1] = { occupant: 'b', identity: 'somebody else', device: null };
  verification.left('b');
  verification.met('b', 'one more device', 'Ada');
  assert.deepEqual(marks()?.[1], ['Ada', 'Boris'], 'the row is about who was there');
  verification.named('c', 'Cleo');
  roster.people[2] = { occupant: 'c', identity: 'somebody else', device: null };
  assert.deepEqual(marks()?.[2], ['C', null], 'what another one says is not told of it');
});

test('a comparison says what the other calls itself, as it is now, and of nobody who came in its place', () => {
  const { verification, roster, names } = room();
  const mark = () => [verification.comparison()?.name, verification.comparison()?.asserted];
  verification.showComparison('a', { step: 'waiting' });
  assert.deepEqual(mark(), ['Ada', null]);
  names.a = 'Ben';
  assert.deepEqual(mark(), ['Ben', 'Ada']);
  verification.showComparison('a', { step: 'match' });
  roster.people[0] = { occupant: 'a', identity: 'somebody else', device: null };
  names.a = 'Boss';
  verification.left('a');
  verification.met('a', 'another device', 'Boss');
  assert.deepEqual(mark(), ['Ben', 'Ada'], 'it is not the new one who is verified');
  verification.met('b', 'one more device', null);
  verification.showComparison('b', { step: 'waiting' });
  assert.deepEqual(mark(), ['B', '']);
});

test('a name that the server shows is marked where the person gives itself another', () => {
  const shown: Record<string, string> = { x: 'Boss', y: ' Yuri ' };
  const { verification } = setup(shown);
  assert.equal(verification.assertedName('x'), null, 'nothing is asserted yet');
  verification.named('x', 'Xenia');
  verification.met('y', 'device of Yuri', 'Yuri');
  assert.deepEqual([verification.assertedName('x'), verification.assertedName('y')], ['Xenia', null]);
  shown.x = 'Xenia';
  assert.equal(verification.assertedName('x'), null);
  const long = 'n'.repeat(200);
  shown.y = long;
  verification.named('y', long.slice(0, 128));
  assert.equal(verification.assertedName('y'), null, 'cut as messages cut it');
  shown.y = 'Y';
  assert.notEqual(verification.assertedName('y'), null);
  verification.left('y');
  assert.equal(verification.assertedName('y'), null);
});

test('a name that the server shows is marked where the person gives itself none; an id is no name', () => {
  const shown: Record<string, string> = { x: 'Ben', y: 'Yuri', Ben: 'Ben' };
  const { verification } = setup(shown);
  for (const id of ['x', '1a2b3c4d', 'Ben', 'y']) assert.equal(verification.assertedName(id), null);
  for (const id of ['x', '1a2b3c4d', 'Ben']) verification.met(id, 'its device', null);
  verification.met('y', null, '\u200b');
  assert.equal(verification.assertedName('x'), '');
  assert.equal(verification.assertedName('y'), '', 'nothing of it can be read');
  assert.equal(verification.assertedName('1a2b3c4d'), null, 'the server shows no name either');
  assert.equal(verification.assertedName('Ben'), '', 'the server chose an id that reads as a name');
  verification.named('x', 'Ben');
  assert.equal(verification.assertedName('x'), null);
  verification.met('x', 'its device', null);
  assert.equal(verification.assertedName('x'), null, 'its beacon said it');
});

test('a name that was said before the channel stood counts for the device that is proved in it', () => {
  const { trust, verification, calledOut } = setup({ x: 'Guest', y: 'Guest' });
  verification.named('x', 'Ben');
  assert.deepEqual(calledOut, []);
  verification.met('x', 'another device', null);
  assert.deepEqual([kindOf(verification, 'x'), calledOut], ['changed', ['x']]);
  verification.named('y', 'Yuri');
  verification.met('y', 'device of Yuri', null);
  assert.deepEqual(trust.records().at(-1)?.names, ['Yuri']);
});

test('a verified name is called out however much is put behind it out of sight', () => {
  const { verification, calledOut } = setup({ x: `Ben${' '.repeat(1000)}x`, y: `Ben${'.'.repeat(50)}x` });
  verification.met('x', 'another device', null);
  verification.met('y', 'one more', null);
  assert.deepEqual(calledOut, ['x', 'y']);
});

test('whoever renames itself keeps its device under the new name, and does not get a verified one unnoticed', () => {
  const { trust, verification, calledOut } = setup({ x: 'Zoe', b: 'Ben' });
  verification.met('x', 'another device', 'Zoe');
  verification.named('x', 'Zoe Z.');
  assert.deepEqual(trust.records().find(({ device }) => device === 'another device')?.names, [
    'Zoe Z.',
    'Zoe',
  ]);
  assert.deepEqual(calledOut, []);
  verification.named('x', 'B\u0435n');
  assert.equal(kindOf(verification, 'x'), 'changed');
  assert.deepEqual(calledOut, ['x']);
  verification.named('b', 'Ben');
  assert.deepEqual(calledOut, ['x'], 'without a channel no device goes with a name yet');
});

test('a name that is taken after this user said who it is, is no own one, and accuses nobody else', () => {
  const { trust, verification, calledOut } = setup({ m: 'Mallory', z: 'Zoe' });
  verification.met('m', 'device of Mallory', 'Mallory');
  verification.met('z', 'device of Zoe', 'Zoe');
  said(verification, 'm', 'device of Mallory', () => verification.named('m', 'Ben'));
  verification.named('m', 'Mallory');
  assert.equal(trust.standing('device of Mallory', 'Ben').kind, 'changed');
  assert.equal(trust.standing('device of Mallory', 'Mallory').kind, 'verified');
  said(verification, 'z', 'device of Zoe');
  assert.ok(!calledOut.includes('z'));
});

test('whoever sits in two windows is verified under the name that was ticked', async () => {
  const { trust, verification, shown, opened, roster } = room();
  roster.people = [
    { occupant: 'm', identity: 'M', device: 'device of Mallory' },
    { occupant: 'n', identity: 'N', device: 'device of Mallory' },
  ];
  trust.meet('device of Ben', 'Ben', 1);
  trust.verify('device of Ben', 'Ben', 2);
  verification.met('m', 'device of Mallory', 'Mallory');
  verification.met('n', 'device of Mallory', 'Ben');
  await opened();
  shown();
  verification.intents.heard('m', true);
  assert.deepEqual([kindOf(verification, 'm'), kindOf(verification, 'n')], ['verified', 'changed']);
  assert.equal(trust.standing('device of Mallory', 'Ben').kind, 'changed');
});

test('a beacon says what somebody is called, also that it has no name any more, and a channel that is older does not', () => {
  const shown: Record<string, string> = { a1b2c3d4: 'Ada B.' };
  const { verification } = setup(shown);
  verification.named('a1b2c3d4', 'Ada B.');
  verification.met('a1b2c3d4', 'device of Ada', 'Ada');
  assert.equal(verification.assertedName('a1b2c3d4'), null);
  delete shown.a1b2c3d4;
  verification.named('a1b2c3d4', '');
  assert.equal(verification.assertedName('a1b2c3d4'), null);
});

test('one device on two occupants is one person twice, oneself included', () => {
  const { verification } = setup({});
  verification.met('x', BENS, 'Ben');
  assert.deepEqual([...verification.sameDevices()], []);
  verification.met('y', BENS, 'Benny');
  verification.met('z', 'own device', 'Ada');
  for (const id of ['n', 'o']) verification.met(id, null, null);
  assert.deepEqual(Object.fromEntries(verification.sameDevices()), {
    me: ['z'],
    z: ['me'],
    x: ['y'],
    y: ['x'],
  });
  verification.left('y');
  assert.equal(verification.sameDevices().get('x'), undefined);
});
