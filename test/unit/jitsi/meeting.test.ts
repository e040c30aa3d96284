// One participation from its first attempt to join to its end: what clear things the page hears on the way. Rule M21.

import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { test } from 'node:test';
import { latchStore } from '../../../web-plugin/src/jitsi/latch-store.ts';
import type { JitsiConference, JitsiMeetLibrary } from '../../../web-plugin/src/jitsi/library.ts';
import { Meeting, type MeetingServices } from '../../../web-plugin/src/jitsi/meeting.ts';
import { latchKey } from '../../../web-plugin/src/keys/index.ts';

const JID = 'weekly@muc.meet.example';
const EVENTS = [
  'CONFERENCE_JOINED',
  'CONFERENCE_LEFT',
  'CONFERENCE_FAILED',
  'MESSAGE_RECEIVED',
  'NON_PARTICIPANT_MESSAGE_RECEIVED',
];
const AUTHENTICATION_REQUIRED = 'conference.authenticationRequired';

const location = { host: 'meet.example' };
// A question to the room, which nobody answers.
const element = { setAttribute: () => undefined, append: () => undefined, ownerDocument: {} as object };
element.ownerDocument = { createElementNS: () => element };
const document = { implementation: { createDocument: () => ({ documentElement: element }) } };
Object.assign(globalThis, { location, document });

/** `isKnown`: this browser has seen the room sealed before. */
function call({ isKnown = false } = {}) {
  const emitter = new EventEmitter();
  const heard: unknown[] = [];
  const gates: string[] = [];
  let ends = 0;
  const nothing = () => undefined;
  const conference = {
    eventEmitter: emitter,
    room: { roomjid: JID },
    xmpp: { connection: { connected: true, sendIQ: nothing } },
    on: (name: string, listener: () => void) => emitter.on(name, listener),
    myUserId: () => 'me',
    getParticipants: () => [],
    getLocalTracks: () => [],
    isModerator: () => false,
    setDisplayName: nothing,
    setLocalParticipantProperty: nothing,
    sendTextMessage: (_text: string) => undefined,
  };
  const library = {
    events: { conference: Object.fromEntries(EVENTS.map((name) => [name, name])), track: {} },
    errors: { conference: { AUTHENTICATION_REQUIRED, CONFERENCE_DESTROYED: 'conference.destroyed' } },
  };
  const latches = latchStore(() => {
    throw new Error('no storage');
  });
  if (isKnown) latches.set(latchKey(location.host, JID), true);
  const services: Partial<MeetingServices> = {
    library: library as unknown as JitsiMeetLibrary,
    routes: {
      routeSenders: nothing,
      routeReceivers: nothing,
      occupantOf: () => null,
    } as unknown as MeetingServices['routes'],
    latches,
    isInvitedSealed: () => false,
    comesFromSealed: null,
    addressRoom: null,
    command: (command) => command.type === 'gate' && gates.push(command.gate),
    counters: async () => new Map(),
    stage: () => null,
    onChanged: nothing,
    onEnded: () => {
      ends += 1;
    },
  };
  const meeting = new Meeting(conference as unknown as JitsiConference, services as MeetingServices);
  emitter.on('MESSAGE_RECEIVED', (_from, text) => heard.push(text));
  return {
    meeting,
    conference,
    heard,
    gates,
    ends: () => ends,
    emit: (event: string, ...args: unknown[]) => emitter.emit(event, ...args),
    hears: (text: string) => emitter.emit('MESSAGE_RECEIVED', 'ada', text),
  };
}

test('whoever waits for the host joins with the same conference object, and seals', () => {
  const { meeting, emit, hears, heard, gates, ends } = call({ isKnown: true });
  meeting.start(null);
  emit('CONFERENCE_FAILED', AUTHENTICATION_REQUIRED);
  meeting.start(null);
  emit('CONFERENCE_JOINED');
  hears('never said');
  assert.deepEqual([heard, meeting.view().phase, gates.at(-1), ends()], [[], 'sealed', 'sealed', 0]);
});

test('words that are said while the stream is cut are not lost in silence', () => {
  const { meeting, conference, emit } = call({ isKnown: true });
  emit('CONFERENCE_JOINED');
  const kinds = () => meeting.view().troubles.map(({ cause }) => cause.kind);
  conference.sendTextMessage('too early for a key');
  assert.deepEqual(kinds(), ['held-back-out']);
  conference.xmpp.connection.connected = false;
  conference.sendTextMessage('into the void');
  assert.deepEqual(kinds(), ['held-back-out', 'unsent']);
});

test('a meeting that is over is not joined again, and lets nothing pass', () => {
  const { meeting, emit, hears, heard, ends } = call();
  hears('before');
  emit('CONFERENCE_FAILED', 'conference.connectionError');
  assert.equal(ends(), 1);
  assert.throws(() => meeting.start(null), /over/);
  emit('CONFERENCE_JOINED');
  hears('after');
  assert.deepEqual([heard, meeting.gate], [['before'], 'drop']);
});

test('what comes before the page is in a room that it has seen sealed is held back', () => {
  const { meeting, emit, hears, heard } = call({ isKnown: true });
  hears('too early');
  assert.deepEqual([heard, meeting.isSealed], [[], true], 'and a breakout room inherits the seal');
  emit('CONFERENCE_JOINED');
  hears('in time');
  assert.deepEqual(heard, []);
});

test('once everybody may read it again, what was seen before counts no more', () => {
  const { meeting, emit, hears, heard } = call({ isKnown: true });
  emit('CONFERENCE_JOINED');
  const room = { policy: 'optional', sealed: false, by: null, unsealedBy: 'bob', epoch: 1 };
  emit('NON_PARTICIPANT_MESSAGE_RECEIVED', null, { type: 'sealmeet', v: 1, room });
  meeting.agreeToUnseal();
  hears('in clear');
  assert.deepEqual([heard, meeting.isSealed, meeting.gate], [['in clear'], false, 'clear']);
});
