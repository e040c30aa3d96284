// The simulation's own eyes: what it must find is found. docs/simulation.md.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createProver, deviceMessage } from '../../../web-plugin/src/keys/device.ts';
import { loadOlm } from '../../../web-plugin/src/keys/index.ts';
import { toBase64 } from '../../../web-plugin/src/wire/index.ts';
import { Chance } from '../../sim/chance.ts';
import { deviceFrom, unprovedPairs, wronglyShown } from '../../sim/device.ts';
import { extent } from '../../sim/extent.ts';
import { Invariants, type Subject } from '../../sim/invariants.ts';
import { simulate } from '../../sim/scenarios.ts';
import { Seat } from '../../sim/seat.ts';
import { standIn, standInDevice } from '../../sim/stand-in.ts';
import { WorkerModel } from '../../sim/worker-model.ts';

const subject = (id: string, joinedAt = 0): Subject => ({ id, identity: `identity of ${id}`, joinedAt });
const key = (generation: number, step: number, base: number) => ({
  generation,
  step,
  base: new Uint8Array(32).fill(base),
});
const [alice, bob] = [subject('alice'), subject('bob')];

/** Violations of what was done. */
function found(act: (invariants: Invariants) => void): string[] {
  const invariants = new Invariants();
  act(invariants);
  return invariants.violations;
}

test('a frame for somebody who left is found after 300 ms, whichever of key and leave came first', () => {
  const old = key(1, 0, 1);
  const seals = (at: number, order: 'given' | 'left') =>
    found((invariants) => {
      invariants.used(alice, old, 0);
      if (order === 'given') invariants.accepted(bob, alice, old);
      invariants.sawLeave(alice, bob, 1000);
      if (order === 'left') invariants.accepted(bob, alice, old);
      invariants.sealed(alice, old, 1, at);
    });
  for (const order of ['given', 'left'] as const) {
    assert.deepEqual(seals(1300, order), []);
    assert.match(seals(1301, order)[0] ?? '', /seals for bob 301 ms/);
  }
  const fresh = found((invariants) => {
    invariants.sawLeave(alice, bob, 1000);
    invariants.accepted(bob, alice, key(2, 0, 2));
    invariants.used(alice, key(2, 0, 2), 1200);
    invariants.sealed(alice, key(2, 0, 2), 1, 1301);
  });
  assert.match(fresh[0] ?? '', /seals for bob/, 'given before its first use');
});

test('a key from before its holder joined is found, a later step of it is none', () => {
  const late = subject('late', 500);
  const given = (step: number) =>
    found((invariants) => {
      invariants.used(alice, key(1, 0, 1), 100);
      invariants.used(alice, key(1, 1, 2), 600);
      invariants.accepted(late, alice, key(1, step, 1 + step));
    });
  assert.match(given(0)[0] ?? '', /used before it joined/);
  assert.deepEqual(given(1), []);
});

test('one base for two keys, and one counter twice under a key, are found; new workers have keys of their own', () => {
  assert.match(
    found((invariants) => {
      invariants.used(alice, key(1, 0, 1), 0);
      invariants.used(bob, key(1, 0, 1), 0);
    })[0] ?? '',
    /one base key as two/,
  );
  const worker = new WorkerModel();
  const own = key(1, 0, 1);
  worker.useKey(own, 0, 0);
  const twice = found((invariants) => {
    invariants.used(alice, own, 0);
    for (const one of [worker, worker]) {
      const frame = one.seal(0);
      if (frame !== null) invariants.sealed(alice, frame.key, frame.counter, 0);
    }
    invariants.sealed(alice, own, 1, 0);
  });
  assert.deepEqual(twice.length, 1);
  assert.match(twice[0] ?? '', /with 1 twice/);
  assert.throws(() => worker.successor().useKey(own, 0, 0), /installed twice/);
});

test('what an object keeps is counted through maps, sets, arrays and fields, once', () => {
  const shared = [1, 2, 3];
  const root = { a: new Map([['k', { list: shared }]]), b: new Set([shared]), bytes: new Uint8Array(99) };
  assert.equal(extent(root), 1 + 1 + 3 + 1);
  assert.equal(extent(root, new Set([shared])), 1 + 1 + 1);
});

test('the stand-in for libolm opens what is for this end, once, unchanged, and nothing else', () => {
  const olm = standIn(new Chance(1));
  const [a, b, c] = [olm.account(), olm.account(), olm.account()];
  const out = a.outbound(b.curve25519, b.fallback);
  const [type, body] = out.encrypt('hello');
  assert.throws(() => c.inbound(a.curve25519, a.fallback, body));
  assert.throws(() => b.inbound(c.curve25519, c.fallback, body));
  const inside = b.inbound(a.curve25519, a.fallback, body);
  assert.equal(inside.id, out.id);
  assert.ok(inside.matches(a.curve25519, body));
  assert.equal(inside.decrypt(type, body), 'hello');
  assert.throws(() => inside.decrypt(type, body), 'a second time');
  const [answerType, answer] = inside.encrypt('back');
  assert.equal(answerType, 1);
  assert.throws(() => out.decrypt(1, `${answer.slice(0, 40)}AAAA${answer.slice(44)}`));
  assert.equal(out.decrypt(1, answer), 'back');
  assert.throws(() => inside.decrypt(1, answer), 'one’s own');
  const message = Uint8Array.of(1, 2);
  assert.ok(olm.verify(a.ed25519, message, a.sign(message)));
  assert.ok(!olm.verify(b.ed25519, message, a.sign(message)));
});

test('a device of 32 bytes signs the same each time, and libolm takes it; a stand-in has one that it takes itself', async () => {
  const secret = () => new Uint8Array(32).fill(7);
  const transcript = new Uint8Array(32).fill(9);
  for (const [make, olm] of [
    [deviceFrom, await loadOlm()],
    [standInDevice, standIn(new Chance(1))],
  ] as const) {
    const device = make(secret());
    const signature = device.sign(deviceMessage('initiator', transcript, device.publicKey));
    assert.deepEqual(
      make(secret()).sign(deviceMessage('initiator', transcript, device.publicKey)),
      signature,
    );
    const prover = createProver({ olm, device: null, name: null, sign: () => undefined });
    const proof = { device: device.publicKey, signature };
    assert.ok(prover.holds('initiator', transcript, proof));
    assert.ok(!prover.holds('responder', transcript, proof));
  }
});

test('a finished channel with no device, or another, is found, and one that was to be finished and is not', () => {
  const none = () => undefined;
  const seat = (id: string, fill: number) =>
    new Seat(id, `identity of ${id}`, new Uint8Array(32).fill(fill), {
      used: none,
      accepted: none,
      missing: none,
    });
  const [one, two] = [seat('one', 1), seat('two', 2)];
  assert.equal(wronglyShown(one, two, toBase64(two.device)), null);
  assert.match(wronglyShown(one, two, null) ?? '', /proves no device/);
  assert.match(wronglyShown(one, two, toBase64(one.device)) ?? '', /another device/);
  one.provedBy(two.identity, toBase64(two.device));
  assert.deepEqual(
    unprovedPairs([one, two], () => true),
    ['two was proved no device of one'],
  );
  assert.deepEqual(
    unprovedPairs([one, two], () => false),
    [],
  );
});

test('simulation: a larger hostile meeting with stand-ins breaks no promise', async () => {
  const { world } = await simulate({
    members: 40,
    active: 6,
    scenario: 'hostile',
    seed: 5,
    events: 30,
    standIns: true,
  });
  assert.deepEqual(world.violations, []);
  world.free();
});
