// Two people verify each other in a sealed call; a verified device is known in the next meeting, and a changed one is called out.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { hook, type Person, Setting, seal, troubleText, until, waitForPhase } from './sealed-room.ts';

const ROOM = 'verify';

let setting: Setting;
let ada: Person;
let ben: Person;

before(async () => {
  setting = await Setting.start();
  [ada, ben] = (await setting.enterAll(ROOM, ['Ada', 'Ben'])) as [Person, Person];
  await seal(ada);
  await waitForPhase([ada, ben], 'sealed');
});

after(() => setting?.stop());

const deviceOf = (viewer: Person, other: Person) =>
  viewer.page
    .locator(`sealmeet-interface [data-sealmeet="person"][data-person="${other.endpoint}"]`)
    .getAttribute('data-device');

const emojiOf = (person: Person) =>
  hook(person, 'emoji')
    .locator('[data-emoji]')
    .evaluateAll((all) => all.map((one) => one.getAttribute('data-emoji')));

async function open(person: Person): Promise<void> {
  if ((await hook(person, 'panel').count()) === 0) await hook(person, 'shield').click();
}

test('each proves a device to the other, and it is new', async () => {
  for (const [viewer, other] of [
    [ada, ben],
    [ben, ada],
  ] as const) {
    await open(viewer);
    await until('the device is shown', async () => (await deviceOf(viewer, other)) === 'new');
  }
});

test('both see the same meeting code', async () => {
  const codes: (string | null)[] = [];
  for (const person of [ada, ben]) {
    await open(person);
    await hook(person, 'open-code').click();
    await hook(person, 'code').waitFor();
    codes.push(await hook(person, 'code').getAttribute('data-digits'));
    await hook(person, 'code-back').click();
  }
  assert.match(codes[0] ?? '', /^\d{30}$/);
  assert.equal(codes[0], codes[1]);
});

test('both see the same seven emoji, and are verified when both say so', async () => {
  await open(ada);
  await ada.page
    .locator(
      `sealmeet-interface [data-sealmeet="person"][data-person="${ben.endpoint}"] [data-sealmeet="verify"]`,
    )
    .click();
  await hook(ben, 'compare-accept').click();
  await Promise.all([ada, ben].map((person) => hook(person, 'emoji').waitFor()));
  const [hers, his] = [await emojiOf(ada), await emojiOf(ben)];
  assert.equal(hers.length, 7);
  assert.deepEqual(hers, his);
  for (const person of [ada, ben]) await hook(person, 'compare-same').click();
  for (const person of [ada, ben]) {
    await person.page.locator('sealmeet-interface [data-step="match"]').waitFor();
    await hook(person, 'compare-close').click();
    await open(person);
  }
  await until(
    'both are shown as verified',
    async () => (await deviceOf(ada, ben)) === 'verified' && (await deviceOf(ben, ada)) === 'verified',
  );
});

test('in another meeting the verified device is known, and somebody else under the name is called out', async () => {
  await ben.page.reload();
  await until('Ben is back', async () => ben.page.evaluate(() => window.call?.joined));
  const back = Object.assign(Object.create(ben) as Person, { endpoint: await ben.id() });
  await waitForPhase([ada, back], 'sealed');
  await open(ada);
  await until('Ben is shown as verified again', async () => (await deviceOf(ada, back)) === 'verified');

  const impostor = await setting.enter(ROOM, 'Ben');
  await until('the other Ben is called out', async () => (await deviceOf(ada, impostor)) === 'changed');
  assert.match(await troubleText(ada, `changed-device ${impostor.endpoint}`), /another device/i);
});
