// Firefox and Chromium in one sealed call over the bridge: both ways, sound and picture, in every codec that both have.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type Firefox, launchFirefox } from '../stack/firefox.ts';
import { tapKeys } from '../stack/key-tap.ts';
import { assertAllOpen, BridgeView, gainOf, keysOf } from './bridge-view.ts';
import { KEEP_NAMES, watchPage } from './page-scripts.ts';
import {
  assertCalm,
  type Looked,
  type Person,
  pairsOf,
  Setting,
  seal,
  seeAndHear,
  until,
  waitForPhase,
} from './sealed-room.ts';

const ROOM = 'browsers';

let setting: Setting;
let firefox: Firefox;
let bridge: BridgeView;
let ada: Person;
let ben: Looked;

before(async () => {
  // Firefox's preference, too.
  setting = await Setting.start({ videoCodecs: ['VP8'] });
  firefox = await launchFirefox();
  bridge = new BridgeView(setting.stack, ROOM);
  ada = await setting.enter(ROOM, 'Ada');
  ben = await enterInFirefox(setting, ROOM, 'Ben', 550);
});
after(async () => {
  await firefox?.close();
  await setting?.stop();
});

async function enterInFirefox({ stack }: Setting, room: string, name: string, tone: number): Promise<Looked> {
  const consoleErrors: string[] = [];
  const scripts = [`() => { ${KEEP_NAMES} }`, String(tapKeys), String(watchPage)];
  const page = await firefox.newPage(scripts, ({ type, level, text }) => {
    if (level === 'error') consoleErrors.push(type === 'javascript' ? `uncaught: ${text}` : text);
  });
  await page.goto(`${stack.url}/${room}?${new URLSearchParams({ name, tone: String(tone) })}`);
  await until(`${name} has joined`, () => page.evaluate(() => window.call?.joined ?? false));
  const endpoint = await page.evaluate(() => window.call.id);
  return { name, tone, page, endpoint, consoleErrors };
}

test('Firefox and Chromium see and hear each other, and once it is sealed the bridge hears neither of them', async () => {
  const people = [ada, ben];
  assert.match(await ben.page.evaluate(() => navigator.userAgent), /Firefox\//);
  assert.deepEqual(await seeAndHear(pairsOf(people)), new Set(['VP8']));
  const open = await gainOf(await bridge.record('open', people, 30), null, people);
  assert.ok(open.frames >= 40 && open.seconds >= 0.8, `not sealed yet: ${JSON.stringify(open)}`);

  await seal(ada);
  await waitForPhase(people, 'sealed');
  assert.deepEqual(await seeAndHear(pairsOf(people)), new Set(['VP8']));
  const recording = await bridge.record('sealed', people, 40);
  // What a decoder of VP8 makes of any bytes is noise, so it is the tones that show that the bridge has nothing.
  assert.equal((await gainOf(recording, null, people)).seconds, 0, 'the bridge hears a tone');
  const opened = await assertAllOpen(recording, await keysOf(people));
  const gain = await gainOf(opened, null, people);
  assert.ok(gain.frames >= 60 && gain.seconds >= 1, `with the keys: ${JSON.stringify(gain)}`);
  await assertCalm(people);
});

test('a worker that fails in Firefox is replaced: sealed again under fresh keys, and nothing leaves in clear', async () => {
  await bridge.startRecording('worker');
  await ben.page.evaluate(() => window.watched.workers.at(-1)?.postMessage(null));
  await until('a second worker', () => ben.page.evaluate(() => window.watched.workers.length === 2));
  await seeAndHear(pairsOf([ada, ben]));
  await waitForPhase([ada, ben], 'sealed');
  await assertAllOpen(await bridge.stopRecording(), await keysOf([ada, ben]));
});

test('a newcomer in Firefox gets the keys of a sealed room, and everybody its own', async () => {
  const people = [ada, ben, await enterInFirefox(setting, ROOM, 'Cleo', 660)];
  await seeAndHear(pairsOf(people));
  await waitForPhase(people, 'sealed');
  await assertCalm(people.slice(-1));
});

// Firefox comes without an encoder of H.264, and would fetch one.
for (const codec of ['VP9', 'AV1'] as const) {
  test(`${codec} between Firefox and Chromium is sealed as what it was`, async () => {
    const place = await Setting.start({ videoCodecs: [codec] });
    try {
      const room = `browsers-${codec.toLowerCase()}`;
      const view = new BridgeView(place.stack, room);
      const owner = await place.enter(room, 'Ada');
      const people = [owner, await enterInFirefox(place, room, 'Ben', 550)];
      assert.deepEqual(await seeAndHear(pairsOf(people)), new Set([codec]), 'not sealed');
      await seal(owner);
      await waitForPhase(people, 'sealed');
      assert.deepEqual(await seeAndHear(pairsOf(people)), new Set([codec]), 'sealed');
      await assertAllOpen(await view.record('sealed', people, 30), await keysOf(people));
      await assertCalm(people);
    } finally {
      await place.stop();
    }
  });
}
