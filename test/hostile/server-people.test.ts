// A server that lies about who people are: in the middle of two, under a copied name, in a part of the room alone.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { xml } from '@xmpp/client';
import {
  assertQuiet,
  hook,
  liarOf,
  type Person,
  Setting,
  seal,
  troubleIds,
  troubleText,
  until,
  waitForPhase,
  wordsOf,
} from '../e2e/sealed-room.ts';
import { codeOf, compareEmoji, deviceOf, openPanel, reloaded, row, tickHeard } from '../e2e/verifying.ts';
import { tappedKeys } from '../stack/key-tap.ts';
import type { Liar } from '../stack/liar.ts';
import { MUC_DOMAIN } from '../stack/prosody/config.ts';
import { RawParticipant } from '../stack/raw-participant.ts';
import { beaconsOf, lateBeaconsOf } from './beacons.ts';
import { enterAsGuest } from './guest.ts';
import { Middle } from './middle.ts';
import {
  Bundles,
  bundleElement,
  endpointMessage,
  hidden,
  joinPresence,
  nickElement,
  senderOf,
} from './stanzas.ts';

const ROOM = 'people';
const jidOf = (room: string) => `${room}@${MUC_DOMAIN}`;

let setting: Setting;
let liar: Liar;
const bundles = new Bundles();
let ada: Person;
let ben: Person;

before(async () => {
  setting = await Setting.start({ lies: true });
  liar = liarOf(setting);
  liar.tell('to browser', bundles.lie);
});
after(() => setting?.stop());

test('in the middle at first contact: chat passes and is read, but emoji and meeting code differ', async () => {
  const middle = await Middle.start(liar, {
    room: jidOf(ROOM),
    people: [{ name: 'Ada' }, { name: 'Ben' }],
    twist: (body) => body.replace('ten', 'two'),
  });
  [ada, ben] = (await setting.enterAll(ROOM, ['Ada', 'Ben'])) as [Person, Person];
  await seal(ada);
  await waitForPhase([ada, ben], 'sealed');
  await ada.page.evaluate(() => window.call.sendChat('ten euros'));
  await until('Ben reads what the server made of it', async () =>
    (await ben.page.evaluate(() => window.call.messages.map(({ text }) => text))).includes('two euros'),
  );
  for (const person of [ada, ben])
    await until(
      `the server has the keys of ${person.name}`,
      async () => middle.facing(person).keys.length > 0,
    );

  const [hers, his] = [await codeOf(ada), await codeOf(ben)];
  assert.match(hers, /^\d{30}$/);
  assert.match(his, /^\d{30}$/);
  assert.notEqual(hers, his, 'the meeting codes');

  const [emojiOfAda, emojiOfBen] = await compareEmoji(ada, ben);
  assert.notDeepEqual(emojiOfAda, emojiOfBen, 'the emoji');
  for (const [person, other] of [
    [ada, ben],
    [ben, ada],
  ] as const) {
    await hook(person, 'compare-differ').click();
    // Between two drawings of the interface lies a tenth of a second.
    await until(`${person.name} reads that the two differ`, async () =>
      (await wordsOf(hook(person, 'comparison'))).includes(`you and ${other.name} differ`),
    );
    await hook(person, 'compare-close').click();
    assert.match(
      await troubleText(person, `mismatch ${other.name}`),
      /stand in between and see and hear everything/,
    );
    assert.notEqual(await deviceOf(person, other), 'verified');
  }
  assertQuiet([ada, ben]);
  middle.stop();
});

/** What the copies in the middle may say of themselves to somebody who has verified the one whom they copy. */
const DISGUISES = [
  { what: 'under the same name', options: {} },
  { what: 'without a name of its own', options: { asserted: null } },
  { what: 'without any device', options: { hasDevices: false } },
] as const;

test('in the middle of two who have verified each other: called out by name', async () => {
  ben = await reloaded(ben);
  await waitForPhase([ada, ben], 'sealed');
  await until('both know each other’s code', async () => (await codeOf(ada)) === (await codeOf(ben)));
  await tickHeard(ada, ben);
  await until('Ben is verified', async () => (await deviceOf(ada, ben)) === 'verified');

  for (const { what, options } of DISGUISES) {
    const middle = await Middle.start(liar, {
      room: jidOf(ROOM),
      people: [{ name: 'Ada', endpoint: ada.endpoint }, { name: 'Ben' }],
      ...options,
    });
    ben = await reloaded(ben);
    await until(`Ben ${what} is called out`, async () => (await deviceOf(ada, ben)) === 'changed');
    assert.match(await troubleText(ada, `changed-device ${ben.endpoint}`), /Ben is here with another device/);
    middle.stop();
  }
  ben = await reloaded(ben);
  await until('Ben himself is known', async () => (await deviceOf(ada, ben)) === 'verified');
  await waitForPhase([ada, ben], 'sealed');
  assertQuiet([ada, ben]);
});

test('nobody invited it, and it takes a verified name, at once or later: called out, and listed', async () => {
  const { raw, impostor } = await enterAsGuest(new RawParticipant(setting.stack, ROOM), 'Zoe', null);
  const stranger = { endpoint: raw.id };
  await until('Zoe is listed', async () => (await deviceOf(ada, stranger)) === 'new');
  await raw.entity.send(
    xml(
      'presence',
      { to: `${raw.roomJid}/${raw.id}` },
      nickElement('Ben'),
      bundleElement(impostor.core.bundle()),
    ),
  );
  await until('the false Ben is called out', async () => (await deviceOf(ada, stranger)) === 'changed');
  assert.match(await troubleText(ada, `changed-device ${raw.id}`), /Ben is here with another device/);
  assert.equal(await deviceOf(ada, ben), 'verified', 'the true one stays what he is');
  // Ben has not verified himself: to him somebody with his own name is listed, and new.
  await openPanel(ben);
  await until('Ben reads his own name', async () => (await wordsOf(row(ben, stranger))).includes('Ben'));
  await until('it is new to Ben', async () => (await deviceOf(ben, stranger)) === 'new');
  await until('whoever is shown gets keys', async () => impostor.keys.length > 0);
  await raw.leave();
  impostor.stop();
  await until('it is gone', async () => (await row(ada, stranger).count()) === 0);
});

test('somebody whom only one can see: both are told of the other, and only the one gives keys', async () => {
  const raw = new RawParticipant(setting.stack, ROOM);
  const takeBack = liar.tell('to browser', hidden(raw.id, ben.endpoint));
  const { impostor } = await enterAsGuest(raw, 'Mallory');
  const stranger = { endpoint: raw.id };
  await until('Ada sees Mallory', async () => (await row(ada, stranger).count()) === 1);
  await lateBeaconsOf([ada, ben]);
  for (const [person, other] of [
    [ada, ben],
    [ben, ada],
  ] as const)
    assert.match(
      await troubleText(person, `view ${other.endpoint}`),
      new RegExp(`tells you and ${other.name} different things about who is in this room`),
    );
  assert.equal(await row(ben, stranger).count(), 0);
  assert.ok(impostor.keys.length > 0);
  assert.deepEqual(
    [...new Set(impostor.keys.map(({ owner }) => owner))],
    [bundles.identityOf(ada)],
    'whose keys Mallory has',
  );
  await raw.leave();
  impostor.stop();
  takeBack();
  await until('Mallory is gone', async () => (await row(ada, stranger).count()) === 0);
  await beaconsOf([ada, ben]);
  await until('all agree again', async () =>
    (await Promise.all([ada, ben].map(troubleIds))).flat().every((id) => !id.startsWith('view ')),
  );
  assertQuiet([ada, ben]);
});

test('two meetings spliced together: whoever comes from the other cannot take part, and gets no keys', async () => {
  const [north, south] = ['north', 'south'];
  await setting.clear();
  const here = await setting.enter(north, 'Ada');
  const there = await setting.enter(south, 'Ben');
  await Promise.all([seal(here), seal(there)]);
  await waitForPhase([here, there], 'sealed');
  const [link, other] = [here, there].map(({ endpoint }) => liar.link(endpoint));
  assert.ok(link && other);
  // Each is shown in the other's room, and hears what is said there.
  liar.tell('to browser', (stanza, to) => {
    const from = senderOf(stanza);
    if (from !== to.occupant || !endpointMessage(stanza)) return null;
    const [target, room] = to === link ? [other, south] : [link, north];
    stanza.attrs.from = `${jidOf(room)}/${from}`;
    target.send(stanza);
    return [];
  });
  for (const [to, from, room] of [
    [link, there, north],
    [other, here, south],
  ] as const)
    to.send(joinPresence(`${jidOf(room)}/${from.endpoint}`, to, from.name, bundles.of(from)));
  for (const [person, stranger] of [
    [here, there],
    [there, here],
  ] as const) {
    await openPanel(person);
    await until(
      `${stranger.name} is shown as unable to take part`,
      async () => (await row(person, stranger).getAttribute('data-state')) === 'incapable',
    );
    assert.match(
      await troubleText(person, `incapable ${stranger.endpoint}`),
      new RegExp(`${stranger.name} cannot take part.*gets no keys`),
    );
  }
  const crossed = (await Promise.all([here, there].map(({ page }) => tappedKeys(page)))).flat();
  assert.deepEqual(
    crossed.filter(({ owner }) => owner !== null),
    [],
    'keys that crossed',
  );
  await waitForPhase([here, there], 'sealed');
  assertQuiet([here, there]);
});
