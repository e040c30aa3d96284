// A whole call in real Chromium over the real library, without the plugin: everyone sees and hears everyone.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Browser } from '@playwright/test';
import { type BrowserParticipant, launchBrowser, launchParticipant } from '../../stack/browser.ts';
import { type Stack, startStack } from '../../stack/stack.ts';
import { eventually, everyPairFlows, view } from '../../stack/watch.ts';

const ROOM = 'smoke';
const TONES = { Ada: 440, Bob: 700, Cem: 1000 } as const;

let stack: Stack;
let browser: Browser;

before(async () => {
  stack = await startStack();
  browser = await launchBrowser();
});

after(async () => {
  await browser?.close();
  await stack?.stop();
});

const join = (name: keyof typeof TONES) =>
  launchParticipant({ browser, stack, room: ROOM, name, tone: TONES[name] });

test('three in a room: AV1, tones, leave and return, mute, screen, chat', async (t) => {
  const ada = await join('Ada');
  const bob = await join('Bob');
  let cem = await join('Cem');

  await t.test('every pair has picture and tone', () => everyPairFlows([ada, bob, cem]));

  await t.test('the bridge carried it', async () => {
    const { endpoints } = (await stack.bridge.call('statistics', {})).conferences[ROOM] ?? { endpoints: {} };
    for (const participant of [ada, bob, cem]) {
      const id = await participant.id();
      for (const source of [`${id}-a0`, `${id}-v0`]) {
        assert.ok(
          (endpoints[id]?.sources[source]?.forwardedPackets ?? 0) > 50,
          `${participant.name}: ${source} was forwarded`,
        );
      }
    }
  });

  await t.test('the first is owner', async () => {
    assert.equal(await ada.page.evaluate(() => window.call.role), 'moderator');
    assert.equal(await bob.page.evaluate(() => window.call.role), 'none');
  });

  await t.test('microphone and camera go off and come back', async () => {
    await bob.page.getByRole('button', { name: 'Microphone off' }).click();
    await bob.page.getByRole('button', { name: 'Camera off' }).click();
    for (const viewer of [ada, cem]) {
      await eventually(
        viewer,
        bob,
        'both off',
        ({ person, stats }) => person.audioMuted && person.videoMuted && stats.toneHz === null,
      );
    }
    const before = await view(ada, bob);
    await new Promise((resolve) => setTimeout(resolve, 1000));
    const later = await view(ada, bob);
    assert.equal(
      later?.stats.videoFramesDecoded,
      before?.stats.videoFramesDecoded,
      'no frame while the camera is off',
    );
    await bob.page.getByRole('button', { name: 'Microphone off' }).click();
    await bob.page.getByRole('button', { name: 'Camera off' }).click();
    const frames = later?.stats.videoFramesDecoded ?? 0;
    for (const viewer of [ada, cem]) {
      await eventually(
        viewer,
        bob,
        'both on',
        ({ person, stats }) =>
          !person.audioMuted &&
          !person.videoMuted &&
          stats.toneHz !== null &&
          stats.videoFramesDecoded > frames,
      );
    }
  });

  await t.test('a screen arrives, and the camera after it', async () => {
    await cem.page.getByRole('button', { name: 'Share screen' }).click();
    for (const viewer of [ada, bob]) {
      await eventually(
        viewer,
        cem,
        'a screen',
        ({ person, stats }) => person.screen && stats.width > 320 && stats.codec === 'AV1',
      );
    }
    const observed = await stack.bridge.call('observe', { conference: ROOM, endpoint: await cem.id() });
    assert.deepEqual(
      observed.sources.filter(({ media }) => media === 'video').map(({ kind }) => kind),
      ['screen'],
    );
    await cem.page.getByRole('button', { name: 'Share screen' }).click();
    for (const viewer of [ada, bob]) {
      await eventually(
        viewer,
        cem,
        'the camera',
        ({ person, stats }) => !person.screen && stats.width === 320,
      );
    }
  });

  await t.test('chat to all, to one, and what could not be sent', async () => {
    await ada.page.getByRole('button', { name: 'Chat' }).click();
    await ada.page.getByLabel('Message to everyone').fill('Hello <b>all</b>');
    await ada.page.keyboard.press('Enter');
    await ada.page.evaluate((id) => window.call.sendChat('Bob only', id), await bob.id());
    await ada.page.evaluate(() => window.call.sendChat('nobody', 'deadbeef'));
    const lines = (one: BrowserParticipant) =>
      one.page.evaluate(() =>
        window.call.messages.map(({ name, text, private: isPrivate }) => [name, text, isPrivate]),
      );
    await bob.page.waitForFunction(() => window.call.messages.length === 2);
    await cem.page.waitForFunction(() => window.call.messages.length === 1);
    assert.deepEqual(await lines(bob), [
      ['Ada', 'Hello <b>all</b>', false],
      ['Ada', 'Bob only', true],
    ]);
    assert.deepEqual(await lines(cem), [['Ada', 'Hello <b>all</b>', false]]);
    await ada.page.waitForFunction(() => window.call.errors.length === 1);
    assert.match((await ada.page.getByRole('alert').textContent()) ?? '', /^Your message was not sent: /);
  });

  await t.test('one leaves and comes back', async () => {
    await cem.page.getByRole('button', { name: 'Leave' }).click();
    for (const viewer of [ada, bob])
      await viewer.page.waitForFunction(() => window.call.participants().length === 1);
    assert.deepEqual(cem.consoleErrors, []);
    await cem.close();
    cem = await join('Cem');
    await everyPairFlows([ada, bob, cem]);
  });

  for (const participant of [ada, bob, cem])
    assert.deepEqual(participant.consoleErrors, [], participant.name);
});
