// Real browsers over the bridge: every codec is seen and heard, newcomers have a picture at once, recordings decode.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { RecordedSource } from '../../stack/bridge/api.ts';
import { capabilities, VIDEO_CODECS, type VideoCodec } from '../../stack/bridge/capabilities.ts';
import {
  audibleSeconds,
  decodableVideoFrames,
  type RecordedFrame,
  readFrames,
  sequenceHeaderOf,
} from '../../stack/bridge/decode.ts';
import { Participant } from './participant.ts';
import { type Setting, startSetting } from './setting.ts';

let setting: Setting;

before(async () => {
  setting = await startSetting();
});

after(async () => {
  await setting.stop();
});

const TONES = { anna: 440, boris: 880, carla: 1320 };

function seconds(n: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, n * 1000));
}

/** Looks again and again until the check holds; its last complaint is the failure. */
async function eventually<T>(check: () => Promise<T>, limit = 30): Promise<T> {
  const end = performance.now() + limit * 1000;
  for (;;) {
    try {
      return await check();
    } catch (error) {
      if (performance.now() > end) throw error;
      await seconds(0.1);
    }
  }
}

/** Until the bridge has put together so many more frames of a camera and of the microphone beside it, 50 a second. */
async function gathered(conference: string, endpoint: string, more: { camera: number; microphone: number }) {
  const frames = async () => {
    const { conferences } = await setting.bridge.call('statistics', {});
    const { camera, microphone } = conferences[conference]?.endpoints[endpoint]?.sources ?? {};
    return { camera: camera?.frames ?? 0, microphone: microphone?.frames ?? 0 };
  };
  const first = await frames();
  await eventually(async () => {
    const now = await frames();
    assert.ok(now.camera - first.camera >= more.camera, `camera of ${endpoint}: ${now.camera} frames`);
    assert.ok(now.microphone - first.microphone >= more.microphone, `microphone of ${endpoint}`);
  }, 60);
}

/** Of each of the others at most a second's frames passed the bridge between the connection and the first picture. */
async function hasPicturesAtOnce(newcomer: Participant, conference: string, others: Participant[]) {
  const shows = async () => {
    const first = await newcomer.run('firstFrames');
    assert.equal(first.length, others.length, `${newcomer.endpoint} should show ${others.length} pictures`);
    return first;
  };
  const first = await eventually(shows);
  const passed = others.map(async ({ endpoint }) => {
    const { connected, shown } = first.find(({ mid }) => mid === newcomer.mid(endpoint, 'camera')) ?? {};
    assert.ok(connected && shown);
    const { sources } = await setting.bridge.call('observe', { conference, endpoint });
    const frames = sources.find(({ name }) => name === 'camera')?.frames ?? [];
    return frames.filter(({ time }) => time > connected && time < shown).length;
  });
  return (await Promise.all(passed)).every((frames) => frames <= 30);
}

/** Thirty more frames are decoded; how fast is the machine's matter. */
async function sees(to: Participant, from: Participant): Promise<void> {
  const decoded = async () => {
    const now = await to.received(from.endpoint, 'camera');
    assert.equal(now?.frameWidth, 320, `${to.endpoint} should receive the camera of ${from.endpoint}`);
    return now?.framesDecoded ?? 0;
  };
  const first = await eventually(decoded);
  await eventually(async () => {
    const more = (await decoded()) - first;
    assert.ok(more >= 30, `${to.endpoint} should decode 30 frames of ${from.endpoint}, decodes ${more}`);
  }, 60);
}

async function hears(to: Participant, from: Participant, frequency: number): Promise<void> {
  const heard = await to.tone(from.endpoint);
  assert.ok(
    Math.abs(heard - frequency) < 15,
    `${to.endpoint} should hear ${frequency} Hz of ${from.endpoint}, heard ${heard}`,
  );
}

function recorded(sources: RecordedSource[], endpoint: string, name: string): RecordedSource {
  const found = sources.find((source) => source.endpoint === endpoint && source.name === name);
  assert.ok(found, `${endpoint}/${name} should be in the recording`);
  return found;
}

function join(codec: VideoCodec, endpoint: keyof typeof TONES, others: Participant[], swapRoles = false) {
  const { browser, url, bridge } = setting;
  return Participant.join(
    {
      browser,
      url,
      bridge,
      conference: `room-${codec}`,
      endpoint,
      capabilities: capabilities([codec]),
      frequency: TONES[endpoint],
      // Once the browser controls ICE and is the DTLS server, once the bridge.
      ...(swapRoles ? { offer: { iceLite: true, setup: 'active' as const } } : {}),
    },
    others,
  );
}

for (const codec of VIDEO_CODECS) {
  test(`${codec}: two see and hear each other, and the recording decodes`, async () => {
    const { bridge } = setting;
    const conference = `room-${codec}`;
    const anna = await join(codec, 'anna', []);
    const boris = await join(codec, 'boris', [anna], true);
    await seconds(0.5);
    await bridge.call('record', { conference, label: codec });
    await Promise.all([
      sees(anna, boris),
      sees(boris, anna),
      gathered(conference, 'anna', { camera: 60, microphone: 200 }),
    ]);
    await eventually(() => hears(anna, boris, TONES.boris));
    await eventually(() => hears(boris, anna, TONES.anna));
    assert.equal((await anna.received('boris', 'camera'))?.codec, `video/${codec}`);

    const { sources } = await bridge.call('stopRecording', { conference });
    assert.equal(sources.length, 4);
    const camera = recorded(sources, 'anna', 'camera');
    assert.equal(camera.codec, codec);
    assert.equal(camera.incomplete, 0);
    const frames = await readFrames(camera.file);
    assert.equal(frames.length, camera.frames);
    assert.ok(frames[0]?.keyFrame, 'a recording begins with a key frame');
    const decoded = await decodableVideoFrames(frames);
    assert.equal(decoded, frames.length, 'every recorded frame decodes');
    assert.ok(decoded >= 30, `of 60 frames 30 should be recorded at least, are ${decoded}`);
    const microphone = recorded(sources, 'anna', 'microphone');
    assert.ok((await audibleSeconds(await readFrames(microphone.file), TONES.anna)) >= 2.5);
    await anna.leave();
    await boris.leave();
  });
}

test('a third joins late: a picture within a second, then hundreds of recorded frames that decode', async () => {
  const { bridge } = setting;
  const conference = 'room-AV1';
  const anna = await join('AV1', 'anna', []);
  const boris = await join('AV1', 'boris', [anna]);
  await seconds(3);
  let carla = await join('AV1', 'carla', [anna, boris]);
  // Other work on the machine may spoil the first tries.
  for (let tries = 1; !(await hasPicturesAtOnce(carla, conference, [anna, boris])); tries += 1) {
    assert.ok(tries < 4, 'both pictures should come within a second');
    await carla.leave();
    for (const other of [anna, boris]) other.forget('carla');
    carla = await join('AV1', 'carla', [anna, boris]);
  }
  await Promise.all([sees(carla, anna), sees(anna, carla)]);

  await bridge.call('record', { conference, label: 'long' });
  await gathered(conference, 'carla', { camera: 220, microphone: 600 });
  const { sources } = await bridge.call('stopRecording', { conference });
  assert.equal(sources.length, 6);
  const frames = await readFrames(recorded(sources, 'carla', 'camera').file);
  const decoded = await decodableVideoFrames(frames);
  assert.ok(decoded >= 200, `expected hundreds of frames, ffmpeg shows ${decoded}`);
  const microphone = await readFrames(recorded(sources, 'carla', 'microphone').file);
  assert.ok((await audibleSeconds(microphone, TONES.carla)) >= 10);
  assert.equal(await audibleSeconds(microphone, TONES.anna), 0, 'no other tone is heard in it');

  // The figure means something only if sealed frames count as none: ciphertext in the place of the frames.
  const header = sequenceHeaderOf(frames);
  assert.ok(header);
  assert.equal(await decodableVideoFrames(frames.map(withoutHeaders), { sequenceHeader: header }), decoded);
  assert.equal(await decodableVideoFrames(frames.map(scrambled), { sequenceHeader: header }), 0);
  assert.equal(await audibleSeconds(microphone.map(scrambled), TONES.carla), 0);

  const [estimate] = await carla.run('sent');
  assert.ok((estimate?.availableOutgoingBitrate ?? 0) > 1_000_000, 'the bandwidth estimate ramped up');
  const statistics = await bridge.call('statistics', {});
  const camera = statistics.conferences[conference]?.endpoints.carla?.sources.camera;
  assert.ok(camera && camera.forwardedPackets > camera.packets, 'packets go to both others');
  assert.equal(camera.incompleteFrames, 0);
  const observed = await bridge.call('observe', { conference, endpoint: 'carla' });
  const seen = observed.sources.find(({ name }) => name === 'camera')?.frames.at(-1);
  assert.ok(seen && Math.abs(Date.now() - seen.time) < 2000);
  await Promise.all([anna, boris, carla].map((one) => one.leave()));
  assert.deepEqual(await bridge.call('statistics', {}), { conferences: {} });
});

test('simulcast: the highest layer is forwarded under one SSRC, a lower one when it ends', async () => {
  const { browser, url, bridge } = setting;
  const base = { browser, url, bridge, conference: 'simulcast', capabilities: capabilities(['VP8']) };
  const anna = await Participant.join(
    { ...base, endpoint: 'anna', frequency: 440, width: 640, layers: 3 },
    [],
  );
  const camera = anna.sources.find(({ kind }) => kind === 'camera');
  assert.equal(camera?.simulcast?.length, 3);
  await anna.run('limitLayers', 3);
  const boris = await Participant.join({ ...base, endpoint: 'boris', frequency: 880 }, [anna]);
  /** So many layers are sent, and Boris sees the highest of them move. */
  const shows = async (right: (layers: number) => boolean) => {
    const encoded = async () => (await anna.run('sent')).filter(({ kind }) => kind === 'video');
    const decoded = async () => (await boris.received('anna', 'camera'))?.framesDecoded ?? 0;
    const [before, seenBefore] = [await encoded(), await decoded()];
    await seconds(0.5);
    const moving = (await encoded()).filter(({ ssrc, framesEncoded }) => {
      return framesEncoded > (before.find((one) => one.ssrc === ssrc)?.framesEncoded ?? 0);
    });
    assert.ok(right(moving.length), `${moving.length} layers are sent`);
    assert.ok((await decoded()) > seenBefore, 'the picture moves');
    const highest = Math.max(...moving.map(({ frameWidth }) => frameWidth));
    assert.equal((await boris.received('anna', 'camera'))?.frameWidth, highest);
    return highest;
  };
  const several = (layers: number) => layers > 1;
  const full = await eventually(() => shows(several));
  await anna.run('limitLayers', 1);
  const low = await eventually(() => shows((layers) => layers === 1));
  assert.ok(low < full);
  await anna.run('limitLayers', 3);
  assert.ok((await eventually(() => shows(several))) > low);
  assert.equal((await boris.received('anna', 'camera'))?.ssrc, camera?.ssrc);
  await Promise.all([anna, boris].map((one) => one.leave()));
});

test('a browser with another certificate than it was said to have is not let in', async () => {
  const { bridge, browser, url } = setting;
  const room = { conference: 'wrong', endpoint: 'mallory' };
  await assert.rejects(
    Participant.join(
      {
        browser,
        url,
        bridge: {
          ...bridge,
          call: (method, params) =>
            bridge.call(
              method,
              'remote' in params
                ? {
                    ...params,
                    remote: {
                      ...params.remote,
                      fingerprint: { ...params.remote.fingerprint, value: Array(32).fill('00').join(':') },
                    },
                  }
                : params,
            ),
        },
        ...room,
        capabilities: capabilities(['VP8']),
        frequency: 440,
        patience: 3,
      },
      [],
    ),
    /not connected/,
  );
  const { conferences } = await bridge.call('statistics', {});
  assert.equal(conferences.wrong?.endpoints.mallory?.connected, false);
  await bridge.call('release', room);
});

function withoutHeaders(frame: RecordedFrame): RecordedFrame {
  const header = sequenceHeaderOf([frame]);
  return header ? { ...frame, data: frame.data.subarray(header.length) } : frame;
}

/** As a sealed frame is: one OBU_FRAME, or one Opus packet, of nothing that a decoder could know. */
function scrambled(frame: RecordedFrame): RecordedFrame {
  const data = Buffer.from(frame.data);
  const from = frame.codec === 'opus' ? 0 : Math.min(8, data.length);
  for (let n = from; n < data.length; n += 1) {
    data[n] = (data[n] ?? 0) ^ ((Math.imul(n + frame.timestamp, 0x9e3779b1) >>> 13) & 0xff);
  }
  return { ...frame, data };
}
