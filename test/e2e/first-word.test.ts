// Whoever was silent while people came and went has to hand out a key before its first word: nothing of it is lost. Rule M7.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { HOLD_MS } from '../../web-plugin/src/frames/receive/hold.ts';
import { droppedFrames, measureWorker } from '../bench/call/page.ts';
import {
  assertQuiet,
  liarOf,
  type Person,
  pairsOf,
  phaseOf,
  Setting,
  seal,
  seeAndHear,
  until,
  waitForPhase,
} from './sealed-room.ts';

import { mute } from './silent.ts';
import { openPanel, row } from './verifying.ts';

const ROOM = 'first-word';
/** Longer than it takes to say that what somebody sends does not open. */
const SILENCE_MS = 12_000;
/** So much later than in time comes everybody's word of what they have muted, as in a room of a hundred. */
const LATE_MS = 5_000;
/** What says nothing of a key: order, and what was under way when Ben muted. */
const HARMLESS = ['no-owner', 'replayed', 'source-off'];

let setting: Setting;
let ada: Person;
let ben: Person;
let cleo: Person;

const enter = (name: string) =>
  setting.enter(ROOM, name, { prepare: (context) => context.addInitScript(measureWorker) });

before(async () => {
  setting = await Setting.start({ lies: true });
  ada = await enter('Ada');
  ben = await enter('Ben');
  cleo = await enter('Cleo');
  await seal(ada);
  await waitForPhase([ada, ben, cleo], 'sealed');
  await seeAndHear(pairsOf([ada, ben, cleo]));
});

after(() => setting?.stop());

const harmful = (dropped: Record<string, number>): Record<string, number> =>
  Object.fromEntries(Object.entries(dropped).filter(([reason]) => !HARMLESS.includes(reason)));

/** Frames that did not pass so far for want of the right key, at the sender or at a receiver. */
const lost = ({ page }: Person): Promise<Record<string, number>> =>
  page.evaluate(droppedFrames).then(harmful);

/** The same in the moment the microphone goes on: a muted one sends silence now and then, which is dropped. */
const lostUntilUnmuted = ({ page }: Person): Promise<Record<string, number>> =>
  page
    .evaluate<Record<string, number>>(
      `(async () => {
        const enabled = Object.getOwnPropertyDescriptor(MediaStreamTrack.prototype, 'enabled');
        let before;
        const set = function (on) {
          enabled.set.call(this, on);
          before ??= (${droppedFrames})();
        };
        Object.defineProperty(MediaStreamTrack.prototype, 'enabled', { ...enabled, set });
        await window.call.muteAudio(false);
        Object.defineProperty(MediaStreamTrack.prototype, 'enabled', enabled);
        return await before;
      })()`,
    )
    .then(harmful);

/** Whether the last key came to this listener later than frames wait for one: the server, not the sender, lost the word. */
async function isKeyLate({ page }: Person): Promise<boolean> {
  const sealedAt = await ben.page.evaluate(() => window.measured.sealing.at(-1)?.at ?? 0);
  const acceptedAt = await page.evaluate(() => window.measured.accepted.at(-1) ?? 0);
  return acceptedAt - sealedAt > HOLD_MS;
}

/**
 * Ben, who has been silent, speaks; everybody hears him, and not a frame is lost. A newcomer drops what a muted microphone
 * went on sending under the key from before it came, which is silence. The camera follows when that was looked at: it is
 * another track than before, and what comes of it before the worker knows its source is dropped, whatever the key (rule
 * M10).
 */
async function benSpeaks(listeners: Person[], newcomer?: Person): Promise<void> {
  const pairs = [...listeners, ...(newcomer ? [newcomer] : [])].map((to) => ({ to, from: ben }));
  const heard = await Promise.all(listeners.map(lost));
  const said = await lostUntilUnmuted(ben);
  await seeAndHear(pairs, { frames: 0 });
  assert.deepEqual(await lost(ben), said);
  for (const [n, listener] of listeners.entries())
    if (!(await isKeyLate(listener))) assert.deepEqual(await lost(listener), heard[n]);
  await mute(ben, false);
  await seeAndHear(pairs);
}

test('somebody left while Ben was silent: his first frames are under a fresh key and open', async () => {
  await mute(ben, true);
  const gone = cleo;
  await cleo.close();
  await openPanel(ben);
  await until('Ben sees that Cleo is gone', async () => (await row(ben, gone).count()) === 0);
  await benSpeaks([ada]);
  assertQuiet([ada, ben]);
});

test('somebody came while Ben was silent: his first frames open for the newcomer too', async () => {
  await mute(ben, true);
  const here = [ada.endpoint, ben.endpoint];
  liarOf(setting).tell('to browser', (stanza, link) => {
    if (here.includes(link.occupant) || !stanza.toString().includes('beacon')) return null;
    setTimeout(() => link.send(stanza), LATE_MS);
    return [];
  });
  const dora = await enter('Dora');
  await waitForPhase([ada, ben, dora], 'sealed');
  await seeAndHear([{ to: dora, from: ada }]);
  // What Ben's muted microphone goes on sending is under a key from before Dora came, which she is never given.
  await sleep(SILENCE_MS);
  assert.equal(await phaseOf(dora), 'sealed');
  await openPanel(dora);
  assert.notEqual(await row(dora, ben).getAttribute('data-state'), 'unreadable');
  await benSpeaks([ada], dora);
  assertQuiet([ada, ben, dora]);
});
