// The worker's whole behaviour without a browser: commands in, frames in, frames and reports out.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { opus, vp9 } from '../../../web-plugin/src/frames/codecs/opaque.ts';
import { peekHeader, type WorkerCommand } from '../../../web-plugin/src/frames/index.ts';
import { METADATA_LENGTH, timeUnits } from '../../../web-plugin/src/frames/metadata.ts';
import { Lateness } from '../../../web-plugin/src/frames/receive/lateness.ts';
import { decodeHeader } from '../../../web-plugin/src/frames/sframe/header.ts';
import { SUITES } from '../../../web-plugin/src/frames/sframe/suites.ts';
import { deriveSourceKey, SUITE_OF } from '../../../web-plugin/src/frames/sourcekey.ts';
import { acceptKey, Board, bytes, FakeFrame, key, until, useKey } from './fixture.ts';

const VP9 = 'video/VP9';
const frame = (...data: number[]) => new FakeFrame(bytes(...data), VP9);
const keyFrame = (...data: number[]) => new FakeFrame(bytes(...data), VP9, 'key');

/** Alice's own page: sealed frames of her camera. */
function sender(given = key(1), source = 2) {
  const board = new Board();
  board.command({ type: 'gate', gate: 'sealed' }, useKey(given));
  const line = board.line(1, 'send', source === 1 || source === 4 ? 'audio' : 'video');
  board.command({ type: 'send-route', transform: 1, source });
  return { board, line };
}

/** Ciphers answer by the event loop: after microtasks alone, a frame that was put in is still in the cipher. */
async function inCipher(): Promise<void> {
  for (let i = 0; i < 50; i++) await Promise.resolve();
}

/** Somebody else's page that expects Alice's camera. */
function receiver(...keys: Parameters<typeof acceptKey>[]) {
  const board = new Board();
  board.command({ type: 'gate', gate: 'sealed' });
  const line = board.line(7, 'receive', 'video');
  board.command({ type: 'receive-route', transform: 7, owner: 'alice', source: 2 });
  for (const given of keys) board.command(acceptKey(...given));
  return { board, line };
}

describe('gate', () => {
  it('drops in both directions until told, also what already is in the cipher', async () => {
    const board = new Board();
    const [out, into] = [board.line(1, 'send', 'video'), board.line(2, 'receive', 'video')];
    assert.deepEqual(await out.put(frame(1)), []);
    assert.deepEqual(await into.put(frame(1)), []);
    assert.deepEqual(board.dropped(1), { 'gate-closed': 1 });
    assert.deepEqual(board.dropped(2), { 'gate-closed': 1 });
    board.command({ type: 'gate', gate: 'clear' });
    assert.deepEqual((await out.put(frame(1, 2)))[0]?.bytes, bytes(1, 2));
    assert.deepEqual((await into.put(frame(3)))[0]?.bytes, bytes(3));
    board.command({ type: 'gate', gate: 'sealed' }, useKey(key(1)), {
      type: 'send-route',
      transform: 1,
      source: 2,
    });
    const putting = out.put(frame(9));
    await inCipher();
    board.command({ type: 'gate', gate: 'drop' });
    assert.deepEqual(await putting, []);
  });

  it('sealed: nothing leaves without key, source or codec, and nothing leaves as it was', async () => {
    const board = new Board();
    board.command({ type: 'gate', gate: 'sealed' });
    const out = board.line(1, 'send', 'video');
    assert.deepEqual(await out.put(frame(1)), []);
    board.command({ type: 'send-route', transform: 1, source: 2 });
    assert.deepEqual(await out.put(frame(1)), []);
    board.command(useKey(key(1)));
    assert.deepEqual(await out.put(new FakeFrame(bytes(1), 'video/H265')), []);
    assert.deepEqual(await out.put(new FakeFrame(bytes(1), '')), []);
    assert.deepEqual(board.dropped(1), { 'no-source': 1, 'no-key': 1, 'codec-unknown': 2 });
    const [sealed] = await out.put(frame(1, 2, 3));
    assert.notDeepEqual(sealed?.bytes, bytes(1, 2, 3));
    assert.deepEqual(board.reported('sealing'), [{ type: 'sealing', generation: 1, step: 0 }]);
    board.command({ type: 'expire-sending', generation: 1, inMs: 300 });
    board.clock.advance(300);
    assert.deepEqual(await out.put(frame(1)), []);
    board.command({ type: 'stop-sending' });
    assert.deepEqual(await out.put(frame(1)), []);
    // A microphone's source on a video transform is a mistake that nothing may leave by.
    board.command(useKey(key(2)), { type: 'send-route', transform: 1, source: 1 });
    assert.deepEqual(await out.put(frame(1)), []);
    assert.deepEqual(board.dropped(1), { 'no-source': 2, 'no-key': 2, 'codec-unknown': 2, 'key-expired': 1 });
  });

  it('sealed: what is not sealed is not shown; an empty packet is no frame', async () => {
    const { board, line } = receiver(['alice', key(1)]);
    assert.deepEqual(await line.put(frame(1), frame(0, 0, 0, 0, 0, 0), frame(), frame(0xff, 1, 2, 3)), []);
    board.command({ type: 'receive-route', transform: 7, owner: null, source: null });
    assert.deepEqual(await line.put(frame(1)), []);
    assert.deepEqual(board.dropped(7), { malformed: 3, 'no-owner': 1 });
  });

  it('clear: what the owner already seals is opened, and its replay is not shown as clear', async () => {
    const alice = sender();
    const [sealed] = await alice.line.put(frame(1, 2, 3));
    assert.ok(sealed);
    const { board, line } = receiver(['alice', key(1)]);
    board.command({ type: 'gate', gate: 'clear' });
    assert.deepEqual((await line.put(sealed.copy()))[0]?.bytes, bytes(1, 2, 3));
    assert.deepEqual(await line.put(sealed.copy()), []);
    assert.deepEqual((await line.put(frame(4, 5)))[0]?.bytes, bytes(4, 5));
  });

  it('and the owner count when a frame comes out of the cipher, not only when it goes in', async () => {
    const alice = sender();
    const [first, second] = await alice.line.put(frame(1), frame(2));
    assert.ok(first && second);
    const { board, line } = receiver(['alice', key(1)]);
    let putting = line.put(first.copy());
    await inCipher();
    board.command({ type: 'receive-route', transform: 7, owner: 'bob', source: 2 });
    assert.deepEqual(await putting, []);
    board.command({ type: 'receive-route', transform: 7, owner: 'alice', source: 2 });
    putting = line.put(second.copy());
    await inCipher();
    board.command({ type: 'gate', gate: 'drop' });
    assert.deepEqual(await putting, []);
    assert.deepEqual(board.dropped(7), { 'no-owner': 1, 'gate-closed': 1 });
    const out = alice.line.put(frame(3));
    await inCipher();
    alice.board.command({ type: 'send-route', transform: 1, source: null });
    assert.deepEqual(await out, []);
  });

  it('asks the encoder for a key frame when sealing starts and with each generation, not with each step', async () => {
    const { board, line } = sender();
    assert.equal(line.keyFrameRequests, 0);
    board.command(useKey(key(1, 1)));
    assert.equal(line.keyFrameRequests, 0);
    board.command(useKey(key(2)));
    assert.equal(line.keyFrameRequests, 1);
    board.command({ type: 'gate', gate: 'clear' }, { type: 'gate', gate: 'sealed' });
    assert.equal(line.keyFrameRequests, 3);
    board.command(useKey(key(3), 150));
    board.clock.advance(149);
    assert.equal(line.keyFrameRequests, 3);
    board.clock.advance(1);
    assert.equal(line.keyFrameRequests, 4);
  });

  it('switches without a word of the page, and takes no key that a reset or a stop made it forget', async () => {
    const { board, line } = sender();
    const generation = async () => {
      const [sealed] = await line.put(frame(1));
      return sealed && peekHeader(sealed.bytes, vp9)?.id.generation;
    };
    board.command(useKey(key(2), 150), { type: 'expire-sending', generation: 1, inMs: 300 });
    board.clock.advance(149);
    assert.equal(await generation(), 1);
    board.clock.advance(1);
    assert.equal(await generation(), 2);
    board.command(useKey(key(3), 150), { type: 'stop-sending' });
    board.clock.advance(150);
    assert.equal(await generation(), undefined);
    board.command(useKey(key(4), 150), { type: 'reset' }, { type: 'gate', gate: 'sealed' });
    board.clock.advance(150);
    assert.equal(await generation(), undefined);
    assert.deepEqual(board.dropped(1), { 'no-key': 2 });
  });
});

describe('receiving', () => {
  it('opens in order, once, and only for the expected source', async () => {
    const alice = sender();
    const sealed = await alice.line.put(keyFrame(1), frame(2), frame(3));
    const { board, line } = receiver(['alice', key(1)]);
    const opened = await line.put(...sealed.map((one) => one.copy()));
    assert.deepEqual(
      opened.map((one) => [...one.bytes]),
      [[1], [2], [3]],
    );
    assert.deepEqual(await line.put(...sealed.map((one) => one.copy())), []);
    assert.deepEqual(board.reported('opened'), [
      { type: 'opened', transform: 7, owner: 'alice', source: 2, generation: 1, step: 0 },
    ]);
    board.command({ type: 'receive-route', transform: 7, owner: 'alice', source: 3 });
    const [more] = await alice.line.put(frame(4));
    assert.ok(more);
    assert.deepEqual(await line.put(more.copy()), []);
    assert.deepEqual(board.dropped(7), { replayed: 3, 'wrong-source': 1 });
  });

  it('says that frames open again, though they do within a second of the last report', async () => {
    const alice = sender();
    const frames = await alice.line.put(keyFrame(1), frame(2), frame(3));
    const { board, line } = receiver(['alice', key(1)]);
    const [first, second, third] = frames;
    assert.ok(first && second && third);
    await line.put(first.copy());
    await line.put(
      new FakeFrame(
        second.bytes.map((byte) => byte ^ 1),
        VP9,
      ),
    );
    await line.put(second.copy());
    assert.equal(board.reported('opened').length, 1);
    board.clock.advance(1000);
    await line.put(third.copy());
    assert.equal(board.reported('opened').length, 2);
  });

  it('keeps one window per person and source, over transforms and connections', async () => {
    const alice = sender();
    const [first] = await alice.line.put(frame(1));
    assert.ok(first);
    const { board, line } = receiver(['alice', key(1)]);
    const other = board.line(8, 'receive', 'video');
    board.command({ type: 'receive-route', transform: 8, owner: 'alice', source: 2 });
    assert.equal((await line.put(first.copy())).length, 1);
    assert.deepEqual(await other.put(first.copy()), []);
    // Two copies at the same time: one of them is in the cipher while the other is.
    const [second] = await alice.line.put(frame(2));
    assert.ok(second);
    const both = await Promise.all([line.put(second.copy()), other.put(second.copy())]);
    assert.equal(both.flat().length, 1);
  });

  it('refuses what was changed anywhere, and what claims to be something else', async () => {
    const alice = sender();
    const [sealed] = await alice.line.put(frame(1, 2, 3, 4));
    assert.ok(sealed);
    const { board, line } = receiver(['alice', key(1)]);
    for (let i = 0; i < sealed.bytes.length; i++) {
      const changed = sealed.copy();
      changed.bytes.set([(sealed.bytes[i] ?? 0) ^ 0x10], i);
      assert.deepEqual(await line.put(changed), [], `byte ${i}`);
    }
    assert.deepEqual(await line.put(new FakeFrame(sealed.bytes.slice(0, -1), VP9)), []);
    assert.deepEqual(await line.put(new FakeFrame(Uint8Array.of(...sealed.bytes, 0), VP9)), []);
    // The server says that it is a key frame, or of another codec.
    assert.deepEqual(await line.put(new FakeFrame(sealed.bytes, VP9, 'key')), []);
    const [next] = await alice.line.put(frame(5));
    assert.ok(next);
    board.command({ type: 'receive-route', transform: 7, owner: 'alice', source: 2 });
    assert.deepEqual(await line.put(new FakeFrame(Uint8Array.of(1, ...next.bytes), 'video/VP8')), []);
    assert.equal(board.dropped(7)['metadata-mismatch'], 2);
  });

  for (const [codec, source] of [
    [vp9, 2],
    [opus, 1],
  ] as const) {
    const sealed = async (...data: number[]) => {
      const [one] = await sender(key(1), source).line.put(new FakeFrame(bytes(...data), codec.mimeType));
      assert.ok(one);
      return { frame: one, headerLength: decodeHeader(one.bytes)?.length ?? 0 };
    };
    const bob = () => {
      const board = new Board().command({ type: 'gate', gate: 'sealed' }, acceptKey('alice', key(1)));
      const line = board.line(7, 'receive', codec.media);
      board.command({ type: 'receive-route', transform: 7, owner: 'alice', source });
      return { board, line };
    };

    it(`${codec.name}: what a frame says of itself is SFrame’s metadata, behind the header`, async () => {
      const { frame, headerLength } = await sealed(1, 2, 3);
      const [header, metadata, rest] = [
        frame.bytes.slice(0, headerLength),
        frame.bytes.slice(headerLength, headerLength + METADATA_LENGTH),
        frame.bytes.slice(headerLength + METADATA_LENGTH),
      ];
      const time = timeUnits(new Board().clock.wall());
      assert.deepEqual(metadata, bytes((codec.id << 4) | source, time >> 8, time & 0xff));
      const { base, context } = key(1);
      const sframe = deriveSourceKey({ generation: 1, step: 0, source }, base, context, codec.media);
      assert.deepEqual(await sframe.open(bytes(...header, ...rest), metadata), bytes(1, 2, 3));
    });

    it(`${codec.name}: nobody changes what a frame says of itself`, async () => {
      const { frame, headerLength } = await sealed(1, 2, 3);
      const { board, line } = bob();
      for (let bit = 0; bit < 8 * METADATA_LENGTH; bit++) {
        const changed = frame.copy();
        const at = headerLength + (bit >> 3);
        changed.bytes.set([(changed.bytes[at] ?? 0) ^ (1 << (bit & 7))], at);
        assert.deepEqual(await line.put(changed), [], `bit ${bit}`);
      }
      assert.deepEqual(board.dropped(7), { forged: 8 * METADATA_LENGTH });
      assert.deepEqual((await line.put(frame))[0]?.bytes, bytes(1, 2, 3));
    });

    it(`${codec.name}: a real frame without a byte is header, metadata and tag; what is shorter is none`, async () => {
      const { frame, headerLength } = await sealed();
      const { length } = frame.bytes;
      assert.equal(length, headerLength + METADATA_LENGTH + SUITES[SUITE_OF[codec.media]].tag);
      const { board, line } = bob();
      for (let cut = 1; cut < length; cut++)
        assert.deepEqual(await line.put(new FakeFrame(frame.bytes.slice(0, cut), codec.mimeType)), []);
      assert.deepEqual(board.dropped(7), { malformed: length - 1 });
      assert.deepEqual((await line.put(frame))[0]?.bytes, bytes());
    });
  }

  it('follows steps and generations without a message, and does not go back', async () => {
    const alice = sender();
    const { board, line } = receiver(['alice', key(1)]);
    const through = async (n: number) => {
      const [sealed] = await alice.line.put(frame(n));
      assert.ok(sealed);
      return { sealed, opened: (await line.put(sealed.copy())).length };
    };
    assert.equal((await through(1)).opened, 1);
    const [withheld] = await alice.line.put(frame(99));
    assert.ok(withheld);
    const { ratchet } = await import('../../../web-plugin/src/frames/index.ts');
    alice.board.command(useKey({ ...key(1, 1), base: ratchet(key(1).base) }));
    assert.equal((await through(2)).opened, 1);
    board.command(acceptKey('alice', key(2)));
    alice.board.command(useKey(key(2)));
    assert.equal((await through(3)).opened, 1);
    board.clock.advance(2000);
    assert.deepEqual(await line.put(withheld.copy()), [], 'two seconds later its key is gone');
    assert.deepEqual(board.dropped(7), { 'retired-key': 1 });
  });

  it('erases what is forgotten and all that a reset ends; counters go on', async () => {
    const alice = sender();
    const { board, line } = receiver(['alice', key(1)]);
    const [first, second] = await alice.line.put(frame(1), frame(2));
    assert.ok(first && second);
    assert.equal((await line.put(first.copy())).length, 1);
    board.command({ type: 'forget', owner: 'alice' });
    assert.deepEqual(await line.put(second.copy()), []);
    alice.board.command({ type: 'reset' });
    assert.deepEqual(await alice.line.put(frame(3)), [], 'the gate is closed');
    alice.board.command({ type: 'gate', gate: 'sealed' }, useKey(key(1, 0, 5)));
    const [after] = await alice.line.put(frame(3));
    assert.ok(after);
    assert.equal(peekHeader(after.bytes, vp9)?.counter, 2);
  });
});

describe('frames whose key has not come', () => {
  it('wait, go first when it comes, in order, and the decoder gets a place to start', async () => {
    const alice = sender();
    const sealed = await alice.line.put(frame(1), frame(2), frame(3));
    const { board, line } = receiver();
    const [one, two, three] = sealed;
    assert.ok(one && two && three);
    assert.deepEqual(await line.put(one.copy(), two.copy()), []);
    board.clock.advance(399);
    board.command(acceptKey('alice', key(1)));
    const opened = await line.put(three.copy());
    assert.deepEqual(
      line.arrived.map((arrived) => [...arrived.bytes]),
      [[1], [2], [3]],
    );
    assert.ok(opened.length >= 1);
    assert.equal(line.keyFrameRequests, 1);
  });

  it('wait no longer than 400 ms', async () => {
    const alice = sender();
    const [one] = await alice.line.put(frame(1));
    assert.ok(one);
    const { board, line } = receiver();
    await line.put(one.copy());
    board.clock.advance(400);
    board.command(acceptKey('alice', key(1)));
    assert.deepEqual(await line.put(frame(0xff)), []);
    assert.deepEqual(board.dropped(7), { 'unknown-key': 1, malformed: 1 });
  });

  it('are few and small: the oldest give way', async () => {
    const alice = sender(key(1), 1);
    const audio = (n: number) => new FakeFrame(bytes(n), 'audio/opus', '');
    const sealed = await alice.line.put(...Array.from({ length: 40 }, (_, i) => audio(i)));
    const board = new Board();
    board.command({ type: 'gate', gate: 'sealed' });
    const line = board.line(7, 'receive', 'audio');
    board.command({ type: 'receive-route', transform: 7, owner: 'alice', source: 1 });
    await line.put(...sealed.map((one) => one.copy()));
    assert.deepEqual(board.dropped(7), { 'hold-overflow': 8 });
    board.command(acceptKey('alice', key(1)));
    await until(() => line.arrived.length === 32);
    assert.deepEqual(line.arrived[0]?.bytes, bytes(8));
  });

  it('are asked for after a second, once in five', async () => {
    const alice = sender(key(3));
    const { board, line } = receiver();
    for (let i = 0; i < 70; i++) {
      const [sealed] = await alice.line.put(frame(i));
      assert.ok(sealed);
      await line.put(sealed.copy());
      board.clock.advance(100);
      if (i === 8) assert.deepEqual(board.reported('missing-key'), []);
    }
    assert.deepEqual(board.reported('missing-key'), [
      { type: 'missing-key', owner: 'alice', generation: 3 },
      { type: 'missing-key', owner: 'alice', generation: 3 },
    ]);
  });
});

describe('a sender that stays on a dead generation', () => {
  it('is reported, so that it can be asked for a new key', async () => {
    const alice = sender();
    const { board, line } = receiver(['alice', key(1)]);
    board.command({ type: 'retire', owner: 'alice', generations: [1], inMs: 5000 });
    for (let i = 0; i < 65; i++) {
      const [sealed] = await alice.line.put(frame(i));
      assert.ok(sealed);
      const opened = await line.put(sealed.copy());
      assert.equal(opened.length, i < 50 ? 1 : 0, `after ${i * 100} ms`);
      board.clock.advance(100);
    }
    assert.deepEqual(board.reported('missing-key'), [{ type: 'missing-key', owner: 'alice', generation: 1 }]);
    board.command(acceptKey('alice', key(1)));
    assert.deepEqual(await line.put(frame(1)), [], 'the dead do not come back');
  });
});

describe('attribution', () => {
  it('reports a swap after three frames over two seconds, and never shows one', async () => {
    const bob = sender(key(1, 0, 2));
    const { board, line } = receiver(['alice', key(1)], ['bob', key(1, 0, 2)]);
    board.clock.advance(5000);
    for (let i = 0; i < 30; i++) {
      const [sealed] = await bob.line.put(frame(i));
      assert.ok(sealed);
      await line.put(sealed.copy());
      if (i < 20) assert.deepEqual(board.reported('swapped'), [], `after ${i * 100} ms`);
      board.clock.advance(100);
    }
    assert.deepEqual(line.arrived, []);
    assert.deepEqual(board.reported('swapped'), [
      { type: 'swapped', transform: 7, expected: 'alice', seen: 'bob', source: 2 },
    ]);
  });

  it('does not count what was found within two seconds of an owner change', async () => {
    const bob = sender(key(1, 0, 2));
    const { board, line } = receiver(['alice', key(1)], ['bob', key(1, 0, 2)]);
    for (let i = 0; i < 39; i++) {
      const [sealed] = await bob.line.put(frame(i));
      assert.ok(sealed);
      await line.put(sealed.copy());
      assert.deepEqual(board.reported('swapped'), [], `after ${i * 100} ms`);
      board.clock.advance(100);
    }
  });

  it('counts nothing from before an owner change', async () => {
    const bob = sender(key(1, 0, 2));
    const { board, line } = receiver(['alice', key(1)], ['bob', key(1, 0, 2)]);
    board.clock.advance(5000);
    for (let i = 0; i < 55; i++) {
      if (i === 15)
        for (const owner of ['carol', 'alice'])
          board.command({ type: 'receive-route', transform: 7, owner, source: 2 });
      const [sealed] = await bob.line.put(frame(i));
      assert.ok(sealed);
      await line.put(sealed.copy());
      assert.deepEqual(board.reported('swapped'), [], `after ${i * 100} ms`);
      board.clock.advance(100);
    }
  });

  it('accuses nobody within two seconds of an owner change', async () => {
    const bob = sender(key(1, 0, 2));
    const { board, line } = receiver(['alice', key(1)], ['bob', key(1, 0, 2)]);
    for (let i = 0; i < 60; i++) {
      const owner = i % 15 === 0 ? 'carol' : 'alice';
      if (i % 15 < 2) board.command({ type: 'receive-route', transform: 7, owner, source: 2 });
      const [sealed] = await bob.line.put(frame(i));
      assert.ok(sealed);
      await line.put(sealed.copy());
      board.clock.advance(100);
    }
    assert.deepEqual(board.reported('swapped'), []);
  });

  it('does not let a trial touch the other person’s window', async () => {
    const bob = sender(key(1, 0, 2));
    const { board, line } = receiver(['alice', key(1)], ['bob', key(1, 0, 2)]);
    const own = board.line(8, 'receive', 'video');
    board.command({ type: 'receive-route', transform: 8, owner: 'bob', source: 2 });
    const [sealed] = await bob.line.put(frame(1));
    assert.ok(sealed);
    await line.put(sealed.copy());
    assert.equal((await own.put(sealed.copy())).length, 1);
  });

  it('keeps a person’s copy of another’s key from opening as theirs (rule M9)', async () => {
    const alice = sender();
    const [sealed] = await alice.line.put(frame(1));
    assert.ok(sealed);
    const board = new Board();
    board.command({ type: 'gate', gate: 'sealed' });
    const line = board.line(7, 'receive', 'video');
    board.command({ type: 'receive-route', transform: 7, owner: 'mallory', source: 2 });
    // Mallory hands out Alice's base key as her own; her context is what every receiver computes for Mallory.
    board.command(acceptKey('mallory', { ...key(1), context: new Uint8Array(32).fill(66) }));
    assert.deepEqual(await line.put(sealed.copy()), []);
    assert.deepEqual(board.dropped(7), { forged: 1 });
  });
});

describe('what a sender says of its sources (rule M6)', () => {
  const off = (floor: number): WorkerCommand => said(false, floor);
  const on = (floor: number): WorkerCommand => said(true, floor);
  const said = (isOn: boolean, floor: number): WorkerCommand => ({
    type: 'source-states',
    owner: 'alice',
    sources: [{ source: 2, on: isOn, floor }],
  });

  it('keeps what a bridge withheld from being played after the person went off', async () => {
    const alice = sender();
    const { board, line } = receiver(['alice', key(1)]);
    const [shown, late, withheld] = await alice.line.put(frame(1), frame(2), frame(3));
    assert.ok(shown && late && withheld);
    assert.equal((await line.put(shown.copy())).length, 1);
    alice.board.command({ type: 'counters', id: 1 });
    const counters = alice.board.reported('counters').at(-1)?.next;
    assert.deepEqual(counters, [[2, 3]]);
    board.command(off(3));
    board.clock.advance(1999);
    board.command(off(3));
    assert.equal((await line.put(late.copy())).length, 1, 'what was in flight still comes');
    board.clock.advance(1);
    assert.deepEqual(await line.put(withheld.copy()), []);
    board.clock.advance(60_000);
    board.command(on(3));
    assert.deepEqual(await line.put(withheld.copy()), [], 'not even when the source is on again');
    const [fresh] = await alice.line.put(frame(4));
    assert.ok(fresh);
    assert.deepEqual((await line.put(fresh.copy()))[0]?.bytes, bytes(4));
  });

  it('lets the first frames after "on" wait for that word', async () => {
    const alice = sender();
    const { board, line } = receiver(['alice', key(1)]);
    board.command(off(0));
    board.clock.advance(2000);
    const [first] = await alice.line.put(frame(1));
    assert.ok(first);
    assert.deepEqual(await line.put(first.copy()), []);
    board.clock.advance(200);
    board.command(on(0));
    await until(() => line.arrived.length === 1);
    board.command(off(1));
    board.clock.advance(2000);
    const [second] = await alice.line.put(frame(2));
    assert.ok(second);
    await line.put(second.copy());
    board.clock.advance(400);
    assert.deepEqual(board.dropped(7), { 'source-off': 1 });
  });

  it('expects no key for what a source that is off goes on sending', async () => {
    const alice = sender();
    const { board, line } = receiver();
    board.command(off(0));
    board.clock.advance(2000);
    const [silence, first] = await alice.line.put(frame(1), frame(2));
    assert.ok(silence && first);
    await line.put(silence);
    board.clock.advance(400);
    assert.deepEqual(board.dropped(7), { 'source-off': 1 });
    board.clock.advance(5000);
    assert.deepEqual(board.reported('missing-key'), []);
    await line.put(first);
    board.command(on(0));
    board.command(acceptKey('alice', key(1)));
    await until(() => line.arrived.length === 1);
  });

  it('takes the floors that come with a key', async () => {
    const alice = sender();
    const { board, line } = receiver();
    const [withheld, next] = await alice.line.put(frame(1), frame(2));
    assert.ok(withheld && next);
    board.command({ ...acceptKey('alice', key(1)), floors: [[2, 1]] } as ReturnType<typeof acceptKey>);
    assert.deepEqual(await line.put(withheld.copy()), []);
    assert.equal((await line.put(next.copy())).length, 1);
  });
});

describe('freshness (rule S2)', () => {
  it('tells of a source that comes more than five seconds late, once in ten', async () => {
    const alice = sender();
    const { board, line } = receiver(['alice', key(1)]);
    const delayed: FakeFrame[] = [];
    for (let i = 0; i < 400; i++) {
      const [sealed] = await alice.line.put(frame(i & 0xff));
      assert.ok(sealed);
      delayed.push(sealed.copy());
      // The bridge lets five seconds through, then shows everything six seconds late.
      const due = i < 50 ? delayed.shift() : delayed.length > 60 ? delayed.shift() : undefined;
      if (due !== undefined) assert.equal((await line.put(due)).length, 1);
      alice.board.clock.advance(100);
      board.clock.advance(100);
    }
    const reports = board.reported('late');
    assert.equal(reports.length, 3);
    assert.deepEqual(
      { ...reports[0], byMs: 6000 },
      { type: 'late', transform: 7, owner: 'alice', source: 2, byMs: 6000 },
    );
    assert.ok(reports.every(({ byMs }) => Math.abs(byMs - 6000) <= 200));
  });

  it('needs no equal clocks, and none that never wraps', () => {
    for (const start of [0, 30_000, 65_530]) {
      for (const skew of [0, 1, 40_000, 65_535]) {
        const lateness = new Lateness();
        const at = (units: number) => (start + units) % 65_536;
        assert.equal(lateness.of(at(0), (at(0) + skew) % 65_536), 0);
        assert.equal(lateness.of(at(10), (at(70) + skew) % 65_536), 6000);
        assert.equal(lateness.of(at(80), (at(79) + skew) % 65_536), 0);
        assert.equal(lateness.of(at(90), (at(90) + skew) % 65_536), 100);
      }
    }
  });
});

describe('reports and lifecycle', () => {
  it('tells of drops at most once a second a transform, with all of them', async () => {
    const { board, line } = receiver(['alice', key(1)]);
    for (let i = 0; i < 30; i++) {
      await line.put(frame(0xff));
      board.clock.advance(100);
    }
    board.clock.advance(1000);
    const reports = board.reported('dropped');
    assert.ok(reports.length <= 4, `${reports.length} reports in four seconds`);
    const total = reports.reduce((sum, { reasons }) => sum + (reasons.malformed ?? 0), 0);
    assert.equal(total, 30);
    assert.equal(reports[0]?.owner, 'alice');
  });

  it('keeps a route that came before its transform, frees all with the streams, answers a ping', async () => {
    const board = new Board();
    board.command({ type: 'gate', gate: 'sealed' }, useKey(key(1)), {
      type: 'send-route',
      transform: 1,
      source: 2,
    });
    const line = board.line(1, 'send', 'video');
    assert.equal((await line.put(frame(1))).length, 1);
    line.end();
    await line.ended;
    board.command({ type: 'statistics', id: 4 }, { type: 'ping', id: 5 }, { type: 'detach', transform: 1 });
    assert.deepEqual(board.reports.slice(-2), [
      { type: 'statistics', id: 4, transforms: [] },
      { type: 'pong', id: 5 },
    ]);
  });

  it('a transform whose track is gone keeps nothing: no frame that waited, no timer, no figures', async () => {
    const alice = sender();
    const [one, two] = await alice.line.put(frame(1), frame(2));
    assert.ok(one && two);
    const { board, line } = receiver();
    await line.put(one.copy());
    await line.put(frame(0xff));
    assert.ok(board.clock.waiting > 0);
    board.command({ type: 'detach', transform: 7 });
    assert.equal(board.clock.waiting, 0);
    assert.deepEqual(board.dropped(7), {});
    board.command(acceptKey('alice', key(1)), { type: 'forget', owner: 'alice' });
    assert.deepEqual(await line.put(two.copy()), []);
    assert.deepEqual(line.arrived, []);
    board.clock.advance(60_000);
    assert.equal(board.clock.waiting, 0);
  });

  it('a detached transform lets nothing through', async () => {
    const { board, line } = sender();
    board.command({ type: 'detach', transform: 1 });
    assert.deepEqual(await line.put(frame(1)), []);
  });
});
