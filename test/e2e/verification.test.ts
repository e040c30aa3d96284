// Two people verify each other in a sealed call; a verified device is known in the next meeting, and a changed one is called out.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { hook, type Person, Setting, seal, troubleText, until, waitForPhase } from './sealed-room.ts';
import { codeOf, compareEmoji, deviceOf, movedTo, reloaded, savedDevices, tickHeard } from './verifying.ts';

const ROOM = 'verify';
const SECOND_ROOM = 'verify-again';

let setting: Setting;
let ada: Person;
let ben: Person;
let cleo: Person;

before(async () => {
  setting = await Setting.start();
  [ada, ben] = (await setting.enterAll(ROOM, ['Ada', 'Ben'])) as [Person, Person];
  await seal(ada);
  await waitForPhase([ada, ben], 'sealed');
});

after(() => setting?.stop());

test('each proves a device to the other, and it is new', async () => {
  for (const [viewer, other] of [
    [ada, ben],
    [ben, ada],
  ] as const) {
    await until('the device is shown', async () => (await deviceOf(viewer, other)) === 'new');
  }
});

test('both see the same meeting code', async () => {
  const codes: string[] = [];
  for (const person of [ada, ben]) codes.push(await codeOf(person));
  assert.match(codes[0] ?? '', /^\d{30}$/);
  assert.equal(codes[0], codes[1]);
});

test('both see the same seven emoji, and are verified when both say so', async () => {
  const [hers, his] = await compareEmoji(ada, ben);
  assert.equal(hers.length, 7);
  assert.deepEqual(hers, his);
  for (const person of [ada, ben]) await hook(person, 'compare-same').click();
  for (const person of [ada, ben]) {
    await person.page.locator('sealmeet-interface [data-step="match"]').waitFor();
    await hook(person, 'compare-close').click();
  }
  await until(
    'both are shown as verified',
    async () => (await deviceOf(ada, ben)) === 'verified' && (await deviceOf(ben, ada)) === 'verified',
  );
});

test('in another meeting the verified device is known, and somebody else under the name is called out', async () => {
  [ada, ben] = [await movedTo(SECOND_ROOM, ada), await movedTo(SECOND_ROOM, ben)];
  await seal(ada);
  await waitForPhase([ada, ben], 'sealed');
  for (const [viewer, other] of [
    [ada, ben],
    [ben, ada],
  ] as const)
    await until(
      `${other.name} is verified here too`,
      async () => (await deviceOf(viewer, other)) === 'verified',
    );

  const impostor = await setting.enter(SECOND_ROOM, 'Ben');
  for (const [viewer, isFooled] of [
    [ada, false],
    [ben, true],
  ] as const)
    await until(
      `${viewer.name} sees the other Ben`,
      // Ben never verified the name Ben: to him it is somebody new.
      async () => (await deviceOf(viewer, impostor)) === (isFooled ? 'new' : 'changed'),
    );
  assert.match(
    await troubleText(ada, `changed-device ${impostor.endpoint}`),
    /Ben is here with another device than the one that was verified/,
  );
  await impostor.close();
});

test('whoever was heard to read the same code is verified, and stays so', async () => {
  cleo = await setting.enter(SECOND_ROOM, 'Cleo');
  await waitForPhase([ada, ben, cleo], 'sealed');
  await until('Cleo is new', async () => (await deviceOf(ada, cleo)) === 'new');
  assert.equal(await codeOf(ada), await codeOf(cleo));
  await tickHeard(ada, cleo);
  await until('Cleo is verified', async () => (await deviceOf(ada, cleo)) === 'verified');
  assert.equal(await deviceOf(cleo, ada), 'new', 'hearing verifies one way');
  cleo = await reloaded(cleo);
  await until('Cleo is still verified', async () => (await deviceOf(ada, cleo)) === 'verified');
});

test('what is saved of a browser names its public key and those it met; begun anew, it is another device', async () => {
  const saved = await savedDevices(cleo);
  assert.match(saved.device, /^[\w+/]{43}=?$/);
  assert.equal(saved.temporary, false);
  const met = saved.known.find(({ names }) => names.includes('Ada'));
  assert.ok(met && met.device !== saved.device, 'the devices that it met are in it');

  await hook(cleo, 'reset-device').click();
  await hook(cleo, 'confirm-reset').click();
  await hook(cleo, 'notice').filter({ hasText: 'new key' }).waitFor();
  assert.equal(await deviceOf(ada, cleo), 'verified', 'the call goes on as it is');
  cleo = await reloaded(cleo);
  await until('Cleo is called out', async () => (await deviceOf(ada, cleo)) === 'changed');
  assert.notEqual((await savedDevices(cleo)).device, saved.device);
});
