// The sending half: no counter twice, no key twice, no frame after a deadline.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { codecOf, encodeKid, openRecorded, peekHeader } from '../../../web-plugin/src/frames/index.ts';
import { type FrameToSeal, Sealer } from '../../../web-plugin/src/frames/send/sealer.ts';
import { encodeHeader, uint64 } from '../../../web-plugin/src/frames/sframe/header.ts';
import { bytes, key, ManualClock } from './fixture.ts';

const vp9 = codecOf('video/VP9');
const opus = codecOf('audio/opus');
assert.ok(vp9 !== null && opus !== null);

const video = (data: Uint8Array, source = 2): FrameToSeal => ({
  source,
  media: 'video',
  codec: vp9,
  isKey: false,
  data: new Uint8Array(data),
});

describe('Sealer', () => {
  it('gives no (key, counter) twice, whatever the order of frames, keys and conferences', async () => {
    const step = fc.constantFrom('camera', 'screen', 'again', 'key', 'generation', 'stop', 'reset');
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 60 }), async (script) => {
        const sealer = new Sealer(new ManualClock());
        let [generation, stepNumber, conference] = [1, 0, 1];
        sealer.useKey({ ...key(generation, stepNumber, conference), inMs: 0 });
        const sealing: { promise: Promise<unknown>; conference: number }[] = [];
        for (const what of script) {
          if (what === 'key') sealer.useKey({ ...key(generation, ++stepNumber, conference), inMs: 0 });
          else if (what === 'generation') {
            stepNumber = 0;
            sealer.useKey({ ...key(++generation, stepNumber, conference), inMs: 0 });
          } else if (what === 'stop') sealer.stop();
          else if (what === 'again') sealer.useKey({ ...key(generation, stepNumber, conference), inMs: 0 });
          else if (what === 'reset') {
            sealer.reset();
            conference++;
            [generation, stepNumber] = [1, 0];
            sealer.useKey({ ...key(generation, stepNumber, conference), inMs: 0 });
          } else
            sealing.push({ promise: sealer.seal(video(bytes(1, 2), what === 'camera' ? 2 : 3)), conference });
        }
        const used = new Set<string>();
        const counters: Record<number, number> = {};
        for (const { promise, conference: number } of sealing) {
          const sealed = (await promise) as { data: ArrayBuffer } | string;
          if (typeof sealed === 'string') continue;
          const header = peekHeader(new Uint8Array(sealed.data), vp9);
          assert.ok(header !== null);
          const { source } = header.id;
          const name = `${number} ${header.id.generation} ${header.id.step} ${source} ${header.counter}`;
          assert.ok(!used.has(name), name);
          used.add(name);
          // One counter per source, over all keys.
          assert.equal(header.counter, counters[source] ?? 0);
          counters[source] = header.counter + 1;
        }
      }),
      { numRuns: 60 },
    );
  });

  it('seals frames begun together as it seals them one by one', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.uint8Array({ maxLength: 300 }), { minLength: 1, maxLength: 8 }),
        async (frames) => {
          const sealer = new Sealer(new ManualClock());
          sealer.useKey({ ...key(1), inMs: 0 });
          const sealed = await Promise.all(frames.map((data) => sealer.seal(video(data))));
          for (const [i, result] of sealed.entries()) {
            assert.ok(typeof result !== 'string');
            const opened = await openRecorded(new Uint8Array(result.data), vp9, key(1));
            assert.ok(opened.type === 'opened');
            assert.deepEqual(opened.data, new Uint8Array(frames[i] ?? []));
          }
        },
      ),
      { numRuns: 40 },
    );
  });

  it('takes a key once, and none that is older', () => {
    const sealer = new Sealer(new ManualClock());
    assert.equal(sealer.useKey({ ...key(2, 3), inMs: 0 }), null);
    for (const old of [key(2, 3), key(2, 3, 9), key(2, 2), key(1, 200)])
      assert.match(String(sealer.useKey({ ...old, inMs: 0 })), /not newer/);
    sealer.stop();
    assert.match(String(sealer.useKey({ ...key(2, 3), inMs: 0 })), /not newer/);
    assert.equal(sealer.useKey({ ...key(2, 4), inMs: 0 }), null);
    assert.equal(sealer.useKey({ ...key(3, 0), inMs: 0 }), null);
    for (const [name, wrong] of Object.entries({
      'generation 0': { ...key(3), generation: 0 },
      'step 255': { ...key(4), step: 255 },
      'a short base': { ...key(4), base: new Uint8Array(16) },
      'a short context': { ...key(4), context: new Uint8Array(0) },
    })) {
      assert.equal(typeof sealer.useKey({ ...wrong, inMs: 0 }), 'string', name);
    }
  });

  it('drops from the deadline on, also what was in the cipher, and no later command moves it', async () => {
    const clock = new ManualClock();
    const sealer = new Sealer(clock);
    sealer.useKey({ ...key(1), inMs: 0 });
    sealer.expire(1, 300);
    clock.advance(299);
    sealer.expire(1, 300);
    assert.ok(typeof (await sealer.seal(video(bytes(1)))) !== 'string');
    const inCipher = sealer.seal(video(bytes(2)));
    clock.advance(1);
    assert.equal(await inCipher, 'key-expired');
    assert.equal(await sealer.seal(video(bytes(3))), 'key-expired');
    sealer.useKey({ ...key(1, 1), inMs: 0 });
    assert.equal(await sealer.seal(video(bytes(4))), 'key-expired', 'a step does not save its generation');
    sealer.useKey({ ...key(2), inMs: 0 });
    assert.ok(typeof (await sealer.seal(video(bytes(5)))) !== 'string');
  });

  it('switches by itself at the time it was told, at the frame, and never goes back', async () => {
    const clock = new ManualClock();
    const sealer = new Sealer(clock);
    const under = async () => {
      const sealed = await sealer.seal(video(bytes(1)));
      return typeof sealed === 'string' ? sealed : `${sealed.generation}.${sealed.step}`;
    };
    sealer.useKey({ ...key(1), inMs: 150 });
    assert.equal(await under(), '1.0', 'the first has nothing to wait for');
    sealer.useKey({ ...key(2), inMs: 150 });
    clock.advance(149);
    assert.equal(await under(), '1.0');
    clock.advance(1);
    assert.equal(await under(), '2.0');
    assert.match(String(sealer.useKey({ ...key(1, 1), inMs: 0 })), /not newer/);
    assert.match(String(sealer.useKey({ ...key(2), inMs: 0 })), /not newer/);
    assert.equal(await under(), '2.0');
  });

  it('takes the newest whose time has come, whatever was to come before it', async () => {
    const clock = new ManualClock();
    const sealer = new Sealer(clock);
    sealer.useKey({ ...key(1), inMs: 0 });
    sealer.useKey({ ...key(2), inMs: 150 });
    clock.advance(100);
    sealer.useKey({ ...key(3), inMs: 150 });
    clock.advance(50);
    assert.equal(sealer.generation, 2, 'one leave after another does not keep the first key in use');
    clock.advance(100);
    assert.equal(sealer.generation, 3);
    sealer.useKey({ ...key(4), inMs: 150 });
    sealer.useKey({ ...key(4, 1), inMs: 0 });
    assert.equal(sealer.generation, 4);
    clock.advance(1000);
    assert.match(String(sealer.useKey({ ...key(4), inMs: 0 })), /not newer/);
    for (let generation = 5; generation < 50; generation++)
      sealer.useKey({ ...key(generation), inMs: 60_000 });
    assert.equal(sealer.generation, 4);
    sealer.expire(4, 0);
    assert.equal(sealer.generation, 46, 'four are kept, however many come');
  });

  it('takes the next before its time when the one in use is dead; stop forgets those to come', async () => {
    const clock = new ManualClock();
    const sealer = new Sealer(clock);
    sealer.useKey({ ...key(1), inMs: 0 });
    sealer.expire(1, 100);
    sealer.useKey({ ...key(2), inMs: 150 });
    clock.advance(100);
    assert.ok(typeof (await sealer.seal(video(bytes(1)))) !== 'string');
    assert.equal(sealer.generation, 2);
    sealer.useKey({ ...key(3), inMs: 150 });
    sealer.expire(2, 0);
    sealer.expire(3, 0);
    assert.equal(await sealer.seal(video(bytes(1))), 'key-expired');
    sealer.useKey({ ...key(4), inMs: 150 });
    sealer.stop();
    clock.advance(1000);
    assert.equal(await sealer.seal(video(bytes(1))), 'no-key');
  });

  it('has no key before the first and after stop, and no source that does not fit', async () => {
    const sealer = new Sealer(new ManualClock());
    assert.equal(await sealer.seal(video(bytes(1))), 'no-key');
    sealer.useKey({ ...key(1), inMs: 0 });
    for (const source of [0, 1, 4, 15]) assert.equal(await sealer.seal(video(bytes(1), source)), 'no-source');
    assert.equal(await sealer.seal({ ...video(bytes(1)), codec: opus }), 'no-source');
    assert.equal(sealer.nextCounter(1), 0);
    sealer.stop();
    assert.equal(await sealer.seal(video(bytes(1))), 'no-key');
  });

  it('goes on above the counters of a worker before it, and never below its own', async () => {
    const sealer = new Sealer(new ManualClock());
    sealer.useKey({ ...key(1), inMs: 0 });
    sealer.continueFrom([
      [2, 70_000],
      [15, 5],
      [3, Number.NaN],
    ]);
    const counter = async () => {
      const sealed = await sealer.seal(video(bytes(1)));
      assert.ok(typeof sealed !== 'string');
      return peekHeader(new Uint8Array(sealed.data), vp9)?.counter;
    };
    assert.equal(await counter(), 70_000);
    sealer.continueFrom([[2, 8]]);
    assert.equal(await counter(), 70_001);
    assert.deepEqual(sealer.nextCounters, [[2, 70_002]]);
  });

  it('stays within the bytes promised, up to generation 15 and counter 2^24 and one more beyond each', async () => {
    const sealer = new Sealer(new ManualClock());
    sealer.useKey({ ...key(15, 254), inMs: 0 });
    for (const { media, codec, source, most } of [
      { media: 'video', codec: vp9, source: 14, most: 22 },
      { media: 'audio', codec: opus, source: 14, most: 16 },
    ] as const) {
      const sealed = await sealer.seal({ media, codec, source, isKey: true, data: bytes(1) });
      assert.ok(typeof sealed !== 'string');
      const lengthOf = (generation: number, counter: number) =>
        encodeHeader({ kid: encodeKid({ generation, step: 254, source }), ctr: uint64(counter) }).length;
      const tag = sealed.overhead.sframe - lengthOf(15, 0);
      assert.equal(tag + lengthOf(15, 2 ** 24 - 1), most);
      assert.equal(tag + lengthOf(16, 2 ** 24 - 1), most + 1);
      assert.equal(tag + lengthOf(16, 2 ** 24), most + 2);
      assert.ok(sealed.overhead.metadata <= 4);
    }
  });
});
