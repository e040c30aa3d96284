// What the bridge keeps and asks for about a source, and that both are bounded.
import assert from 'node:assert/strict';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Frame } from '../../stack/bridge/frame-assembler.ts';
import { FrameFile, readFrames } from '../../stack/bridge/frame-file.ts';
import { IncomingSource } from '../../stack/bridge/incoming-source.ts';
import { ObservedFrames } from '../../stack/bridge/observed-frames.ts';
import { Recording } from '../../stack/bridge/recording.ts';

function frame(time: number, keyFrame = false, size = 100): Frame {
  const data = Buffer.alloc(size, time & 0xff);
  return { codec: 'VP8', data, timestamp: 90 * time, keyFrame, time, packets: 2 };
}

async function inDirectory(run: (directory: string) => Promise<void>): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), 'sealmeet-bridge-test-'));
  try {
    await run(directory);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

test('a sender is asked for a key frame at once, then at a bounded rate, and no request is lost', async () => {
  let asked = 0;
  const events = { frame: () => {}, requestKeyFrame: () => void asked++ };
  const description = { ssrc: 1, media: 'video', kind: 'camera', name: 'camera' } as const;
  const source = new IncomingSource('anna', description, events, null);
  const now = performance.now();
  for (let n = 0; n < 1000; n += 1) source.requestKeyFrame(now);
  assert.equal(asked, 1);
  await new Promise((resolve) => setTimeout(resolve, 450));
  assert.equal(asked, 2, 'the rest together are one more');
  source.close();

  const microphone = new IncomingSource('anna', { ...description, media: 'audio' }, events, null);
  microphone.requestKeyFrame(performance.now());
  assert.equal(asked, 2, 'there are no key frames in audio');
});

test('observations are the last 4,000, with first and last bytes', () => {
  const observed = new ObservedFrames();
  for (let time = 0; time < 5000; time += 1) observed.add(frame(time));
  const list = observed.list();
  assert.equal(list.length, 4000);
  assert.equal(list[0]?.time, 1000);
  assert.equal(list.at(-1)?.time, 4999);
  assert.equal(list.at(-1)?.head.length, 128);
  assert.equal(list.at(-1)?.size, 100);
  observed.add(frame(1, false, 3));
  assert.deepEqual([observed.list().at(-1)?.head, observed.list().at(-1)?.tail], ['010101', '010101']);
});

test('a recording begins each video source at a key frame, and audio at once', () =>
  inDirectory(async (directory) => {
    const recording = new Recording('label', join(directory, 'one'));
    const camera = { endpoint: 'anna/../x', name: 'camera', media: 'video' as const };
    const microphone = { endpoint: 'anna/../x', name: 'microphone', media: 'audio' as const };
    recording.frame(camera, frame(1), 0);
    recording.frame(microphone, frame(1), 0);
    recording.frame(camera, frame(2, true), 5);
    recording.frame(camera, frame(3.25), 1);
    const sources = await recording.stop();
    assert.deepEqual(
      sources.map(({ name, frames, packets, incomplete }) => [name, frames, packets, incomplete]),
      [
        ['microphone', 1, 2, 0],
        ['camera', 2, 4, 1],
      ],
    );
    for (const { file } of sources) assert.ok(file.startsWith(join(directory, 'one/')), file);
    const frames = await readFrames(sources[1]?.file ?? '');
    assert.deepEqual(
      frames.map(({ time, keyFrame, data, timestamp }) => [time, keyFrame, data.length, timestamp]),
      [
        [2, true, 100, 180],
        [3.25, false, 100, 292.5],
      ],
    );
  }));

test('a file of frames has an end', () =>
  inDirectory(async (directory) => {
    const path = join(directory, 'frames');
    const file = new FrameFile(path, 5000);
    let written = 0;
    for (let time = 0; time < 100; time += 1) if (file.write(frame(time))) written += 1;
    await file.close();
    assert.ok(file.truncated);
    assert.ok((await stat(path)).size <= 5000);
    assert.equal((await readFrames(path)).length, written);
  }));

test('a file that cannot be written is reported when it is closed', () =>
  inDirectory(async (directory) => {
    const file = new FrameFile(join(directory, 'none', 'frames'));
    file.write(frame(1));
    await assert.rejects(file.close(), /ENOENT/);
  }));
