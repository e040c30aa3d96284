// What people see of a call, from the pre-join screen to the end of the seal: two of them on a page built as Jitsi
// Meet's, Ada at a desk by keyboard alone, Ben on a phone.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import {
  assertFine,
  closePanel,
  DESKTOP,
  deviceOf,
  ENLARGED,
  enterLike,
  focusGoesTo,
  focusOf,
  goTo,
  openPanel,
  PHONE,
  press,
  rowOf,
  setLook,
  textOf,
  toldTo,
} from './interface-room.ts';
import {
  assertQuiet,
  hook,
  type Person,
  pairsOf,
  Setting,
  seeAndHear,
  until,
  waitForPhase,
} from './sealed-room.ts';

const ROOM = 'interface';

let setting: Setting;
let ada: Person;
let ben: Person;

before(async () => {
  setting = await Setting.start();
});
after(() => setting?.stop());

test('before joining: what this browser can, and that nobody knows yet whether the room is sealed', async () => {
  ada = await enterLike(setting, ROOM, 'Ada', DESKTOP, { query: { prejoin: '1' }, waitUntilJoined: false });
  await hook(ada, 'pre-join').waitFor();
  assert.match(await textOf(ada, 'pre-join'), /not known until you join.*can take part/);
  assert.equal(await hook(ada, 'shield').count(), 0);
  await assertFine(ada, 'pre-join');
  await setLook(ada, { ...PHONE, width: 320 });
  await assertFine(ada, 'pre-join, phone');
  const form = await ada.page.locator('.premeeting-screen .content').boundingBox();
  const card = await hook(ada, 'pre-join').boundingBox();
  assert.ok(
    form && card && (card.y + card.height <= form.y || card.y >= form.y + form.height),
    'beside the form',
  );
  await setLook(ada, DESKTOP);
});

test('by keyboard alone: into the room, and the room sealed with one press in the panel', async () => {
  await ada.page.locator('#premeeting-name-input').press('Enter');
  await until('Ada is in', () => ada.page.evaluate(() => window.call?.joined));
  ada = Object.assign(Object.create(ada) as Person, { endpoint: await ada.id() });
  await waitForPhase([ada], 'open');
  assert.equal(await hook(ada, 'pre-join').count(), 0);
  ben = await enterLike(setting, ROOM, 'Ben', PHONE);
  await seeAndHear(pairsOf([ada, ben]));
  await assertFine(ada, 'not sealed');
  await assertFine(ben, 'not sealed');

  await press(ada, 'shield');
  assert.equal(await focusOf(ada), 'panel');
  await assertFine(ada, 'not sealed, panel');
  // It is there for eight seconds, so it is looked for at once.
  const noticed = hook(ben, 'notice')
    .filter({ hasText: /Ada\W+sealed this room/ })
    .waitFor();
  await press(ada, 'seal');
  await waitForPhase([ada, ben], 'sealed');
  await noticed;
  await seeAndHear(pairsOf([ada, ben]));
  assert.match(await toldTo(ada), /This room is sealed/);
  assert.match(await toldTo(ben), /This room is sealed|Ada sealed this room/);
  await assertFine(ada, 'sealed, panel');
  await ada.page.keyboard.press('Escape');
  assert.equal(await focusOf(ada), 'shield', 'the focus goes back');
});

test('the panel says who is here, what is sealed, since when, and why keys changed', async () => {
  await openPanel(ben);
  await until('the device is shown', async () => (await deviceOf(ben, ada)) === 'new');
  assert.match(await textOf(ben, 'panel'), /In this room: 2 people.*Ada.*Sealed.*New device/s);
  for (const part of ['microphone', 'camera', 'screen', 'chat']) {
    const shown = hook(ben, 'part').and(ben.page.locator(`[data-part="${part}"]`));
    assert.match((await shown.textContent()) ?? '', /: sealed$/);
  }
  assert.match(await textOf(ben, 'since'), /Sealed since/);
  assert.match(await textOf(ben, 'key-change'), /Keys made at|New keys at/);
  assert.match(await textOf(ben, 'enforcement'), /keeps out anyone/);
  assert.match(await textOf(ben, 'panel'), /Only the owner/);
  assert.equal(await hook(ben, 'unseal').count(), 0);
  await assertFine(ben, 'sealed, panel, phone');
});

test('it makes way for Jitsi’s panes, in every size', async () => {
  await closePanel(ben);
  for (const look of [DESKTOP, ENLARGED, { ...PHONE, width: 320 }]) {
    await setLook(ada, look);
    await assertFine(ada, `${look.width} px`);
    await ada.page.locator('#toolbar-tiles').click();
    await assertFine(ada, `${look.width} px, tiles`);
    await ada.page.locator('#toolbar-tiles').click();
  }
  await setLook(ada, DESKTOP);
  await ada.page.locator('#toolbar-participants').click();
  await assertFine(ada, 'participants');
  await ada.page.locator('#toolbar-participants').click();
  await setLook(ada, ENLARGED);
  await openPanel(ada);
  await assertFine(ada, 'panel at 200 %');
  await goTo(ada, 'open-code');
  const button = await hook(ada, 'open-code').boundingBox();
  assert.ok(
    button && button.y >= 0 && button.y + button.height <= ENLARGED.height,
    'reached by keyboard: in sight',
  );
  await closePanel(ada);
  await setLook(ada, DESKTOP);
});

test('it speaks the language that Jitsi Meet was set to, also when that changes', async () => {
  await openPanel(ada);
  const seen: Record<string, string> = {};
  for (const language of ['de', 'fr', 'es', 'ja', 'en']) {
    await ada.page.locator('#language-select').selectOption(language);
    const spoken = language === 'ja' ? 'en' : language;
    await until(`the interface speaks ${spoken}`, async () => {
      return (await ada.page.locator('sealmeet-interface .stack').getAttribute('lang')) === spoken;
    });
    seen[language] = await ada.page.locator('sealmeet-interface #panel-title').innerText();
  }
  assert.deepEqual(seen, {
    de: 'Dieser Raum ist versiegelt',
    fr: 'Ce salon est scellé',
    es: 'Esta sala está sellada',
    ja: 'This room is sealed',
    en: 'This room is sealed',
  });
  await closePanel(ada);
});

test('comparing emoji: asked and declined, stopped half-way, and then held on both sides', async () => {
  const emojiOf = (person: Person) =>
    hook(person, 'emoji')
      .locator('[data-emoji]')
      .evaluateAll((all) => all.map((one) => one.getAttribute('data-emoji')));
  const start = async () => {
    await openPanel(ada);
    await goTo(ada, 'verify');
    await ada.page.keyboard.press('Enter');
    await hook(ben, 'comparison').and(ben.page.locator('[data-step="incoming"]')).waitFor();
  };
  const ended = (person: Person) =>
    hook(person, 'comparison').and(person.page.locator('[data-step="interrupted"]'));

  await start();
  await focusGoesTo(ada, 'comparison');
  assert.match(await toldTo(ben), /Ada would like to compare/);
  await assertFine(ben, 'asked to compare');
  await hook(ben, 'compare-decline').click();
  await ended(ada).waitFor();
  assert.match(await textOf(ada, 'comparison'), /Ben does not want to compare now/);
  await assertFine(ada, 'declined');
  await press(ada, 'compare-close');
  if ((await hook(ben, 'compare-close').count()) > 0) await hook(ben, 'compare-close').click();

  await start();
  await hook(ben, 'compare-accept').click();
  await Promise.all([ada, ben].map((person) => hook(person, 'emoji').waitFor()));
  await assertFine(ada, 'emoji');
  await assertFine(ben, 'emoji, phone');
  await hook(ben, 'compare-stop').click();
  await ended(ada).waitFor();
  assert.equal(await deviceOfIn(ada, ben), 'new', 'what was stopped changes nothing');
  await press(ada, 'compare-again');
  await hook(ben, 'compare-accept').click();
  await Promise.all([ada, ben].map((person) => hook(person, 'emoji').waitFor()));
  assert.deepEqual(await emojiOf(ada), await emojiOf(ben));
  await press(ada, 'compare-same');
  await hook(ada, 'comparison').and(ada.page.locator('[data-step="confirming"]')).waitFor();
  await hook(ben, 'compare-same').click();
  for (const person of [ada, ben])
    await hook(person, 'comparison').and(person.page.locator('[data-step="match"]')).waitFor();
  await assertFine(ada, 'match');
  await press(ada, 'compare-close');
  await hook(ben, 'compare-close').click();
  await until('both shields say that all are verified', async () => {
    const shields = await Promise.all(
      [ada, ben].map((person) => hook(person, 'shield').getAttribute('data-shield')),
    );
    return shields.every((shield) => shield === 'verified');
  });
});

test('the meeting code: the same on both sides, no button for all, and one tick for one voice', async () => {
  const digits: (string | null)[] = [];
  for (const person of [ada, ben]) {
    await openPanel(person);
    await hook(person, 'open-code').click();
    await hook(person, 'code').waitFor();
    digits.push(await hook(person, 'code').getAttribute('data-digits'));
    await assertFine(person, 'meeting code');
  }
  assert.match(digits[0] ?? '', /^\d{30}$/);
  assert.equal(digits[0], digits[1]);
  const ticks = hook(ben, 'heard');
  assert.equal(await ticks.count(), 1, 'one for each other person, and none for all');
  // Ben reads aloud: that verifies nobody.
  assert.equal(await ticks.getAttribute('aria-checked'), 'false');
  await ticks.evaluate((element) => (element as HTMLElement).click());
  assert.equal(await ticks.getAttribute('aria-checked'), 'false', 'a script of the page cannot tick');
  await ticks.click();
  await until('the tick is set', async () => (await ticks.getAttribute('aria-checked')) === 'true');
  await ticks.click();
  await until('and taken back', async () => (await ticks.getAttribute('aria-checked')) === 'false');
  await ticks.click();
  await until('and set again', async () => (await ticks.getAttribute('aria-checked')) === 'true');
  await hook(ada, 'code-back').click();
  await focusGoesTo(ada, 'open-code');
  await hook(ben, 'code-back').click();
  assert.equal(await deviceOf(ben, ada), 'verified');
  await closePanel(ben);
  await closePanel(ada);
});

test('unsealing is explained, shown to all with its author, and each agrees alone', async () => {
  await press(ada, 'shield');
  await press(ada, 'unseal');
  assert.equal(await focusOf(ada), 'keep-seal', 'the safe answer first');
  assert.match(
    await textOf(ada, 'panel'),
    /server .* will be able to see and hear.*Everyone sees that it was you/s,
  );
  await assertFine(ada, 'confirming');
  await press(ada, 'confirm-unseal');
  await waitForPhase([ada], 'open');
  await waitForPhase([ben], 'asking');
  assert.match(await textOf(ben, 'asking'), /Ada ended the seal.*Nothing is sent until you agree/s);
  assert.match(await toldTo(ben), /Ada ended the seal/);
  await assertFine(ben, 'asking, phone');
  await setLook(ben, { ...PHONE, theme: 'light', width: 320 });
  await assertFine(ben, 'asking, 320 px');
  await setLook(ben, PHONE);
  await hook(ben, 'agree').click();
  await waitForPhase([ada, ben], 'open');
  await seeAndHear(pairsOf([ada, ben]));
  assertQuiet([ada, ben]);
});

async function deviceOfIn(viewer: Person, other: Person): Promise<string | null> {
  await openPanel(viewer);
  const device = await rowOf(viewer, other).getAttribute('data-device');
  await closePanel(viewer);
  return device;
}
