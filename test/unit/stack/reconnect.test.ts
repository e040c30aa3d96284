// Prosody ends in the middle of a call: pages come back into the room by themselves, with their media as it was.
import { after, before, test } from 'node:test';
import type { Browser } from '@playwright/test';
import { launchBrowser, launchParticipant } from '../../stack/browser.ts';
import { type Stack, startStack } from '../../stack/stack.ts';
import { eventually, everyPairFlows, pairs } from '../../stack/watch.ts';

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

for (const how of ['shutdown', 'crash'] as const) {
  test(`after a ${how} of Prosody all three are back, and who was muted still is`, async () => {
    const join = (name: keyof typeof TONES) =>
      launchParticipant({ browser, stack, room: `again-${how}`, name, tone: TONES[name] });
    const [ada, bob, cem] = [await join('Ada'), await join('Bob'), await join('Cem')];
    const all = [ada, bob, cem];
    await everyPairFlows(all);
    await bob.page.evaluate(() => Promise.all([window.call.muteAudio(true), window.call.muteVideo(true)]));
    await eventually(ada, bob, 'both off', ({ person }) => person.audioMuted && person.videoMuted);
    const before = await Promise.all(all.map((one) => one.id()));

    await stack.restartProsody(how);
    await Promise.all(
      all.map(({ page }, index) =>
        page.waitForFunction(
          (old) => window.call.joined && window.call.id !== old && window.call.participants().length === 2,
          before[index],
          { timeout: 40_000, polling: 100 },
        ),
      ),
    );
    for (const viewer of [ada, cem]) {
      await eventually(viewer, bob, 'still both off', ({ person }) => person.audioMuted && person.videoMuted);
    }
    await bob.page.evaluate(() => Promise.all([window.call.muteAudio(false), window.call.muteVideo(false)]));
    for (const [viewer, other] of pairs(all)) {
      await eventually(
        viewer,
        other,
        'picture',
        ({ person, stats }) => !person.videoMuted && stats.videoFramesDecoded > 0,
      );
    }
    await everyPairFlows(all);
    await Promise.all(all.map((one) => one.close()));
  });
}
