// The checks at the bridge bite: with one source left unhooked they fail, and the plugin itself stops that source.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { realSequenceHeader } from '../stack/evidence.ts';
import { assertAllOpen, assertBlind, BridgeView, keysOf } from './bridge-view.ts';
import { hook, type Person, pairsOf, Setting, seal, seeAndHear, until, waitForPhase } from './sealed-room.ts';

const ROOM = 'leak';

let setting: Setting;
let worker: string;

before(async () => {
  const bundle = await build({
    entryPoints: [fileURLToPath(new URL('leaking-worker.ts', import.meta.url))],
    bundle: true,
    format: 'iife',
    platform: 'browser',
    target: 'es2022',
    write: false,
  });
  worker = bundle.outputFiles[0]?.text ?? '';
  setting = await Setting.start();
});

after(() => setting?.stop());

test('a camera that leaves unsealed is seen at the bridge, stopped by the plugin, and told', async () => {
  const bridge = new BridgeView(setting.stack, ROOM);
  const ada = await setting.enter(ROOM, 'Ada');
  const mallory = await setting.enter(ROOM, 'Mallory', {
    prepare: (context) =>
      context.route('**/sealmeet/worker.js', (route) =>
        route.fulfill({ contentType: 'text/javascript', body: worker }),
      ),
  });
  const people: Person[] = [ada, mallory];
  await seeAndHear(pairsOf(people));
  const sequenceHeader = realSequenceHeader(await bridge.record('open', people, 15));

  await seal(ada);
  // At once, as the plugin is quick to stop the leak.
  await until('what Ada sends is sealed', async () => {
    const last = (await bridge.passed(ada)).slice(-10);
    return last.length === 10 && last.every(({ id, media }) => id?.source === (media === 'audio' ? 1 : 2));
  });
  await bridge.startRecording('leaking');
  await waitForPhase([ada], 'sealed');
  await hook(mallory, 'alert').waitFor({ timeout: 30_000 });
  assert.match((await hook(mallory, 'alert').textContent()) ?? '', /around the seal/);
  const recording = await bridge.stopRecording();
  await assert.rejects(assertBlind(recording, sequenceHeader, people), /the bridge sees or hears something/);
  await assert.rejects(assertAllOpen(recording, await keysOf(people)), /were not sealed/);
  const leak = recording.filter(({ endpoint, media }) => endpoint === mallory.endpoint && media === 'video');
  const rest = recording.filter((source) => !leak.includes(source));
  assert.equal(leak.length, 1);
  await assertBlind(rest, sequenceHeader, people);
  await assertAllOpen(rest, await keysOf(people));

  // Ada was shown nothing of it, and in the end nothing of it leaves.
  const frames = async () =>
    Object.entries(await bridge.counts(mallory)).find(([name]) => name.endsWith('-v0'))?.[1];
  let last: number | undefined;
  await until('no picture of Mallory passes the bridge any more', async () => {
    const before = last;
    last = await frames();
    await new Promise((resolve) => setTimeout(resolve, 400));
    return before === last;
  });
});
