// A browser without RTCRtpScriptTransform, as older Chromium and Electron are, takes part in a sealed room all the same.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { realSequenceHeader } from '../stack/evidence.ts';
import { assertAllOpen, assertBlind, BridgeView, keysOf } from './bridge-view.ts';
import { removeScriptTransform } from './page-scripts.ts';
import { assertQuiet, hook, pairsOf, Setting, seal, seeAndHear, waitForPhase } from './sealed-room.ts';

let setting: Setting;

before(async () => {
  setting = await Setting.start();
});
after(() => setting?.stop());

test('by createEncodedStreams: both see and hear each other, the bridge nothing, through a new connection too', async () => {
  const room = 'older';
  const bridge = new BridgeView(setting.stack, room);
  const ada = await setting.enter(room, 'Ada');
  const old = await setting.enter(room, 'Ben', {
    prepare: (context) => context.addInitScript(removeScriptTransform),
  });
  const people = [ada, old];
  await seeAndHear(pairsOf(people));
  const sequenceHeader = realSequenceHeader(await bridge.record('open', people, 15));

  await seal(ada);
  await waitForPhase(people, 'sealed');
  const recording = await bridge.record('sealed', people, 30);
  await seeAndHear(pairsOf(people));
  await assertBlind(recording, sequenceHeader, people);
  await assertAllOpen(recording, await keysOf(people));

  const cleo = await setting.enter(room, 'Cleo', {
    prepare: (context) => context.addInitScript(removeScriptTransform),
  });
  await waitForPhase([...people, cleo], 'sealed');
  await seeAndHear(pairsOf([...people, cleo]));
  assertQuiet([...people, cleo]);

  // Streams are given out once: when the worker fails, nothing leaves any more, and the person is told.
  await old.page.evaluate(() => window.watched.workers.at(-1)?.postMessage(null));
  await waitForPhase([old], 'broken');
  assert.match((await hook(old, 'broken').textContent()) ?? '', /Nothing leaves your browser/);
  await waitForPhase([ada, cleo], 'sealed');
});
