// What cannot be sealed is held back in a sealed room, in both directions; what the meeting needs passes. Rule M20.

import assert from 'node:assert/strict';
import { mock, test } from 'node:test';
import { talkIn } from './conference.ts';

// What is dropped is told to whoever develops, line by line.
mock.method(console, 'warn', () => undefined);

test('a reaction and a lowered hand are sealed, with nothing in them but what they need', () => {
  const { conference, said, heard, opened } = talkIn('2022');
  const reaction = { name: 'endpoint-reaction', reactions: ['like', 'clap'], timestamp: 5 };
  conference.sendEndpointMessage('', { ...reaction, more: 1 });
  conference.sendEndpointMessage('ada', { name: 'lower-hand-message', more: 1 });
  assert.deepEqual(said, [
    { kind: 'reaction', body: JSON.stringify(reaction), to: null },
    { kind: 'lower-hand', body: '{"name":"lower-hand-message"}', to: 'ada' },
  ]);
  assert.deepEqual(conference.sent, []);
  opened('ada', { ...reaction, more: 1 }, false, 'reaction');
  opened('ada', { name: 'lower-hand-message' }, true, 'lower-hand');
  for (const reactions of [[], 'like', ['constructor'], [1], ['a'.repeat(33)], Array(101).fill('like')])
    opened('ada', { ...reaction, reactions }, false, 'reaction');
  opened('ada', { ...reaction, timestamp: 'now' }, false, 'reaction');
  opened('gone', reaction, false, 'reaction');
  assert.deepEqual(heard, [
    ['ENDPOINT_MESSAGE_RECEIVED', 'ada', reaction],
    ['ENDPOINT_MESSAGE_RECEIVED', 'ada', { name: 'lower-hand-message' }],
  ]);
});

test('whiteboards, shared videos, documents, files, retractions: nothing leaves, and the person is told', async () => {
  const { conference, said, held } = talkIn('2026');
  const attempts: [string, () => unknown][] = [
    ['other', () => conference.getMetadataHandler().setMetadata('whiteboard', { roomKey: 'k' })],
    ['other', () => conference.getMetadataHandler().setMetadata('invented', 1)],
    ['other', () => conference.sendCommandOnce('shared-video', { value: 'https://video.example' })],
    ['other', () => conference.sendCommand('etherpad', { value: 'pad' })],
    ['other', () => conference.setLocalParticipantProperty('note', 'hello')],
    ['other', () => conference.setLocalParticipantProperties({ raisedHand: '1', note: 'hello' })],
    ['other', () => conference.getFileSharing().addFile({ fileName: 'plan.pdf' })],
    ['other', () => conference.sendMessage({ type: 'remote-control' })],
    ['chat', () => conference.sendMessageRetraction('m1')],
    ['reaction', () => conference.sendReaction('👍')],
  ];
  for (const [what, attempt] of attempts) {
    attempt();
    assert.deepEqual(held.splice(0), [`out ${what}`], String(attempt));
  }
  await assert.rejects(conference.getShortTermCredentials('file-sharing'), /held back/);
  assert.deepEqual(held.splice(0), ['out other'], 'files would go to another server first');
  conference.sendFaceLandmarks({});
  conference.sendEndpointMessage('', { type: 'face-box' });
  conference.sendEndpointMessage('', { type: 'stats' });
  assert.deepEqual([conference.sent, said, held], [[], [], []], 'nobody asked for these: without a word');
});

test('what the meeting needs passes in a sealed room', () => {
  const { conference, held } = talkIn('2026');
  const passing = [
    () => conference.sendCommand('avatar-url', { value: 'a' }),
    () => conference.sendCommand('email', { value: 'a' }),
    () => conference.sendCommandOnce('follow-me', {}),
    () => conference.setLocalParticipantProperty('sealmeet', '1.a'),
    () => conference.setLocalParticipantProperty('raisedHand', '1'),
    () => conference.setLocalParticipantProperty('features_screen-sharing', 'true'),
    () => conference.setLocalParticipantProperties({ raisedHand: '1', sealmeet_sealed: '1' }),
    () => conference.getMetadataHandler().setMetadata('startMuted', { audio: true }),
    () => conference.getFileSharing().removeFile('f1'),
    () => conference.sendMessage({ type: 'sealmeet', body: 'k' }),
  ];
  for (const send of passing) send();
  assert.deepEqual([conference.sent.length, held], [passing.length, []]);
  assert.ok(conference.getPolls().isSupported());
});

test('what arrives in clear is held back: files, the key of a whiteboard, commands, what is said in somebody’s name', () => {
  const { conference, room, emit, heard, held } = talkIn('2026');
  const commands: unknown[] = [];
  const listen = (name: string) =>
    conference.addCommandListener(name, (value) => commands.push([name, value]));
  listen('shared-video');
  listen('email');
  const ada = conference.getParticipants()[0];
  const metadata = { startMuted: { audio: true }, whiteboard: { roomKey: 'k' } };
  conference.getMetadataHandler().metadata = metadata;

  emit('FILE_SHARING_FILE_ADDED', { fileName: 'plan.pdf' });
  emit('FILE_SHARING_FILES_RECEIVED', {});
  emit('PARTICIPANT_PROPERTY_CHANGED', ada, 'note', '', 'hello');
  emit('NON_PARTICIPANT_MESSAGE_RECEIVED', '', { type: 'system_chat_message', displayName: 'Ada' });
  emit('NON_PARTICIPANT_MESSAGE_RECEIVED', 'transcriber', { type: 'transcription-result' });
  conference.commands.emit('shared-video', 'https://video.example');
  conference.commands.emit('shared-video', 'https://video.example');
  assert.deepEqual([heard, commands], [[], []]);
  assert.deepEqual(held.splice(0), Array(6).fill('in other'), 'the command, which comes again, is told once');

  emit('METADATA_UPDATED', metadata);
  assert.deepEqual(heard.splice(0), [['METADATA_UPDATED', { startMuted: { audio: true } }]]);
  assert.deepEqual(conference.getMetadataHandler().getMetadata(), { startMuted: { audio: true } });
  assert.deepEqual(held.splice(0), ['in other']);

  emit('PARTICIPANT_PROPERTY_CHANGED', ada, 'raisedHand', '', '1');
  emit('ENDPOINT_MESSAGE_RECEIVED', ada, { type: 'lobby-notify', event: 'LOBBY-ENABLED' });
  emit('TRACK_ADDED', 'track');
  conference.commands.emit('email', 'ada@example.org');
  assert.deepEqual([heard.splice(0).length, commands.splice(0).length, held], [3, 1, []], 'needed');

  room.isSealed = false;
  emit('METADATA_UPDATED', metadata);
  conference.commands.emit('shared-video', 'https://video.example');
  assert.deepEqual(conference.getMetadataHandler().getMetadata(), metadata);
  assert.deepEqual([heard, commands.length], [[['METADATA_UPDATED', metadata]], 1]);
});

test('words of the server’s own choice are shown neither in the chat nor at somebody’s picture', () => {
  const { emit, heard, room } = talkIn('2026');
  const guest = { getId: () => 'g', getStatus: () => 'the code is fine, tick it' };
  const words = () => {
    emit('CONFERENCE_ERROR', 'conference.chatError', 'go on at https://elsewhere.example');
    emit('USER_STATUS_CHANGED', 'ada', 'the code is fine, tick it');
    return heard.splice(0).length;
  };
  assert.equal(words(), 0);
  emit('USER_JOINED', 'g', guest);
  assert.equal(heard.splice(0).length, 1);
  assert.equal(guest.getStatus(), undefined);
  room.isSealed = false;
  assert.equal(words(), 2);
  assert.equal(guest.getStatus(), 'the code is fine, tick it');
});

test('who was let in from the lobby is told in clear, and nothing else under that name', () => {
  for (const version of ['2022', '2026'] as const) {
    const { conference, emit, heard, held } = talkIn(version);
    const ada = conference.getParticipants()[0];
    const granted = { type: 'lobby-notify', event: 'LOBBY-ACCESS-GRANTED', value: 'b@x', name: 'Ben' };
    emit('ENDPOINT_MESSAGE_RECEIVED', ada, { ...granted, reactions: ['boo'], text: 'hello' });
    emit('ENDPOINT_MESSAGE_RECEIVED', ada, { type: 'lobby-notify', event: 'LOBBY-ENABLED', value: false });
    for (const name of ['john.doe', 'anna-lena', 'max_1'])
      emit('ENDPOINT_MESSAGE_RECEIVED', ada, { ...granted, name });
    assert.equal(heard.splice(2).length, 3, 'whatever somebody is called');
    assert.deepEqual(heard.splice(0), [
      ['ENDPOINT_MESSAGE_RECEIVED', 'ada', granted],
      ['ENDPOINT_MESSAGE_RECEIVED', 'ada', { type: 'lobby-notify', event: 'LOBBY-ENABLED', value: false }],
    ]);
    const invented = [
      { type: 'lobby-notify', name: 'endpoint-reaction', reactions: ['boo'], timestamp: 5 },
      { ...granted, name: 'lower-hand-message' },
      { ...granted, name: 'endpoint-text-message', text: 'hello' },
      { ...granted, name: 'remote-control' },
      { ...granted, name: ['Ben'] },
      { ...granted, name: 'x'.repeat(257) },
      { ...granted, value: { text: 'hello' } },
      { ...granted, event: 'LOBBY-INVENTED' },
      { ...granted, event: ['LOBBY-ENABLED'] },
    ];
    for (const payload of invented) {
      emit('ENDPOINT_MESSAGE_RECEIVED', ada, payload);
      emit('NON_PARTICIPANT_MESSAGE_RECEIVED', '', payload);
    }
    assert.deepEqual([heard, held.length], [[], 2 * invented.length]);
  }
});

test('a listener that the page takes back hears nothing more', () => {
  const { conference } = talkIn('2026', false);
  let heard = 0;
  const listener = () => {
    heard += 1;
  };
  conference.addCommandListener('shared-video', listener);
  conference.commands.emit('shared-video');
  conference.removeCommandListener('shared-video', listener);
  conference.commands.emit('shared-video');
  assert.equal(heard, 1);
});

test('in a room that is not sealed everything passes, and nobody is told anything', async () => {
  const { conference, said, held } = talkIn('2026', false);
  conference.getMetadataHandler().setMetadata('whiteboard', { roomKey: 'k' });
  conference.sendCommandOnce('shared-video', { value: 'v' });
  conference.getFileSharing().addFile({ fileName: 'plan.pdf' });
  conference.sendMessage({ type: 'remote-control' });
  conference.sendMessage('hello');
  conference.sendMessageRetraction('m1');
  assert.equal(await conference.getShortTermCredentials('file-sharing'), 'token');
  assert.deepEqual([conference.sent.length, said, held], [7, [], []]);
});

test('the page cannot take a guard away', () => {
  const { conference } = talkIn('2026');
  const polls = conference.getPolls();
  const { createPoll } = polls;
  for (const take of [
    () => Object.defineProperty(polls, 'createPoll', { value: () => undefined }),
    () => Reflect.set(conference, 'sendCommand', () => undefined) || assert.fail('kept'),
    () => delete (polls as Partial<typeof polls>).createPoll,
  ])
    assert.throws(take);
  assert.equal(polls.createPoll, createPoll);
});
