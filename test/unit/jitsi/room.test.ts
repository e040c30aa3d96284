// When a room tells of a leave: before the library takes the leaver's tracks apart. docs/protocol.md §5.2.

import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { test } from 'node:test';
import type { JitsiConference, JitsiMeetLibrary } from '../../../web-plugin/src/jitsi/library.ts';
import { Room, type RoomEvents } from '../../../web-plugin/src/jitsi/room.ts';

const JID = 'room@conference.example';
const MEMBER_LEFT = 'xmpp.muc_member_left';

/** As much of lib-jitsi-meet as tells of people; `log` has what reaches the plugin, and when the library is at work. */
function conference() {
  const log: string[] = [];
  const events = new EventEmitter();
  const people = new Set<string>();
  const participant = (id: string) => ({
    getId: () => id,
    getDisplayName: () => `name of ${id}`,
    getProperty: () => undefined,
  });
  const room = Object.assign(new EventEmitter(), { roomjid: JID });
  // The library listens before anybody else can.
  room.on(MEMBER_LEFT, (jid: string) => {
    const id = jid.slice(JID.length + 1);
    log.push(`takes ${id} apart`);
    if (people.delete(id)) events.emit('left', id, participant(id));
  });
  const own = {
    room: { roomjid: JID, eventEmitter: room } as { roomjid: string; eventEmitter?: EventEmitter } | null,
    eventEmitter: events,
    on: (name: string, listener: (...args: never[]) => void) =>
      events.on(name, listener as (...args: unknown[]) => void),
    getParticipants: () => [...people].map(participant),
    myUserId: () => 'self',
    setDisplayName: () => undefined,
  };
  const library = { events: { conference: { USER_JOINED: 'joined', USER_LEFT: 'left' }, track: {} } };
  const told: Partial<RoomEvents> = {
    onOccupant: () => undefined,
    onLeave: (id) => log.push(`told that ${id} leaves`),
    onOccupantLeft: (id, name) => log.push(`told that ${id} is gone, ${name}`),
  };
  const start = () =>
    new Room(own as unknown as JitsiConference, library as unknown as JitsiMeetLibrary, told as RoomEvents);
  const comes = async (id: string) => {
    people.add(id);
    events.emit('joined', id, participant(id));
    await Promise.resolve();
  };
  return { own, log, start, comes, leaves: (id: string) => room.emit(MEMBER_LEFT, `${JID}/${id}`) };
}

test('a leave is told before the library is done with it, and only of somebody who was told to be there', async () => {
  const { log, start, comes, leaves } = conference();
  start();
  await comes('a/b');
  leaves('focus');
  leaves('a/b');
  assert.deepEqual(log, [
    'takes focus apart',
    'told that a/b leaves',
    'takes a/b apart',
    'told that a/b is gone, name of a/b',
  ]);
});

test('one’s own leave is not everybody’s; a version without the event tells of a leave later', async () => {
  const { own, log, start, comes, leaves } = conference();
  start();
  await comes('ada');
  own.room = null;
  leaves('ada');
  assert.deepEqual(log, ['takes ada apart', 'told that ada is gone, name of ada']);

  const other = conference();
  if (other.own.room) delete other.own.room.eventEmitter;
  other.start();
  await other.comes('ada');
  other.leaves('ada');
  assert.deepEqual(other.log, ['takes ada apart', 'told that ada is gone, name of ada']);
});
