// A room of more than 32, where keys go out when somebody sends something: nobody seems to wait for ever.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { RawParticipant } from '../stack/raw-participant.ts';
import { DESKTOP, enterLike, openPanel, textOf } from './interface-room.ts';
import { hook, type Person, Setting, seal, until, waitForPhase } from './sealed-room.ts';
import { mute, silentOnes } from './silent.ts';

const ROOM = 'large';
const OTHERS = 33;

let setting: Setting;
let ada: Person;
let others: RawParticipant[] = [];

before(async () => {
  setting = await Setting.start();
});
after(async () => {
  await Promise.all(others.map((one) => one.entity.stop()));
  await setting?.stop();
});

test('who sends nothing to whom sends nothing is not waited for', async () => {
  ada = await enterLike(setting, ROOM, 'Ada', DESKTOP);
  await mute(ada, true);
  others = await silentOnes(setting.stack, ROOM, OTHERS);
  await until('all are shown', async () => {
    const people = await ada.page.evaluate(() => window.sealmeet.state.people);
    return people.length === OTHERS + 1;
  });
  await seal(ada);
  await waitForPhase([ada], 'sealed');
  const states = await ada.page.evaluate(() => window.sealmeet.state.people.map(({ state }) => state));
  assert.deepEqual([...new Set(states)].sort(), ['quiet', 'sealed']);
  await openPanel(ada);
  assert.match(await textOf(ada, 'panel'), /In this room: 34 people.*Sends nothing now/s);

  // As soon as Ada speaks, they need keys; nobody answers, and it says so.
  await ada.page.evaluate(() => window.call.muteAudio(false));
  await waitForPhase([ada], 'sealing');
  assert.match(await textOf(ada, 'panel'), /Keys on their way/);
  assert.equal(await hook(ada, 'shield').getAttribute('data-shield'), 'sealing');
});
