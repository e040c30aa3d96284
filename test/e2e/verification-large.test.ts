// Verifying in a room of more than 32, where nobody has a channel with those who send nothing: the meeting code covers
// everybody, and whoever can be reached can be ticked. Rule M19.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { RawParticipant } from '../stack/raw-participant.ts';
import { assertFine, DESKTOP, enterLike, openPanel, rowOf, textOf } from './interface-room.ts';
import { hook, type Person, Setting, seal, until, waitForPhase } from './sealed-room.ts';
import { mute, silentOnes } from './silent.ts';

const ROOM = 'verify-large';
const SILENT = 32;

let setting: Setting;
let ada: Person;
let ben: Person;
let others: RawParticipant[] = [];

const tickOf = (viewer: Person, { endpoint }: Pick<Person, 'endpoint'>) =>
  hook(viewer, 'heard').and(viewer.page.locator(`[data-person="${endpoint}"]`));

before(async () => {
  setting = await Setting.start();
  ada = await enterLike(setting, ROOM, 'Ada', DESKTOP);
  ben = await enterLike(setting, ROOM, 'Ben', DESKTOP);
  await Promise.all([ada, ben].map((person) => mute(person, true)));
  others = await silentOnes(setting.stack, ROOM, SILENT);
  await until('all are shown', async () => {
    const counts = [ada, ben].map(({ page }) => page.evaluate(() => window.sealmeet.state.people.length));
    return (await Promise.all(counts)).every((count) => count === SILENT + 2);
  });
  await seal(ada);
  await waitForPhase([ada, ben], 'sealed');
});
after(async () => {
  await Promise.all(others.map((one) => one.entity.stop()));
  await setting?.stop();
});

test('nobody has a channel yet, and everybody can be asked to compare', async () => {
  await openPanel(ada);
  await until(
    'Ben sends nothing',
    async () => (await rowOf(ada, ben).getAttribute('data-state')) === 'quiet',
  );
  assert.equal(await rowOf(ada, ben).getAttribute('data-device'), null);
  assert.match((await rowOf(ada, ben).textContent()) ?? '', /Device not known yet.*Verify/);
});

test('the meeting code covers all, Ben can be ticked once he is reached, and those who never answer are said to be out of reach', async () => {
  await hook(ada, 'open-code').click();
  await hook(ada, 'code').waitFor();
  assert.match(await textOf(ada, 'code-covers'), /covers you and these 33 people/);
  assert.equal(await hook(ada, 'heard').count(), SILENT + 1);
  await until(
    'Ben can be reached',
    async () => (await tickOf(ada, ben).getAttribute('data-reach')) === 'reachable',
  );
  const digits = await hook(ada, 'code').getAttribute('data-digits');
  await until('the others cannot', async () =>
    /32 people are not yet reachable/.test(await textOf(ada, 'code-connecting')),
  );
  assert.equal(await hook(ada, 'code-outdated').count(), 0, 'the code itself is as it was');
  await assertFine(ada, 'meeting code, large room');

  await openPanel(ben);
  await hook(ben, 'open-code').click();
  await hook(ben, 'code').waitFor();
  assert.equal(await hook(ben, 'code').getAttribute('data-digits'), digits);

  await tickOf(ada, ben).click();
  await until(
    'the tick is set',
    async () => (await tickOf(ada, ben).getAttribute('aria-checked')) === 'true',
  );
  await hook(ada, 'code-back').click();
  assert.equal(await rowOf(ada, ben).getAttribute('data-device'), 'verified');
});

test('emoji with somebody who does not answer: a word that it is being connected, and one that it was not', async () => {
  const silent = ada.page.locator(
    `sealmeet-interface [data-person="${others[0]?.id}"] [data-sealmeet="verify"]`,
  );
  await silent.click();
  const step = (name: string) => hook(ada, 'comparison').and(ada.page.locator(`[data-step="${name}"]`));
  await step('connecting').waitFor();
  assert.match(await textOf(ada, 'comparison'), /Connecting securely to/);
  await assertFine(ada, 'connecting');
  await step('interrupted').waitFor();
  assert.match(await textOf(ada, 'comparison'), /No secure connection to .* came about\..*try again/);
  await hook(ada, 'compare-close').click();
});
