// Every derivation of docs/protocol.md against a second computation by Node's own crypto.

import assert from 'node:assert/strict';
import { createDecipheriv, createHash, createHmac, hkdfSync } from 'node:crypto';
import { test } from 'node:test';
import {
  channelKeys,
  senderContext,
  stepBase,
  transcriptHash,
  unwrapBase,
  wrapBase,
} from '../../../web-plugin/src/keys/derive.ts';
import type { Participant } from '../../../web-plugin/src/keys/participant.ts';
import { type Occupant, type Peer, Roster } from '../../../web-plugin/src/keys/roster.ts';

const fill = (length: number, value: number) => new Uint8Array(length).fill(value);
const lp = (part: string | Uint8Array) => {
  const bytes = Buffer.from(part);
  return Buffer.concat([Buffer.from([bytes.length >> 8, bytes.length & 255]), bytes]);
};
const sha256 = (...parts: Uint8Array[]) => createHash('sha256').update(Buffer.concat(parts)).digest();
const hmac = (key: Uint8Array, ...parts: Uint8Array[]) =>
  createHmac('sha256', key).update(Buffer.concat(parts)).digest();
const hex = (bytes: Uint8Array | ArrayBuffer) => Buffer.from(bytes as Uint8Array).toString('hex');

test('a step', () => {
  const base = fill(32, 3);
  assert.equal(hex(stepBase(base)), hex(hkdfSync('sha256', base, '', 'SFrame 1.0 Ratchet', 32)));
});

test('the sender context', () => {
  const expected = sha256(lp('Sealmeet 1 sender'), lp('r@c'), lp('alice'), lp(fill(32, 1)), lp(fill(32, 2)));
  assert.equal(hex(senderContext('r@c', 'alice', fill(32, 1), fill(32, 2))), hex(expected));
});

const transcript = {
  suite: 1,
  room: 'r@c',
  initiator: { occupant: 'alice', bundle: fill(180, 4) },
  responder: { occupant: 'bob', bundle: fill(180, 5) },
  session: 'c2Vzc2lvbg',
  ordinal: 70_000,
  initiatorNonce: fill(16, 6),
  responderNonce: fill(16, 7),
};

test('the transcript, and that every part of it counts', () => {
  const expected = sha256(
    lp('Sealmeet 1 channel'),
    lp(fill(1, 1)),
    lp('r@c'),
    lp('alice'),
    lp(fill(180, 4)),
    lp('bob'),
    lp(fill(180, 5)),
    lp('c2Vzc2lvbg'),
    Buffer.from('00011170', 'hex'),
    lp(fill(16, 6)),
    lp(fill(16, 7)),
    lp(''),
    lp(''),
  );
  assert.equal(hex(transcriptHash(transcript)), hex(expected));
  const changes = [
    { suite: 2 },
    { room: 'r@d' },
    { initiator: { ...transcript.initiator, occupant: 'eve' } },
    { initiator: { ...transcript.initiator, bundle: fill(180, 9) } },
    { responder: { ...transcript.responder, occupant: 'eve' } },
    { responder: { ...transcript.responder, bundle: fill(180, 9) } },
    { session: 'other' },
    { ordinal: 1 },
    { initiatorNonce: fill(16, 9) },
    { responderNonce: fill(16, 9) },
    { initiator: transcript.responder, responder: transcript.initiator },
  ];
  const hashes = new Set(
    [expected, ...changes.map((change) => transcriptHash({ ...transcript, ...change }))].map(hex),
  );
  assert.equal(hashes.size, changes.length + 1);
});

test('the keys of a channel', () => {
  const th = fill(32, 8);
  const wrap = hmac(th, fill(32, 0));
  const expand = (label: string) => hex(hmac(wrap, Buffer.from(label), fill(1, 1)));
  const keys = channelKeys(th);
  assert.equal(hex(keys.initiatorWrap), expand('Sealmeet 1 wrap I to R'));
  assert.equal(hex(keys.responderWrap), expand('Sealmeet 1 wrap R to I'));
  assert.equal(hex(keys.accept), expand('Sealmeet 1 accept'));
  assert.equal(hex(keys.confirm), expand('Sealmeet 1 confirm'));
});

test('the wrap of a base key, bound to seq, generation and step', () => {
  const [wrap, base] = [fill(32, 1), fill(32, 2)];
  const wrapped = wrapBase(wrap, 5, 6, 7, base);
  const decipher = createDecipheriv(
    'chacha20-poly1305',
    wrap,
    Buffer.from('000000000000000000000005', 'hex'),
    {
      authTagLength: 16,
    },
  );
  decipher.setAAD(Buffer.concat([Buffer.from('Sealmeet 1 key'), Buffer.from('0000000607', 'hex')]), {
    plaintextLength: 32,
  });
  decipher.setAuthTag(wrapped.slice(32));
  assert.equal(hex(Buffer.concat([decipher.update(wrapped.slice(0, 32)), decipher.final()])), hex(base));
  assert.equal(hex(unwrapBase(wrap, 5, 6, 7, wrapped) ?? fill(0, 0)), hex(base));
  for (const [seq, generation, step] of [
    [6, 6, 7],
    [5, 7, 7],
    [5, 6, 8],
  ] as const) {
    assert.equal(unwrapBase(wrap, seq, generation, step, wrapped), null);
  }
});

test('the roster digest, whatever the order in which people came and who was there in between', () => {
  const person = (id: string, first: number) => ({
    id,
    participant: {
      identity: id,
      curve25519: Uint8Array.of(first, ...fill(31, 9)),
      ed25519: fill(32, first),
      fallback: fill(32, 255 - first),
      bundle: fill(180, first),
    },
  });
  const [bob, alice] = [person('bob', 3), person('alice', 9)];
  const [carol, dave] = [person('carol', 64), person('dave', 255)];
  const part = (...rows: ReturnType<typeof person>[]) =>
    sha256(
      lp('Sealmeet 1 roster part'),
      ...rows.flatMap(({ id, participant }) => [lp(id), sha256(participant.bundle)]),
    );
  const parts = Array.from({ length: 16 }, (_, at) =>
    at === 0 ? part(bob, alice) : at === 4 ? part(carol) : at === 15 ? part(dave) : part(),
  );
  const expected = sha256(lp('Sealmeet 1 roster'), lp('r@c'), Buffer.from([0, 4]), ...parts);
  const passing = person('eve', 6);
  for (const [own, ...others] of [
    [bob, alice, carol, dave],
    [dave, carol, alice, bob],
    [carol, bob, dave, alice],
  ] as const) {
    const roster = new Roster('r@c', own.id, own.participant as unknown as Participant);
    const admit = (peer: ReturnType<typeof person>): Occupant => {
      const occupant = { id: peer.id, peer: null } as unknown as Occupant;
      roster.admit(occupant, peer as unknown as Peer);
      return occupant;
    };
    const gone = admit(passing);
    assert.notEqual(hex(roster.digest), hex(expected));
    for (const peer of others) admit(peer);
    roster.dismiss(gone);
    assert.equal(hex(roster.digest), hex(expected));
  }
});
