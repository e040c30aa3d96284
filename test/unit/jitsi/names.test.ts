// The names that the server shows, as they come into the plugin: what is read is what is compared.

import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { test } from 'node:test';
import { Attendance } from '../../../web-plugin/src/jitsi/attendance.ts';
import type { KeyExchange } from '../../../web-plugin/src/jitsi/key-exchange.ts';
import type { JitsiConference, JitsiMeetLibrary } from '../../../web-plugin/src/jitsi/library.ts';
import { People } from '../../../web-plugin/src/jitsi/people.ts';
import { Room, type RoomEvents } from '../../../web-plugin/src/jitsi/room.ts';

const SHOWN: Record<string, string | undefined> = {
  a1b2c3d4: undefined,
  b1: '',
  b2: ' Ma\u202era\n\t\u3164 B. ',
  b3: '\u200b\u2800',
  b4: `${'x'.repeat(127)}\u{1f600}y`,
};
const EXPECTED = ['a1b2c3d4', 'b1', 'Ma ra B.', 'b3', 'x'.repeat(127)];

test('a name of the server is one line without what nobody sees, and of a length that messages take', async () => {
  const events = new EventEmitter();
  const people = Object.entries(SHOWN).map(([id, name]) => ({
    getId: () => id,
    getDisplayName: () => name,
    getProperty: () => undefined,
    getTracks: () => [],
  }));
  const conference = {
    room: { roomjid: 'room@conference.example' },
    eventEmitter: events,
    on: (name: string, listener: (...args: never[]) => void) =>
      events.on(name, listener as (...args: unknown[]) => void),
    getParticipants: () => people,
    myUserId: () => 'self',
    setDisplayName: () => undefined,
  };
  const library = { events: { conference: { USER_JOINED: 'joined', USER_LEFT: 'left' }, track: {} } };
  const gone: string[] = [];
  const room = new Room(
    conference as unknown as JitsiConference,
    library as unknown as JitsiMeetLibrary,
    {
      onOccupant: () => undefined,
      onOccupantLeft: (_, name) => gone.push(name),
    } as Partial<RoomEvents> as RoomEvents,
  );
  assert.deepEqual(
    Object.keys(SHOWN).map((id) => room.name(id)),
    EXPECTED,
  );

  const keys = { isSending: false } as KeyExchange;
  const attendance = new Attendance(room, keys, new People(), () => null);
  assert.deepEqual(
    attendance
      .everybody(true, null)
      .slice(1)
      .map(({ name }) => name),
    EXPECTED,
  );

  for (const one of people) events.emit('joined', one.getId(), one);
  await Promise.resolve();
  for (const one of people) events.emit('left', one.getId(), one);
  assert.deepEqual(gone, EXPECTED);
});
