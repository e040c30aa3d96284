// The measuring instruments: containers that ffmpeg reads, and a tone that is found only where there is one.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { capabilities } from '../../stack/bridge/capabilities.ts';
import { ivf, oggOpus, opusDuration } from '../../stack/bridge/containers.ts';
import { audibleSeconds, decodableVideoFrames, sequenceHeaderOf } from '../../stack/bridge/decode.ts';
import { secondsWithTone } from '../../stack/bridge/tone.ts';

const RATE = 16000;

function samples(seconds: number, at: (t: number) => number): Float32Array {
  return Float32Array.from({ length: seconds * RATE }, (_, n) => at(n / RATE));
}

const sine = (frequency: number) => (t: number) => 0.3 * Math.sin(2 * Math.PI * frequency * t);
let seed = 1;
const noise = () => {
  seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
  return seed / 2 ** 31 - 1;
};

test('a tone is heard in its own windows, and nowhere else', () => {
  for (const frequency of [220, 440, 997, 3000]) {
    assert.equal(secondsWithTone(samples(2, sine(frequency)), frequency, RATE), 2, `${frequency} Hz`);
    assert.equal(secondsWithTone(samples(2, sine(frequency)), frequency + 100, RATE), 0);
  }
  const half = samples(2, (t) => (t < 1 ? sine(440)(t) : 0.3 * noise()));
  assert.equal(secondsWithTone(half, 440, RATE), 1);
  assert.equal(
    secondsWithTone(
      samples(2, (t) => sine(440)(t) + 0.1 * noise()),
      440,
      RATE,
    ),
    2,
    'in some noise',
  );
  assert.equal(secondsWithTone(samples(20, noise), 440, RATE), 0, 'noise is no tone');
  const lasting = (seconds: number) => samples(2, (t) => (t % 1 < seconds ? sine(440)(t) : 0));
  assert.equal(secondsWithTone(lasting(0.2), 440, RATE), 0, 'a chirp is no tone');
  assert.equal(secondsWithTone(lasting(0.3), 440, RATE), 0.6);
  assert.equal(
    secondsWithTone(
      samples(2, () => 0),
      440,
      RATE,
    ),
    0,
  );
  assert.equal(
    secondsWithTone(
      samples(2, (t) => 1e-5 * sine(440)(t)),
      440,
      RATE,
    ),
    0,
    'silence is no tone',
  );
  assert.equal(secondsWithTone(new Float32Array(10), 440, RATE), 0);
});

test('the lengths of Opus packets', () => {
  assert.equal(opusDuration(Buffer.from([0xf8 & ~3])), 960); // CELT 20 ms, one frame
  assert.equal(opusDuration(Buffer.from([0x78])), 960); // hybrid 20 ms
  assert.equal(opusDuration(Buffer.from([0x01])), 960); // SILK 10 ms, two frames
  assert.equal(opusDuration(Buffer.from([0x83, 0x06])), 720); // CELT 2.5 ms, six frames
  assert.equal(opusDuration(Buffer.alloc(0)), 960);
});

test('nothing decodes from nothing, and nothing from garbage', async () => {
  assert.equal(await decodableVideoFrames([]), 0);
  assert.equal(await audibleSeconds([], 440), 0);
  const garbage = Array.from({ length: 50 }, (_, n) => ({
    codec: 'AV1' as const,
    data: Buffer.from(Array.from({ length: 300 }, () => (noise() + 1) * 127)),
    timestamp: n * 3000,
  }));
  assert.equal(await decodableVideoFrames(garbage), 0);
  assert.equal(sequenceHeaderOf(garbage), null);
  const noises = garbage.map((frame) => ({ ...frame, codec: 'opus' as const }));
  assert.equal(await audibleSeconds(noises, 440), 0);
  assert.ok(oggOpus(noises).length > 50 * 300);
  assert.ok(ivf('AV1', garbage, 320, 180).length > 50 * 300);
});

test('capabilities name what is asked for, in that order, and say what they do not know', () => {
  const { audio, video } = capabilities(['AV1', 'VP8']);
  assert.deepEqual(
    audio.payloadTypes.map(({ name }) => name),
    ['opus'],
  );
  assert.deepEqual(
    video.payloadTypes.map(({ name }) => name),
    ['AV1', 'VP8', 'rtx', 'rtx'],
  );
  assert.deepEqual(
    video.payloadTypes.slice(2).map(({ parameters }) => Number(parameters.apt)),
    video.payloadTypes.slice(0, 2).map(({ id }) => id),
  );
  assert.throws(() => capabilities([]), /at least one video codec/);
  assert.throws(() => capabilities(['H265' as 'AV1']), /expected one of AV1, VP9, VP8, H264, came H265/);
});
