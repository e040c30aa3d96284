// When a part fails or somebody sends rubbish: nothing leaves in clear, people are told, the call goes on.

import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Element, xml } from '@xmpp/client';
import { RawParticipant } from '../stack/raw-participant.ts';
import { assertAllOpen, BridgeView, keysOf } from './bridge-view.ts';
import { removeTransforms } from './page-scripts.ts';
import {
  hook,
  type Person,
  pairsOf,
  Setting,
  seal,
  seeAndHear,
  shownBy,
  troubleText,
  until,
  waitForPhase,
} from './sealed-room.ts';

/** Longer than a page takes from its start to its conference. */
const SLOW_MS = 3000;
/** For whoever seals no more. */
const STAYS_STOPPED_MS = 1000;

let setting: Setting;

before(async () => {
  setting = await Setting.start();
});
afterEach(() => setting.clear());
after(() => setting?.stop());

async function sealedPair(room: string): Promise<[Person, Person]> {
  const [ada, ben] = await setting.enterAll(room, ['Ada', 'Ben']);
  if (!ada || !ben) throw new Error('expected two people');
  await seeAndHear(pairsOf([ada, ben]));
  await seal(ada);
  await waitForPhase([ada, ben], 'sealed');
  await seeAndHear(pairsOf([ada, ben]));
  return [ada, ben];
}

/** What makes a worker of ours fail: an exception that it does not catch, or an end without a word. */
const FAILURES = {
  'throws an exception': (person: Person) =>
    person.page.evaluate(() => window.watched.workers.at(-1)?.postMessage(null)),
  'does not answer any more': (person: Person) =>
    person.page.evaluate(() => window.watched.workers.at(-1)?.terminate()),
};

for (const [how, fail] of Object.entries(FAILURES)) {
  test(`a worker that ${how} is replaced: sealed again under fresh keys, and nothing leaves in clear`, async () => {
    const room = how.replaceAll(' ', '-');
    const bridge = new BridgeView(setting.stack, room);
    const [ada, ben] = await sealedPair(room);
    const generations = async (person: Person) =>
      new Set((await bridge.passed(person)).slice(-10).map(({ id }) => id?.generation ?? 0));
    const before = Math.max(...(await generations(ada)));
    await bridge.startRecording(room);
    await bridge.passOf(ada, 20);
    await fail(ada);
    await until('a second worker', () => ada.page.evaluate(() => window.watched.workers.length === 2));
    const replacedAt = Date.now();
    await until(
      'Ada is sealed under a fresh generation',
      async () => Math.min(...(await generations(ada))) > before,
    );
    const tookMs = Date.now() - replacedAt;
    await seeAndHear(pairsOf([ada, ben]));
    await waitForPhase([ada, ben], 'sealed');
    await assertAllOpen(await bridge.stopRecording(), await keysOf([ada, ben]));
    assert.ok((await shownBy(ada)).every(({ phase }) => phase !== 'broken'));
    console.log(`  sealed again ${tookMs} ms after the new worker`);
  });
}

test('with every worker killed in a sealed room, nothing leaves, and the person is told', async () => {
  const bridge = new BridgeView(setting.stack, 'killed');
  const [ada, ben] = await sealedPair('killed');
  await bridge.startRecording('killed');
  await until('something is recorded', async () => {
    const counts = Object.values(await bridge.counts(ada));
    return counts.length === 2 && counts.every((count) => count > 40);
  });
  await ada.page.evaluate(() => {
    // Those to come fail as well, as soon as they are there.
    setInterval(() => window.watched.workers.at(-1)?.postMessage(null), 50);
  });
  // Until then a worker that takes the place of another may seal a frame before it fails too.
  await waitForPhase([ada], 'broken');
  const [stopped] = await bridge.standingStill([ada]);
  const words = (await hook(ada, 'broken').textContent()) ?? '';
  assert.match(words, /seals your sound and picture stopped/);
  assert.match(words, /Nothing leaves your browser/);
  assert.match(words, /Reload the page/);
  await sleep(STAYS_STOPPED_MS);
  assert.deepEqual(await bridge.counts(ada), stopped, 'frames after the last worker was dead');
  const recording = await bridge.stopRecording();
  await assertAllOpen(recording, await keysOf([ada, ben]));

  // A reload brings Ada back, under a new key.
  const again = await setting.enter('killed', 'Ada');
  await ada.close();
  await waitForPhase([ben, again], 'sealed');
  await seeAndHear(pairsOf([ben, again]));
});

test('who had to wait for Olm after the camera was on is sealed, seen and heard like everybody else', async () => {
  const ada = await setting.enter('slow', 'Ada');
  const ben = await setting.enter('slow', 'Ben', {
    prepare: (context) =>
      context.route('**/olm.wasm', async (route) => {
        await new Promise((resolve) => setTimeout(resolve, SLOW_MS));
        await route.continue();
      }),
  });
  await seal(ada);
  await waitForPhase([ada, ben], 'sealed');
  await seeAndHear(pairsOf([ada, ben]));
});

test('a codec that cannot be sealed is not sent in a sealed room, and the person is told which', async () => {
  const room = 'unknown-codec';
  const bridge = new BridgeView(setting.stack, room);
  const ada = await setting.enter(room, 'Ada');
  const ben = await setting.enter(room, 'Ben', {
    // A worker that has never heard of AV1.
    prepare: (context) =>
      context.route('**/sealmeet/worker.js', async (route) => {
        const response = await route.fetch();
        await route.fulfill({
          response,
          body: (await response.text()).replaceAll('video/av1', 'video/other'),
        });
      }),
  });
  await seeAndHear(pairsOf([ada, ben]));
  await bridge.passOf(ben, 20);
  await seal(ada);
  assert.match(await troubleText(ben, 'codec'), /AV1/);
  await waitForPhase([ada, ben], 'sealed');
  await bridge.passOf(ada, 5);
  await bridge.startRecording(room);
  // Both voices go on; of Ben's camera nothing passes, and Ada's picture is nothing to his worker either.
  await seeAndHear(pairsOf([ada, ben]), { frames: 0 });
  await bridge.passOf(ada, 30);
  const recording = await bridge.stopRecording();
  const sources = await assertAllOpen(recording, await keysOf([ada, ben]));
  const ofBen = sources.filter(({ endpoint, frames }) => endpoint === ben.endpoint && frames > 0);
  assert.deepEqual(
    ofBen.map(({ media }) => media),
    ['audio'],
  );
});

test('a browser without encoded transforms takes part in an open room, is told and leaves when it is sealed', async () => {
  const ada = await setting.enter('old', 'Ada');
  const ben = await setting.enter('old', 'Ben');
  const old = await setting.enter('old', 'Cleo', {
    prepare: (context) => context.addInitScript(removeTransforms),
  });
  await seeAndHear(pairsOf([ada, ben, old]));
  await waitForPhase([ada, old], 'open');
  await seal(ada);
  await waitForPhase([old], 'broken');
  const words = (await hook(old, 'broken').textContent()) ?? '';
  assert.match(words, /browser cannot seal/i);
  assert.match(words, /current Chrome, Edge, Firefox or Safari/);
  await until('it has left the room', async () =>
    setting.stack
      .prosodyEvents()
      .some(({ event, occupant }) => event === 'left' && occupant === old.endpoint),
  );
  await waitForPhase([ada, ben], 'sealed');
  await seeAndHear(pairsOf([ada, ben]));
});

test('a client without the capability is refused, and the stanza says why', async () => {
  await sealedPair('refusing');
  const raw = new RawParticipant(setting.stack, 'refusing');
  const stanzas: Element[] = [];
  raw.entity.on('stanza', (stanza: Element) => stanzas.push(stanza));
  await raw.entity.start();
  await raw.requestConference();
  await raw.enter();
  await raw.until(() => raw.errors.length > 0, 'to be refused');
  const error = raw.errors[0]?.getChild('error');
  assert.equal(error?.attrs.type, 'cancel');
  assert.ok(error?.getChild('not-allowed'), String(error));
  assert.ok(error?.getChild('e2ee-required', 'urn:sealmeet:e2ee:1'), String(error));
  assert.match(error?.getChildText('text') ?? '', /end-to-end encrypted|sealed/i);
  // What Jitsi Meet shows to a person is the reason in here.
  const shown = stanzas.find(({ name, attrs }) => name === 'presence' && attrs.type === 'unavailable');
  assert.match(
    shown?.getChild('x')?.getChild('destroy')?.getChildText('reason') ?? '',
    /end-to-end encrypted|sealed/i,
  );
  await raw.entity.stop();
});

/** What a hostile participant may put into an endpoint message, each of another kind of wrong. */
const RUBBISH: unknown[] = [
  { type: 'sealmeet' },
  { type: 'sealmeet', v: 2, olm: {} },
  { type: 'sealmeet', v: 1, olm: 'text' },
  { type: 'sealmeet', v: 1, olm: { ADA: [0, 'AAAA'] } },
  { type: 'sealmeet', v: 1, olm: { ADA: [7, 'AAAA'] } },
  { type: 'sealmeet', v: 1, olm: { ADA: [1, `${'A'.repeat(4000)}`] } },
  { type: 'sealmeet', v: 1, olm: { ADA: [0, '\u0000"><script>'] } },
  { type: 'sealmeet', v: 1, olm: { ADA: { length: 2 } }, restart: true },
  { type: 'sealmeet', v: 1, restart: 'yes' },
  { type: 'sealmeet', v: 1, beacon: 'A'.repeat(5000) },
  { type: 'sealmeet', v: 1, data: { toString: null } },
  { type: 'sealmeet', v: 1, room: { policy: 'off', sealed: false, unsealedBy: 'ADA', epoch: 1 } },
  { type: 'sealmeet', v: 1, __proto__: { olm: 1 }, constructor: 1 },
  { type: 'sealmeet', v: 1, olm: { ADA: [0, 'A'.repeat(20_000)] } },
  { type: 'sealmeet', v: 1, data: 'A'.repeat(300_000) },
];

test('malformed and oversized messages are dropped and counted, and the call goes on', async () => {
  const room = 'rubbish';
  const [ada, ben] = await sealedPair(room);

  await ben.page.evaluate(
    ({ rubbish, ada }) => {
      const conference = window.call.conference as unknown as {
        sendMessage(message: object, to?: string): void;
      };
      for (const text of rubbish) {
        conference.sendMessage(JSON.parse(text) as object);
        conference.sendMessage(JSON.parse(text) as object, ada);
      }
    },
    { rubbish: RUBBISH.map((one) => JSON.stringify(one).replaceAll('ADA', ada.endpoint)), ada: ada.endpoint },
  );
  await until('Ada counts what Ben sent', async () => {
    const reasons = ada.warnings.filter((line) => line.includes(`of ${ben.endpoint}:`));
    return /dropped \d+ message/.test(reasons.join('\n')) && new Set(reasons).size >= 4;
  });

  // With a bundle of the right form and nothing behind it, somebody may enter; rubbish in stanzas is no better.
  const raw = new RawParticipant(setting.stack, room);
  await raw.join(xml('jitsi_participant_sealmeet', {}, '1.AAAA'));
  const send = (to: string, type: string, ...children: Element[]) =>
    raw.entity.send(xml('message', { to, type, id: Math.random().toString(36) }, ...children));
  const json = (text: string) => xml('json-message', { xmlns: 'http://jitsi.org/jitmeet' }, text);
  for (const text of ['', '{', '[]', 'null', '{"type":"sealmeet"', '{"type":{}}', '['.repeat(10_000)]) {
    await send(raw.roomJid, 'groupchat', json(text));
    await send(`${raw.roomJid}/${ada.endpoint}`, 'chat', json(text));
  }
  for (const one of RUBBISH.slice(0, 12)) {
    const text = JSON.stringify(one).replaceAll('ADA', ada.endpoint);
    await send(raw.roomJid, 'groupchat', json(text), json(text), xml('body', {}, 'hello'));
    await send(`${raw.roomJid}/${ada.endpoint}`, 'chat', json(text));
  }
  await raw.until(() => raw.errors.length >= 5, 'to be told that these are refused');
  await until('Ada counts what the other sent', async () =>
    ada.warnings.some((line) => line.includes(`of ${raw.id}:`)),
  );
  await raw.leave();

  for (const { page } of [ada, ben]) assert.deepEqual(await page.evaluate(() => window.call.messages), []);
  await seeAndHear(pairsOf([ada, ben]));
  await waitForPhase([ada, ben], 'sealed');
  for (const person of [ada, ben]) {
    const phases = (await shownBy(person)).map(({ phase }) => phase);
    assert.ok(!phases.includes('asking') && !phases.includes('broken'), phases.join(' '));
    assert.deepEqual(
      person.consoleErrors.filter((line) => line.startsWith('uncaught') || line.startsWith('Sealmeet')),
      [],
    );
  }
});
