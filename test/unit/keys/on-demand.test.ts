// Channels that a person asks for where none is needed yet, as in a large room: to compare emoji, or a meeting code.
// docs/protocol.md §4.1, §7.3, §7.4; rule M19.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EAGER_ROSTER } from '../../../web-plugin/src/keys/index.ts';
import { CONNECTING_MS } from '../../../web-plugin/src/keys/on-demand.ts';
import { Meeting, notices, refusals } from './rig.ts';

/** A sealed room of so many that no channel is made before it is needed; Alice, Bob and Carol have devices. */
function largeRoom() {
  const meeting = new Meeting();
  for (const id of ['alice', 'bob', 'carol']) meeting.addWithDevice(id);
  for (let n = 0; n < EAGER_ROSTER; n += 1) meeting.add(`p${n}`);
  meeting.seal();
  meeting.advance(1000);
  const steps = (id: string) =>
    notices(meeting.actionsOf(id, 'notice'), 'comparison').map(({ comparison }) => comparison);
  const reached = () =>
    new Set(notices(meeting.actionsOf('alice', 'notice'), 'channel').map((one) => one.occupant));
  return { meeting, steps, reached };
}

test('opening a comparison of the meeting code makes channels with all who lack one, a few at a time', () => {
  const { meeting, reached } = largeRoom();
  assert.equal(reached().size, 0, 'nobody needs one yet');
  meeting.feed('alice', { type: 'reach' });
  assert.ok(reached().size > 0 && reached().size <= 4, `${reached().size} at once`);
  meeting.advance(300);
  assert.ok(reached().size <= 16);
  meeting.advance(1000);
  assert.equal(reached().size, EAGER_ROSTER + 2);
  const device = meeting.cores
    .get('alice')
    ?.roster()
    .people.find(({ occupant }) => occupant === 'bob')?.device;
  assert.ok(device, 'what Bob proved is in the roster');
  const before = meeting.actionsOf('alice', 'send').length;
  meeting.feed('alice', { type: 'reach' });
  meeting.advance(1000);
  assert.equal(meeting.actionsOf('alice', 'send').length, before, 'whoever has one is left alone');
});

test('in a room that is not sealed, and once the seal has ended, no channel is asked for', () => {
  const open = new Meeting();
  for (const id of ['alice', 'bob']) open.addWithDevice(id);
  open.feed('alice', { type: 'reach' });
  open.advance(1000);
  assert.deepEqual(open.actionsOf('alice', 'send'), []);

  const { meeting, reached } = largeRoom();
  meeting.feed('alice', { type: 'reach' });
  meeting.feed('alice', { type: 'unsealed' });
  const before = reached().size;
  meeting.advance(1000);
  assert.equal(reached().size, before);
});

test('emoji with somebody to whom there is no channel yet: it is made first, and the comparison goes on by itself', () => {
  for (const [asking, asked] of [
    ['alice', 'bob'],
    ['bob', 'alice'],
  ] as const) {
    const { meeting, steps } = largeRoom();
    assert.deepEqual(refusals(meeting.feed(asking, { type: 'compare', occupant: asked })), []);
    meeting.advance(6000);
    assert.deepEqual(steps(asking), [{ step: 'connecting' }, { step: 'waiting' }]);
    assert.deepEqual(steps(asked), [{ step: 'incoming' }]);
    meeting.feed(asked, { type: 'compare-answer', accept: true });
    assert.equal(steps(asking).at(-1)?.step, 'compare');
  }
});

test('both ask before there is a channel: nobody is asked again', () => {
  const { meeting, steps } = largeRoom();
  const late = meeting.hold();
  meeting.feed('alice', { type: 'compare', occupant: 'bob' });
  meeting.feed('bob', { type: 'compare', occupant: 'alice' });
  for (let next = late.shift(); next !== undefined; next = late.shift()) next();
  for (const id of ['alice', 'bob']) {
    assert.ok(!steps(id).some(({ step }) => step === 'incoming'), id);
    assert.equal(steps(id).at(-1)?.step, 'compare', id);
  }
});

test('a channel that does not come in time, a person who leaves and one who thinks better of it end the waiting', () => {
  const silent = largeRoom();
  silent.meeting.passes = () => false;
  silent.meeting.feed('alice', { type: 'compare', occupant: 'bob' });
  silent.meeting.advance(CONNECTING_MS - 1);
  assert.deepEqual(silent.steps('alice').at(-1), { step: 'connecting' });
  silent.meeting.advance(1);
  assert.deepEqual(silent.steps('alice').at(-1), { step: 'interrupted', why: 'unreachable' });

  const left = largeRoom();
  left.meeting.passes = () => false;
  left.meeting.feed('alice', { type: 'compare', occupant: 'bob' });
  left.meeting.remove('bob');
  assert.deepEqual(left.steps('alice').at(-1), { step: 'interrupted', why: 'left' });

  const stopped = largeRoom();
  stopped.meeting.passes = () => false;
  stopped.meeting.feed('alice', { type: 'compare', occupant: 'bob' });
  stopped.meeting.feed('alice', { type: 'compare-stop' });
  assert.deepEqual(stopped.steps('alice').at(-1), { step: 'interrupted', why: 'stopped' });
  stopped.meeting.passes = () => true;
  stopped.meeting.advance(10_000);
  assert.equal(stopped.steps('alice').length, 2, 'nothing goes on by itself after that');
});

test('somebody else’s question meanwhile is not overwritten by a channel that did not come', () => {
  const { meeting, steps } = largeRoom();
  meeting.passes = (from, to) => from !== 'bob' && to !== 'bob';
  meeting.feed('alice', { type: 'compare', occupant: 'bob' });
  meeting.feed('carol', { type: 'compare', occupant: 'alice' });
  meeting.advance(CONNECTING_MS + 6000);
  assert.deepEqual(steps('alice').at(-1), { step: 'incoming' });
});
