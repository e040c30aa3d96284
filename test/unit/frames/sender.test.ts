// What a receiver concludes from a key id: nothing, until a frame authenticates under it (rules M4, M5, M8).
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { MAX_STEP, ratchet } from '../../../web-plugin/src/frames/index.ts';
import { Generation, STEP_TRIAL_MS, STEP_TRIALS } from '../../../web-plugin/src/frames/receive/generation.ts';
import { Sender } from '../../../web-plugin/src/frames/receive/sender.ts';
import { type Key, key } from './fixture.ts';

const give = (sender: Sender, given: Key, now = 0, leave = false) =>
  sender.accept({ ...given, floors: [], leave }, now);
const id = (generation: number, step = 0, source = 2) => ({ generation, step, source });
const select = (sender: Sender, generation: number, step = 0, now = 0) =>
  sender.select(id(generation, step), 'video', now).type;

describe('Sender', () => {
  it('derives steps forward, each at most once, and commits none before a frame proved it', () => {
    const generation = new Generation(1, 0, key(1).base, key(1).context);
    const first = generation.frameKey(MAX_STEP, 2, 'video', 0);
    assert.ok(first !== null);
    assert.equal(generation.candidates, MAX_STEP);
    for (let step = MAX_STEP; step >= 0; step--) generation.frameKey(step, 2, 'video', 0);
    assert.equal(generation.candidates, MAX_STEP);
    assert.equal(generation.frameKey(MAX_STEP, 2, 'video', 0), first);
    assert.equal(generation.step, 0);
  });

  it('tries few frames that claim steps nothing proved, but always some, and any number once one did', () => {
    const sender = new Sender();
    give(sender, key(1));
    // A flood of ten thousand a second for ten seconds.
    let tried = 0;
    for (let frame = 0; frame < 100_000; frame++)
      if (select(sender, 1, 1 + (frame % MAX_STEP), frame / 10) === 'key') tried++;
    assert.ok(tried <= STEP_TRIALS + 10_000 / STEP_TRIAL_MS, `${tried} trials`);
    assert.ok(tried > 500, 'the step that the sender really takes must come through');
    assert.equal(select(sender, 1, 0, 10_000), 'key', 'the step in use is not held up');
    assert.equal(sender.commit(id(1, 3), 0, 20_000), 'fresh');
    for (let frame = 0; frame < 1000; frame++) assert.equal(select(sender, 1, 3, 20_000), 'key');
  });

  it('derives the same key as a newcomer that was given the step', () => {
    const old = new Generation(1, 0, key(1).base, key(1).context);
    let base: Uint8Array = key(1).base;
    for (let i = 0; i < 3; i++) base = ratchet(base);
    assert.ok(old.agrees(3, base, key(1).context));
    assert.ok(!old.agrees(3, key(1).base, key(1).context));
    assert.ok(!old.agrees(3, base, key(1, 0, 9).context));
  });

  it('keeps the last step for two seconds, for sources in use, and nothing before it', () => {
    const sender = new Sender();
    give(sender, key(1));
    sender.select(id(1, 0), 'video', 0);
    assert.equal(sender.commit(id(1, 0), 0, 0), 'fresh');
    assert.equal(sender.commit(id(1, 4), 10, 100), 'fresh');
    assert.equal(select(sender, 1, 0, 2099), 'key');
    assert.equal(sender.select(id(1, 0, 3), 'video', 2099).type, 'retired', 'a source that was not in use');
    assert.equal(select(sender, 1, 3, 200), 'retired');
    assert.equal(select(sender, 1, 0, 2100), 'retired');
  });

  it('promotes a pending generation on its first frame; the one before ends two seconds later', () => {
    const sender = new Sender();
    give(sender, key(1));
    sender.commit(id(1), 0, 0);
    give(sender, key(2));
    assert.equal(select(sender, 2), 'key');
    assert.equal(
      select(sender, 1, 0, 100_000),
      'key',
      'no frame of the new one, nobody left: the old one goes on',
    );
    sender.commit(id(2), 5, 1000);
    assert.equal(select(sender, 1, 0, 2999), 'key');
    assert.equal(select(sender, 1, 0, 3000), 'retired');
  });

  it('takes a frame of an older key only below the first counter of the newer (rule M5)', () => {
    const sender = new Sender();
    give(sender, key(1));
    sender.commit(id(1), 0, 0);
    give(sender, key(2));
    assert.equal(sender.commit(id(2), 10, 0), 'fresh');
    assert.equal(sender.commit(id(1), 11, 0), 'retired');
    assert.equal(sender.commit(id(1), 10, 0), 'retired');
    assert.equal(sender.commit(id(1), 9, 0), 'fresh');
    assert.equal(sender.commit(id(1), 9, 0), 'replayed');
  });

  it('ends the old generation 2.3 s after a key that replaces a leaver, without any frame of the new one', () => {
    const sender = new Sender();
    give(sender, key(1));
    sender.commit(id(1), 0, 0);
    give(sender, key(2), 1000, true);
    assert.equal(select(sender, 1, 0, 3299), 'key');
    assert.equal(select(sender, 1, 0, 3300), 'retired');
    assert.equal(sender.commit(id(1), 1, 3300), 'retired', 'also for what was in the cipher');
  });

  it('retires at the earliest deadline given, and never takes the generation again', () => {
    const sender = new Sender();
    give(sender, key(1));
    sender.retire([1], 5000);
    sender.retire([1], 9000);
    assert.equal(select(sender, 1, 0, 4999), 'key');
    assert.equal(select(sender, 1, 0, 5000), 'retired');
    sender.sweep(5000);
    assert.match(String(give(sender, key(1), 5001)), /not newer/);
    assert.equal(select(sender, 1, 0, 5001), 'retired');
    assert.equal(select(sender, 2, 0, 5001), 'unknown');
  });

  it('refuses lower generations and other bytes under a known name', () => {
    const sender = new Sender();
    give(sender, key(5, 2));
    assert.equal(give(sender, key(5, 2)), null, 'the same again changes nothing');
    assert.match(String(give(sender, key(5, 2, 9))), /different keys/);
    assert.match(String(give(sender, { ...key(5, 2), context: new Uint8Array(32) })), /different keys/);
    assert.match(String(give(sender, key(4))), /not newer/);
  });

  it('keeps at most grace, current and two pending; the oldest pending goes', () => {
    const sender = new Sender();
    give(sender, key(1));
    sender.commit(id(1), 0, 0);
    for (const generation of [2, 3, 4]) give(sender, key(generation));
    assert.deepEqual(
      [1, 2, 3, 4, 5].map((generation) => select(sender, generation)),
      ['key', 'retired', 'key', 'key', 'unknown'],
    );
    sender.commit(id(4), 9, 0);
    assert.deepEqual(
      [1, 3, 4].map((generation) => select(sender, generation)),
      ['key', 'key', 'key'],
    );
    assert.equal(select(sender, 1, 0, 2000), 'retired');
  });
});
