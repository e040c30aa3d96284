// The seal of a conference: anything seals, only the local user's click unseals. Rule M21, brief D5.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { latchKey, Seal, type SealAction, type SealEvent } from '../../../web-plugin/src/keys/index.ts';

class Room {
  readonly seal = new Seal();
  now = 0;
  gate = 'drop';
  isStored = false;

  do(...events: SealEvent[]): SealAction[] {
    return events.flatMap((event) => {
      const actions = this.seal.handle(event, this.now);
      for (const action of actions) {
        if (action.type === 'gate') this.gate = action.gate;
        if (action.type === 'latch') this.isStored = action.remember;
      }
      return actions;
    });
  }
}

const joined: SealEvent = { type: 'joined', remembered: false, link: false };
const open: SealEvent = { type: 'server-state', sealed: false, module: true };
const requests = (actions: SealAction[]) => actions.filter(({ type }) => type === 'request');

test('nothing passes until it is known that the room is not sealed', () => {
  const room = new Room();
  assert.equal(room.gate, 'drop');
  room.do(joined);
  assert.equal(room.gate, 'drop');
  room.do(open);
  assert.equal(room.gate, 'clear');
  assert.equal(room.seal.view.phase, 'open');
});

test('the server’s word, a peer’s word, a presence, the link and the stored latch each seal', () => {
  const ways: SealEvent[][] = [
    [joined, open, { type: 'server-change', sealed: true, by: 'bob' }],
    [joined, { type: 'server-state', sealed: true, module: true }],
    [joined, open, { type: 'evidence', occupant: 'bob' }],
    [joined, open, { type: 'presence', occupant: 'bob', sealed: true }],
    [{ type: 'joined', remembered: true, link: false }],
    [{ type: 'joined', remembered: false, link: true }, open],
  ];
  for (const way of ways) {
    const room = new Room();
    const actions = room.do(...way);
    assert.equal(room.gate, 'sealed');
    assert.equal(room.isStored, true);
    assert.ok(actions.some((action) => action.type === 'core' && action.event === 'sealed'));
    assert.equal(room.seal.view.phase, 'sealing');
    room.do({ type: 'ready', isReady: true });
    assert.equal(room.seal.view.phase, 'sealed');
  }
});

test('what seals and comes before this client is in the room seals on joining, by whose word it was', () => {
  const ways: [SealEvent, boolean][] = [
    [{ type: 'evidence', occupant: 'bob' }, false],
    [{ type: 'presence', occupant: 'bob', sealed: true }, false],
    [{ type: 'server-change', sealed: true, by: 'bob' }, true],
    [{ type: 'server-state', sealed: true, module: true }, true],
  ];
  for (const [early, isRoomsSeal] of ways) {
    const room = new Room();
    assert.deepEqual(room.do({ type: 'owner', isOwner: true }, early), [], 'not before');
    const actions = room.do(joined);
    assert.equal(room.gate, 'sealed', early.type);
    assert.ok(actions.some((action) => action.type === 'core' && action.event === 'sealed'));
    assert.equal(
      requests(room.do(open)).length,
      isRoomsSeal ? 1 : 0,
      'only the room’s seal is asked for again',
    );
    room.do({ type: 'left' }, joined, open);
    assert.equal(room.gate, 'clear', 'a visit later it counts no more');
    room.do({ type: 'left' }, early, { type: 'left' }, joined, open);
    assert.equal(room.gate, 'clear', 'nor on a visit that came to nothing');
  }
});

test('a seal that is said to be over before this client is in the room: it asks', () => {
  const room = new Room();
  room.do({ type: 'server-change', sealed: true, by: 'bob' });
  room.do({ type: 'server-change', sealed: false, by: 'bob' }, { type: 'owner', isOwner: true });
  assert.deepEqual(requests(room.do(joined)), []);
  assert.deepEqual([room.gate, room.seal.view.phase, room.seal.view.canAgree], ['drop', 'asking', true]);
  room.do({ type: 'agree' });
  assert.equal(room.gate, 'clear');
  room.do({ type: 'server-change', sealed: false, by: 'bob' });
  assert.equal(room.gate, 'clear', 'and asks once');
});

test('an announced unseal opens nothing: nothing is sent until the local user agrees', () => {
  const room = new Room();
  room.do(joined, { type: 'server-state', sealed: true, module: true }, { type: 'ready', isReady: true });
  assert.equal(room.seal.view.isEnforced, true);
  room.do({ type: 'server-change', sealed: false, by: 'bob' });
  assert.equal(room.gate, 'drop');
  assert.equal(room.seal.view.phase, 'asking');
  assert.equal(room.seal.view.unsealedBy, 'bob');
  room.do(
    { type: 'server-state', sealed: false, module: true },
    { type: 'presence', occupant: 'bob', sealed: false },
  );
  assert.equal(room.gate, 'drop');
  const agreed = room.do({ type: 'agree' });
  assert.equal(room.gate, 'clear');
  assert.ok(agreed.some((action) => action.type === 'core' && action.event === 'unsealed'));
  assert.equal(room.isStored, true, 'agreement is for this visit');
});

test('sealed again while asking: the gate seals, nobody needs to agree', () => {
  const room = new Room();
  room.do(
    joined,
    { type: 'server-state', sealed: true, module: true },
    { type: 'server-change', sealed: false, by: null },
  );
  room.do({ type: 'server-change', sealed: true, by: 'bob' });
  assert.equal(room.gate, 'sealed');
  assert.equal(room.seal.view.canAgree, false);
});

test('after agreement old words of peers seal no more, new ones and the server’s do', () => {
  const room = new Room();
  room.do(
    joined,
    { type: 'server-state', sealed: true, module: true },
    { type: 'presence', occupant: 'bob', sealed: true },
  );
  room.do({ type: 'server-change', sealed: false, by: 'bob' }, { type: 'agree' });
  room.do({ type: 'evidence', occupant: 'bob' }, { type: 'presence', occupant: 'bob', sealed: true });
  room.do({ type: 'presence', occupant: 'carol', sealed: true });
  assert.equal(room.gate, 'clear');
  room.do({ type: 'presence', occupant: 'bob', sealed: false });
  room.do({ type: 'presence', occupant: 'bob', sealed: true });
  assert.equal(room.gate, 'sealed');
});

test('agreeing does nothing while the server holds the room to be sealed', () => {
  const room = new Room();
  room.do(joined, { type: 'server-state', sealed: true, module: true }, { type: 'agree' });
  assert.equal(room.gate, 'sealed');
});

test('one’s own unseal is agreed for oneself, once the server announces it, and drops the stored latch', () => {
  const room = new Room();
  room.do(joined, { type: 'server-state', sealed: true, module: true }, { type: 'owner', isOwner: true });
  assert.deepEqual(requests(room.do({ type: 'unseal' })), [{ type: 'request', sealed: false }]);
  assert.equal(room.gate, 'sealed');
  room.do({ type: 'server-change', sealed: false, by: 'alice' });
  assert.equal(room.gate, 'clear');
  assert.equal(room.isStored, false);
});

test('an unseal that was refused, or that came too late, is agreed by nobody', () => {
  for (const spoil of ['refused', 'late']) {
    const room = new Room();
    room.do(joined, { type: 'server-state', sealed: true, module: true }, { type: 'unseal' });
    if (spoil === 'late') {
      room.now = 10_000;
      room.do({ type: 'timer' });
    } else {
      room.do({ type: 'request-refused' });
    }
    room.do({ type: 'server-change', sealed: false, by: 'bob' });
    assert.equal(room.seal.view.phase, 'asking', spoil);
  }
});

test('an owner repeats the request to a server that forgot the seal: at once, then every five seconds', () => {
  const room = new Room();
  room.do(joined, { type: 'server-state', sealed: true, module: true }, { type: 'owner', isOwner: true });
  room.do({ type: 'disconnected' });
  assert.equal(room.seal.view.isEnforced, false);
  assert.equal(room.gate, 'sealed');
  assert.deepEqual(requests(room.do(open)), [{ type: 'request', sealed: true }]);
  room.now = 4999;
  assert.deepEqual(requests(room.do({ type: 'timer' })), []);
  room.now = 5000;
  assert.deepEqual(requests(room.do({ type: 'timer' })), [{ type: 'request', sealed: true }]);
  room.do({ type: 'server-change', sealed: true, by: 'alice' });
  room.now = 20_000;
  assert.deepEqual(requests(room.do({ type: 'timer' })), []);
  assert.equal(room.seal.view.isEnforced, true);
});

test('a peer’s word alone seals this client, and has no owner ask for a seal for everybody', () => {
  for (const word of [
    { type: 'presence', occupant: 'guest', sealed: true },
    { type: 'evidence', occupant: 'guest' },
  ] as const) {
    const room = new Room();
    room.do(joined, open, { type: 'owner', isOwner: true });
    assert.deepEqual(requests(room.do(word)), []);
    assert.equal(room.gate, 'sealed');
    room.now += 60_000;
    assert.deepEqual(requests(room.do({ type: 'timer' })), []);
    room.do({ type: 'server-change', sealed: true, by: 'guest' });
    assert.deepEqual(
      requests(room.do(open)),
      [{ type: 'request', sealed: true }],
      'once the room was sealed',
    );
  }
});

test('who is no owner repeats nothing, goes on sealing, and may agree', () => {
  const room = new Room();
  const actions = room.do({ type: 'joined', remembered: true, link: false }, open);
  assert.deepEqual(requests(actions), []);
  assert.equal(room.gate, 'sealed');
  assert.deepEqual([room.seal.view.isEnforced, room.seal.view.canAgree], [false, true]);
});

test('something broken drops everything and mends to where it was', () => {
  const room = new Room();
  room.do(joined, { type: 'server-state', sealed: true, module: true }, { type: 'broken', isBroken: true });
  assert.deepEqual([room.gate, room.seal.view.phase], ['drop', 'broken']);
  room.do({ type: 'broken', isBroken: false });
  assert.equal(room.gate, 'sealed');
});

test('a dropped connection does not stop an unsealed call; leaving drops', () => {
  const room = new Room();
  room.do(joined, open, { type: 'disconnected' });
  assert.equal(room.gate, 'clear');
  room.do({ type: 'left' });
  assert.deepEqual([room.gate, room.seal.view.phase], ['drop', 'away']);
});

test('latches are stored by host and room', () => {
  assert.equal(
    latchKey('Meet.Example', 'Weekly@conference.Example'),
    'meet.example weekly@conference.example',
  );
});

const bool = fc.boolean();
const who = fc.constantFrom('bob', 'carol');
const fromOutside: fc.Arbitrary<SealEvent> = fc.oneof(
  fc.record({ type: fc.constant('server-state' as const), sealed: bool, module: bool }),
  fc.record({ type: fc.constant('server-change' as const), sealed: bool, by: fc.option(who) }),
  fc.record({ type: fc.constant('presence' as const), occupant: who, sealed: bool }),
  fc.record({ type: fc.constant('evidence' as const), occupant: who }),
  fc.record({ type: fc.constant('gone' as const), occupant: who }),
  fc.record({ type: fc.constant('owner' as const), isOwner: bool }),
  fc.record({ type: fc.constant('ready' as const), isReady: bool }),
  fc.record({ type: fc.constant('broken' as const), isBroken: bool }),
  fc.constantFrom<SealEvent>(
    { type: 'disconnected' },
    { type: 'request-refused' },
    { type: 'timer' },
    { type: 'seal' },
  ),
);

test('whatever comes from outside, a sealed room is not opened', () => {
  fc.assert(
    fc.property(fc.array(fromOutside, { maxLength: 60 }), (events) => {
      const room = new Room();
      room.do({ type: 'joined', remembered: true, link: false });
      for (const event of events) {
        room.now += 700;
        const actions = room.do(event);
        assert.notEqual(room.gate, 'clear');
        assert.ok(!actions.some((action) => action.type === 'core' && action.event === 'unsealed'));
      }
    }),
    { numRuns: 300 },
  );
});

const sealedRoom = () => {
  const room = new Room();
  room.do(joined, { type: 'server-state', sealed: true, module: true }, { type: 'ready', isReady: true });
  return room;
};

test('who agreed when everybody was asked is not asked again; the stored latch stays', () => {
  const room = sealedRoom();
  room.do({ type: 'consented', until: 60_000 });
  assert.equal(room.gate, 'sealed', 'an agreement alone changes nothing');
  room.now = 59_000;
  room.do({ type: 'server-change', sealed: false, by: 'bob' });
  assert.equal(room.gate, 'clear');
  assert.equal(room.seal.view.phase, 'open');
  assert.equal(room.isStored, true);
});

test('an agreement holds for its round alone: neither later, nor after the round was lost', () => {
  const late = sealedRoom();
  late.do({ type: 'consented', until: 60_000 });
  late.now = 60_001;
  late.do({ type: 'server-change', sealed: false, by: 'bob' });
  assert.equal(late.seal.view.phase, 'asking');
  const lost = sealedRoom();
  lost.do({ type: 'consented', until: 60_000 }, { type: 'request-refused' });
  lost.do({ type: 'server-change', sealed: false, by: 'bob' });
  assert.equal(lost.seal.view.phase, 'asking');
});

test('the owner who asks everybody has ended the seal for itself too, as long as the round lasts', () => {
  const room = sealedRoom();
  room.do({ type: 'unseal' }, { type: 'consented', until: 65_000 });
  room.now = 50_000;
  room.do({ type: 'server-change', sealed: false, by: 'me' });
  assert.equal(room.seal.view.phase, 'open');
  assert.equal(room.isStored, false);
});
