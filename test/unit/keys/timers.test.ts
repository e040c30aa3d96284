// How the core asks to be woken. Brief D11.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Meeting, newCore, notices, ofType } from './rig.ts';

test('a timer that fires early is asked for again, one that fires late catches up, a clock that goes back is ignored', () => {
  const meeting = new Meeting();
  const alice = meeting.add('alice');
  meeting.add('bob');
  meeting.seal('alice');
  meeting.advance(1000);
  const { now } = meeting;
  const joined = { type: 'joined', occupant: 'carol', bundle: newCore('carol').bundle() } as const;
  const at = ofType(alice.handle(joined, now), 'wake')[0]?.at ?? 0;
  assert.equal(at, now + 30);
  const early = alice.handle({ type: 'timer' }, at - 0.4);
  assert.deepEqual(early, [{ type: 'wake', at }]);
  assert.deepEqual(alice.handle({ type: 'timer' }, now - 500), [{ type: 'wake', at }]);
  const late = alice.handle({ type: 'timer' }, now + 400);
  assert.equal(notices(late, 'rotated')[0]?.step, 1);
});

test('an event that comes after a deadline finds it kept', () => {
  const meeting = new Meeting();
  const alice = meeting.add('alice');
  meeting.add('bob');
  meeting.seal('alice');
  meeting.advance(1000);
  const joins = (occupant: string, now: number) =>
    alice.handle({ type: 'joined', occupant, bundle: newCore(occupant).bundle() }, now);
  joins('carol', meeting.now);
  assert.equal(notices(joins('dave', meeting.now + 1000), 'rotated')[0]?.step, 1);
});

test('nothing to do, nothing to wake for', () => {
  assert.deepEqual(newCore('alice').handle({ type: 'timer' }, 5), []);
});
