// A round in which everybody is asked: only clicks of the own user count, and only in the round that they were made for.

import assert from 'node:assert/strict';
import { beforeEach, mock, test } from 'node:test';
import { BEGINS_MS, ConsentRound } from '../../../web-plugin/src/jitsi/consent.ts';
import { type RoundState, readRoomState } from '../../../web-plugin/src/jitsi/room-state.ts';

// Time passes only where a test says so.
let now = 1_000_000;
mock.method(performance, 'now', () => now);
mock.method(Date, 'now', () => 1_800_000_000_000);

let said: string[];
let round: ConsentRound;
let answers: Promise<void>;

beforeEach(() => {
  said = [];
  answers = Promise.resolve();
  round = new ConsentRound({
    self: () => 'me',
    name: (occupant) => `name of ${occupant}`,
    answer: (id, answer) => {
      said.push(`${answer} ${id}`);
      return answers;
    },
    wish: () => undefined,
    onConsented: (until) => said.push(`consented for ${(until - now) / 1000} s`),
    onTakenBack: () => said.push('taken back'),
    onSealStays: () => said.push('stays'),
    onChanged: () => undefined,
  });
});

const state = (change: Partial<RoundState> = {}): RoundState => ({
  id: 'r1',
  by: 'bob',
  until: Date.now() + 60_000,
  state: 'open',
  agreed: 1,
  asked: 3,
  ...change,
});

test('somebody asks: this user’s click answers, once, and is good for this round', async () => {
  round.heard(state());
  assert.deepEqual(round.view(), {
    id: 'r1',
    by: 'name of bob',
    isOwn: false,
    agreed: 1,
    asked: 3,
    seconds: 60,
    step: 'asked',
  });
  assert.deepEqual(said.splice(0), ['taken back'], 'nothing is agreed to by itself');
  await round.answer(true);
  await round.answer(true);
  assert.deepEqual(said, ['consented for 65 s', 'agree r1']);
  round.heard(state({ agreed: 2 }));
  assert.equal(round.view()?.step, 'waiting', 'the same round is not asked again');
  round.heard(state({ state: 'agreed', agreed: 3 }));
  assert.equal(round.view(), undefined);
});

test('a refusal and silence keep the seal, and take an agreement back', async () => {
  round.heard(state());
  said = [];
  await round.answer(false);
  assert.equal(round.view(), undefined);
  round.heard(state({ state: 'refused' }));
  assert.deepEqual(said.splice(0), ['taken back', 'refuse r1', 'taken back', 'stays']);
  round.heard(state({ id: 'r2' }));
  await round.answer(true);
  round.heard(state({ id: 'r2', state: 'expired' }));
  assert.deepEqual(said, ['taken back', 'consented for 65 s', 'agree r2', 'taken back', 'stays']);
});

test('an agreement is for its round: another one takes it back, even if the server never says how the first ended', async () => {
  for (const left of ['open', 'agreed'] as const) {
    round.heard(state());
    await round.answer(true);
    round.heard(state({ state: left, agreed: 3 }));
    said = [];
    round.heard(state({ id: 'r2', by: 'carol' }));
    assert.deepEqual([said, round.view()?.step], [['taken back'], 'asked'], left);
    round.clear();
  }
});

test('who refuses takes back what it clicked before, and asks nobody any more', async () => {
  round.asked();
  round.heard(state());
  assert.deepEqual(said, [], 'a click of just now stands');
  await round.answer(false);
  assert.deepEqual(said, ['taken back', 'refuse r1']);
  round.heard(state({ id: 'r2', by: 'me' }));
  assert.equal(round.view(), undefined);
});

test('an answer that the room does not take is no agreement', async () => {
  answers = Promise.reject(new Error('No question with this id is open in this meeting'));
  round.heard(state());
  await round.answer(true);
  assert.deepEqual(said, ['taken back', 'consented for 65 s', 'agree r1', 'taken back', 'stays']);
  assert.equal(round.view(), undefined);
});

test('who asks sees how it goes and how it ended', () => {
  round.asked();
  round.heard(state({ by: 'me' }));
  assert.equal(round.view()?.step, 'waiting');
  assert.deepEqual(said, ['consented for 65 s'], 'its own click was the one on "unseal"');
  round.heard(state({ by: 'me', state: 'refused' }));
  assert.equal(round.view()?.step, 'refused');
  assert.deepEqual(said.slice(1), ['taken back']);
  round.close();
  assert.equal(round.view(), undefined);
});

test('a round in this user’s name that it did not ask for is the server’s invention', () => {
  round.heard(state({ by: 'me' }));
  assert.equal(round.view(), undefined);
  assert.deepEqual(said, []);
});

test('a click is for the round that begins right after it, once, and not after a refusal', () => {
  round.asked();
  round.unasked();
  round.heard(state({ by: 'me' }));
  assert.deepEqual(said, [], 'refused');
  round.asked();
  now += BEGINS_MS + 1;
  round.heard(state({ by: 'me', id: 'r2' }));
  assert.deepEqual(said, [], 'too late');
  round.asked();
  round.heard(state({ by: 'me', id: 'r3' }));
  round.heard(state({ by: 'me', id: 'r4' }));
  assert.deepEqual(said, ['consented for 65 s'], 'once');
});

test('a clock that is far off, and a server that never ends the round', () => {
  round.heard(state({ until: 0 }));
  assert.equal(round.view()?.seconds, 60);
  now += 66_000;
  round.timer();
  assert.equal(round.view(), undefined);
  assert.deepEqual(said, ['taken back', 'taken back', 'stays']);
});

test('rounds that are not of the announced form are none', () => {
  const room = { policy: 'optional', sealed: true, epoch: 1 };
  const good = { id: 'r', by: 'bob', until: 1, state: 'open', agreed: 1, asked: 2 };
  const read = (consent: unknown) => readRoomState({ v: 1, room: { ...room, consent } })?.consent;
  assert.deepEqual(read(good), { ...good, until: 1000 });
  for (const bad of [
    null,
    7,
    { ...good, id: '' },
    { ...good, id: 'x'.repeat(200) },
    { ...good, by: 7 },
    { ...good, until: '1' },
    { ...good, until: Number.POSITIVE_INFINITY },
    { ...good, state: 'done' },
    { ...good, agreed: -1 },
    { ...good, asked: 1.5 },
    { ...good, asked: 1e12 },
  ])
    assert.equal(read(bad), null, JSON.stringify(bad));
});
