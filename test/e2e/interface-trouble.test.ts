// What people see when something is asked of them or goes wrong: everybody's agreement, media that does not open,
// emoji that differ, a refused join; and `window.sealmeet` in the same call.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { SealmeetState } from '../../web-plugin/src/embed/index.ts';
import {
  assertFine,
  closePanel,
  DESKTOP,
  enterLike,
  focusOf,
  goTo,
  isGone,
  openPanel,
  PHONE,
  press,
  rowOf,
  textOf,
  toldTo,
} from './interface-room.ts';
import { removeTransforms } from './page-scripts.ts';
import { hook, type Person, pairsOf, Setting, seeAndHear, until, waitForPhase } from './sealed-room.ts';

const ROOM = 'trouble';

let setting: Setting;
let ada: Person;
let ben: Person;

declare global {
  interface Window {
    statesSeen: SealmeetState[];
  }
}

before(async () => {
  setting = await Setting.start();
  ada = await enterLike(setting, ROOM, 'Ada', { ...DESKTOP, theme: 'dark' });
  ben = await enterLike(setting, ROOM, 'Ben', { ...PHONE, theme: 'light' }, { query: { view: 'tiles' } });
});
after(() => setting?.stop());

/** Ada makes Ben an owner too, as Jitsi Meet's "grant moderator" does. */
async function makeOwner(): Promise<void> {
  await ada.page.evaluate((id) => {
    const { conference } = window.call as unknown as { conference: { grantOwner(id: string): void } };
    conference.grantOwner(id);
  }, ben.endpoint);
  await until('Ben is an owner', () => ben.page.evaluate(() => window.sealmeet.state.isOwner));
}

/** Keeps a page from answering for longer than changes are gathered, so that what waits for it is told by itself. */
async function occupy({ page }: Person): Promise<void> {
  await page.evaluate(() => {
    setTimeout(() => {
      const until = performance.now() + 2000;
      while (performance.now() < until);
    });
  });
}

test('window.sealmeet: reads, hears of changes, seals for an owner, and vouches for nothing', async () => {
  await seeAndHear(pairsOf([ada, ben]));
  assert.equal(await ben.page.evaluate(() => window.sealmeet.seal()), false, 'Ben is no owner');
  await ada.page.evaluate(() => {
    window.statesSeen = [];
    window.sealmeet.on('state', (state) => window.statesSeen.push(state));
  });
  await occupy(ben);
  assert.equal(await ada.page.evaluate(() => window.sealmeet.seal()), true);
  await waitForPhase([ada, ben], 'sealed');
  await seeAndHear(pairsOf([ada, ben]));
  const state = await ada.page.evaluate(() => window.sealmeet.state);
  assert.deepEqual(
    [state.phase, state.shield, state.isOwner, state.isEnforced, state.people.map(({ name }) => name)],
    ['sealed', 'sealed', true, true, ['Ada', 'Ben']],
  );
  assert.ok(state.sealedSince !== null && Math.abs(state.sealedSince - Date.now()) < 60_000);
  const phases = await ada.page.evaluate(() => window.statesSeen.map(({ phase }) => phase));
  assert.deepEqual([...new Set(phases)], ['sealing', 'sealed']);
  assert.equal(
    await ada.page.evaluate(() => {
      try {
        (window.sealmeet.state.people as unknown[]).push(1);
        return 'changed';
      } catch {
        return Object.isFrozen(window.sealmeet) ? 'frozen' : 'open';
      }
    }),
    'frozen',
  );

  // It opens the question; the answer takes a hand.
  assert.equal(await ada.page.evaluate(() => window.sealmeet.open('unseal')), true);
  assert.equal(await focusOf(ada), 'keep-seal');
  await hook(ada, 'confirm-unseal').and(ada.page.locator(':not([aria-disabled])')).waitFor();
  await hook(ada, 'confirm-unseal').evaluate((element) => (element as HTMLElement).click());
  await hook(ada, 'keep-seal').click();
  await until('Ben proved a device', async () =>
    ada.page.evaluate(() => window.sealmeet.state.people[1]?.device === 'new'),
  );
  assert.equal(await ada.page.evaluate((id) => window.sealmeet.open('verify', id), ben.endpoint), true);
  assert.equal(await focusOf(ada), 'verify');
  assert.equal(await ada.page.evaluate(() => window.sealmeet.open('verify', 'nobody')), false);
  assert.equal(await ada.page.evaluate(() => window.sealmeet.open('all' as 'panel')), false);
  assert.equal(await ben.page.evaluate(() => window.sealmeet.open('unseal')), false, 'Ben is no owner');
  await closePanel(ada);
  assert.equal(await ada.page.evaluate(() => window.sealmeet.state.phase), 'sealed');
});

test('a second owner’s wish to unseal is everybody’s question; agreed, the seal ends for all at once', async () => {
  await makeOwner();
  await openPanel(ben);
  await hook(ben, 'unseal').click();
  assert.match(await textOf(ben, 'panel'), /everyone in it is asked first/);
  await assertFine(ben, 'asking everybody');
  await hook(ben, 'confirm-unseal').click();
  await hook(ada, 'consent').waitFor();
  await closePanel(ben);
  assert.match(await textOf(ben, 'consent'), /Everyone is being asked.*1 of 2/s);
  assert.match(await textOf(ada, 'consent'), /Ben asks to stop sealing.*within (60|55) seconds/s);
  assert.match(await toldTo(ada), /Ben asks to stop sealing/);
  assert.equal(await focusOf(ada), 'shield', 'it takes no focus');
  await assertFine(ada, 'asked');
  await assertFine(ben, 'who asks');
  await waitForPhase([ada, ben], 'sealed');
  await press(ada, 'consent-agree');
  await waitForPhase([ada, ben], 'open');
  assert.match(await textOf(ada, 'notice'), /Ben ended the seal/);
  await seeAndHear(pairsOf([ada, ben]));
});

test('refused, the seal stays, and who asked is told', async () => {
  await openPanel(ada);
  await hook(ada, 'seal').click();
  await closePanel(ada);
  await waitForPhase([ada, ben], 'sealed');
  await openPanel(ben);
  await hook(ben, 'unseal').click();
  await hook(ben, 'confirm-unseal').click();
  await closePanel(ben);
  await hook(ada, 'consent-refuse').click();
  await hook(ben, 'consent').and(ben.page.locator('[data-step="refused"]')).waitFor();
  assert.match(await textOf(ben, 'consent'), /stays sealed.*wants to keep/s);
  await assertFine(ben, 'refused');
  await hook(ben, 'consent-close').click();
  await isGone(ada, 'consent');
  await waitForPhase([ada, ben], 'sealed');
  await seeAndHear(pairsOf([ada, ben]));
});

test('a tile whose media does not open says so in the place of a black picture, and recovers', async () => {
  const source = { endpoint: ada.endpoint, source: `${ada.endpoint}-v0` };
  const { id } = await setting.stack.bridge.call('hostile', {
    conference: ROOM,
    attack: { type: 'damage', source, how: 'flip', every: 1 },
  });
  await hook(ben, 'tile').waitFor();
  assert.match(await textOf(ben, 'tile'), /Ada.*Cannot be opened/);
  const tile = await ben.page.locator(`#participant_${ada.endpoint}`).boundingBox();
  assert.deepEqual(await hook(ben, 'tile').boundingBox(), tile);
  // And on the stage, when Ada is the one shown large.
  await ben.page.locator('#toolbar-tiles').click();
  await until('it says so on the stage too', async () => (await hook(ben, 'tile').count()) === 2);
  await openPanel(ben);
  const card = hook(ben, 'trouble').first();
  await card.locator('summary').click();
  assert.match((await card.textContent()) ?? '', /sends cannot be opened here.*not shown.*What to do:/s);
  await assertFine(ben, 'unreadable');
  assert.equal(await rowOf(ben, ada).getAttribute('data-state'), 'unreadable');
  await setting.stack.bridge.call('hostile', { conference: ROOM, stop: id ?? 'all' });
  await until('the tile is free again', async () => (await hook(ben, 'tile').count()) === 0);
  await card.locator('[data-sealmeet="dismiss"]').click();
  await until('the card is gone', async () => (await hook(ben, 'trouble').count()) === 0);
  assert.equal(await focusOf(ben), 'panel', 'the focus stays in the panel');
  await closePanel(ben);
});

test('emoji that differ are an alarm on both sides', async () => {
  await openPanel(ada);
  await goTo(ada, 'verify');
  await ada.page.keyboard.press('Enter');
  await hook(ben, 'compare-accept').click();
  await Promise.all([ada, ben].map((person) => hook(person, 'emoji').waitFor()));
  await hook(ben, 'compare-differ').click();
  for (const person of [ada, ben]) {
    await hook(person, 'comparison').and(person.page.locator('[data-step="mismatch"]')).waitFor();
    assert.equal(await hook(person, 'shield').getAttribute('data-shield'), 'alarm');
    assert.match(await textOf(person, 'comparison'), /differ.*may stand in between.*What to do/s);
    await assertFine(person, 'mismatch');
  }
  assert.match(await textOf(ada, 'urgent'), /differ/);
});

test('a browser that cannot seal is told before it joins, and what to do when it is refused', async () => {
  const old = await enterLike(
    setting,
    ROOM,
    'Cleo',
    { ...PHONE, width: 320 },
    {
      query: { prejoin: '1' },
      waitUntilJoined: false,
      prepare: (context) => context.addInitScript(removeTransforms),
    },
  );
  await hook(old, 'pre-join').waitFor();
  assert.match(await textOf(old, 'pre-join'), /not known until you join.*update it, or use another one/);
  await old.page.locator('[data-testid="prejoin.joinMeeting"]').click();
  await hook(old, 'refusal').waitFor();
  assert.equal(await hook(old, 'refusal').getAttribute('data-reason'), 'outdated-browser');
  assert.match(
    await textOf(old, 'refusal'),
    /could not join: this room is sealed.*What to do: Update the browser/s,
  );
  assert.match(await toldTo(old), /could not join/);
  assert.equal(await hook(old, 'shield').count(), 0);
  await assertFine(old, 'refused');
  await press(old, 'close-refusal');
  await isGone(old, 'refusal');
  await old.close();
});

test('who comes back to a room that was sealed, or by an invitation that says so, sees that before joining', async () => {
  await ben.page.goto(`${setting.stack.url}/${ROOM}?like=jitsi&prejoin=1&name=Ben`);
  await hook(ben, 'pre-join').waitFor();
  assert.match(await textOf(ben, 'pre-join'), /sealed: this browser has seen it so/);
  await assertFine(ben, 'pre-join, known');
  await ben.page.goto(`${setting.stack.url}/another?like=jitsi&prejoin=1&lang=de#sealed`);
  await hook(ben, 'pre-join').waitFor();
  assert.match(await textOf(ben, 'pre-join'), /versiegelt: So steht es in Ihrer Einladung/);
});
