// A chain of Olm's ratchet for each direction, and channels that are made anew in time. docs/protocol.md §4.6.

import assert from 'node:assert/strict';
import nodeCrypto from 'node:crypto';
import { test } from 'node:test';
import { LIFE_MS, RENEW_MS } from '../../../web-plugin/src/keys/channel.ts';
import type { EndpointMessage } from '../../../web-plugin/src/wire/index.ts';
import { Meeting, notices, olm } from './rig.ts';

/** Runs this, and says how often libolm drew chance meanwhile: for the two pairs of a new session, or one of its ratchet. */
function drawn(run: () => void): number {
  const { randomBytes } = nodeCrypto;
  let count = 0;
  Object.assign(nodeCrypto, {
    randomBytes: (length: number) => {
      if (length > 0) count += 1;
      return randomBytes(length);
    },
  });
  try {
    run();
  } finally {
    Object.assign(nodeCrypto, { randomBytes });
  }
  return count;
}

/** Two ends whose handshake is done: HELLO, ACCEPT, CONFIRM. */
function ends() {
  const [alice, bob] = [olm.account(), olm.account()];
  const initiator = alice.outbound(bob.curve25519, bob.fallback);
  const [type, hello] = initiator.encrypt('hello');
  assert.equal(type, 0);
  const responder = bob.inbound(alice.curve25519, alice.fallback, hello);
  assert.equal(responder.decrypt(0, hello), 'hello');
  assert.equal(initiator.decrypt(...responder.encrypt('accept')), 'accept');
  assert.equal(responder.decrypt(...initiator.encrypt('confirm')), 'confirm');
  return { alice, bob, initiator, responder, hello };
}

/** Alice and Bob each took last what the other was told last to use. */
function assertBothHave(meeting: Meeting): void {
  for (const [one, other] of [
    ['alice', 'bob'],
    ['bob', 'alice'],
  ] as const) {
    const used = meeting.actionsOf(one, 'use-key').at(-1);
    assert.deepEqual(meeting.actionsOf(other, 'accept-key').at(-1)?.base, used?.base);
  }
}

test('the handshake draws fresh pairs at both ends for both directions, and no message after it draws any', () => {
  const { initiator, responder } = ends();
  assert.equal(initiator.id, responder.id);
  const after = drawn(() => {
    for (let n = 0; n < 5; n += 1) {
      assert.equal(initiator.decrypt(...responder.encrypt(`there ${n}`)), `there ${n}`);
      assert.equal(responder.decrypt(...initiator.encrypt(`back ${n}`)), `back ${n}`);
    }
  });
  assert.equal(after, 0);
  // A session of each, and in each the chain of the other.
  assert.equal(drawn(ends) - drawn(() => void [olm.account(), olm.account()]), 2 + 2);
});

test('texts of any kind go through, whatever lines they have', () => {
  const { initiator, responder } = ends();
  for (const text of ['', '\n', 'a\nb', '\n\n{"v":1}', 'ü€😀']) {
    assert.equal(initiator.decrypt(...responder.encrypt(text)), text);
    assert.equal(responder.decrypt(...initiator.encrypt(text)), text);
  }
});

test('a lost ACCEPT or CONFIRM keeps neither end from opening what comes after it', () => {
  const [alice, bob] = [olm.account(), olm.account()];
  const initiator = alice.outbound(bob.curve25519, bob.fallback);
  const [, hello] = initiator.encrypt('hello');
  const responder = bob.inbound(alice.curve25519, alice.fallback, hello);
  responder.decrypt(0, hello);
  responder.encrypt('accept, lost');
  assert.equal(initiator.decrypt(...responder.encrypt('key')), 'key');
  initiator.encrypt('confirm, lost');
  assert.equal(initiator.decrypt(...responder.encrypt('key again')), 'key again');
  assert.equal(responder.decrypt(...initiator.encrypt('key back')), 'key back');
});

test('what one direction said opens in no other, and not twice', () => {
  const { initiator, responder } = ends();
  const there = initiator.encrypt('there');
  assert.throws(() => initiator.decrypt(...there));
  assert.equal(responder.decrypt(...there), 'there');
  assert.throws(() => responder.decrypt(...there));
});

test('a leave draws no key pair', () => {
  const meeting = new Meeting();
  for (const id of ['alice', 'bob', 'carol', 'dave']) meeting.add(id);
  meeting.seal('alice', 'bob', 'carol', 'dave');
  meeting.advance(2000);
  const pairs = drawn(() => {
    meeting.remove('dave');
    meeting.advance(1000);
  });
  assert.equal(pairs, 0);
});

test('a channel is made anew when it is old, by fresh pairs, and everybody goes on hearing everybody', () => {
  const meeting = new Meeting();
  for (const id of ['alice', 'bob', 'carol']) meeting.add(id);
  meeting.seal('alice', 'bob', 'carol');
  meeting.advance(RENEW_MS - 60_000);
  meeting.log.length = 0;
  const opened = () => notices(meeting.actionsOf('alice', 'notice'), 'channel').length;
  assert.equal(opened(), 0, 'not before its time');
  const pairs = drawn(() => meeting.advance(60_000 + RENEW_MS / 4 + 31_000));
  assert.equal(opened(), 2);
  assert.equal(pairs, 3 * 4);
  meeting.remove('carol');
  meeting.advance(1000);
  assertBothHave(meeting);
  for (const id of ['alice', 'bob'])
    assert.deepEqual(notices(meeting.actionsOf(id, 'notice'), 'refused'), []);
});

test('a channel that a server keeps from being made anew ends, and no key goes over it any more', () => {
  const meeting = new Meeting();
  for (const id of ['alice', 'bob', 'carol']) meeting.add(id);
  meeting.seal('alice', 'bob');
  meeting.advance(1000);
  const isHello = (message: EndpointMessage) =>
    'olm' in message && Object.values(message.olm).some(([type]) => type === 0);
  meeting.passes = (_from, _to, message) => !isHello(message);
  meeting.advance(LIFE_MS + 31_000);
  for (const id of ['alice', 'bob'])
    assert.deepEqual(
      notices(meeting.actionsOf(id, 'notice'), 'channel-ended')
        .map(({ occupant }) => occupant)
        .sort(),
      ['alice', 'bob', 'carol'].filter((other) => other !== id),
    );
  meeting.log.length = 0;
  meeting.remove('carol');
  meeting.advance(60_000);
  for (const id of ['alice', 'bob']) {
    assert.ok(meeting.actionsOf(id, 'use-key').length > 0, `${id} draws a key`);
    assert.deepEqual(meeting.actionsOf(id, 'accept-key'), [], `${id} is given one`);
  }
  meeting.passes = () => true;
  meeting.advance(31_000);
  assertBothHave(meeting);
});
