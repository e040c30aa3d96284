// What the server hands on of several occupants in one message. docs/protocol.md §2.2.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CoreAction } from '../../../web-plugin/src/keys/index.ts';
import { restartMessage } from '../../../web-plugin/src/wire/index.ts';
import { Meeting, newCore, notices, ofType, openAsInitiator, Puppet, random, refusals } from './rig.ts';

const relay = (...entries: unknown[]) => ({ type: 'sealmeet', v: 1, relay: entries });

function room() {
  const core = newCore('alice');
  const puppets = ['bob', 'carol'].map((id) => new Puppet(id, core, 'alice', 'initiator'));
  const wraps = puppets.map((puppet) => {
    core.handle({ type: 'joined', occupant: puppet.id, bundle: puppet.property }, 0);
    return openAsInitiator(puppet, 1).keys.initiatorWrap;
  });
  const key = (n: number) => {
    const [puppet, wrap] = [puppets[n], wraps[n]];
    if (puppet === undefined || wrap === undefined) throw new Error('no such puppet');
    return puppet.part(puppet.key(wrap, 1, 0, random(32)));
  };
  const hear = (from: string | null, payload: unknown): CoreAction[] =>
    core.handle({ type: 'message', from, payload }, 10);
  return { core, puppets, key, hear };
}

test('the keys of two, handed on in one message, are taken as if each had come alone', () => {
  const { puppets, key, hear } = room();
  const got = hear(null, relay(['bob', { olm: { alice: key(0) } }], ['carol', { olm: { alice: key(1) } }]));
  assert.deepEqual(
    ofType(got, 'accept-key').map(({ owner }) => owner),
    puppets.map(({ participant }) => participant.identity),
  );
});

test('a key under another’s name, handed on, opens as little as one that comes alone', () => {
  const { key, hear } = room();
  const got = hear(null, relay(['carol', { olm: { alice: key(0) } }], ['bob', { olm: { alice: key(1) } }]));
  assert.deepEqual(ofType(got, 'accept-key'), []);
  assert.deepEqual(refusals(got), ['olm: does not open', 'olm: does not open']);
});

test('what is wrong with one keeps no other from being read', () => {
  const { key, hear } = room();
  const got = hear(
    null,
    relay(['bob', { olm: 7 }], ['nobody', { beacon: 'AAAA' }], ['carol', { olm: { alice: key(1) } }]),
  );
  assert.equal(ofType(got, 'accept-key').length, 1);
  assert.deepEqual(refusals(got), ['olm: expected an object']);
});

test('only the room hands on, and nothing inside what it hands on', () => {
  for (const isNested of [false, true]) {
    const { key, hear } = room();
    const inside = relay(['carol', { olm: { alice: key(1) } }]);
    const got = isNested ? hear(null, relay(['bob', inside])) : hear('bob', inside);
    assert.deepEqual(ofType(got, 'accept-key'), []);
    assert.match(refusals(got)[0] ?? '', /^message: expected one of/);
  }
});

test('a broken list is refused whole, with a reason', () => {
  const { hear } = room();
  assert.deepEqual(refusals(hear(null, { type: 'sealmeet', v: 1, relay: 'all' })), [
    'relay: expected a list',
  ]);
  assert.deepEqual(hear(null, restartMessage()), []);
});

test('a beacon is calm unless an own source went on or off', () => {
  const meeting = new Meeting();
  meeting.add('alice');
  meeting.add('bob');
  meeting.seal();
  meeting.advance(5000);
  const beacons = () =>
    meeting.actionsOf('alice', 'send').flatMap(({ message }) => ('beacon' in message ? [message] : []));
  assert.ok(beacons().length > 0);
  assert.ok(beacons().every(({ calm }) => calm === true));
  meeting.log.length = 0;
  meeting.feed('alice', { type: 'source-state', source: 1, on: true, floor: 0 });
  meeting.advance(200);
  assert.deepEqual(
    beacons().map(({ calm }) => calm),
    [undefined],
  );
  assert.deepEqual(notices(meeting.actionsOf('bob', 'notice'), 'refused'), []);
});
