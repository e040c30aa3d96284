// Bundles and who takes part: points, uniqueness, signature, pinning. docs/protocol.md §3; rules M13, M16.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkedParticipant, keysOf, ownBundle } from '../../../web-plugin/src/keys/participant.ts';
import { isSoundCurve25519, isSoundEd25519 } from '../../../web-plugin/src/keys/points.ts';
import {
  beaconBody,
  beaconMessageBytes,
  bundleBody,
  concat,
  encodeBeacon,
  encodeBundle,
  lp,
  MESSAGE_TYPE,
  parseBundle,
  utf8,
} from '../../../web-plugin/src/wire/index.ts';
import {
  identityBytes,
  Meeting,
  newCore,
  notices,
  ofType,
  olm,
  openAsInitiator,
  Puppet,
  ROOM,
  random,
  refusals,
} from './rig.ts';

const hex = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, 'hex'));
const P = 2n ** 255n - 19n;
const littleEndian = (value: bigint): Uint8Array =>
  Uint8Array.from({ length: 32 }, (_, at) => Number((value >> BigInt(8 * at)) & 255n));

test('Curve25519 keys: small order, not canonical and bit 255 are refused', () => {
  for (const bad of [
    littleEndian(0n),
    littleEndian(1n),
    hex('e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800'),
    hex('5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157'),
    littleEndian(P - 1n),
    littleEndian(P),
    littleEndian(P + 1n),
    littleEndian(P + 9n),
    littleEndian(9n + 2n ** 255n),
    new Uint8Array(31).fill(9),
  ]) {
    assert.equal(isSoundCurve25519(bad), false, Buffer.from(bad).toString('hex'));
  }
  assert.ok(isSoundCurve25519(littleEndian(9n)));
  assert.ok(isSoundCurve25519(olm.account().curve25519));
});

test('Ed25519 keys: small order and not canonical are refused', () => {
  for (const bad of [
    littleEndian(0n),
    littleEndian(1n),
    littleEndian(P - 1n),
    littleEndian(1n + 2n ** 255n),
    littleEndian(P + 1n),
    hex('26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05'),
    hex('26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85'),
    hex('c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a'),
    hex('c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa'),
    new Uint8Array(33).fill(9),
  ]) {
    assert.equal(isSoundEd25519(bad), false, Buffer.from(bad).toString('hex'));
  }
  assert.ok(isSoundEd25519(olm.account().ed25519));
});

/** A bundle with other keys than the account's, signed for `room` by the account. */
function forged(
  change: Partial<Record<'curve25519' | 'fallback' | 'ed25519', Uint8Array>>,
  room = ROOM,
): string {
  const account = olm.account();
  const { curve25519, ed25519, fallback } = { ...account, ...change };
  const nonce = random(16);
  const body = bundleBody({ suites: [1], curve25519, ed25519, fallback, nonce, kem: new Uint8Array(0) });
  return encodeBundle(body, account.sign(concat(utf8('Sealmeet 1 bundle'), lp(room), body)));
}

test('a bundle is refused for its points, a key that stands twice, the key of another, or its signature', () => {
  const check = (property: string, others: ReturnType<typeof checkedParticipant>[] = []) =>
    checkedParticipant(olm, ROOM, property, (key) => others.flatMap(keysOf).includes(key));
  const good = check(ownBundle(olm.account(), ROOM, random(16)));
  assert.ok(check(forged({})), 'what is changed below is good as it is');
  const zero = new Uint8Array(32);
  assert.throws(() => check(forged({ curve25519: zero })), /curve25519 is not a sound point/);
  assert.throws(() => check(forged({ fallback: zero })), /fallback is not a sound point/);
  assert.throws(() => check(forged({ ed25519: zero })), /ed25519 is not a sound point/);
  const twice = olm.account().curve25519;
  assert.throws(() => check(forged({ curve25519: twice, fallback: twice })), /stands twice/);
  assert.throws(() => check(forged({ curve25519: good.curve25519 }), [good]), /another participant/);
  assert.throws(() => check(forged({ curve25519: good.fallback }), [good]), /another participant/);
  assert.throws(() => check(forged({ ed25519: good.ed25519 })), /signature does not hold/);
  const other = 'other@conference.example';
  assert.throws(() => check(forged({}, other)), /signature does not hold/);
  assert.throws(() => check(ownBundle(olm.account(), other, random(16))), /signature does not hold/);
});

test('the own bundle under another occupant, and one bundle under two occupants, take no part', () => {
  const core = newCore('alice');
  const own = core.handle({ type: 'joined', occupant: 'mirror', bundle: core.bundle() }, 0);
  assert.equal(notices(own, 'incapable')[0]?.reason, 'bundle: a key of another participant');
  const bob = newCore('bob');
  assert.deepEqual(core.handle({ type: 'joined', occupant: 'bob', bundle: bob.bundle() }, 1), []);
  const copy = core.handle({ type: 'joined', occupant: 'copy', bundle: bob.bundle() }, 2);
  assert.equal(notices(copy, 'incapable')[0]?.reason, 'bundle: a key of another participant');
  const others = ofType(core.handle({ type: 'sealed' }, 3), 'send').map(({ to }) => to);
  assert.ok(others.every((to) => to === 'bob'));
});

test('who copied somebody’s bundle keeps that person out only until it is gone, or shows another', () => {
  for (const go of ['leaves', 'shows another'] as const) {
    const core = newCore('alice');
    const bob = new Puppet('bob', core, 'alice', 'initiator');
    core.handle({ type: 'joined', occupant: 'copy', bundle: bob.property }, 0);
    const refused = core.handle({ type: 'joined', occupant: 'bob', bundle: bob.property }, 1);
    assert.equal(notices(refused, 'incapable')[0]?.occupant, 'bob');
    core.handle(
      go === 'leaves'
        ? { type: 'left', occupant: 'copy' }
        : { type: 'bundle', occupant: 'copy', bundle: newCore('copy').bundle() },
      2,
    );
    const { opened } = openAsInitiator(bob, 3);
    assert.equal(notices(opened, 'channel')[0]?.occupant, 'bob', go);
  }
});

test('of many who copied one bundle the next one is looked at when the first leaves, and nobody else', () => {
  let checked = 0;
  const counting = {
    ...olm,
    verify: (...of: Parameters<typeof olm.verify>) => ++checked > 0 && olm.verify(...of),
  };
  const core = newCore('alice', { olm: counting });
  const bundle = newCore('bob').bundle();
  for (let n = 0; n < 50; n += 1) core.handle({ type: 'joined', occupant: `copy ${n}`, bundle }, n);
  checked = 0;
  const told = core.handle({ type: 'left', occupant: 'copy 0' }, 100);
  assert.equal(checked, 1);
  assert.deepEqual(notices(told, 'incapable'), []);
  core.handle({ type: 'sealed' }, 101);
  const tried = ofType(core.handle({ type: 'source', on: true }, 102), 'send').map(({ to }) => to);
  assert.ok(
    tried.every((to) => to === 'room' || to === 'copy 1'),
    String(tried),
  );
});

test('the first bundle is pinned: another one is a leave and the join of somebody new', () => {
  const core = newCore('alice');
  const first = new Puppet('bob', core, 'alice', 'initiator');
  const second = new Puppet('bob', core, 'alice', 'initiator');
  core.handle({ type: 'joined', occupant: 'bob', bundle: first.property }, 0);
  core.handle({ type: 'sealed' }, 0);
  core.handle({ type: 'source', on: true }, 0);
  openAsInitiator(first, 1);
  const changed = core.handle({ type: 'bundle', occupant: 'bob', bundle: second.property }, 2000);
  assert.deepEqual(notices(changed, 'replaced'), [{ type: 'replaced', occupant: 'bob' }]);
  assert.deepEqual(ofType(changed, 'forget'), [{ type: 'forget', owner: first.participant.identity }]);
  assert.deepEqual(ofType(changed, 'expire-sending'), [{ type: 'expire-sending', generation: 1, inMs: 300 }]);
  const { accept } = openAsInitiator(second, 2040);
  assert.equal(accept.key?.generation, 2);
  assert.deepEqual(refusals(first.tell(first.part({ type: 'keyreq', min: 1 }), 2050)), [
    'olm: does not open',
  ]);
});

test('who shows one bundle after the other takes part in nothing after the eighth', () => {
  const core = newCore('alice');
  const show = (n: number) => {
    const event = { occupant: 'bob', bundle: newCore('bob').bundle() };
    return core.handle(n === 0 ? { type: 'joined', ...event } : { type: 'bundle', ...event }, n);
  };
  for (let n = 0; n < 8; n += 1) assert.deepEqual(notices(show(n), 'incapable'), []);
  assert.deepEqual(notices(show(8), 'incapable')[0]?.reason, 'bundle: changed too often');
  assert.deepEqual(core.roster().people, []);
});

test('a bundle that disappears is a leave; the first one that comes is no replacement', () => {
  const core = newCore('alice');
  const bob = new Puppet('bob', core, 'alice', 'initiator');
  const joined = core.handle({ type: 'joined', occupant: 'bob', bundle: null }, 0);
  assert.equal(notices(joined, 'incapable').length, 1);
  assert.deepEqual(
    notices(core.handle({ type: 'bundle', occupant: 'bob', bundle: bob.property }, 1), 'replaced'),
    [],
  );
  openAsInitiator(bob, 2);
  const gone = core.handle({ type: 'bundle', occupant: 'bob', bundle: null }, 3);
  assert.equal(ofType(gone, 'forget').length, 1);
  assert.equal(notices(gone, 'incapable').length, 1);
});

test('whoever gets keys is an occupant that the shell reported', () => {
  const meeting = new Meeting();
  for (const id of ['alice', 'bob', 'carol']) meeting.add(id);
  meeting.seal('alice', 'bob', 'carol');
  meeting.advance(1000);
  const before = meeting.log.length;
  meeting.remove('carol');
  meeting.advance(1000);
  const given = meeting.log
    .slice(before)
    .flatMap(({ id, action }) =>
      id !== 'carol' && action.type === 'send' && 'olm' in action.message
        ? [{ id, to: Object.keys(action.message.olm) }]
        : [],
    );
  assert.deepEqual([...new Set(given.map(({ id }) => id))].sort(), ['alice', 'bob'], 'fresh keys went out');
  for (const { id, to } of given) assert.deepEqual(to, [id === 'alice' ? 'bob' : 'alice']);
});

test('messages that overtake the presence wait, bounded in number and time', () => {
  const core = newCore('alice');
  const bob = new Puppet('bob', core, 'alice', 'initiator');
  bob.outbound();
  const early = bob.part({ type: 'hello', ordinal: 1, nonce: random(16), sealed: true });
  assert.deepEqual(bob.tell(early, 0), []);
  const joined = core.handle({ type: 'joined', occupant: 'bob', bundle: bob.property }, 9999);
  assert.equal(bob.hear(joined)[0]?.content.type, 'accept');

  const late = newCore('alice');
  const slow = new Puppet('bob', late, 'alice', 'initiator');
  slow.outbound();
  slow.tell(slow.part({ type: 'hello', ordinal: 1, nonce: random(16), sealed: true }), 0);
  assert.deepEqual(
    slow.hear(late.handle({ type: 'joined', occupant: 'bob', bundle: slow.property }, 10_000)),
    [],
  );

  const flooded = newCore('alice');
  const message = (from: string, now: number) =>
    flooded.handle({ type: 'message', from, payload: { type: 'sealmeet', v: 1, restart: true } }, now);
  for (let n = 0; n < 8; n += 1) assert.deepEqual(message('ghost', 0), []);
  assert.deepEqual(refusals(message('ghost', 0)), ['message: too many before the presence']);
  for (let n = 1; n < 64; n += 1) assert.deepEqual(message(`ghost${n}`, 0), []);
  assert.deepEqual(refusals(message('one more', 0)), ['message: too many unknown senders']);
  assert.deepEqual(message('one more', 10_001), []);

  const stuffed = newCore('alice');
  const heavy = (from: string) =>
    stuffed.handle(
      { type: 'message', from, payload: { type: 'sealmeet', v: 1, data: 'A'.repeat(32_768) } },
      0,
    );
  for (let n = 0; n < 32; n += 1) assert.deepEqual(heavy(`ghost${n}`), []);
  assert.deepEqual(refusals(heavy('ghost')), ['message: too much is held']);
});

test('a changed, cut or longer bundle does not parse into something else', () => {
  const property = newCore('alice').bundle();
  const bytes = parseBundle(property).bytes;
  for (let at = 0; at < bytes.length; at += 7) {
    const changed = Uint8Array.from(bytes);
    changed[at] = (changed[at] ?? 0) ^ 1;
    const value = `1.${Buffer.from(changed).toString('base64url')}`;
    assert.throws(() => checkedParticipant(olm, ROOM, value, () => false), { name: 'Refusal' }, `byte ${at}`);
  }
});

test('handshakes of one occupant are rationed', () => {
  const core = newCore('alice');
  const bob = new Puppet('bob', core, 'alice', 'initiator');
  core.handle({ type: 'joined', occupant: 'bob', bundle: bob.property }, 0);
  const offer = (ordinal: number, now: number) => {
    bob.outbound();
    return refusals(bob.tell(bob.part({ type: 'hello', ordinal, nonce: random(16), sealed: true }), now));
  };
  for (let ordinal = 1; ordinal <= 4; ordinal += 1) assert.deepEqual(offer(ordinal, 0), []);
  assert.deepEqual(offer(5, 0), ['hello: too many']);
  assert.deepEqual(offer(6, 2000), []);
});

test('occupants are bounded in number and in the length of their ids', () => {
  const core = newCore('alice');
  const join = (occupant: string) => core.handle({ type: 'joined', occupant, bundle: null }, 0);
  for (let n = 0; n < 2048; n += 1) assert.deepEqual(refusals(join(`o${n}`)), []);
  assert.deepEqual(refusals(join('one more')), ['presence: more than 2048 occupants']);
  core.handle({ type: 'left', occupant: 'o7' }, 0);
  assert.deepEqual(refusals(join('one more')), []);
  assert.deepEqual(refusals(join('x'.repeat(129))), ['presence: expected an id of 1 to 128 characters']);
});

/** A bundle with somebody's curve25519 and a meeting key of its own, which is all that has to be proved. */
function copied(curve25519: Uint8Array) {
  const account = olm.account();
  const { ed25519, fallback } = account;
  const rest = { suites: [1], ed25519, fallback, nonce: random(16), kem: new Uint8Array(0) };
  const body = bundleBody({ ...rest, curve25519 });
  const signature = account.sign(concat(utf8('Sealmeet 1 bundle'), lp(ROOM), body));
  return { account, property: encodeBundle(body, signature) };
}

test('who copied a public key for a moment leaves nothing behind that its owner is held to', () => {
  for (const [seq, dead] of [
    [1, 2 ** 20 - 1],
    [2 ** 32 - 1, 0],
  ] as const) {
    const meeting = new Meeting();
    const alice = meeting.add('alice');
    const bob = newCore('bob');
    const { account, property } = copied(identityBytes(alice));
    meeting.feed('bob', { type: 'joined', occupant: 'mallory', bundle: property }, bob);
    meeting.add('bob', bob);
    meeting.seal();
    const said = { seq, roster: random(32), participants: 2, sealed: true, dead, sources: [], name: '' };
    const body = beaconBody(said);
    const beacon = encodeBeacon(body, account.sign(beaconMessageBytes(ROOM, 'mallory', body)));
    const payload = { type: MESSAGE_TYPE, v: 1, beacon };
    const heard = meeting.feed('bob', { type: 'message', from: 'mallory', payload }, bob);
    assert.deepEqual(refusals(heard), []);
    meeting.feed('bob', { type: 'left', occupant: 'mallory' }, bob);
    meeting.feed('alice', { type: 'source', on: true });
    meeting.advance(30_000);
    assert.ok(meeting.actionsOf('bob', 'accept-key').some(({ owner }) => owner === alice.identity));
    const told = meeting.log.filter(({ id }) => id === 'bob').map(({ action }) => action);
    assert.ok(!refusals(told).includes('beacon: seq must rise'));
  }
});
