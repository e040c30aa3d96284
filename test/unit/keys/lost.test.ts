// What was lost is asked for and comes soon: after a stream that was cut, in the middle of a return, while nothing is
// sent. docs/protocol.md §5.4, §5.5, §8.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Meeting, newCore } from './rig.ts';

/** As the worker has it (frames/receive/missing.ts). */
const REPORT = { afterMs: 1000, everyMs: 5000 };

/** How long each time the listener's worker could not open what the speaker's seals; it asks as a worker does. */
function gaps(meeting: Meeting, listener: string, speaker: string, forMs: number): number[] {
  const owner = meeting.cores.get(speaker)?.identity ?? '';
  const found: number[] = [];
  let since: number | null = null;
  let reportedAt = Number.NEGATIVE_INFINITY;
  for (let time = 0; time < forMs; time += 50) {
    meeting.advance(50);
    const used = inUse(meeting, speaker);
    if (opens(meeting, listener, owner, used)) {
      if (since !== null) found.push(meeting.now - since);
      since = null;
      continue;
    }
    since ??= meeting.now;
    if (meeting.now - since < REPORT.afterMs || meeting.now - reportedAt < REPORT.everyMs) continue;
    reportedAt = meeting.now;
    meeting.feed(listener, { type: 'missing-key', owner, generation: used });
  }
  return since === null ? found : [...found, meeting.now - since];
}

function inUse(meeting: Meeting, speaker: string): number {
  let used = 0;
  for (const { id, at, action } of meeting.log)
    if (id === speaker && action.type === 'use-key' && at + action.inMs <= meeting.now)
      used = action.generation;
  return used;
}

function opens(meeting: Meeting, listener: string, owner: string, used: number): boolean {
  let isOpening = false;
  for (const { id, at, action } of meeting.log) {
    if (id !== listener || !('owner' in action) || action.owner !== owner) continue;
    if (action.type === 'accept-key' && action.generation === used) isOpening = true;
    if (action.type === 'forget') isOpening = false;
    if (action.type === 'retire' && action.generations.includes(used) && at + action.inMs <= meeting.now)
      isOpening = false;
  }
  return isOpening;
}

/** While bob's stream is cut, these leave; then it is resumed, and he sees that at once. Of messages nothing is kept. */
function cut(meeting: Meeting, leavers: string[], everyMs = 6000): void {
  const bob = meeting.cores.get('bob');
  assert.ok(bob);
  meeting.passes = (from, to) => from !== 'bob' && to !== 'bob';
  for (const id of leavers) {
    meeting.cores.delete('bob');
    meeting.remove(id);
    meeting.cores.set('bob', bob);
    meeting.advance(everyMs);
  }
  meeting.passes = () => true;
  for (const id of leavers) meeting.feed('bob', { type: 'left', occupant: id });
  meeting.feed('bob', { type: 'reconnected' });
}

/** To three others, for a minute. */
function aliceSpeaks(): Meeting {
  const meeting = new Meeting();
  for (const id of ['alice', 'bob', 'carol', 'dave']) meeting.add(id);
  meeting.seal('alice');
  meeting.advance(60_000);
  return meeting;
}

test('after a stream that was cut, one hears everybody at once, whoever left meanwhile, and goes on hearing them', () => {
  const meeting = aliceSpeaks();
  cut(meeting, ['carol', 'dave']);
  assert.deepEqual(gaps(meeting, 'bob', 'alice', 45_000), []);
});

test('however long it was cut, and however many left at once', () => {
  const meeting = aliceSpeaks();
  cut(meeting, ['carol', 'dave'], 31_000);
  assert.deepEqual(gaps(meeting, 'bob', 'alice', 45_000), []);

  const crowd = new Meeting();
  const guests = Array.from({ length: 100 }, (_, n) => `guest ${n}`);
  for (const id of ['alice', 'bob']) crowd.add(id);
  for (const id of guests) crowd.add(id);
  crowd.seal('alice');
  crowd.advance(30_000);
  for (const id of guests) crowd.remove(id);
  assert.deepEqual(gaps(crowd, 'bob', 'alice', 20_000), []);
});

test('keys that named somebody were lost: whoever asks is told of all who left, and asks once', () => {
  const meeting = aliceSpeaks();
  meeting.passes = (from, to) => !(from === 'alice' && to === 'bob');
  meeting.remove('carol');
  meeting.advance(6000);
  meeting.passes = () => true;
  meeting.remove('dave');
  meeting.advance(500);
  const found = gaps(meeting, 'bob', 'alice', 45_000);
  assert.ok(found.length <= 1 && (found[0] ?? 0) <= 1300, String(found));
});

test('whoever unmutes while one’s stream is cut is known to be on soon after it is back', () => {
  for (const isCut of ['bob', 'alice']) {
    const meeting = new Meeting();
    for (const id of ['alice', 'bob', 'carol']) meeting.add(id);
    meeting.seal('alice');
    const state = (on: boolean, floor: number) =>
      meeting.feed('alice', { type: 'source-state', source: 1, on, floor });
    state(true, 0);
    meeting.advance(60_000);
    state(false, 100);
    meeting.advance(5000);
    meeting.passes = (from, to) => from !== isCut && to !== isCut;
    state(true, 200);
    meeting.advance(1000);
    meeting.passes = () => true;
    const before = meeting.log.length;
    meeting.feed(isCut, { type: 'reconnected' });
    meeting.advance(3000);
    const heard = meeting.log
      .slice(before)
      .flatMap(({ id, action }) => (id === 'bob' && action.type === 'source-states' ? action.sources : []));
    assert.ok(
      heard.some(({ on }) => on),
      isCut,
    );
  }
});

test('a key that is asked for while its sender is muted comes then, and not only with the next one', () => {
  const meeting = new Meeting();
  for (const id of ['alice', 'bob', 'carol']) meeting.add(id);
  meeting.seal();
  meeting.advance(10_000);
  const owner = meeting.cores.get('alice')?.identity ?? '';
  meeting.passes = (from, to) => !(from === 'alice' && to === 'bob');
  meeting.feed('alice', { type: 'source', on: true });
  meeting.advance(200);
  meeting.feed('alice', { type: 'source', on: false });
  meeting.advance(1000);
  meeting.passes = () => true;
  meeting.feed('bob', { type: 'missing-key', owner, generation: 1 });
  assert.ok(meeting.actionsOf('bob', 'accept-key').some((key) => key.owner === owner));
});

test('somebody whom the server takes away for a moment is heard again within three seconds', () => {
  for (const role of ['initiator', 'responder']) {
    const meeting = new Meeting();
    const isAfter = (a: string, b: string) =>
      Buffer.compare(Buffer.from(a, 'base64'), Buffer.from(b, 'base64')) > 0;
    let [alice, bob] = [newCore('alice'), newCore('bob')];
    while (isAfter(alice.identity, bob.identity) !== (role === 'initiator'))
      [alice, bob] = [newCore('alice'), newCore('bob')];
    meeting.add('alice', alice);
    meeting.add('bob', bob);
    meeting.add('carol');
    meeting.seal('alice');
    meeting.advance(10_000);
    meeting.feed('bob', { type: 'left', occupant: 'alice' });
    meeting.feed('bob', { type: 'joined', occupant: 'alice', bundle: alice.bundle() });
    const found = gaps(meeting, 'bob', 'alice', 20_000);
    assert.ok(found.length === 1 && (found[0] ?? 0) < 3000, `${role}: ${found}`);
  }
});

test('when no number is left for a fresh generation, a leave still has its deadline, and nothing more is sent', () => {
  const meeting = new Meeting();
  for (const id of ['alice', 'bob', 'carol']) meeting.add(id);
  meeting.seal('alice');
  meeting.advance(10_000);
  const { keys } = meeting.cores.get('alice') as unknown as { keys: { sending: { last: number } } };
  keys.sending.last = 2 ** 20 - 1;
  const actions = meeting.feed('alice', { type: 'left', occupant: 'carol' });
  assert.deepEqual(
    actions.map(({ type }) => type).filter((type) => type === 'expire-sending' || type === 'stop-sending'),
    ['expire-sending', 'stop-sending'],
  );
});
