// Which keys a receiver takes, and which it retires by itself. docs/protocol.md §5.3 and §5.4; rules M4, M8.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { stepBase } from '../../../web-plugin/src/keys/derive.ts';
import { excludeOf, nameOf } from '../../../web-plugin/src/keys/leavers.ts';
import type { KeyGift } from '../../../web-plugin/src/keys/link.ts';
import { FOLLOWED_MS, Receiving, UNFOLLOWED_MS } from '../../../web-plugin/src/keys/receiving.ts';
import { Meeting, newCore, notices, ofType, openAsInitiator, Puppet, random, refusals } from './rig.ts';

const BASE = random(32);
const key = (
  generation: number,
  step = 0,
  base = BASE,
  excludes: Uint8Array = new Uint8Array(0),
): KeyGift => ({
  generation,
  step,
  base,
  reason: 'leave',
  since: 0,
  excludes,
  floors: [],
});

test('generations rise, with gaps; a lower one is refused', () => {
  const receiving = new Receiving({ dead: 0 });
  assert.deepEqual(receiving.take(key(3), 0), { accept: true, retire: [] });
  assert.deepEqual(receiving.take(key(9), 0), { accept: true, retire: [] });
  assert.throws(() => receiving.take(key(8), 0), /goes back/);
});

test('the same generation again: the same bytes or what stepping gives, nothing else', () => {
  const receiving = new Receiving({ dead: 0 });
  receiving.take(key(1, 1), 0);
  assert.deepEqual(receiving.take(key(1, 1), 0), { accept: false, retire: [] });
  assert.deepEqual(receiving.take(key(1, 3, stepBase(stepBase(BASE))), 0), { accept: false, retire: [] });
  assert.throws(() => receiving.take(key(1, 3, random(32)), 0), /other bytes/);
  assert.throws(() => receiving.take(key(1, 2, stepBase(BASE)), 0), /step goes back/);
});

test('the newest four generations are kept', () => {
  const receiving = new Receiving({ dead: 0 });
  for (let generation = 1; generation <= 4; generation += 1) receiving.take(key(generation), 0);
  assert.deepEqual(receiving.take(key(5), 0).retire, [1]);
});

test('a leave retires what came before it, except what was made after the sender saw that leave', () => {
  const leaver = random(32);
  const receiving = new Receiving({ dead: 0 });
  receiving.take(key(1), 0);
  receiving.take(key(2, 0, BASE, excludeOf(random(32))), 0);
  receiving.take(key(3, 0, BASE, excludeOf(leaver)), 0);
  receiving.take(key(4), 0);
  assert.deepEqual(receiving.leaverSeen(nameOf(leaver), 0), [1, 2]);
  assert.deepEqual(receiving.leaverSeen(nameOf(random(32)), 0), [3, 4]);
  assert.throws(() => receiving.take(key(4), 0), /retired/);
  assert.equal(receiving.min, 5);
});

test('a naming from before somebody came back spares nothing', () => {
  const leaver = random(32);
  const receiving = new Receiving({ dead: 0 });
  receiving.take(key(2, 0, BASE, excludeOf(leaver)), 0);
  receiving.take({ ...key(4), since: 3 }, 0);
  assert.deepEqual(receiving.leaverSeen(nameOf(leaver), 0), [4]);
});

test('namings are found wherever they stand among others, and only whole', () => {
  const [first, leaver, last] = [random(32), random(32), random(32)];
  const receiving = new Receiving({ dead: 0 });
  const excludes = Uint8Array.from([first, leaver, last].flatMap((each) => [...excludeOf(each)]));
  receiving.take(key(1, 0, BASE, excludes), 0);
  assert.deepEqual(receiving.leaverSeen(nameOf(leaver), 0), []);
  assert.deepEqual(receiving.leaverSeen(nameOf(last), 0), []);
  assert.deepEqual(receiving.leaverSeen(nameOf(excludes.slice(8, 40)), 0), [1]);
});

test('of one sender 512 leavers are remembered: who was named before them retires what it may hold', () => {
  const leavers = Array.from({ length: 9 }, () => random(32));
  const receiving = new Receiving({ dead: 0 });
  for (const [n, leaver] of leavers.entries()) {
    const excludes = random(64 * 16);
    excludes.set(excludeOf(leaver), 0);
    receiving.take({ ...key(n + 1, 0, BASE, excludes), since: 1 }, 0);
  }
  assert.deepEqual(receiving.leaverSeen(nameOf(leavers[1] ?? BASE), 0), []);
  assert.deepEqual(receiving.leaverSeen(nameOf(leavers[0] ?? BASE), 0), [6, 7, 8, 9]);
});

test('a generation that a newer one followed is erased half a minute later, the newest after 17 minutes, a retired one after five seconds', () => {
  const receiving = new Receiving({ dead: 0 });
  receiving.take(key(1), 0);
  receiving.take(key(2), 1000);
  assert.deepEqual(receiving.due(1000 + FOLLOWED_MS - 1), []);
  assert.ok(receiving.baseFor(1, 0, 2000));
  assert.equal(receiving.deadline, 1000 + FOLLOWED_MS);
  assert.deepEqual(receiving.due(1000 + FOLLOWED_MS), [1]);
  assert.equal(receiving.baseFor(1, 0, 2000), null);
  assert.deepEqual(receiving.due(1000 + UNFOLLOWED_MS - 1), []);
  assert.deepEqual(receiving.due(1000 + UNFOLLOWED_MS), [2]);
  assert.equal(receiving.deadline, null);
  receiving.take(key(3), 0);
  receiving.leaverSeen(nameOf(random(32)), 0);
  assert.ok(receiving.baseFor(3, 0, 4999));
  assert.equal(receiving.baseFor(3, 0, 5000), null);
  assert.deepEqual(receiving.due(5000), []);
  assert.equal(receiving.baseFor(3, 0, 0), null);
});

function threesome() {
  const core = newCore('alice');
  const sender = new Puppet('bob', core, 'alice', 'initiator');
  const leaver = new Puppet('carol', core, 'alice', 'initiator');
  for (const { id, property } of [sender, leaver]) {
    core.handle({ type: 'joined', occupant: id, bundle: property }, 0);
  }
  const { keys } = openAsInitiator(sender, 0);
  const tell = (generation: number, now: number, base = random(32)) =>
    sender.tell(sender.part(sender.key(keys.initiatorWrap, generation, 0, base)), now);
  return { core, sender, leaver, keys, tell };
}

test('the core has the worker retire a silent sender’s keys 5 s after somebody else left, and asks for newer ones', () => {
  const { core, sender, tell } = threesome();
  assert.equal(ofType(tell(1, 1), 'accept-key').length, 1);
  const left = core.handle({ type: 'left', occupant: 'carol' }, 2);
  const owner = sender.participant.identity;
  assert.deepEqual(ofType(left, 'retire'), [{ type: 'retire', owner, generations: [1], inMs: 5000 }]);
  assert.deepEqual(refusals(tell(1, 3)), ['key: the generation is retired']);
  const asked = core.handle({ type: 'missing-key', owner, generation: 1 }, 6000);
  assert.deepEqual(
    sender.hear(asked).map(({ content }) => content),
    [{ type: 'keyreq', min: 2 }],
  );
  assert.deepEqual(sender.hear(core.handle({ type: 'missing-key', owner, generation: 1 }, 10_999)), []);
  assert.equal(sender.hear(core.handle({ type: 'missing-key', owner, generation: 1 }, 11_000)).length, 1);
});

test('a key that comes after a leave and does not name who left has five seconds, too', () => {
  const { core, sender, leaver, keys } = threesome();
  core.handle({ type: 'left', occupant: 'carol' }, 2);
  const owner = sender.participant.identity;
  const give = (generation: number, now: number, excludes: Uint8Array = new Uint8Array(0)) => {
    const key = sender.key(keys.initiatorWrap, generation, 0, random(32), { excludes });
    return ofType(sender.tell(sender.part(key), now), 'retire').filter(({ inMs }) => inMs > 0);
  };
  const named = excludeOf(leaver.participant.curve25519);
  assert.deepEqual(give(1, 100), [{ type: 'retire', owner, generations: [1], inMs: 5000 }]);
  assert.deepEqual(give(2, 200, named), []);
  assert.deepEqual(give(3, 20_000), [], 'named before');
  core.handle({ type: 'joined', occupant: 'carol', bundle: leaver.property }, 21_000);
  core.handle({ type: 'left', occupant: 'carol' }, 22_000);
  assert.deepEqual(give(4, 60_000), [], 'long after it');
});

test('one that was named, came back and left again is not taken as known to be gone for the first time', () => {
  const { core, sender, leaver, keys } = threesome();
  for (const at of [1, 3]) {
    core.handle({ type: 'left', occupant: 'carol' }, at);
    if (at === 1) core.handle({ type: 'joined', occupant: 'carol', bundle: leaver.property }, 2);
  }
  const named = excludeOf(leaver.participant.curve25519);
  const isRetired = (generation: number, more: { since?: number; excludes?: Uint8Array }) => {
    const key = sender.key(keys.initiatorWrap, generation, 0, random(32), more);
    const retired = ofType(sender.tell(sender.part(key), 100 * generation), 'retire');
    return retired.some(({ generations }) => generations.includes(generation));
  };
  assert.ok(!isRetired(1, { excludes: named }), 'drawn after the first leave');
  assert.ok(isRetired(2, { since: 2 }), 'given to carol, who had come back');
  assert.ok(!isRetired(3, { since: 2, excludes: named }), 'drawn after the second');
  assert.ok(!isRetired(4, { since: 2 }));
});

test('a key that does not name who left has five seconds, however many left since then whom it names', () => {
  for (const others of [64, 600]) {
    const { core, sender, keys } = threesome();
    const ghost = new Puppet('ghost', core, 'alice', 'initiator');
    core.handle({ type: 'left', occupant: 'carol' }, 2);
    for (let n = 0; n < others; n += 1) {
      core.handle({ type: 'joined', occupant: 'ghost', bundle: ghost.property }, 3);
      core.handle({ type: 'left', occupant: 'ghost' }, 3);
    }
    for (const generation of [1, 2]) {
      const key = sender.key(keys.initiatorWrap, generation, 0, random(32), {
        excludes: excludeOf(ghost.participant.curve25519),
      });
      const retired = ofType(sender.tell(sender.part(key), 8000 * generation), 'retire');
      assert.deepEqual(
        retired.filter(({ inMs }) => inMs > 0).map(({ generations, inMs }) => [generations, inMs]),
        [[[generation], 5000]],
        `${others} others`,
      );
    }
  }
});

test('a key that who left was given too is dead when its sender, muted since, is told of that leave', () => {
  const { meeting, owner } = threeOfThem();
  meeting.feed('alice', { type: 'source', on: true });
  meeting.advance(60_000);
  // Bob is told that carol leaves, and then that alice left and came back: carol's leave is one before alice came.
  meeting.feed('bob', { type: 'left', occupant: 'carol' });
  meeting.feed('bob', { type: 'left', occupant: 'alice' });
  const bundle = meeting.cores.get('alice')?.bundle() ?? '';
  meeting.feed('bob', { type: 'joined', occupant: 'alice', bundle });
  meeting.advance(3000);
  meeting.feed('bob', { type: 'missing-key', owner, generation: 1 });
  meeting.advance(500);
  const generation = meeting.actionsOf('bob', 'accept-key').at(-1)?.generation ?? 0;
  const carols = meeting.actionsOf('carol', 'accept-key').filter((key) => key.owner === owner);
  assert.ok(carols.some((key) => key.generation === generation));
  meeting.feed('alice', { type: 'source', on: false });
  meeting.feed('alice', { type: 'left', occupant: 'carol' });
  meeting.advance(3000);
  const retired = meeting.actionsOf('bob', 'retire').filter((retire) => retire.owner === owner);
  assert.ok(retired.some(({ generations, inMs }) => generations.includes(generation) && inMs === 5000));
});

test('nor is it taken when it was held back until long after that leave', () => {
  const { meeting, owner } = threeOfThem();
  const held = meeting.hold((from, to, message) => from === 'alice' && to === 'bob' && 'olm' in message);
  meeting.feed('alice', { type: 'source', on: true });
  meeting.advance(1000);
  meeting.feed('alice', { type: 'source', on: false });
  meeting.remove('carol');
  meeting.advance(31_000);
  meeting.passes = () => true;
  for (const deliver of held) deliver();
  meeting.advance(1000);
  assert.deepEqual(
    meeting.actionsOf('bob', 'accept-key').filter((key) => key.owner === owner),
    [],
  );
});

function threeOfThem() {
  const meeting = new Meeting();
  const [alice] = ['alice', 'bob', 'carol'].map((id) => meeting.add(id));
  meeting.seal();
  meeting.advance(4000);
  return { meeting, owner: alice?.identity ?? '' };
}

test('somebody who came after a leave cannot name it, and its keys are as good as any', () => {
  const core = newCore('alice');
  const [leaver, sender] = ['carol', 'bob'].map((id) => new Puppet(id, core, 'alice', 'initiator')) as [
    Puppet,
    Puppet,
  ];
  core.handle({ type: 'joined', occupant: 'carol', bundle: leaver.property }, 0);
  core.handle({ type: 'left', occupant: 'carol' }, 1);
  core.handle({ type: 'joined', occupant: 'bob', bundle: sender.property }, 2);
  const { keys } = openAsInitiator(sender, 3);
  const given = sender.tell(sender.part(sender.key(keys.initiatorWrap, 1, 0, random(32))), 4);
  assert.equal(ofType(given, 'accept-key').length, 1);
  assert.deepEqual(ofType(given, 'retire'), []);
});

test('a key whose wrap does not open is refused: made for another number, or by another channel', () => {
  const { core, sender, keys } = threesome();
  const made = sender.key(keys.initiatorWrap, 1, 0, random(32));
  if (made.type === 'key') made.key.generation = 2;
  assert.deepEqual(refusals(sender.tell(sender.part(made), 1)), ['key: the wrap does not open']);
  const reflected = sender.part(sender.key(keys.responderWrap, 3, 0, random(32)));
  assert.deepEqual(refusals(sender.tell(reflected, 2000)), ['key: the wrap does not open']);
  const after = core.handle({ type: 'timer' }, 3000);
  assert.deepEqual(
    after.filter(({ type }) => type !== 'wake'),
    [],
  );
});

test('an owner that leaves is forgotten, and nothing old is taken from it when it returns', () => {
  const { core, sender, tell } = threesome();
  tell(7, 1);
  const left = core.handle({ type: 'left', occupant: 'bob' }, 2);
  assert.deepEqual(ofType(left, 'forget'), [{ type: 'forget', owner: sender.participant.identity }]);
  core.handle({ type: 'joined', occupant: 'bob', bundle: sender.property }, 3);
  const { keys } = openAsInitiator(sender, 4, 2);
  const again = (generation: number) =>
    sender.tell(sender.part(sender.key(keys.initiatorWrap, generation, 0, random(32))), 5000);
  assert.deepEqual(refusals(again(7)), ['key: the generation is retired']);
  assert.equal(ofType(again(8), 'accept-key').length, 1);
});

test('after unsealing nothing old is taken', () => {
  const { core, tell } = threesome();
  core.handle({ type: 'sealed' }, 0);
  tell(7, 1);
  const actions = core.handle({ type: 'unsealed' }, 2);
  assert.equal(ofType(actions, 'stop-sending').length, 1);
  assert.equal(ofType(actions, 'forget').length, 2);
  core.handle({ type: 'sealed' }, 3);
  assert.deepEqual(refusals(tell(7, 4)), ['key: the generation is retired']);
});

test('a new worker is not given old keys to open with; their senders are asked for new ones', () => {
  const { core, sender, tell } = threesome();
  tell(7, 1);
  const actions = core.handle({ type: 'worker-restarted' }, 2);
  assert.equal(ofType(actions, 'accept-key').length, 0);
  assert.deepEqual(
    sender.hear(actions).map(({ content }) => content),
    [{ type: 'keyreq', min: 8 }],
  );
});

test('the worker is told of what is erased, also if nobody says anything more', () => {
  const meeting = new Meeting();
  for (const id of ['alice', 'bob']) meeting.add(id);
  meeting.seal('alice');
  meeting.advance(1000);
  meeting.feed('alice', { type: 'source', on: false });
  meeting.advance(UNFOLLOWED_MS - 2000);
  assert.deepEqual(meeting.actionsOf('bob', 'retire'), []);
  meeting.advance(7000);
  const [retired] = meeting.actionsOf('bob', 'retire');
  assert.deepEqual([retired?.generations, retired?.inMs], [[1], 0]);
  meeting.feed('alice', { type: 'source', on: true });
  meeting.advance(1000);
  assert.equal(meeting.actionsOf('bob', 'accept-key').at(-1)?.generation, 2);
});

test('whatever is asked for, and by however many, one fresh key in five seconds comes of it', () => {
  const core = newCore('alice');
  const askers = ['bob', 'carol'].map((id) => new Puppet(id, core, 'alice', 'initiator'));
  for (const { id, property } of askers) core.handle({ type: 'joined', occupant: id, bundle: property }, 0);
  for (const asker of askers) openAsInitiator(asker, 0);
  core.handle({ type: 'sealed' }, 1);
  core.handle({ type: 'source', on: true }, 1);
  const [bob, carol] = askers as [Puppet, Puppet];
  const generation = (now: number) => {
    core.handle({ type: 'timer' }, now);
    return notices(core.handle({ type: 'timer' }, now + 200), 'rotated').at(-1)?.generation;
  };
  const ask = (asker: Puppet, min: number, now: number) => {
    const actions = asker.tell(asker.part({ type: 'keyreq', min }), now);
    actions.push(...core.handle({ type: 'timer' }, now + 200));
    return notices(actions, 'rotated').map((notice) => notice.generation);
  };
  assert.equal(generation(1000), undefined);
  assert.deepEqual(ask(bob, 2 ** 20 - 1, 10_000), [], 'more than the next');
  assert.deepEqual(ask(bob, 2, 16_000), [2]);
  assert.deepEqual(ask(carol, 3, 17_000), [], 'too soon after another');
  assert.deepEqual(ask(carol, 3, 23_000), [3]);
});

test('steps that somebody makes up are derived once each', () => {
  const receiving = new Receiving({ dead: 0 });
  receiving.take(key(1), 0);
  const first = receiving.baseFor(1, 254, 0);
  const before = receiving.baseFor(1, 253, 0);
  // Not only equal: the very arrays that were derived at first.
  assert.equal(receiving.baseFor(1, 254, 0), first);
  assert.equal(receiving.baseFor(1, 253, 0), before);
  receiving.take(key(1, 1, stepBase(BASE)), 0);
  assert.deepEqual(receiving.baseFor(1, 254, 0), first);
  assert.equal(receiving.baseFor(1, 0, 0), null);
});

test('KEYREQ is answered at most once in five seconds', () => {
  const { core, sender } = threesome();
  core.handle({ type: 'sealed' }, 1);
  core.handle({ type: 'source', on: true }, 1);
  const ask = (now: number) => sender.tell(sender.part({ type: 'keyreq', min: 1 }), now);
  const answer = sender.hear(ask(10));
  assert.equal(answer[0]?.content.type, 'key');
  assert.deepEqual(refusals(ask(5009)), ['keyreq: too often']);
  assert.equal(sender.hear(ask(5010)).length, 1);
});

test('a message with parts for others alone, an own echo and the server’s announcement do nothing', () => {
  const { core } = threesome();
  const olm = { type: 'sealmeet', v: 1, olm: { dave: [1, 'AAAA'] } };
  assert.deepEqual(core.handle({ type: 'message', from: 'bob', payload: olm }, 1), []);
  assert.deepEqual(core.handle({ type: 'message', from: 'alice', payload: 5 }, 1), []);
  const room = { type: 'sealmeet', v: 1, room: { sealed: true } };
  assert.deepEqual(core.handle({ type: 'message', from: 'stranger', payload: room }, 1), []);
  assert.equal(notices(core.handle({ type: 'message', from: 'bob', payload: null }, 1), 'refused').length, 1);
});
