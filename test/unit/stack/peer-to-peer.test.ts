// Two alone talk directly, a third brings them to the bridge, and when it leaves they go back: lib-jitsi-meet's own doing.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Browser } from '@playwright/test';
import { type BrowserParticipant, launchBrowser, launchParticipant } from '../../stack/browser.ts';
import { type Stack, startStack } from '../../stack/stack.ts';
import { eventually, everyPairFlows } from '../../stack/watch.ts';

const ROOM = 'direct';

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

const join = (name: string, tone: number) =>
  launchParticipant({ browser, stack, room: ROOM, name, tone, peerToPeer: true });

const goes = (participants: BrowserParticipant[], peerToPeer: boolean) =>
  Promise.all(
    participants.map(({ page }) =>
      page.waitForFunction((wanted) => window.call.peerToPeer === wanted, peerToPeer, { timeout: 40_000 }),
    ),
  );

/** Packets of media that the bridge got, whoever sent them. */
async function bridgePackets(): Promise<number> {
  const endpoints = Object.values(
    (await stack.bridge.call('statistics', {})).conferences[ROOM]?.endpoints ?? {},
  );
  return endpoints
    .flatMap(({ sources }) => Object.values(sources))
    .reduce((sum, { packets }) => sum + packets, 0);
}

test('two alone, a third, and two again', async (t) => {
  const ada = await join('Ada', 440);
  const bob = await join('Bob', 700);

  await t.test('two talk directly, and the bridge gets nothing', async () => {
    await goes([ada, bob], true);
    await everyPairFlows([ada, bob], { codec: 'VP8' });
    const before = await bridgePackets();
    await new Promise((resolve) => setTimeout(resolve, 1000));
    assert.equal(await bridgePackets(), before);
  });

  await t.test('a screen, camera off and on go directly too', async () => {
    await bob.page.evaluate(() => window.call.shareScreen(true));
    await eventually(ada, bob, 'a screen', ({ person, stats }) => person.screen && stats.width > 320);
    await bob.page.evaluate(() => window.call.shareScreen(false));
    await eventually(ada, bob, 'the camera', ({ person, stats }) => !person.screen && stats.width === 320);
    await bob.page.evaluate(() => window.call.muteVideo(true));
    await eventually(ada, bob, 'the camera off', ({ person }) => person.videoMuted);
    await bob.page.evaluate(() => window.call.muteVideo(false));
    await eventually(ada, bob, 'the camera on', ({ person }) => !person.videoMuted);
  });

  await t.test('a third brings all to the bridge', async () => {
    const cem = await join('Cem', 1000);
    await goes([ada, bob, cem], false);
    await everyPairFlows([ada, bob, cem]);
    await cem.page.evaluate(() => window.call.leave());
    await cem.close();
  });

  await t.test('two again go back to talking directly', async () => {
    await goes([ada, bob], true);
    await everyPairFlows([ada, bob], { codec: 'VP8' });
  });

  for (const participant of [ada, bob]) assert.deepEqual(participant.consoleErrors, [], participant.name);
});
