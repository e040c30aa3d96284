// Key pairs of Olm's ratchet are drawn before they are needed. docs/protocol.md §4.6.

import assert from 'node:assert/strict';
import nodeCrypto from 'node:crypto';
import { test } from 'node:test';
import { Meeting, notices, olm } from './rig.ts';

/** Runs this, and says how many key pairs libolm drew meanwhile: it takes 32 random bytes for each, and else none. */
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

/** Everybody sends; so long after a leave, how many pairs does the next leave need? */
function neededAfter(quietMs: number): { meeting: Meeting; pairs: number } {
  const meeting = new Meeting();
  for (const id of ['alice', 'bob', 'carol', 'dave']) meeting.add(id);
  meeting.seal('alice', 'bob', 'carol', 'dave');
  meeting.advance(2000);
  meeting.remove('dave');
  meeting.advance(quietMs);
  const pairs = drawn(() => {
    meeting.passes = () => false;
    meeting.remove('carol');
    meeting.advance(30);
    meeting.passes = () => true;
  });
  return { meeting, pairs };
}

test('where all send, a leave draws no key pair once it was quiet for 300 ms', () => {
  assert.ok(neededAfter(250).pairs > 0);
  assert.equal(neededAfter(350).pairs, 0);
});

test('keys that come after a thrown away message open, and so do those of the next leaves', () => {
  const { meeting } = neededAfter(350);
  meeting.advance(10_000);
  for (const id of ['erin', 'frank', 'grace']) {
    meeting.add(id);
    meeting.feed(id, { type: 'sealed' });
    meeting.feed(id, { type: 'source', on: true });
    meeting.advance(1000);
    meeting.log.length = 0;
    meeting.remove(id);
    meeting.advance(1000);
    for (const other of ['alice', 'bob']) {
      const [used] = meeting.actionsOf(other, 'use-key').slice(-1);
      const [accepted] = meeting.actionsOf(other === 'alice' ? 'bob' : 'alice', 'accept-key').slice(-1);
      assert.notEqual(used, undefined);
      assert.deepEqual(accepted?.base, used?.base);
      assert.deepEqual(notices(meeting.actionsOf(other, 'notice'), 'refused'), []);
    }
  }
});

test('a session prepares itself only for an answer', () => {
  const [alice, bob] = [olm.account(), olm.account()];
  const outbound = alice.outbound(bob.curve25519, bob.fallback);
  assert.equal(
    drawn(() => outbound.prepare()),
    0,
  );
  const [, hello] = outbound.encrypt('hello');
  const inbound = bob.inbound(alice.curve25519, hello);
  inbound.decrypt(0, hello);
  assert.equal(
    drawn(() => {
      inbound.prepare();
      inbound.prepare();
    }),
    1,
  );
  const [type, answer] = inbound.encrypt('answer');
  assert.equal(outbound.decrypt(type, answer), 'answer');
});
