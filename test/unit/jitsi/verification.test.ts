// Who is shown as known, verified or changed: by device, and by every name that a person can read.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Verification } from '../../../web-plugin/src/jitsi/verification.ts';
import { Trust } from '../../../web-plugin/src/keys/index.ts';

const BENS = 'device of Ben';

function setup(shown: Record<string, string>) {
  const trust = new Trust([]);
  trust.meet(BENS, 'Ben', 1);
  trust.verify(BENS, 2);
  const calledOut: string[] = [];
  const nothing = () => undefined;
  const verification = new Verification(trust, {
    core: () => null,
    name: (occupant) => shown[occupant] ?? occupant,
    compare: nothing,
    answer: nothing,
    confirm: nothing,
    stop: nothing,
    onChangedDevice: (occupant) => calledOut.push(occupant),
    onMismatch: nothing,
    onChanged: nothing,
  });
  return { trust, verification, calledOut };
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
  verification.verified('another device');
  assert.equal(kindOf(verification, 'x'), 'verified');
  assert.deepEqual(calledOut, ['x']);
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
