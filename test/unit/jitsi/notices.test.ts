// What the key core tells, in terms of people.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Notices } from '../../../web-plugin/src/jitsi/notices.ts';
import { People } from '../../../web-plugin/src/jitsi/people.ts';
import { Verification } from '../../../web-plugin/src/jitsi/verification.ts';
import { Trust } from '../../../web-plugin/src/keys/index.ts';
import { quietPorts } from './verification-ports.ts';

const nothing = () => undefined;

/** Of a sealed room in which everybody has this name. */
const noticesOf = (name: string, verification: Verification | null): Notices =>
  new Notices({
    people: new People(),
    verification: () => verification,
    name: () => name,
    isSealed: () => true,
    onEvidence: nothing,
    onTrouble: nothing,
    onTroubleOver: nothing,
  });

test('a new key is put down to who left, not to who came last', () => {
  const notices = noticesOf('Somebody', null);
  notices.moved('leave', 'Bob');
  notices.moved('join', 'Anna');
  notices.take({ type: 'rotated', generation: 2, step: 0, reason: 'leave' });
  assert.equal(notices.lastKeyChange?.name, 'Bob');
  notices.take({ type: 'rotated', generation: 3, step: 0, reason: 'join' });
  assert.equal(notices.lastKeyChange?.name, 'Anna');
  notices.take({ type: 'rotated', generation: 4, step: 0, reason: 'period' });
  assert.equal(notices.lastKeyChange?.name, null);
});

test('somebody else in the place of a verified person has neither its device nor its name', () => {
  for (const next of [
    { type: 'replaced', occupant: 'x' },
    { type: 'incapable', occupant: 'x', reason: 'no bundle in the presence' },
  ] as const) {
    const verification = new Verification(new Trust([]), quietPorts({ name: () => 'Xenia' }));
    const notices = noticesOf('Xenia', verification);
    notices.take({ type: 'channel', occupant: 'x', identity: 'X', device: 'device of Xenia', name: 'Xenia' });
    notices.take({ type: 'name', occupant: 'x', name: 'Xenia L.' });
    verification.compared('x', 'device of Xenia');
    assert.equal(verification.device('x')?.kind, 'verified');
    assert.equal(verification.assertedName('x'), 'Xenia L.');
    notices.take(next);
    assert.equal(verification.device('x'), undefined, next.type);
    assert.equal(verification.assertedName('x'), null, next.type);
  }
});
