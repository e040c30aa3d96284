// Polls under the seal, in both forms of Jitsi Meet's interface. docs/protocol.md §9.

import assert from 'node:assert/strict';
import { mock, test } from 'node:test';
import { talkIn } from './conference.ts';

// What is dropped is told to whoever develops, line by line.
mock.method(console, 'warn', () => undefined);

const POLL = { type: 'new-poll', pollId: 'p1', question: 'Lunch?', answers: ['now', 'later'] };
const VOTE = { type: 'answer-poll', pollId: 'p1', answers: [false, true] };

/** As `Polls._handleMessages` hands them on. */
const event = (command: string, senderId: string, rest: object) => ({
  type: 'polls',
  command,
  pollId: 'p1',
  senderId,
  senderName: `name of ${senderId}`,
  ...rest,
});
const CREATED = { question: 'Lunch?', answers: [{ name: 'now' }, { name: 'later' }] };

test('2026: a poll and a vote leave sealed alone, and come back to oneself by the polls’ own events', () => {
  const { conference, said, held, heard } = talkIn('2026');
  conference.getPolls().createPoll('p1', 'Lunch?', [{ name: 'now' }, { name: 'later' }]);
  conference.getPolls().answerPoll('p1', [false, true]);
  assert.deepEqual(conference.sent, []);
  assert.deepEqual(
    said.map(({ kind, body, to }) => [kind, JSON.parse(body), to]),
    [
      ['poll', POLL, null],
      ['poll', VOTE, null],
    ],
  );
  assert.deepEqual(heard, [
    ['POLL_RECEIVED', event('new-poll', 'me', CREATED)],
    ['POLL_ANSWER_RECEIVED', event('answer-poll', 'me', { answers: [false, true] })],
  ]);
  assert.deepEqual(held, []);
});

test('2026: what others seal arrives by the same events, each time in an object of its own', () => {
  const { opened, heard } = talkIn('2026');
  opened('ada', POLL);
  opened('ada', VOTE);
  assert.deepEqual(heard, [
    ['POLL_RECEIVED', event('new-poll', 'ada', CREATED)],
    ['POLL_ANSWER_RECEIVED', event('answer-poll', 'ada', { answers: [false, true] })],
  ]);
});

test('2022: a poll and a vote are endpoint payloads, and one’s own come back as the room sent them', () => {
  const { conference, said, heard, opened } = talkIn('2022');
  const { pollId, question, answers } = POLL;
  conference.sendMessage({ ...POLL, senderId: 'me', senderName: 'Me' });
  conference.sendMessage({ ...VOTE, voterId: 'me', voterName: 'Me' });
  opened('ada', { ...POLL, pollId: 'p2' });
  opened('ada', VOTE);
  assert.deepEqual(conference.sent, []);
  assert.deepEqual(
    said.map(({ body }) => JSON.parse(body)),
    [POLL, VOTE],
  );
  const own = { senderId: 'me', senderName: 'name of me' };
  const hers = { senderId: 'ada', senderName: 'name of ada' };
  assert.deepEqual(heard, [
    ['NON_PARTICIPANT_MESSAGE_RECEIVED', 'me', { type: 'new-poll', pollId, question, answers, ...own }],
    ['NON_PARTICIPANT_MESSAGE_RECEIVED', 'me', { ...VOTE, voterId: 'me', voterName: 'name of me' }],
    ['ENDPOINT_MESSAGE_RECEIVED', 'ada', { type: 'new-poll', pollId: 'p2', question, answers, ...hers }],
    ['ENDPOINT_MESSAGE_RECEIVED', 'ada', { ...VOTE, voterId: 'ada', voterName: 'name of ada' }],
  ]);
});

test('who asks and who votes is who sealed it, whatever the payload says', () => {
  for (const version of ['2022', '2026'] as const) {
    const { opened, heard } = talkIn(version);
    const forged = { senderId: 'bob', senderName: 'Bob', voterId: 'bob', voterName: 'Bob', history: true };
    opened('ada', { ...POLL, ...forged });
    opened('ada', { ...VOTE, ...forged });
    assert.equal(heard.length, 2);
    assert.doesNotMatch(JSON.stringify(heard), /bob|history/i);
    assert.match(JSON.stringify(heard), /"(sender|voter)Id":"ada"/);
  }
});

test('a poll that is not well formed reaches nobody, in either direction', () => {
  const { conference, opened, heard, said, held } = talkIn('2026');
  const wrong: object[] = [
    { ...POLL, pollId: 7 },
    { ...POLL, pollId: '' },
    { ...POLL, pollId: 'constructor' },
    { ...POLL, pollId: '__proto__' },
    { ...POLL, pollId: 'p'.repeat(65) },
    { ...POLL, question: null },
    { ...POLL, question: '' },
    { ...POLL, question: 'x'.repeat(1001) },
    { ...POLL, answers: [] },
    { ...POLL, answers: 'now' },
    { ...POLL, answers: ['now', { name: 'later' }] },
    { ...POLL, answers: ['now', 'x'.repeat(1001)] },
    { ...POLL, answers: Array(33).fill('now') },
    { ...VOTE, answers: [] },
    { ...VOTE, answers: [0, 1] },
    { ...VOTE, answers: Array(33).fill(true) },
    { ...VOTE, pollId: 'toString' },
    { type: 'old-polls', polls: [POLL] },
  ];
  for (const body of wrong) opened('ada', body);
  opened('ada', { ...POLL }, false, 'reaction');
  assert.deepEqual(heard, []);
  conference.getPolls().createPoll('p1', 'Lunch?', []);
  conference.getPolls().createPoll('p1', 'Lunch?', Array(32).fill({ name: 'x'.repeat(1000) }));
  conference.getPolls().deletePoll('p1');
  assert.deepEqual([said, conference.sent, heard], [[], [], []]);
  assert.deepEqual(held, ['out poll', 'out poll', 'out poll']);
});

test('a poll is everybody’s: not for one alone, and never in the place of another', () => {
  const { conference, opened, heard, said, held } = talkIn('2022');
  opened('ada', POLL, true);
  assert.deepEqual(heard, []);
  opened('ada', POLL);
  opened('ada', { ...POLL, question: 'Dinner?' });
  assert.equal(heard.length, 1);
  conference.sendMessage({ ...POLL, pollId: 'p2' }, 'ada');
  assert.deepEqual([said, conference.sent, held], [[], [], ['out poll']]);
  for (let i = 0; i < 200; i += 1) opened('ada', { ...POLL, pollId: `more${i}` });
  assert.equal(heard.length, 128, 'as many as Jitsi’s own server keeps of a room');
});

test('what the server invents is held back with a word, by the events of both versions', () => {
  const later = talkIn('2026');
  later.emit('POLL_RECEIVED', event('new-poll', 'ada', CREATED));
  later.emit('POLL_ANSWER_RECEIVED', event('answer-poll', 'ada', { answers: [true] }));
  assert.deepEqual([later.heard, later.held], [[], ['in poll', 'in poll']]);

  const earlier = talkIn('2022');
  const ada = earlier.conference.getParticipants()[0];
  earlier.emit('ENDPOINT_MESSAGE_RECEIVED', ada, POLL);
  earlier.emit('NON_PARTICIPANT_MESSAGE_RECEIVED', 'me', POLL);
  earlier.emit('NON_PARTICIPANT_MESSAGE_RECEIVED', null, { type: 'old-polls', polls: [] });
  assert.deepEqual([earlier.heard, earlier.held], [[], ['in poll', 'in poll', 'in other']]);
});

test('in a room that is not sealed, polls go as they always did', () => {
  const { conference, said, heard, held, emit } = talkIn('2026', false);
  conference.getPolls().createPoll('p1', 'Lunch?', [{ name: 'now' }]);
  conference.getPolls().deletePoll('p1');
  emit('POLL_RECEIVED', event('new-poll', 'ada', CREATED));
  assert.deepEqual(conference.sent, [
    { command: 'new-poll', pollId: 'p1', question: 'Lunch?', answers: [{ name: 'now' }] },
    { command: 'delete-poll', pollId: 'p1' },
  ]);
  assert.deepEqual(heard, [['POLL_RECEIVED', event('new-poll', 'ada', CREATED)]]);
  assert.deepEqual([said, held], [[], []]);
});
