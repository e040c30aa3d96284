// The simulation's own eyes: what it must find is found. docs/simulation.md.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createProver, deviceMessage } from '../../../web-plugin/src/keys/device.ts';
import { loadOlm } from '../../../web-plugin/src/keys/index.ts';
import { toBase64 } from '../../../web-plugin/src/wire/index.ts';
import { isShown, misjudged } from '../../sim/attacks.ts';
import { Chance } from '../../sim/chance.ts';
import { deviceFrom, unprovedPairs, wronglyShown } from '../../sim/device.ts';
import { extent, overgrown } from '../../sim/extent.ts';
import { Invariants, type Subject } from '../../sim/invariants.ts';
import { Retirement } from '../../sim/retirement.ts';
import { simulate } from '../../sim/scenarios.ts';
import { Seat } from '../../sim/seat.ts';
import { standIn, standInDevice } from '../../sim/stand-in.ts';
import { Words } from '../../sim/words.ts';
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

test('a core that keeps more than its bound is found, and what keeps it is in its fields', () => {
  const core = (entries: number) => ({ parts: { list: new Array(entries).fill(0) } });
  assert.equal(overgrown(core(2000 + 200 * 3 + 10 * 5), 3, 5), null);
  assert.match(overgrown(core(2000 + 200 * 3 + 10 * 5 + 1), 3, 5) ?? '', /keeps 2651 entries/);
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
    const prover = createProver({ olm, device: null, name: () => null, sign: () => undefined });
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

test('what is said reaches those alone who were there, once, under the name of who said it', () => {
  const late = subject('late', 500);
  const hears = (who: Subject, heard: { from?: string; isPrivate?: boolean; body?: string }, to?: string) => {
    const problems: string[] = [];
    const words = new Words((what) => problems.push(what));
    const body = words.say('alice', to ?? null, 0);
    if (to === undefined) words.sealed('alice', new Map([[subject('gone'), 50]]), 400);
    words.heard(who, { from: 'alice', isPrivate: to !== undefined, body, ...heard });
    return problems;
  };
  assert.deepEqual(hears(bob, {}), []);
  assert.deepEqual(hears(bob, {}, 'bob'), []);
  assert.match(hears(bob, { from: 'mallory' })[0] ?? '', /which alice said/);
  assert.match(hears(bob, { body: 'word 9' })[0] ?? '', /that nobody said/);
  assert.match(hears(bob, { isPrivate: true })[0] ?? '', /for itself alone/);
  assert.match(hears(bob, {}, 'carol')[0] ?? '', /for carol alone/);
  assert.match(hears(late, {})[0] ?? '', /before it joined/);
  assert.match(hears(subject('gone'), {})[0] ?? '', /after its leave was seen/);
});

test('a word a second time, one that was not asked for, and a last word that somebody did not hear, are found', () => {
  const problems: string[] = [];
  const words = new Words((what) => problems.push(what));
  const body = words.say('alice', null, 0, true);
  words.sealed('alice', new Map(), 0);
  assert.deepEqual(words.unheard([alice, bob]), ['bob did not hear word 0, the last of alice']);
  words.heard(bob, { from: 'alice', isPrivate: false, body });
  assert.deepEqual([...problems, ...words.unheard([alice, bob])], []);
  words.heard(bob, { from: 'alice', isPrivate: false, body });
  words.sealed('alice', new Map(), 0);
  assert.match(problems[0] ?? '', /a second time/);
  assert.match(problems[1] ?? '', /not asked of it/);
});

test('a word for somebody who left, or under a counter that was used, is found', () => {
  const problems = found((invariants) => {
    invariants.used(alice, key(1, 0, 1), 0);
    invariants.accepted(bob, alice, key(1, 0, 1));
    invariants.said(alice, 1, 0, 10);
    invariants.said(alice, 1, 0, 20);
    invariants.sawLeave(alice, bob, 1000);
    invariants.said(alice, 1, 1, 1301);
  });
  assert.deepEqual(problems, ['alice says two things with 0', 'alice seals for bob 301 ms after its leave']);
});

const receiver = () => {
  const none = () => undefined;
  const ports = { used: none, accepted: none, missing: none };
  return Object.assign(new Seat('carol', 'identity of carol', new Uint8Array(32), ports), { joinedAt: 0 });
};

test('a key that comes after a leave, which the leaver holds, opens nothing five seconds later', () => {
  const opens = (inMs: number | null, cameAt: number, isBack = false) =>
    found((invariants) => {
      const seat = receiver();
      const retirement = new Retirement(invariants);
      invariants.accepted(bob, alice, key(1, 0, 1));
      invariants.sawLeave(seat, bob, 1000);
      if (isBack) invariants.sawJoin(seat, bob);
      seat.worker.acceptKey(alice.identity, key(1, 0, 1), cameAt);
      retirement.came(seat, alice.identity, 1, cameAt);
      if (inMs !== null) seat.worker.retire(alice.identity, [1], cameAt + inMs);
      retirement.due(cameAt + 5100);
      assert.deepEqual(invariants.violations, [], 'not before');
      retirement.due(cameAt + 5300);
    });
  assert.match(opens(null, 2000)[0] ?? '', /carol opens generation 1 of identity of alice 5 s after it came/);
  assert.equal(opens(9000, 2000).length, 1, 'retired too late');
  assert.deepEqual(opens(5000, 2000), []);
  assert.deepEqual(opens(null, 2000, true), [], 'bob is back');
  assert.deepEqual(opens(null, 32_000), [], 'long after');
});

test('whoever saw a leave opens nothing five seconds later that it had then and the leaver holds', () => {
  const opens = (inMs: number | null, cameAt = 0, isHeld = true) =>
    found((invariants) => {
      const seat = receiver();
      const retirement = new Retirement(invariants);
      seat.worker.acceptKey(alice.identity, key(1, 0, 1), cameAt);
      if (isHeld) invariants.accepted(bob, alice, key(1, 0, 1));
      retirement.saw(seat, bob, 1000);
      if (inMs !== null) seat.worker.retire(alice.identity, [1], 1000 + inMs);
      retirement.due(6100);
      assert.deepEqual(invariants.violations, [], 'not before');
      retirement.due(6300);
    });
  assert.match(
    opens(null)[0] ?? '',
    /carol opens generation 1 of identity of alice 5 s after it saw bob leave/,
  );
  assert.deepEqual(opens(9000).length, 1, 'retired too late');
  assert.deepEqual(opens(5000), []);
  assert.deepEqual(opens(null, 2000), [], 'came later');
  assert.deepEqual(opens(null, 0, false), [], 'the leaver never had it');
});

test('what was forged must be refused under that name and do nothing else; an exchanged bundle must be shown', () => {
  const victim = (toldAt?: number) => ({ refusedAt: new Map(toldAt === undefined ? [] : [['eve', toldAt]]) });
  const notice = { type: 'refused', from: 'eve', reason: 'x', count: 1 } as const;
  const refused = { type: 'notice', notice } as const;
  assert.equal(misjudged(victim(9), 'eve', [refused, { type: 'wake', at: 1 }], 9), null);
  assert.equal(misjudged(victim(9), 'eve', [], 1009), null, 'told once a second');
  assert.match(misjudged(victim(9), 'eve', [], 1010) ?? '', /refuses nothing/);
  assert.match(misjudged(victim(9), 'eve', [refused, { type: 'stop-sending' }], 9) ?? '', /takes something/);
  assert.match(misjudged(victim(9), 'bob', [refused], 9) ?? '', /takes something/);
  assert.ok(isShown([{ type: 'notice', notice: { type: 'replaced', occupant: 'eve' } }], 'eve'));
  assert.ok(!isShown([refused, { type: 'notice', notice: { type: 'replaced', occupant: 'bob' } }], 'eve'));
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
