// The seal of one meeting as the room and the person feed it: what is remembered, and for which round an agreement holds.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { latchStore } from '../../../web-plugin/src/jitsi/latch-store.ts';
import type { Room } from '../../../web-plugin/src/jitsi/room.ts';
import type { RoomRequest } from '../../../web-plugin/src/jitsi/room-requests.ts';
import type { RoomState, RoundState } from '../../../web-plugin/src/jitsi/room-state.ts';
import { Sealing, type SealPorts } from '../../../web-plugin/src/jitsi/sealing.ts';
import { latchKey } from '../../../web-plugin/src/keys/index.ts';

const HOST = 'meet.example';
const KNOWN = 'weekly@muc.meet.example';
const ELSEWHERE = 'weekly@muc.v1.meet.example';
Object.assign(globalThis, { location: { host: HOST } });

/** A page in the room `jid`, in a browser that has seen `KNOWN` sealed. */
function page(jid: string, where: Partial<SealPorts> = {}) {
  const requests: RoomRequest[] = [];
  const nothing = () => undefined;
  const room: Partial<Room> = {
    jid,
    self: 'me',
    isOwner: false,
    isConnected: true,
    name: (id) => id,
    occupants: () => [],
    publishSealed: nothing,
    request: async (request) => void requests.push(request),
    askState: async () => 'unknown',
  };
  const latches = latchStore(() => {
    throw new Error('no storage');
  });
  latches.set(latchKey(HOST, KNOWN), true);
  const sealing = new Sealing(room as Room, {
    latches,
    isInvitedSealed: () => false,
    comesFromSealed: null,
    addressRoom: null,
    run: (step) => step(),
    wish: nothing,
    onGate: nothing,
    onSealed: nothing,
    onTrouble: nothing,
    notify: nothing,
    onChanged: nothing,
    ...where,
  });
  sealing.joined();
  return { sealing, requests };
}

const state = (change: Partial<RoomState>): RoomState => ({
  policy: 'optional',
  sealed: true,
  by: 'bob',
  unsealedBy: null,
  epoch: 1,
  consent: null,
  ...change,
});
const round = (id: string, by = 'bob'): RoundState => ({
  id,
  by,
  until: Date.now() + 60_000,
  state: 'open',
  agreed: 1,
  asked: 3,
});
const unsealed = state({ sealed: false, by: null, unsealedBy: 'bob' });

test('who agreed in one round and not in the next is asked when the seal is said to be over', async () => {
  for (const answers of [true, false]) {
    const { sealing, requests } = page(KNOWN);
    sealing.heard(state({ consent: round('r1') }));
    await sealing.consent.answer(true);
    // The server never says how it ended, and asks again.
    sealing.heard(state({ consent: round('r2') }));
    if (answers) await sealing.consent.answer(false);
    assert.deepEqual(
      requests.map((one) => (one.name === 'consent' ? `${one.answer} ${one.id}` : one.name)),
      answers ? ['agree r1', 'refuse r2'] : ['agree r1'],
    );
    sealing.heard(unsealed);
    assert.deepEqual([sealing.gate, sealing.view.phase], ['drop', 'asking']);
  }
});

test('who clicked to end the seal and then refuses somebody else’s wish for it has ended nothing', async () => {
  const { sealing } = page(KNOWN);
  sealing.take({ type: 'unseal' });
  sealing.heard(state({ consent: round('r1') }));
  await sealing.consent.answer(false);
  sealing.heard(unsealed);
  assert.equal(sealing.view.phase, 'asking');
});

test('a click to end the seal holds although another round begins at that moment', () => {
  const { sealing } = page(KNOWN);
  sealing.heard(state({}));
  sealing.take({ type: 'unseal' });
  sealing.heard(state({ consent: round('r1') }));
  sealing.heard(state({ sealed: false, by: null, unsealedBy: 'me' }));
  assert.equal(sealing.view.phase, 'open');
});

test('a room that this browser has seen sealed is sealed where the server sends visitors too', () => {
  const { sealing } = page(ELSEWHERE, { addressRoom: KNOWN });
  sealing.heard(state({ sealed: false, by: null }));
  assert.deepEqual([sealing.gate, sealing.isRemembered], ['sealed', true]);
  const other = page(ELSEWHERE, { addressRoom: 'other@muc.meet.example' });
  other.sealing.heard(state({ sealed: false, by: null }));
  assert.equal(other.sealing.gate, 'clear');
});

test('a link that says so seals a room that nobody else says to be sealed', () => {
  for (const [isInvited, gate] of [
    [true, 'sealed'],
    [false, 'clear'],
  ] as const) {
    const { sealing } = page(ELSEWHERE, { isInvitedSealed: () => isInvited });
    sealing.heard(state({ sealed: false, by: null }));
    assert.equal(sealing.gate, gate);
  }
});

test('a breakout room inherits what the room before it was, whatever was remembered of that', () => {
  for (const [comesFromSealed, gate] of [
    [true, 'sealed'],
    [false, 'clear'],
  ] as const) {
    const { sealing } = page('b1@breakout.meet.example', { comesFromSealed, addressRoom: KNOWN });
    sealing.heard(state({ sealed: false, by: null }));
    assert.equal(sealing.gate, gate);
  }
});
