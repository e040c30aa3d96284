// What is said in a sealed room. docs/protocol.md §9; rule M20, brief D12.

import assert from 'node:assert/strict';
import { createDecipheriv, hkdfSync } from 'node:crypto';
import { test } from 'node:test';
import { senderContext } from '../../../web-plugin/src/keys/derive.ts';
import { dataKid, Listener, Speaker, wordCipher } from '../../../web-plugin/src/keys/talk.ts';
import {
  type DataKind,
  encodeDataFrame,
  parseDataFrame,
  type Said,
  sframeHeader,
} from '../../../web-plugin/src/wire/index.ts';
import { Meeting, notices, olm, random, refusals } from './rig.ts';

const words = (body: string, kind: DataKind = 'chat'): Said => ({ kind, body, sentAt: 5 });

function pair() {
  const account = olm.account();
  const context = senderContext('r@c', 'alice', account.curve25519, account.ed25519);
  const key = { generation: 3, step: 2, base: random(32) };
  const speaker = new Speaker();
  const listener = new Listener();
  const sign = (message: Uint8Array) => account.sign(message);
  return {
    key,
    context,
    say: (said: Said, self: { room?: string; occupant?: string; sign?: typeof sign } = {}) =>
      speaker.seal(said, key, { room: 'r@c', occupant: 'alice', context, sign, ...self }),
    hear: (text: string, verify?: () => boolean) =>
      listener.open(parseDataFrame(text), key.base, {
        room: 'r@c',
        occupant: 'alice',
        context,
        verify: verify ?? ((message, signature) => olm.verify(account.ed25519, message, signature)),
      }),
  };
}

test('a word comes out as it went in; the key and nonce are those of RFC 9605 §4.4', () => {
  const { say, hear, key, context } = pair();
  const text = say(words('grüße'));
  const frame = parseDataFrame(text);
  assert.equal(frame.kid, dataKid(3, 2));
  const source = hkdfSync('sha256', key.base, context, Buffer.from('Sealmeet 1 source\0'), 32);
  const kid = Buffer.alloc(8);
  kid.writeBigUInt64BE(BigInt(frame.kid));
  const info = (label: string) => Buffer.concat([Buffer.from(label), kid, Buffer.from([0, 4])]);
  const aes = hkdfSync('sha256', Buffer.from(source), '', info('SFrame 1.0 Secret key '), 16);
  const salt = hkdfSync('sha256', Buffer.from(source), '', info('SFrame 1.0 Secret salt '), 12);
  const decipher = createDecipheriv('aes-128-gcm', Buffer.from(aes), Buffer.from(salt));
  decipher.setAAD(Buffer.concat([frame.header, Buffer.from('\0\x0fSealmeet 1 data')]));
  decipher.setAuthTag(frame.ciphertext.slice(-16));
  const plain = Buffer.concat([decipher.update(frame.ciphertext.slice(0, -16)), decipher.final()]);
  assert.match(plain.subarray(64).toString(), /"body":"grüße"/);
  assert.equal(hear(text).content.body, 'grüße');
});

test('taken once, gaps are counted, and far too old is refused', () => {
  const { say, hear } = pair();
  const texts = Array.from({ length: 1100 }, (_, n) =>
    say(words(String(n)), { sign: () => new Uint8Array(64) }),
  );
  const take = (n: number) => hear(texts[n] ?? '', () => true);
  assert.equal(take(0).missed, 0);
  assert.throws(() => take(0), /seen before/);
  assert.equal(take(3).missed, 2);
  assert.equal(take(2).missed, 0);
  take(1099);
  assert.throws(() => take(75), /seen before/);
  assert.equal(take(76).content.body, '76');
});

test('symmetric keys alone say nothing: signature, room and sender are inside', () => {
  const { say, hear } = pair();
  const mallory = olm.account();
  assert.throws(
    () => hear(say(words('x'), { sign: (message) => mallory.sign(message) })),
    /signature does not hold/,
  );
  assert.throws(() => hear(say(words('x'), { room: 'other@c' })), /another room/);
  assert.throws(() => hear(say(words('x'), { occupant: 'bob' })), /another sender/);
  assert.throws(() => hear(say(words('x')).replace(/.$/, (last) => (last === 'A' ? 'B' : 'A'))), /data: /);
});

test('headers in other than the shortest form are refused', () => {
  for (const hex of ['880005', '0805', '', 'ff', 'f8000000000000000001']) {
    assert.throws(
      () => parseDataFrame(Buffer.from(hex, 'hex').toString('base64url')),
      { name: 'Refusal' },
      hex,
    );
  }
});

function room(...ids: string[]) {
  const meeting = new Meeting();
  for (const id of ids) meeting.add(id);
  meeting.seal();
  meeting.advance(1000);
  return meeting;
}

const heard = (meeting: Meeting, id: string) =>
  meeting
    .actionsOf(id, 'said')
    .map(({ from, body, isPrivate }) => `${from}${isPrivate ? ' alone' : ''}: ${body}`);

test('a word of somebody silent is heard by all; its key stays in use for what follows', () => {
  const meeting = room('alice', 'bob', 'carol');
  meeting.feed('alice', { type: 'say', kind: 'chat', body: 'hello', to: null, sentAt: 1 });
  meeting.feed('alice', { type: 'say', kind: 'reaction', body: '{"emoji":"+1"}', to: null, sentAt: 2 });
  meeting.advance(200);
  for (const id of ['bob', 'carol']) {
    assert.deepEqual(heard(meeting, id), ['alice: hello', 'alice: {"emoji":"+1"}']);
  }
  assert.equal(meeting.actionsOf('alice', 'use-key').length, 1);
});

test('nobody who has the key seals somebody’s words a second time, under another counter or a later key', () => {
  const meeting = room('alice', 'bob');
  meeting.feed('alice', { type: 'say', kind: 'chat', body: 'yes', to: null, sentAt: 1 });
  const [message] = meeting
    .actionsOf('alice', 'send')
    .flatMap(({ message }) => ('data' in message ? message : []));
  const used = meeting.actionsOf('alice', 'use-key').at(-1);
  assert.ok(message && used);
  const frame = parseDataFrame(message.data);
  const again = (kid: number, counter: number) => {
    const plain = wordCipher(used.base, used.context, frame.kid, frame.counter, frame.header).decrypt(
      frame.ciphertext,
    );
    const header = sframeHeader(kid, counter);
    const data = encodeDataFrame(
      header,
      wordCipher(used.base, used.context, kid, counter, header).encrypt(plain),
    );
    return refusals(
      meeting.feed('bob', { type: 'message', from: 'alice', payload: { type: 'sealmeet', v: 1, data } }),
    );
  };
  meeting.advance(2000);
  assert.deepEqual(again(frame.kid, frame.counter), ['data: was seen before'], 'as it was');
  meeting.advance(2000);
  assert.deepEqual(again(frame.kid, frame.counter + 7), ['data: the signature does not hold']);
  meeting.advance(2000);
  assert.deepEqual(again(frame.kid, Number.MAX_SAFE_INTEGER), ['data: the signature does not hold']);
  meeting.feed('alice', { type: 'say', kind: 'chat', body: 'still heard', to: null, sentAt: 2 });
  assert.deepEqual(heard(meeting, 'bob'), ['alice: yes', 'alice: still heard']);
});

test('a word to one goes to one, inside the channel', () => {
  const meeting = room('alice', 'bob', 'carol');
  const actions = meeting.feed('alice', { type: 'say', kind: 'chat', body: 'psst', to: 'bob', sentAt: 1 });
  assert.deepEqual(heard(meeting, 'bob'), ['alice alone: psst']);
  assert.deepEqual(heard(meeting, 'carol'), []);
  assert.ok(!JSON.stringify(actions).includes('psst'));
});

/** Two in a sealed room whose channel messages `pass`, or not. */
function apart() {
  const meeting = new Meeting();
  for (const id of ['alice', 'bob']) meeting.add(id);
  let isOpen = false;
  meeting.passes = (_from, _to, message) => isOpen || !('olm' in message);
  meeting.seal();
  const say = (body: string) =>
    meeting.feed('alice', { type: 'say', kind: 'chat', body, to: 'bob', sentAt: 1 });
  const unsaid = () => notices(meeting.actionsOf('alice', 'notice'), 'unsaid').map(({ reason }) => reason);
  return { meeting, say, unsaid, connect: () => (isOpen = true) };
}

test('a word to one waits for the channel to that person, and several come in their order', () => {
  const { meeting, say, unsaid, connect } = apart();
  say('first');
  say('second');
  meeting.advance(1000);
  connect();
  meeting.advance(7000);
  assert.deepEqual(heard(meeting, 'bob'), ['alice alone: first', 'alice alone: second']);
  assert.deepEqual(unsaid(), []);
});

test('a word to one that waits in vain is given back: after ten seconds, at a leave, at the end of the seal, past eight', () => {
  const late = apart();
  late.say('late');
  late.meeting.advance(9999);
  assert.deepEqual(late.unsaid(), []);
  late.meeting.advance(1);
  assert.deepEqual(late.unsaid(), ['no sealed channel to this person came about']);
  late.connect();
  late.meeting.advance(60_000);
  assert.deepEqual(heard(late.meeting, 'bob'), []);

  const left = apart();
  left.say('gone');
  left.meeting.remove('bob');
  assert.deepEqual(left.unsaid(), ['this person has left']);

  const open = apart();
  open.say('open');
  open.meeting.feed('alice', { type: 'unsealed' });
  assert.deepEqual(open.unsaid(), ['the room is not sealed any more']);

  const many = apart();
  for (let n = 0; n < 9; n += 1) many.say(`${n}`);
  assert.deepEqual(many.unsaid(), ['too much waits for a sealed channel']);
});

test('a word that overtook its key is read when the key comes', () => {
  const meeting = room('alice', 'bob');
  const late = meeting.hold((from, to, message) => from === 'alice' && to === 'bob' && 'olm' in message);
  meeting.feed('alice', { type: 'say', kind: 'chat', body: 'early', to: null, sentAt: 1 });
  assert.deepEqual(heard(meeting, 'bob'), []);
  for (const deliver of late) deliver();
  assert.deepEqual(heard(meeting, 'bob'), ['alice: early']);
});

test('what was said before somebody came stays sealed for it', () => {
  const meeting = room('alice', 'bob');
  meeting.feed('alice', { type: 'say', kind: 'chat', body: 'before', to: null, sentAt: 1 });
  meeting.advance(100);
  const before = meeting.actionsOf('alice', 'send').filter(({ message }) => 'data' in message);
  meeting.add('carol');
  meeting.feed('carol', { type: 'sealed' });
  meeting.advance(2000);
  meeting.feed('alice', { type: 'say', kind: 'chat', body: 'after', to: null, sentAt: 2 });
  meeting.advance(2000);
  for (const { message } of before)
    meeting.feed('carol', { type: 'message', from: 'alice', payload: message });
  meeting.advance(20_000);
  assert.deepEqual(heard(meeting, 'carol'), ['alice: after']);
});

test('a word that arrives just after a leave of somebody else is still read', () => {
  const meeting = room('alice', 'bob', 'carol');
  meeting.feed('alice', { type: 'say', kind: 'chat', body: 'one', to: null, sentAt: 1 });
  meeting.feed('bob', { type: 'left', occupant: 'carol' });
  meeting.feed('alice', { type: 'say', kind: 'chat', body: 'two', to: null, sentAt: 1 });
  assert.deepEqual(heard(meeting, 'bob'), ['alice: one', 'alice: two']);
});

test('a word under a retired key has the key asked for, so that the next one is read', () => {
  const meeting = room('alice', 'bob', 'carol');
  const say = (body: string) =>
    meeting.feed('alice', { type: 'say', kind: 'chat', body, to: null, sentAt: 1 });
  say('one');
  // The server shows a leave to bob alone: alice, who is quiet from then on, keeps her key.
  meeting.feed('bob', { type: 'left', occupant: 'carol' });
  meeting.advance(20_000);
  say('lost');
  meeting.advance(1000);
  say('three');
  meeting.advance(1000);
  assert.deepEqual(heard(meeting, 'bob'), ['alice: one', 'alice: three']);
});

test('what cannot be sealed is not said, with the reason', () => {
  const meeting = room('alice', 'bob');
  const say = (body: string, to: string | null, kind: DataKind = 'chat') =>
    notices(meeting.feed('alice', { type: 'say', kind, body, to, sentAt: 1 }), 'unsaid').map(
      ({ reason }) => reason,
    );
  assert.deepEqual(say('', null), ['the message is empty']);
  assert.deepEqual(say('x'.repeat(16_385), null), ['the message is longer than 16384 bytes']);
  assert.deepEqual(say('x'.repeat(4001), 'bob'), ['the message is longer than 4000 bytes']);
  assert.deepEqual(say('x', 'nobody'), ['this person takes no part in the seal']);
  assert.deepEqual(say('x', null, 'whatever' as DataKind), ['this kind of message cannot be sealed']);
  meeting.feed('alice', { type: 'unsealed' });
  assert.deepEqual(say('x', null), ['the room is not sealed']);
});

test('words under keys that are not there wait, eight for each sender', () => {
  const meeting = room('alice', 'bob');
  const stranger = new Speaker();
  const key = { generation: 900, step: 0, base: random(32) };
  const self = { room: 'r', occupant: 'alice', context: random(32), sign: () => random(64) };
  const reasons = Array.from({ length: 9 }, () =>
    meeting.feed('bob', {
      type: 'message',
      from: 'alice',
      payload: { type: 'sealmeet', v: 1, data: stranger.seal(words('x'), key, self) },
    }),
  ).flatMap(refusals);
  assert.deepEqual(reasons, ['data: too much waits for a key']);
});
