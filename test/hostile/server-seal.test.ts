// A server that lies about the seal: nothing leaves in clear, and what people are told follows from what is proved.

import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { NAMESPACE } from '../../web-plugin/src/wire/index.ts';
import { assertAllOpen, BridgeView, keysOf } from '../e2e/bridge-view.ts';
import {
  assertQuiet,
  hook,
  liarOf,
  type Person,
  pairsOf,
  phaseOf,
  Setting,
  seal,
  seeAndHear,
  seen,
  shownBy,
  troubleIds,
  troubleText,
  until,
  waitForPhase,
  wordsOf,
} from '../e2e/sealed-room.ts';
import { movedOver, openPanel, reloaded, row } from '../e2e/verifying.ts';
import type { Liar, Lie } from '../stack/liar.ts';
import { announcement, endpointMessage, isPresence, senderOf } from './stanzas.ts';

const ROOM = 'seal';
const SEALED_ELEMENT = 'jitsi_participant_sealmeet_sealed';
const BUNDLE_ELEMENT = 'jitsi_participant_sealmeet';
const CALM_MS = 1_500;

let setting: Setting;
let liar: Liar;
let bridge: BridgeView;
let ada: Person;
let ben: Person;

before(async () => {
  setting = await Setting.start({ lies: true });
  liar = liarOf(setting);
  bridge = new BridgeView(setting.stack, ROOM);
  [ada, ben] = (await setting.enterAll(ROOM, ['Ada', 'Ben'])) as [Person, Person];
  await seal(ada);
  await waitForPhase([ada, ben], 'sealed');
  await seeAndHear(pairsOf([ada, ben]), { frames: 6, seconds: 0.4 });
});
afterEach(() => liar?.stop());
after(() => setting?.stop());

const announce = (to: Person, room: Record<string, unknown>): void => {
  const link = liar.link(to.endpoint);
  link.send(announcement(link, { policy: 'optional', epoch: 1, digest: '', occupants: 2, ...room }));
};

/** Sealed, unharmed and quiet. */
async function assertSealed(): Promise<void> {
  await waitForPhase([ada, ben], 'sealed');
  await seeAndHear(pairsOf([ada, ben]), { frames: 6, seconds: 0.4 });
  assertQuiet([ada, ben]);
}

/** The bridge got nothing since `bridge.startRecording` that was not sealed by these people. */
const assertNothingClear = async (): Promise<void> =>
  void (await assertAllOpen(await bridge.stopRecording(), await keysOf([ada, ben])));

test('an end of the seal announced to one, in the name of another: nothing leaves until that person agrees', async () => {
  await bridge.startRecording('announced');
  announce(ada, { sealed: false, unsealedBy: ben.endpoint });
  await waitForPhase([ada], 'asking');
  assert.match(await wordsOf(hook(ada, 'asking')), /Ben/);
  const [stopped] = await bridge.standingStill([ada]);
  await pause(CALM_MS);
  assert.deepEqual(await bridge.counts(ada), stopped, 'frames of Ada');
  assert.equal(await phaseOf(ben), 'sealed');
  announce(ada, { sealed: true, by: ada.endpoint });
  await assertSealed();
  await assertNothingClear();
});

test('a server that says it knows of no seal: people go on sealed, are told, and the owner asks again', async () => {
  await bridge.startRecording('denied');
  let requests = 0;
  liar.tell('to server', (stanza, { occupant }) => {
    if (occupant === ada.endpoint && stanza.getChild('seal', NAMESPACE)) requests += 1;
    return null;
  });
  for (const person of [ada, ben]) announce(person, { sealed: false });
  for (const person of [ada, ben]) {
    await openPanel(person);
    await until(
      `${person.name} is told`,
      async () => (await hook(person, 'enforcement').getAttribute('data-state')) === 'not-enforced',
    );
  }
  await until('the owner asks for the seal', () => Promise.resolve(requests > 0));
  await assertSealed();
  for (const person of [ada, ben]) announce(person, { sealed: true, by: ada.endpoint });
  for (const person of [ada, ben])
    await until(
      'it is enforced again',
      async () => (await hook(person, 'enforcement').getAttribute('data-state')) === 'enforced',
    );
  await assertNothingClear();
});

test('presences without the word that the room is sealed change nothing; one without a key is named', async () => {
  await bridge.startRecording('presences');
  const link = liar.link(ada.endpoint);
  const shown = liar.tell('to browser', (stanza, to) => {
    if (to !== link || !isPresence(stanza) || !stanza.getChild(SEALED_ELEMENT)) return null;
    stanza.getChild(SEALED_ELEMENT)?.children.splice(0, 1, '0');
    return [stanza];
  });
  // Each mute is a new presence.
  await ben.page.evaluate(() => window.call.muteAudio(true));
  await ben.page.evaluate(() => window.call.muteAudio(false));
  await assertSealed();
  shown();

  liar.tell('to browser', (stanza, to) => {
    if (to !== link || senderOf(stanza) !== ben.endpoint || !isPresence(stanza)) return null;
    stanza.getChild(BUNDLE_ELEMENT)?.children.splice(0, 1, '');
    return [stanza];
  });
  await ben.page.evaluate(() => window.call.muteAudio(true));
  assert.match(await troubleText(ada, `incapable ${ben.endpoint}`), /Ben cannot take part in the seal/);
  assert.equal(await row(ada, ben).getAttribute('data-state'), 'incapable');
  liar.stop();
  await ben.page.evaluate(() => window.call.muteAudio(false));
  assert.match(await troubleText(ada, `replaced ${ben.endpoint}`), /Ben came back with another key/);
  await assertSealed();
  await assertNothingClear();
});

/** What the server tells: no module, no seal, nobody who holds the room sealed. */
const nothingIsSealed: Lie = (stanza) => {
  if (endpointMessage(stanza)?.room) return [];
  const state = stanza.getChild('state', NAMESPACE);
  if (state) {
    Object.assign(state.attrs, { sealed: 'false', policy: 'off' });
    return [stanza];
  }
  if (isPresence(stanza) && stanza.getChild(SEALED_ELEMENT)) {
    stanza.remove(SEALED_ELEMENT);
    return [stanza];
  }
  return null;
};

const keysHeldBack: Lie = (stanza) => (endpointMessage(stanza) ? [] : null);

/** Everybody but Ada is told so. */
const toOthers =
  (lie: Lie): Lie =>
  (stanza, link) =>
    link.occupant === ada.endpoint ? null : lie(stanza, link);

test('whoever has been here before stays sealed, whatever the server answers, and is told that nobody enforces it', async () => {
  await bridge.startRecording('returning');
  liar.tell('to browser', toOthers(nothingIsSealed));
  const withheld = liar.tell('to browser', toOthers(keysHeldBack));
  ben = await reloaded(ben);
  await bridge.passOf(ben, 10);
  assert.equal(await phaseOf(ben), 'sealing');
  await openPanel(ben);
  assert.equal(await hook(ben, 'enforcement').getAttribute('data-state'), 'not-enforced');
  const keys = await keysOf([ben]);
  withheld();
  await assertSealed();
  const phases = (await shownBy(ben)).map(({ phase }) => phase);
  assert.ok(!phases.includes('open'), phases.join(' '));
  await assertAllOpen(await bridge.stopRecording(), [...keys, ...(await keysOf([ada, ben]))]);
});

test('whoever comes for the first time believes the others, who can prove it, and not the server', async () => {
  liar.tell('to browser', toOthers(nothingIsSealed));
  const cleo = await setting.enter(ROOM, 'Cleo');
  await waitForPhase([cleo], 'sealed');
  await openPanel(cleo);
  assert.equal(await hook(cleo, 'enforcement').getAttribute('data-state'), 'not-enforced');
  await seeAndHear(pairsOf([ada, ben, cleo]), { frames: 6, seconds: 0.4 });
  await cleo.close();
  for (const person of [ada, ben])
    await until('Cleo is gone', async () => (await row(person, cleo).count()) === 0);
});

test('whoever comes for the first time and gets no word of anybody sends in clear, and reads that the room is not sealed', async () => {
  const isOfNewcomer = (occupant: string) => ![ada, ben].some(({ endpoint }) => endpoint === occupant);
  for (const lie of [nothingIsSealed, keysHeldBack])
    liar.tell('to browser', (stanza, link) => (isOfNewcomer(link.occupant) ? lie(stanza, link) : null));
  const cleo = await setting.enter(ROOM, 'Cleo');
  // Without a latch, an invitation or a word of the others nothing is left that could prove the seal (rule S10).
  await bridge.passOf(cleo, 10);
  assert.ok(
    (await bridge.passed(cleo)).every(({ id }) => id === null),
    'Cleo sends in clear',
  );
  assert.equal(await phaseOf(cleo), 'open');
  await openPanel(cleo);
  assert.match(await wordsOf(hook(cleo, 'panel')), /This room is not sealed.*could see and hear it/s);
  for (const person of [ada, ben]) {
    await openPanel(person);
    assert.equal(await row(person, cleo).getAttribute('data-state'), 'waiting', `to ${person.name}`);
  }
  const nobodys = pairsOf([ada, ben, cleo]).filter(({ to, from }) => to === cleo || from === cleo);
  for (const pair of nobodys) assert.equal((await seen(pair.to, pair.from)).frames, 0);
  liar.stop();
  // What was held back is asked for again, in the end every thirty seconds.
  await until('Cleo is sealed', async () => (await phaseOf(cleo)) === 'sealed', 60_000);
  await seeAndHear(pairsOf([ada, ben, cleo]), { frames: 6, seconds: 0.4 });
  await cleo.close();
  for (const person of [ada, ben])
    await until('Cleo is gone', async () => (await row(person, cleo).count()) === 0);
});

/** How many there are once nobody draws another, as they do after somebody left. */
async function settledKeys(): Promise<number> {
  let [last, now] = [-1, 0];
  await until('no more keys come', async () => {
    [last, now] = [now, (await keysOf([ada, ben])).length];
    if (last !== now) await pause(CALM_MS);
    return last === now;
  });
  return now;
}

test('epochs and rosters of the server that contradict each other decide nothing', async () => {
  await waitForPhase([ada, ben], 'sealed');
  const keys = await settledKeys();
  const troubles = await Promise.all([ada, ben].map(troubleIds));
  const claims: Record<string, unknown>[] = [
    { epoch: 0, occupants: 0, digest: '' },
    { epoch: Number.MAX_SAFE_INTEGER, occupants: 9999, digest: 'A'.repeat(43) },
    { epoch: -1, occupants: -5, digest: null },
    { epoch: '7', occupants: {}, digest: [] },
    { epoch: 1e308, policy: 'required', since: -1 },
    { epoch: 3, consent: { id: 'x', by: ben.endpoint, until: 0, state: 'agreed', agreed: 2, asked: 2 } },
  ];
  for (let round = 0; round < 30; round += 1) {
    for (const [n, claim] of claims.entries()) {
      announce(ada, { sealed: true, by: n % 2 ? ada.endpoint : 'nobody', ...claim });
      announce(ben, { sealed: true, by: n % 2 ? 'nobody' : ben.endpoint, ...claims[claims.length - 1 - n] });
    }
    await pause(20);
  }
  await assertSealed();
  assert.equal((await keysOf([ada, ben])).length, keys, 'new keys');
  assert.deepEqual(await Promise.all([ada, ben].map(troubleIds)), troubles, 'what people are told');
});

test('whoever is moved out of a sealed room, as into a breakout room, stays sealed where the server knows of no seal', async () => {
  const side = new BridgeView(setting.stack, `${ROOM}-side`);
  liar.tell('to browser', nothingIsSealed);
  const before = await Promise.all([ada, ben].map(shownBy));
  [ada, ben] = [await movedOver(side.room, ada), await movedOver(side.room, ben)];
  for (const person of [ada, ben]) await side.passOf(person, 1);
  await side.startRecording('moved');
  await assertSealed();
  for (const [n, person] of [ada, ben].entries()) {
    const phases = (await shownBy(person)).slice(before[n]?.length).map(({ phase }) => phase);
    assert.ok(!phases.includes('open'), `${person.name}: ${phases.join(' ')}`);
  }
  await assertAllOpen(await side.stopRecording(), await keysOf([ada, ben]));
});
