// The pairwise channel: who starts, what is refused, how it mends itself. docs/protocol.md §4; rules M13, M14, M17.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CoreAction, OlmLibrary } from '../../../web-plugin/src/keys/index.ts';
import {
  compare,
  type EndpointMessage,
  equal,
  type OlmPart,
  restartMessage,
  toBase64,
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
  random,
  refusals,
} from './rig.ts';

function withPuppet(
  role: 'initiator' | 'responder',
  { sealed = true, room }: { sealed?: boolean; room?: string } = {},
) {
  const core = newCore('alice');
  const puppet = new Puppet('mallory', core, 'alice', role, room);
  const joined = core.handle({ type: 'joined', occupant: 'mallory', bundle: puppet.property }, 0);
  const actions = sealed ? core.handle({ type: 'sealed' }, 0) : [];
  return { core, puppet, joined, actions };
}

/** Two in a meeting; by their keys, one starts the channel. */
function pair() {
  const meeting = new Meeting();
  const [a, b] = [meeting.add('alice'), meeting.add('bob')];
  const [initiator, responder] =
    compare(identityBytes(a), identityBytes(b)) < 0
      ? (['alice', 'bob'] as const)
      : (['bob', 'alice'] as const);
  return { meeting, initiator, responder };
}

const hello = (ordinal: number, nonce = random(16)) => ({
  type: 'hello' as const,
  ordinal,
  nonce,
  sealed: true,
});

test('two cores finish a channel with three messages, started by the smaller key', () => {
  const { meeting, initiator, responder } = pair();
  meeting.seal();
  assert.equal(meeting.actionsOf(initiator, 'send').length, 2);
  assert.equal(meeting.actionsOf(responder, 'send').length, 1);
  for (const id of ['alice', 'bob']) {
    assert.equal(meeting.actionsOf(id, 'notice').filter(({ notice }) => notice.type === 'channel').length, 1);
  }
});

test('a handshake is answered before the room is sealed here, and no own key goes out', () => {
  const core = newCore('alice');
  const puppet = new Puppet('mallory', core, 'alice', 'initiator');
  core.handle({ type: 'joined', occupant: 'mallory', bundle: puppet.property }, 0);
  core.handle({ type: 'source', on: true }, 0);
  const { accept, keys, opened } = openAsInitiator(puppet, 1);
  assert.equal(accept.key, null);
  assert.equal(accept.sealed, false);
  assert.equal(notices(opened, 'channel').length, 1);
  const base = random(32);
  const got = puppet.tell(puppet.part(puppet.key(keys.initiatorWrap, 1, 0, base)), 2);
  assert.ok(equal(ofType(got, 'accept-key')[0]?.base ?? new Uint8Array(0), base));
});

test('a peer that holds the room sealed is evidence, once, and only while this client does not', () => {
  const core = newCore('alice');
  const puppet = new Puppet('mallory', core, 'alice', 'initiator');
  core.handle({ type: 'joined', occupant: 'mallory', bundle: puppet.property }, 0);
  puppet.outbound();
  const first = puppet.tell(puppet.part(hello(1)), 0);
  assert.deepEqual(notices(first, 'evidence'), [{ type: 'evidence', occupant: 'mallory' }]);
  core.handle({ type: 'sealed' }, 1);
  core.handle({ type: 'unsealed' }, 2);
  core.handle({ type: 'sealed' }, 3);
  puppet.outbound();
  assert.deepEqual(notices(puppet.tell(puppet.part(hello(2)), 4), 'evidence'), []);
});

test('a pre-key message towards the initiator is refused', () => {
  const { puppet } = withPuppet('responder');
  puppet.outbound();
  assert.deepEqual(refusals(puppet.tell(puppet.part(hello(1)), 1)), [
    'olm: pre-key message in the wrong direction',
  ]);
});

test('a HELLO of somebody else, carried under the name of a present occupant, is refused', () => {
  const { core, puppet } = withPuppet('initiator');
  const other = new Puppet('eve', core, 'alice', 'initiator');
  other.outbound();
  const actions = other.tell(other.part(hello(1), { from: 'mallory' }), 1, 'mallory');
  assert.deepEqual(refusals(actions), ['hello: not from this identity to this account']);
  assert.equal(puppet.session, null);
});

test('a plaintext for another room, from or to somebody else, or with a seq that was seen is refused', () => {
  for (const [envelope, reason] of [
    [{ room: 'breakout@conference.example' }, 'plaintext: made for another room'],
    [{ from: 'bob' }, 'plaintext: names another sender'],
    [{ to: 'bob' }, 'plaintext: made for somebody else'],
  ] as const) {
    const { puppet } = withPuppet('initiator');
    puppet.outbound();
    assert.deepEqual(refusals(puppet.tell(puppet.part(hello(1), envelope), 1)), [reason]);
  }
  const { puppet } = withPuppet('initiator');
  openAsInitiator(puppet, 1);
  assert.deepEqual(refusals(puppet.tell(puppet.part({ type: 'keyreq', min: 1 }, { seq: 2 }), 1)), [
    'plaintext: seq was seen',
  ]);
  puppet.tell(puppet.part({ type: 'keyreq', min: 1 }, { seq: 500 }), 2);
  assert.deepEqual(refusals(puppet.tell(puppet.part({ type: 'keyreq', min: 1 }, { seq: 400 }), 3000)), [
    'plaintext: seq was seen',
  ]);
});

test('a HELLO is taken once: repeated in its session, after its session, and under a second session of one id', () => {
  const { puppet } = withPuppet('initiator');
  puppet.outbound();
  const part = puppet.part(hello(1));
  const answer = ofType(puppet.tell(part, 1), 'send');
  assert.equal(answer.length, 1);
  // Said again word by word while the initiator may not have heard it, with nothing made anew.
  assert.deepEqual(ofType(puppet.tell(part, 2), 'send'), answer);
  for (const ordinal of [2, 3]) {
    puppet.outbound();
    assert.deepEqual(refusals(puppet.tell(puppet.part(hello(ordinal)), ordinal * 5000)), []);
  }
  assert.deepEqual(refusals(puppet.tell(part, 30_000)), ['hello: session was seen before']);
});

test('a HELLO is not answered again once CONFIRM has come', () => {
  const { puppet } = withPuppet('initiator');
  puppet.outbound();
  const nonce = random(16);
  const part = puppet.part(hello(1, nonce));
  const [accept] = puppet.hear(puppet.tell(part, 1));
  assert.ok(accept?.content.type === 'accept');
  const { confirm } = puppet.keys(true, 1, nonce, accept.content.nonce);
  puppet.tell(puppet.part({ type: 'confirm', sealed: true, confirm, proof: null, name: null, key: null }), 2);
  assert.deepEqual(refusals(puppet.tell(part, 3)), ['hello: of a session that is there']);
});

test('a session that was closed by a leave is not opened again by its old HELLO', () => {
  const { core, puppet } = withPuppet('initiator');
  puppet.outbound();
  const part = puppet.part(hello(1));
  puppet.tell(part, 1);
  core.handle({ type: 'left', occupant: 'mallory' }, 2);
  core.handle({ type: 'joined', occupant: 'mallory', bundle: puppet.property }, 3);
  assert.deepEqual(refusals(puppet.tell(part, 4)), ['hello: session was seen before']);
  puppet.outbound();
  assert.deepEqual(refusals(puppet.tell(puppet.part(hello(1)), 5)), ['hello: ordinal must rise']);
  puppet.outbound();
  assert.deepEqual(refusals(puppet.tell(puppet.part(hello(2)), 6)), []);
});

test('only HELLO comes in a pre-key message, and HELLO in no other', () => {
  const { puppet } = withPuppet('initiator');
  puppet.outbound();
  assert.deepEqual(refusals(puppet.tell(puppet.part({ type: 'keyreq', min: 1 }), 1)), [
    'hello: expected in a pre-key message',
  ]);
  const other = withPuppet('initiator').puppet;
  openAsInitiator(other, 1);
  assert.deepEqual(refusals(other.tell(other.part(hello(2)), 2)), [
    'hello: expected in a pre-key message only',
  ]);
});

test('an ACCEPT for another transcript ends the session, and so does a CONFIRM', () => {
  const asked = withPuppet('responder');
  const [offer] = asked.puppet.hear(asked.actions);
  assert.equal(offer?.content.type, 'hello');
  const wrong = asked.puppet.part({
    type: 'accept',
    nonce: random(16),
    sealed: true,
    confirm: random(32),
    proof: null,
    name: null,
    key: null,
  });
  const after = asked.puppet.tell(wrong, 1);
  assert.deepEqual(refusals(after), ['accept: another transcript']);
  assert.deepEqual(notices(after, 'channel'), []);

  const { puppet } = withPuppet('initiator');
  puppet.outbound();
  puppet.hear(puppet.tell(puppet.part(hello(1)), 1));
  const confirm = {
    type: 'confirm' as const,
    sealed: true,
    confirm: random(32),
    proof: null,
    name: null,
    key: null,
  };
  assert.deepEqual(refusals(puppet.tell(puppet.part(confirm), 2)), ['confirm: another transcript']);
  assert.deepEqual(refusals(puppet.tell(puppet.part({ type: 'keyreq', min: 1 }), 3)), ['olm: no session']);
});

test('the transcript covers both whole bundles: one that the other side was shown differently is found out', () => {
  const fresh = withPuppet('responder');
  const [heard] = fresh.puppet.hear(fresh.actions);
  assert.ok(heard?.content.type === 'hello');
  const nonce = random(16);
  const changed = Uint8Array.from(fresh.puppet.participant.bundle);
  changed[2] = 2;
  fresh.puppet.participant.bundle = changed;
  const keys = fresh.puppet.keys(false, heard.content.ordinal, heard.content.nonce, nonce);
  const accept = {
    type: 'accept' as const,
    nonce,
    sealed: true,
    confirm: keys.accept,
    proof: null,
    name: null,
    key: null,
  };
  assert.deepEqual(refusals(fresh.puppet.tell(fresh.puppet.part(accept), 1)), ['accept: another transcript']);
});

test('an ACCEPT that nobody waits for and a second CONFIRM are refused', () => {
  const { puppet } = withPuppet('initiator');
  const { keys } = openAsInitiator(puppet, 1);
  const accept = {
    type: 'accept' as const,
    nonce: random(16),
    sealed: true,
    confirm: random(32),
    proof: null,
    name: null,
    key: null,
  };
  assert.deepEqual(refusals(puppet.tell(puppet.part(accept), 2)), ['accept: no HELLO is outstanding']);
  const confirm = {
    type: 'confirm' as const,
    sealed: true,
    confirm: keys.confirm,
    proof: null,
    name: null,
    key: null,
  };
  assert.deepEqual(refusals(puppet.tell(puppet.part(confirm), 2)), ['confirm: no ACCEPT is outstanding']);
});

test('the initiator sends no key before ACCEPT', () => {
  const core = newCore('alice');
  const puppet = new Puppet('mallory', core, 'alice', 'responder');
  core.handle({ type: 'joined', occupant: 'mallory', bundle: puppet.property }, 0);
  core.handle({ type: 'source', on: true }, 0);
  const heard = puppet.hear(core.handle({ type: 'sealed' }, 0));
  assert.deepEqual(
    heard.map(({ content }) => content.type),
    ['hello'],
  );
  assert.deepEqual(puppet.hear(core.handle({ type: 'timer' }, 500)), []);
});

test('a key that comes before CONFIRM is read if its wrap proves the transcript, and the handshake is made good', () => {
  const { puppet } = withPuppet('initiator');
  puppet.outbound();
  const nonce = random(16);
  const [accept] = puppet.hear(puppet.tell(puppet.part(hello(1, nonce)), 1));
  assert.ok(accept?.content.type === 'accept');
  const keys = puppet.keys(true, 1, nonce, accept.content.nonce);
  const confirm = puppet.part({
    type: 'confirm',
    sealed: true,
    confirm: keys.confirm,
    proof: null,
    name: null,
    key: null,
  });
  const foreign = puppet.part(puppet.key(random(32), 1, 0, random(32)));
  assert.deepEqual(refusals(puppet.tell(foreign, 2)), ['key: the wrap does not open']);
  const key = puppet.tell(puppet.part(puppet.key(keys.initiatorWrap, 1, 0, random(32))), 3);
  assert.equal(ofType(key, 'accept-key').length, 1);
  assert.equal(notices(key, 'channel').length, 0);
  assert.equal(notices(puppet.tell(confirm, 4), 'channel').length, 1);
});

test('without CONFIRM the responder asks for another handshake, though it has the key', () => {
  const { core, puppet } = withPuppet('initiator');
  puppet.outbound();
  const nonce = random(16);
  const [accept] = puppet.hear(puppet.tell(puppet.part(hello(1, nonce)), 1));
  assert.ok(accept?.content.type === 'accept');
  const keys = puppet.keys(true, 1, nonce, accept.content.nonce);
  puppet.tell(puppet.part(puppet.key(keys.initiatorWrap, 1, 0, random(32))), 2);
  const sent = ofType(core.handle({ type: 'timer' }, 2001), 'send');
  const hints = sent.filter(({ message }) => 'restart' in message);
  assert.deepEqual(
    hints.map(({ to, message }) => [to, message]),
    [['mallory', restartMessage()]],
  );
});

test('a key that overtook ACCEPT waits for it', () => {
  const { core, puppet } = withPuppet('responder', { sealed: false });
  const [offer] = puppet.hear(
    core.handle({ type: 'message', from: 'mallory', payload: restartMessage() }, 10_000),
  );
  assert.ok(offer?.content.type === 'hello');
  const nonce = random(16);
  const keys = puppet.keys(false, offer.content.ordinal, offer.content.nonce, nonce);
  const accept = puppet.part({
    type: 'accept',
    nonce,
    sealed: true,
    confirm: keys.accept,
    proof: null,
    name: null,
    key: null,
  });
  const key = puppet.part(puppet.key(keys.responderWrap, 1, 0, random(32)));
  assert.equal(ofType(puppet.tell(key, 10_001), 'accept-key').length, 0);
  assert.equal(ofType(puppet.tell(accept, 10_002), 'accept-key').length, 1);
});

test('at most four messages wait for CONFIRM', () => {
  const { puppet } = withPuppet('initiator');
  puppet.outbound();
  puppet.hear(puppet.tell(puppet.part(hello(1)), 1));
  for (let n = 0; n < 4; n += 1)
    assert.deepEqual(refusals(puppet.tell(puppet.part({ type: 'keyreq', min: 1 }), 2)), []);
  assert.deepEqual(refusals(puppet.tell(puppet.part({ type: 'keyreq', min: 1 }), 2)), [
    'channel: not open yet',
  ]);
});

test('RESTART: never towards the responder, followed at most once in five seconds', () => {
  const responder = withPuppet('initiator');
  const hint = (core: typeof responder.core, now: number) =>
    core.handle({ type: 'message', from: 'mallory', payload: restartMessage() }, now);
  assert.deepEqual(refusals(hint(responder.core, 1)), ['restart: not for the responder']);
  const { core, puppet } = withPuppet('responder', { sealed: false });
  assert.equal(puppet.hear(hint(core, 10_000))[0]?.content.type, 'hello');
  assert.deepEqual(refusals(hint(core, 14_999)), ['restart: too often']);
});

test('a lost HELLO, ACCEPT or CONFIRM is made good', () => {
  for (let lost = 0; lost < 3; lost += 1) {
    const meeting = new Meeting();
    meeting.add('alice');
    meeting.add('bob');
    let count = 0;
    meeting.passes = () => {
      count += 1;
      return count - 1 !== lost;
    };
    meeting.seal('alice', 'bob');
    meeting.advance(12_000);
    for (const id of ['alice', 'bob']) {
      assert.ok(
        meeting.actionsOf(id, 'accept-key').length > 0,
        `${id} has no key after message ${lost} was lost`,
      );
    }
  }
});

test('an answer that comes after the HELLO was offered again still brings the keys, and both ends go on together', () => {
  const meeting = new Meeting();
  meeting.add('alice');
  meeting.add('bob');
  const underWay: { from: string; to: string; message: EndpointMessage }[] = [];
  meeting.passes = (from, to, message) => {
    underWay.push({ from, to, message });
    return false;
  };
  const deliver = () => {
    for (const { from, to, message } of underWay.splice(0))
      meeting.feed(to, { type: 'message', from, payload: JSON.parse(JSON.stringify(message)) });
  };
  meeting.seal('alice', 'bob');
  meeting.advance(1000);
  deliver();
  meeting.advance(1500);
  const isHello = ({ message }: (typeof underWay)[number]) =>
    'olm' in message && Object.values(message.olm).some(([type]) => type === 0);
  const second = underWay.find(isHello);
  assert.ok(second, 'no second HELLO is under way');
  deliver();
  const { from: initiator, to: responder } = second;
  assert.equal(meeting.actionsOf(initiator, 'accept-key').length, 1, 'the slow answer was of no use');
  for (let turn = 0; turn < 20; turn += 1) {
    meeting.advance(1000);
    deliver();
  }
  for (const id of [initiator, responder]) {
    const other = id === initiator ? responder : initiator;
    const [key] = meeting.actionsOf(id, 'accept-key').slice(-1);
    assert.equal(key?.generation, meeting.actionsOf(other, 'use-key').at(-1)?.generation, id);
  }
  meeting.passes = () => true;
  for (const [from, to] of [
    [initiator, responder],
    [responder, initiator],
  ] as const) {
    meeting.feed(from, { type: 'say', kind: 'chat', body: `from ${from}`, to, sentAt: 1 });
    assert.equal(meeting.actionsOf(to, 'said').at(-1)?.body, `from ${from}`);
  }
});

test('a responder whose answers take longer than the patience of the initiator makes one session, not one for each HELLO', () => {
  const { meeting, initiator, responder } = pair();
  const answers: { at: number; message: EndpointMessage }[] = [];
  const hellos = new Set<string>();
  meeting.passes = (from, to, message) => {
    if (from === initiator && 'olm' in message)
      for (const [type, body] of Object.values(message.olm)) if (type === 0) hellos.add(body);
    if (from === responder) answers.push({ at: meeting.now + 6000, message });
    return from !== responder && to === responder;
  };
  meeting.seal('alice', 'bob');
  for (let turn = 0; turn < 400; turn += 1) {
    meeting.advance(100);
    while (answers[0] !== undefined && answers[0].at <= meeting.now) {
      const payload = JSON.parse(JSON.stringify(answers.shift()?.message));
      meeting.feed(initiator, { type: 'message', from: responder, payload });
    }
  }
  assert.equal(hellos.size, 1);
  // A hint that crossed the answer, and the second answer in a session, which does not open, begin no other one.
  const refused = meeting.log.flatMap(({ action }) => refusals([action]));
  assert.deepEqual(new Set(refused), new Set(['restart: too often', 'olm: does not open']));
  for (const id of [initiator, responder]) {
    const other = id === initiator ? responder : initiator;
    const uses = meeting.actionsOf(other, 'use-key').at(-1);
    assert.equal(meeting.actionsOf(id, 'accept-key').at(-1)?.generation, uses?.generation, id);
  }
});

test('a session that one side lost is built anew and the keys come again', () => {
  const meeting = new Meeting();
  meeting.add('alice');
  const bob = meeting.add('bob');
  meeting.seal('alice', 'bob');
  meeting.advance(1000);
  // Alice is told that Bob left and came; Bob saw nothing.
  meeting.feed('alice', { type: 'left', occupant: 'bob' });
  meeting.feed('alice', { type: 'joined', occupant: 'bob', bundle: bob.bundle() });
  meeting.advance(30_000);
  const keys = meeting.actionsOf('bob', 'accept-key');
  const uses = meeting.actionsOf('alice', 'use-key');
  assert.equal(keys.at(-1)?.generation, uses.at(-1)?.generation);
});

test('two messages in a row that do not open build the session anew; one does not, nor two with one between that does', () => {
  const { meeting, initiator, responder } = pair();
  meeting.seal('alice', 'bob');
  const unreadable = (to: string, from: string) =>
    meeting.feed(to, {
      type: 'message',
      from,
      payload: { type: 'sealmeet', v: 1, olm: { [to]: [1, toBase64(random(120))] } },
    });
  const word = (from: string, to: string) =>
    meeting.feed(from, { type: 'say', kind: 'chat', body: 'a word', to, sentAt: 1 });
  const channels = () =>
    meeting.actionsOf(initiator, 'notice').filter(({ notice }) => notice.type === 'channel');
  for (const [at, from] of [
    [initiator, responder],
    [responder, initiator],
  ] as const) {
    meeting.advance(10_000);
    const before = channels().length;
    unreadable(at, from);
    word(from, at);
    unreadable(at, from);
    assert.equal(channels().length, before, `${at}: not in a row`);
    unreadable(at, from);
    assert.equal(channels().length, before + 1, `${at}: two in a row`);
    word(from, at);
    assert.equal(meeting.actionsOf(at, 'said').length, 2, 'and words pass in the new one');
  }
});

test('after more messages were lost than libolm skips, the channel is made anew and words pass again', () => {
  const meeting = new Meeting();
  meeting.add('alice');
  meeting.add('bob');
  meeting.seal('alice');
  meeting.advance(10_000);
  const say = (body: string) =>
    meeting.feed('alice', { type: 'say', kind: 'chat', body, to: 'bob', sentAt: meeting.now });
  meeting.passes = () => false;
  for (let n = 0; n < 2100; n += 1) say(`lost ${n}`);
  meeting.passes = () => true;
  for (const body of ['one', 'two', 'three']) say(body);
  meeting.advance(5000);
  say('four');
  const heard = meeting.actionsOf('bob', 'said').map(({ body }) => body);
  assert.equal(heard.at(-1), 'four');
  assert.ok(!heard.includes('one'), 'what came after the gap did not open');
});

test('a body that is no base64 is refused, and takes nothing along that came with it', () => {
  const { core, puppet } = withPuppet('initiator');
  openAsInitiator(puppet, 1);
  const bob = new Puppet('bob', core, 'alice', 'initiator');
  core.handle({ type: 'joined', occupant: 'bob', bundle: bob.property }, 1);
  const { keys } = openAsInitiator(bob, 2);
  const part = bob.part(bob.key(keys.initiatorWrap, 1, 0, random(32)));
  const relay = [
    ['mallory', { olm: { alice: [0, 'A'] } }],
    ['mallory', { olm: { alice: [0, 'AAAAA'] } }],
    ['bob', { olm: { alice: part } }],
  ];
  const actions = core.handle({ type: 'message', from: null, payload: { type: 'sealmeet', v: 1, relay } }, 3);
  assert.equal(ofType(actions, 'accept-key').length, 1);
  assert.deepEqual(refusals(actions), ['olm body: not base64']);
});

test('whoever takes an ACCEPT with its keys and never confirms counts as somebody without a device', () => {
  const { core, puppet } = withPuppet('initiator');
  puppet.outbound();
  puppet.tell(puppet.part(hello(1)), 0);
  let told: CoreAction[] = [];
  for (let now = 0; now <= 20_000; now += 1000) told = [...told, ...core.handle({ type: 'timer' }, now)];
  assert.equal(notices(told, 'unproved')[0]?.occupant, 'mallory');
});

test('a HELLO of a session that was forgotten, as there were so many since, is not taken again either', () => {
  const { puppet } = withPuppet('initiator');
  let first: OlmPart | undefined;
  for (let ordinal = 1; ordinal <= 260; ordinal += 1) {
    puppet.outbound();
    const part = puppet.part(hello(ordinal));
    first ??= part;
    assert.deepEqual(refusals(puppet.tell(part, ordinal * 2000)), []);
  }
  assert.deepEqual(refusals(puppet.tell(first ?? [0, ''], 261 * 2000)), ['hello: ordinal must rise']);
});

test('a flood of one occupant is dropped unopened', () => {
  const { puppet } = withPuppet('initiator');
  openAsInitiator(puppet, 1);
  let refused = 0;
  for (let n = 0; n < 200; n += 1) {
    const actions = puppet.tell([1, 'AAAA'], 2);
    refused += refusals(actions).filter((reason) => reason === 'message: too many').length;
  }
  assert.equal(refused, 1, 'one notice a second');
  const later = puppet.tell([1, 'AAAA'], 1003);
  assert.deepEqual(refusals(later), ['olm: does not open']);
});

test('5,000 messages in a second of one occupant cost what 120 cost, and others are heard meanwhile', () => {
  let tried = 0;
  const counting: OlmLibrary = {
    ...olm,
    account() {
      const account = olm.account();
      const inbound = (peer: Uint8Array, fallback: Uint8Array, body: string) => {
        const session = account.inbound(peer, fallback, body);
        const decrypt = (type: 0 | 1, text: string) => {
          tried += 1;
          return session.decrypt(type, text);
        };
        return { ...session, decrypt };
      };
      return { ...account, inbound };
    },
  };
  const core = newCore('alice', { olm: counting });
  const flooder = new Puppet('mallory', core, 'alice', 'initiator');
  const honest = new Puppet('bob', core, 'alice', 'initiator');
  for (const { id, property } of [flooder, honest]) {
    core.handle({ type: 'joined', occupant: id, bundle: property }, 0);
  }
  openAsInitiator(flooder, 0);
  const { keys } = openAsInitiator(honest, 0);
  tried = 0;
  let accepted = 0;
  for (let n = 0; n < 5000; n += 1) {
    const now = 1000 + n / 5;
    flooder.tell([1, toBase64(random(120))], now);
    if (n % 500 !== 0) continue;
    const part = honest.part(honest.key(keys.initiatorWrap, 1 + n, 0, random(32)));
    accepted += ofType(honest.tell(part, now), 'accept-key').length;
  }
  assert.equal(accepted, 10);
  assert.ok(tried <= 10 + 90 + 30 + 1, `${tried} were tried`);
});
