// What the room's module, the page and an embedding page may say: any value is read, or nothing comes of it.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { readRequest } from '../../../web-plugin/src/embed/messages.ts';
import { kindOf, payloadOf } from '../../../web-plugin/src/jitsi/payloads.ts';
import { refusalOf } from '../../../web-plugin/src/jitsi/refusals.ts';
import { type RoomState, readRoomState, readStateAnswer } from '../../../web-plugin/src/jitsi/room-state.ts';
import { DATA_KINDS } from '../../../web-plugin/src/wire/index.ts';
import { anything } from '../wire/arbitraries.ts';

const id = fc.string({ minLength: 1, maxLength: 128 });
const count = fc.nat(100_000);
const round = fc.record({
  id,
  by: id,
  until: fc.integer({ min: 0, max: 2 ** 32 }),
  state: fc.constantFrom('open', 'agreed', 'refused', 'expired', 'withdrawn'),
  agreed: count,
  asked: count,
});
/** As the module writes it (prosody-module/mod_muc_e2ee/README.md, "Announcement"). */
const announced = fc.record(
  {
    policy: fc.constantFrom('off', 'optional', 'required'),
    sealed: fc.boolean(),
    by: id,
    unsealedBy: id,
    epoch: fc.maxSafeNat(),
    consent: round,
  },
  { requiredKeys: ['policy', 'sealed', 'epoch'] },
);

const isId = (value: unknown) => typeof value === 'string' && value.length >= 1 && value.length <= 128;

/** All that the interface and the consent ever get to see of an announcement. */
function assertSound(state: RoomState): void {
  assert.ok(['off', 'optional', 'required'].includes(state.policy));
  assert.equal(typeof state.sealed, 'boolean');
  assert.ok(Number.isSafeInteger(state.epoch) && state.epoch >= 0);
  for (const one of [state.by, state.unsealedBy]) assert.ok(one === null || isId(one));
  if (state.consent === null) return;
  assert.ok(isId(state.consent.id) && isId(state.consent.by) && Number.isFinite(state.consent.until));
  for (const number of [state.consent.agreed, state.consent.asked])
    assert.ok(Number.isSafeInteger(number) && number >= 0 && number <= 100_000);
}

test('every announcement of the room comes out as the module made it', () => {
  fc.assert(
    fc.property(announced, (room) => {
      const consent = room.consent && { ...room.consent, until: room.consent.until * 1000 };
      const { by = null, unsealedBy = null, ...rest } = room;
      assert.deepEqual(readRoomState({ type: 'sealmeet', v: 1, room }), {
        ...rest,
        by,
        unsealedBy,
        consent: consent ?? null,
      });
    }),
  );
});

test('any value is an announcement in bounds or none, also with one field, or one of its round, changed to anything', () => {
  const read = (payload: unknown) => {
    const state = readRoomState(payload);
    if (state !== null) assertSound(state);
  };
  fc.assert(fc.property(anything, read));
  fc.assert(fc.property(anything, (room) => read({ v: 1, room })));
  const field = fc.constantFrom('policy', 'sealed', 'by', 'unsealedBy', 'epoch', 'consent', '__proto__');
  const ofRound = fc.constantFrom('id', 'by', 'until', 'state', 'agreed', 'asked');
  fc.assert(
    fc.property(announced, round, field, ofRound, anything, (room, one, name, other, value) => {
      read({ v: 1, room: { ...room, [name]: value } });
      read({ v: 1, room: { ...room, consent: { ...one, [other]: value } } });
    }),
    { numRuns: 500 },
  );
});

/** As much of an element as is read. */
const answer = (attributes: Record<string, string> | null): Element => {
  const state = attributes && { getAttribute: (name: string) => attributes[name] ?? null };
  return { getElementsByTagName: () => (state ? [state] : []) } as unknown as Element;
};

test('any answer to <state/> is one in bounds or none', () => {
  const text = fc.oneof(fc.string(), fc.constantFrom('true', 'optional', '7', '-1', '1e400', '0x10', ' '));
  const names = fc.constantFrom('policy', 'sealed', 'by', 'unsealed-by', 'epoch');
  fc.assert(
    fc.property(fc.option(fc.dictionary(names, text)), (attributes) => {
      const state = readStateAnswer(answer(attributes));
      if (state !== null) assertSound(state);
    }),
    { numRuns: 1000 },
  );
  const good = { policy: 'optional', sealed: 'true', by: 'ada', epoch: '7' };
  assert.deepEqual(readStateAnswer(answer(good)), {
    policy: 'optional',
    sealed: true,
    by: 'ada',
    unsealedBy: null,
    epoch: 7,
    consent: null,
  });
  assert.equal(readStateAnswer(answer({ ...good, epoch: '' }))?.epoch ?? 0, 0);
});

test('a payload has one of the kinds that can be sealed, or none; opened, it is of the kind that it was said to be', () => {
  fc.assert(
    fc.property(anything, (payload) => {
      assert.ok([null, ...DATA_KINDS].includes(kindOf(payload)));
    }),
  );
  for (const name of ['toString', '__proto__', 'constructor', 'hasOwnProperty'])
    assert.equal(kindOf({ name, type: name }), null);
  const kinds = fc.constantFrom(...DATA_KINDS);
  fc.assert(
    fc.property(kinds, fc.oneof(fc.string(), fc.json()), (kind, body) => {
      const payload = payloadOf(kind, body);
      assert.ok(payload === null || kindOf(payload) === kind);
    }),
  );
  assert.equal(payloadOf('poll', JSON.stringify({ type: 'endpoint-reaction' })), null);
  const reaction = { name: 'endpoint-reaction', reactions: ['like'], timestamp: 1 };
  assert.deepEqual(
    payloadOf('reaction', JSON.stringify({ ...reaction, type: 'transcription-result' })),
    reaction,
  );
});

test('any words of a room that lets nobody in are the module’s, or none of ours', () => {
  const obstacle = fc.constantFrom(null, 'unsupported', 'not-loaded', 'worker-died');
  fc.assert(
    fc.property(fc.option(fc.string()), obstacle, (words, what) => {
      const refusal = refusalOf(words, what);
      assert.equal(refusal === null, words === null || !/end-to-end encrypted|sealed/i.test(words));
    }),
  );
});

test('any message of an embedding page is exactly a request, or none', () => {
  const fields = fc.dictionary(
    fc.constantFrom('sealmeet', 'id', 'request', 'what', 'person', 'more', '__proto__'),
    fc.oneof(anything, fc.constantFrom<unknown>(1, 'state', 'seal', 'open', 'panel', 'unseal', 'x')),
  );
  const whole = fc.record({ sealmeet: fc.constant(1), request: fc.constantFrom('state', 'seal', 'open') });
  fc.assert(
    fc.property(
      fc.oneof(
        anything,
        fields,
        fc.tuple(whole, fields).map(([a, b]) => ({ ...b, ...a })),
      ),
      (data) => {
        const request = readRequest(data);
        if (request === null) return;
        // What is undefined is as good as not there.
        const given = Object.entries(data as object).filter(([, value]) => value !== undefined);
        assert.deepEqual({ ...Object.fromEntries(given), ...request }, request, 'nothing came along');
        assert.ok(['state', 'seal', 'open'].includes(request.request));
        for (const text of [request.id, 'person' in request ? request.person : undefined])
          assert.ok(text === undefined || text.length <= 128);
      },
    ),
    { numRuns: 1000 },
  );
});
