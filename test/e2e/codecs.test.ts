// Each codec in whole calls, directly and over the bridge: sealing leaves it as it was, and layers as they were.

import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import type { LoadedSource } from '../stack/evidence.ts';
import { assertAllOpen, BridgeView, keysOf } from './bridge-view.ts';
import { allowLargeExtensions, haveCodecAlone } from './page-scripts.ts';
import {
  assertCalm,
  type EnterOptions,
  goDirectly,
  hook,
  type Person,
  pairsOf,
  Setting,
  seal,
  seeAndHear,
  unseal,
  until,
  waitForPhase,
} from './sealed-room.ts';

let setting: Setting;
/** The library of this stack knows no AV1 that it could prefer: here nothing else is offered. Sound goes as RED. */
let settingOfAv1: Setting;

before(async () => {
  setting = await Setting.start({ videoCodecs: ['VP8', 'VP9', 'H264'] });
  settingOfAv1 = await Setting.start({ videoCodecs: ['AV1'], audioRed: true });
});
afterEach(async () => {
  await setting.clear();
  await settingOfAv1.clear();
});
after(async () => {
  await setting?.stop();
  await settingOfAv1?.stop();
});

/** So that VP9 and AV1 can have spatial layers, which have a smallest size. */
const SIZE = { video: '640x360@15' };

const CALLS: { codec: string; isScalable: boolean; options: EnterOptions }[] = [
  { codec: 'VP8', isScalable: false, options: { codec: 'VP8' } },
  { codec: 'VP9', isScalable: true, options: { codec: 'VP9', query: SIZE } },
  { codec: 'H264', isScalable: false, options: { codec: 'H264' } },
  {
    codec: 'AV1',
    isScalable: true,
    options: {
      query: SIZE,
      async prepare(context) {
        await context.addInitScript(haveCodecAlone, 'AV1');
        await context.addInitScript(allowLargeExtensions);
      },
    },
  },
];

for (const { codec, isScalable, options } of CALLS) {
  const layers = isScalable ? ', in several layers too' : '';
  const sound = codec === 'AV1' ? ' with sound as RED' : '';
  test(`${codec}${sound} is sealed as what it was, directly and over the bridge${layers}`, async () => {
    const room = `codec-${codec.toLowerCase()}`;
    const place = codec === 'AV1' ? settingOfAv1 : setting;
    const bridge = new BridgeView(place.stack, room);
    const people = await place.enterAll(room, ['Ada', 'Ben'], { ...options, peerToPeer: true });
    const [ada, ben] = people as [Person, Person];
    const only = new Set([codec]);
    await goDirectly(people, true);
    assert.deepEqual(await seeAndHear(pairsOf(people)), only, 'directly, not sealed');
    await seal(ada);
    await waitForPhase(people, 'sealed');
    assert.deepEqual(await seeAndHear(pairsOf(people)), only, 'directly, sealed');

    await ada.page.evaluate(() => {
      (window.call.conference as unknown as { stopP2PSession(): void }).stopP2PSession();
    });
    await goDirectly(people, false);
    assert.deepEqual(await seeAndHear(pairsOf(people)), only, 'over the bridge, sealed');
    if (isScalable) await sendInLayers(ada);
    const recording = await bridge.record('sealed', people, 40);
    await seeAndHear(pairsOf(people));
    await assertAllOpen(recording, await keysOf(people));
    assert.deepEqual(soundsOf(recording), new Set([codec === 'AV1' ? 'red' : 'opus']));
    if (isScalable) assert.ok(framesOfAPicture(recording, ada) > 1, 'one layer only');
    await assertCalm(people);

    await unseal(ada);
    await hook(ben, 'agree').click();
    await waitForPhase(people, 'open');
    assert.deepEqual(await seeAndHear(pairsOf(people)), only, 'over the bridge, not sealed any more');
  });
}

/** Three spatial and three temporal layers, as later releases of lib-jitsi-meet ask for them. */
async function sendInLayers(person: Person): Promise<void> {
  await person.page.evaluate(async () => {
    const connection = window.call.conference?.jvbJingleSession?.peerconnection?.peerconnection;
    const sender = connection?.getSenders().find(({ track }) => track?.kind === 'video');
    const parameters = sender?.getParameters();
    const [encoding] = parameters?.encodings ?? [];
    if (!sender || !parameters || !encoding) throw new Error('no camera is sent');
    Object.assign(encoding, { scalabilityMode: 'L3T3_KEY' });
    await sender.setParameters(parameters);
  });
  // Chromium gives as many spatial layers as the picture is large enough for.
  await until('layers are sent', async () =>
    Object.values(await sentBy(person)).some(({ scalability }) => /^L[23]T3_KEY$/.test(scalability)),
  );
}

/** The codecs of all sound in a recording. */
const soundsOf = (recording: LoadedSource[]) =>
  new Set(
    recording
      .filter(({ media }) => media === 'audio')
      .flatMap(({ recorded }) => recorded.map(({ codec }) => codec)),
  );

/** The most frames that any picture of somebody's camera is made of: one for each spatial layer. */
function framesOfAPicture(recording: LoadedSource[], { endpoint }: Person): number {
  const frames = new Map<number, number>();
  const camera = recording.find((source) => source.endpoint === endpoint && source.media === 'video');
  for (const { timestamp } of camera?.recorded ?? []) frames.set(timestamp, (frames.get(timestamp) ?? 0) + 1);
  return Math.max(...frames.values());
}

interface SentLayer {
  frames: number;
  height: number;
  scalability: string;
}

/** Ada's camera as her browser sends it over the bridge: by SSRC. */
function sentBy({ page }: Person): Promise<Record<string, SentLayer>> {
  return page.evaluate(async () => {
    const connection = window.call.conference?.jvbJingleSession?.peerconnection?.peerconnection;
    const layers: Record<string, SentLayer> = {};
    for (const report of (await connection?.getStats())?.values() ?? []) {
      if (report.type !== 'outbound-rtp' || report.kind !== 'video') continue;
      const { framesEncoded: frames, frameHeight: height, scalabilityMode: scalability = '' } = report;
      layers[report.ssrc] = { frames, height, scalability };
    }
    return layers;
  });
}

/** Heights of those of its layers that are sent now. */
async function layersSentBy(person: Person): Promise<number[]> {
  const before = await sentBy(person);
  await pause(400);
  const moving = Object.entries(await sentBy(person)).filter(
    ([ssrc, { frames }]) => frames > (before[ssrc]?.frames ?? 0),
  );
  return moving.map(([, { height }]) => height);
}

const heightSeen = (to: Person, { endpoint }: Person) =>
  to.page.evaluate(async (endpoint) => (await window.call.stats())[endpoint]?.height ?? 0, endpoint);

test('three layers of simulcast are sealed: who watches gets the largest, and another when it ends', async () => {
  const room = 'simulcast';
  const bridge = new BridgeView(setting.stack, room);
  // Chromium makes three layers of pictures of this size and up.
  const large = { codec: 'VP8', query: { video: '960x540@15', simulcast: '1' } };
  const ada = await setting.enter(room, 'Ada', large);
  const ben = await setting.enter(room, 'Ben', { codec: 'VP8', query: { video: '160x90@10' } });
  const people = [ada, ben];
  await seal(ada);
  await waitForPhase(people, 'sealed');
  await bridge.startRecording(room);
  /** As when the bridge tells the library how much of its camera is wanted. */
  const wanted = (height: number) =>
    ada.page.evaluate(async (height) => {
      const { jvbJingleSession } = window.call.conference as unknown as {
        jvbJingleSession: { setSenderVideoConstraint(height: number, source: string): Promise<void> };
      };
      await jvbJingleSession.setSenderVideoConstraint(height, `${window.call.id}-v0`);
    }, height);
  const heights: number[] = [];
  for (const [height, layers] of [
    [540, 3],
    [180, 1],
    [540, 3],
  ] as const) {
    await wanted(height);
    await until(`${layers} layers are sent, and Ben sees the largest`, async () => {
      // On a busy machine Chromium makes them all smaller after a while.
      const sent = await layersSentBy(ada);
      return sent.length === layers && (await heightSeen(ben, ada)) === Math.max(...sent);
    });
    await seeAndHear(pairsOf(people));
    heights.push(await heightSeen(ben, ada));
  }
  const [full = 0, low = 0, again = 0] = heights;
  assert.ok(low < full && low < again, `Ben saw heights of ${heights.join(', ')}`);
  await assertAllOpen(await bridge.stopRecording(), await keysOf(people));
  await assertCalm(people);
});
