// Whatever comes to a core, from outside a channel or inside one: it throws nothing, and honest people are heard after.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { CoreAction } from '../../../web-plugin/src/keys/index.ts';
import {
  beaconMessageBytes,
  encodePlaintext,
  toBase64Url,
  utf8,
} from '../../../web-plugin/src/wire/index.ts';
import { anything, content, ends } from '../wire/arbitraries.ts';
import { newCore, ofType, openAsInitiator, Puppet, ROOM, random, refusals } from './rig.ts';

/** Mallory and Bob, each with a good channel to a core. */
function room() {
  const core = newCore('alice');
  const [mallory, bob] = ['mallory', 'bob'].map((id) => new Puppet(id, core, 'alice', 'initiator')) as [
    Puppet,
    Puppet,
  ];
  core.handle({ type: 'sealed' }, 0);
  for (const { id, property } of [mallory, bob])
    core.handle({ type: 'joined', occupant: id, bundle: property }, 0);
  openAsInitiator(mallory, 0);
  const { keys } = openAsInitiator(bob, 0);
  let generation = 0;
  let now = 0;
  return {
    core,
    mallory,
    /** Seconds lie between what comes, so that nothing is refused for its number. */
    later: () => {
      now += 3000;
      return now;
    },
    bobIsHeard(): void {
      generation += 1;
      const part = bob.part(bob.key(keys.initiatorWrap, generation, 0, random(32)));
      assert.equal(ofType(bob.tell(part, now), 'accept-key').length, 1);
    },
  };
}

/** No key of anybody is taken, nothing is shown as said. */
function assertHarmless(actions: CoreAction[]): void {
  for (const type of ['accept-key', 'said', 'source-states'] as const)
    assert.deepEqual(ofType(actions, type), []);
  for (const reason of refusals(actions)) assert.match(reason, /^[a-z].{3,110}$/);
}

test('any message from anybody, or from the room: nothing is thrown, taken or shown', () => {
  const { core, later, bobIsHeard } = room();
  const from = fc.oneof(fc.constantFrom(null, 'mallory', 'alice', 'stranger', ''), fc.string());
  const field = fc.constantFrom('olm', 'restart', 'beacon', 'data', 'room', 'relay');
  const ours = fc
    .tuple(
      field,
      fc.oneof(anything, fc.string(), fc.dictionary(fc.constantFrom('alice', '__proto__'), anything)),
    )
    .map(([name, value]) => ({ type: 'sealmeet', v: 1, [name]: value }));
  const relay = fc
    .array(fc.tuple(fc.oneof(from, anything), fc.oneof(anything, ours)))
    .map((list) => ({ relay: list }));
  fc.assert(
    fc.property(from, fc.oneof(anything, ours, relay), (occupant, payload) => {
      assertHarmless(core.handle({ type: 'message', from: occupant, payload }, later()));
      bobIsHeard();
    }),
    { numRuns: 300 },
  );
  core.free();
});

test('any presence of anybody: nothing is thrown, and nobody comes to have somebody’s place', () => {
  const { core, later, bobIsHeard, mallory } = room();
  const bundle = fc.option(
    fc.oneof(fc.string(), fc.constant(mallory.property), fc.uint8Array().map(toBase64Url)),
  );
  const occupant = fc.oneof(fc.constantFrom('alice', 'stranger', ''), fc.string({ maxLength: 200 }));
  fc.assert(
    fc.property(fc.constantFrom('joined', 'bundle'), occupant, bundle, (type, who, property) => {
      fc.pre(who !== 'bob' && who !== 'mallory');
      assertHarmless(core.handle({ type, occupant: who, bundle: property }, later()));
      assert.equal(core.occupantOf(mallory.participant.identity), 'mallory');
      bobIsHeard();
    }),
  );
  core.free();
});

test('any text inside a good channel, and any message of another one: nothing is thrown or taken', () => {
  const { core, mallory, later, bobIsHeard } = room();
  // As somebody else, or in another room, would have written it.
  const elsewhere = fc
    .tuple(ends, fc.integer({ min: 1, max: 2 ** 40 }), content)
    .filter(([{ from, to, room: name }]) => from !== 'mallory' || to !== 'alice' || name !== ROOM)
    .map(([outside, seq, inside]) => encodePlaintext(outside, seq, inside));
  const text = fc.oneof(fc.string({ unit: 'binary' }), fc.json(), elsewhere);
  fc.assert(
    fc.property(text, (plain) => {
      assertHarmless(mallory.tell(mallory.raw(plain.replaceAll('\0', ' ')), later()));
      bobIsHeard();
    }),
    { numRuns: 300 },
  );
  core.free();
});

test('any beacon that is well signed: nothing is thrown', () => {
  const { core, mallory, later, bobIsHeard } = room();
  const body = fc.oneof(fc.uint8Array({ maxLength: 300 }), fc.string().map(utf8));
  fc.assert(
    fc.property(body, (bytes) => {
      const signature = mallory.account.sign(beaconMessageBytes(ROOM, 'mallory', bytes));
      const beacon = toBase64Url(Uint8Array.from([...bytes, ...signature]));
      const payload = { type: 'sealmeet', v: 1, beacon };
      assertHarmless(core.handle({ type: 'message', from: 'mallory', payload }, later()));
      bobIsHeard();
    }),
  );
  core.free();
});
