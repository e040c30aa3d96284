// A server that lies about messages and about who is there: people see and hear on, or are told by name.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import type { Element } from '@xmpp/client';
import { compare, equal } from '../../web-plugin/src/wire/index.ts';
import { assertAllOpen, BridgeView, keysOf } from '../e2e/bridge-view.ts';
import {
  assertQuiet,
  liarOf,
  type Person,
  pairsOf,
  Setting,
  seal,
  seeAndHear,
  troubleIds,
  troubleText,
  until,
  waitForPhase,
} from '../e2e/sealed-room.ts';
import { openPanel, row } from '../e2e/verifying.ts';
import { tappedKeys } from '../stack/key-tap.ts';
import type { Liar, Lie } from '../stack/liar.ts';
import { RawParticipant } from '../stack/raw-participant.ts';
import { beaconsOf, lateBeaconsOf } from './beacons.ts';
import { enterAsGuest, type Guest } from './guest.ts';
import { attackerMeans, Impostor } from './impostor.ts';
import {
  Bundles,
  copyOf,
  endpointMessage,
  endpointStanza,
  hidden,
  isPresence,
  leaveHidden,
  leavePresence,
  senderOf,
  unpacked,
} from './stanzas.ts';
import { assertTrueKeys } from './true-keys.ts';
import { assertUnharmed as assertUnharmedPeople } from './unharmed.ts';

const ROOM = 'messages';

let setting: Setting;
let liar: Liar;
let bridge: BridgeView;
let people: [Person, Person, Person];
let ada: Person;
let ben: Person;
let cleo: Person;
/** In the room from the start; soon gone, which the server tells nobody. */
let zoe: Guest;
let zoeLeftAt = 0;
const bundles = new Bundles();
/** What each of the three got of each other one, in its order. */
const got = new Map<string, Element[]>();
/** What each was shown last of each. */
const shown = new Map<string, Element>();
const way = (from: { endpoint: string }, to: { endpoint: string }) => `${from.endpoint} ${to.endpoint}`;

before(async () => {
  setting = await Setting.start({ lies: true });
  liar = liarOf(setting);
  bridge = new BridgeView(setting.stack, ROOM);
  liar.tell('to browser', bundles.lie);
  liar.tell('to browser', (stanza, { occupant }) => {
    const name = way({ endpoint: senderOf(stanza) }, { endpoint: occupant });
    if (endpointMessage(stanza)) got.set(name, [...(got.get(name) ?? []), copyOf(stanza)]);
    else if (senderOf(stanza) && isPresence(stanza)) shown.set(name, copyOf(stanza));
    return null;
  });
  people = (await setting.enterAll(ROOM, ['Ada', 'Ben', 'Cleo'])) as [Person, Person, Person];
  [ada, ben, cleo] = people;
  await seal(ada);
  await waitForPhase(people, 'sealed');
  // What was under way in clear has passed.
  await seeAndHear(pairsOf(people), { frames: 6, seconds: 0.4 });
  await bridge.startRecording('all');
  zoe = await enterAsGuest(new RawParticipant(setting.stack, ROOM), 'Zoe');
  await until('Zoe has everybody’s keys', () => Promise.resolve(zoe.impostor.keys.length >= 3));
  for (const { endpoint } of people) liar.tell('to browser', leaveHidden(zoe.endpoint, endpoint));
  await zoe.leave();
  zoeLeftAt = Date.now();
});
after(() => setting?.stop());

/** All three get new keys, as somebody comes and goes. */
async function rotate(): Promise<void> {
  const count = async () => (await keysOf(people)).length;
  const before = await count();
  const guest = await enterAsGuest(new RawParticipant(setting.stack, ROOM), 'Mallory');
  await until('Mallory has keys', () => Promise.resolve(guest.impostor.keys.length >= 3));
  await guest.leave();
  await until('there are new keys', async () => (await count()) >= before + 3);
}

const assertUnharmed = (): Promise<void> => assertUnharmedPeople(people, bundles);

const isViewOfThem = (id: string): boolean => people.some(({ endpoint }) => id === `view ${endpoint}`);

/** Each of the three is told nothing of another one's view. */
const untilAllAgree = (): Promise<void> =>
  until(
    'all agree again',
    async () => !(await Promise.all(people.map(troubleIds))).flat().some(isViewOfThem),
  );

/** The part of an Olm message that is for this one. */
const partFor = (stanza: Element, { endpoint }: Person): [number, string] | null =>
  (endpointMessage(stanza)?.olm as Record<string, [number, string]> | undefined)?.[endpoint] ?? null;

const withPart = (stanza: Element, to: Person, part: [number, string], from = senderOf(stanza)): Element =>
  endpointStanza(`${liar.link(to.endpoint).room}/${from}`, liar.link(to.endpoint), {
    type: 'sealmeet',
    v: 1,
    olm: { [to.endpoint]: part },
  });

/** How many parts a lie was about. */
let lies = 0;

/** Whether they come alone or several together. */
const toPerson =
  (person: Person, change: (stanza: Element, part: [number, string]) => Element[]): Lie =>
  (stanza, link) => {
    if (link.occupant !== person.endpoint) return null;
    const all = unpacked(stanza, link);
    if (!all.some((one) => partFor(one, person))) return null;
    return all.flatMap((one) => {
      const part = partFor(one, person);
      if (!part) return [one];
      lies += 1;
      return change(one, part);
    });
  };

const toBen = (change: (stanza: Element, part: [number, string]) => Element[]): Lie => toPerson(ben, change);

const HANDLING: { what: string; lie: () => Lie }[] = [
  { what: 'doubled', lie: () => toBen((stanza) => [stanza, stanza]) },
  {
    what: 'preceded by themselves cut short',
    lie: () =>
      toBen((stanza, [type, body]) => [
        withPart(stanza, ben, [type, body.slice(0, body.length >> 1)]),
        withPart(stanza, ben, [type, `${body.slice(0, -8)}AAAAAAAA`]),
        withPart(stanza, ben, [1 - type, body]),
        stanza,
      ]),
  },
  {
    what: 'reordered',
    lie: () => {
      const held: Element[] = [];
      return toBen((stanza) => {
        if (held.length === 0)
          setTimeout(() => {
            for (const one of held.splice(0).toReversed()) liar.link(ben.endpoint).send(one);
          }, 250);
        held.push(stanza);
        return [];
      });
    },
  },
  {
    what: 'given to others too, under every name',
    lie: () =>
      toPerson(cleo, (stanza, part) => {
        for (const { endpoint } of [ada, cleo])
          liar.link(ben.endpoint).send(withPart(stanza, ben, part, endpoint));
        return [stanza];
      }),
  },
];

for (const { what, lie } of HANDLING) {
  test(`key messages ${what}: harmless`, async () => {
    lies = 0;
    const takeBack = liar.tell('to browser', lie());
    await rotate();
    // Who has a new key may not have handed it out yet.
    await until('two new keys came by', () => Promise.resolve(lies >= 2));
    takeBack();
    await assertUnharmed();
  });
}

test('key messages held back for a while: asked for again, and the call goes on', async () => {
  let held = 0;
  const takeBack = liar.tell(
    'to browser',
    toBen((stanza) => {
      if (senderOf(stanza) !== ada.endpoint) return [stanza];
      held += 1;
      return [];
    }),
  );
  await rotate();
  await until('Ada’s new key has been held back', () => Promise.resolve(held > 0));
  takeBack();
  await seeAndHear(pairsOf(people), { frames: 6, seconds: 0.4 });
  await assertTrueKeys(people, bundles);
});

test('all that ever came, once more; and a stranger’s key messages under everybody’s name: harmless', async () => {
  const strangers = await Promise.all(
    [ada, cleo].map(async ({ endpoint, name }) => {
      const room = `${ROOM}@${setting.stack.xmpp.muc}`;
      const post = (_to: string, message: object) => {
        const link = liar.link(ben.endpoint);
        link.send(endpointStanza(`${room}/${endpoint}`, link, message));
      };
      return new Impostor({ room, self: endpoint, name, post }, await attackerMeans());
    }),
  );
  for (const stranger of strangers) {
    stranger.feed({ type: 'joined', occupant: ben.endpoint, bundle: bundles.of(ben) });
    stranger.feed({ type: 'say', kind: 'chat', body: 'I am somebody else', to: null, sentAt: Date.now() });
  }
  const replay = [ada, cleo].flatMap((from) => got.get(way(from, ben)) ?? []).map(copyOf);
  assert.ok(replay.length >= 12, `${replay.length} messages`);
  const link = liar.link(ben.endpoint);
  for (const stanza of replay) {
    link.send(stanza);
    await pause(40);
  }
  for (const stranger of strangers) stranger.stop();
  await assertUnharmed();
  assert.deepEqual(await ben.page.evaluate(() => window.call.messages), []);
});

test('a leave that one is not told of: all are told by name that they see different people', async () => {
  const guest = await enterAsGuest(new RawParticipant(setting.stack, ROOM), 'Mallory');
  await until('Mallory has keys', () => Promise.resolve(guest.impostor.keys.length >= 3));
  const takeBack = liar.tell('to browser', leaveHidden(guest.endpoint, ada.endpoint));
  await guest.leave();
  for (const person of [ben, cleo]) {
    await openPanel(person);
    await until(`${person.name} knows`, async () => (await row(person, guest).count()) === 0);
  }
  await lateBeaconsOf(people);
  for (const other of [ben, cleo]) {
    assert.match(
      await troubleText(ada, `view ${other.endpoint}`),
      new RegExp(`you and ${other.name} different things`),
    );
    assert.match(await troubleText(other, `view ${ada.endpoint}`), /you and Ada different things/);
  }
  assert.equal(await row(ada, guest).count(), 1, 'who gets keys is shown');
  takeBack();
  const link = liar.link(ada.endpoint);
  link.send(leavePresence(`${link.room}/${guest.endpoint}`, link));
  await until('Ada does not see Mallory', async () => (await row(ada, guest).count()) === 0);
  await beaconsOf(people);
  await untilAllAgree();
  await assertUnharmed();
});

test('somebody who is gone, which nobody was told: shown, and said not to respond', async () => {
  await until(
    'everybody is told of Zoe',
    async () =>
      (await Promise.all(people.map(troubleIds))).every((ids) => ids.includes(`view ${zoe.endpoint}`)),
    110_000 - (Date.now() - zoeLeftAt),
  );
  for (const person of people) {
    assert.match(await troubleText(person, `view ${zoe.endpoint}`), /Zoe does not respond/);
    assert.equal(await row(person, zoe).count(), 1, 'who gets keys is shown');
  }
});

test('a leave that never was: the one who is told, and all others, are told by name; back, nothing old counts', async () => {
  // Channels are begun by the smaller key: only of somebody with a smaller one is there a beginning to be replayed.
  const [gone, other, told] = people.toSorted((a, b) =>
    compare(bundles.curveOf(a), bundles.curveOf(b)),
  ) as typeof people;
  const link = liar.link(told.endpoint);
  const mallory = await enterAsGuest(new RawParticipant(setting.stack, ROOM), 'Mallory');
  await until('Mallory has keys', () => Promise.resolve(mallory.impostor.keys.length >= 3));
  const before = got.get(way(gone, told))?.map(copyOf) ?? [];
  const takeBack = [gone, mallory].map(({ endpoint }) =>
    liar.tell('to browser', hidden(endpoint, told.endpoint)),
  );
  for (const { endpoint } of [gone, mallory]) link.send(leavePresence(`${link.room}/${endpoint}`, link));
  await until('they are gone', async () =>
    (await Promise.all([gone, mallory].map((one) => row(told, one).count()))).every((count) => count === 0),
  );
  await lateBeaconsOf(people);
  assert.match(
    await troubleText(told, `view ${other.endpoint}`),
    new RegExp(`you and ${other.name} different things`),
  );
  for (const one of [gone, other])
    assert.match(
      await troubleText(one, `view ${told.endpoint}`),
      new RegExp(`you and ${told.name} different things`),
    );
  for (const take of takeBack) take();
  for (const one of [gone, mallory]) {
    const presence = shown.get(way(one, told));
    assert.ok(presence);
    link.send(presence);
  }
  await until('they are back', async () =>
    (await Promise.all([gone, mallory].map((one) => row(told, one).count()))).every((count) => count === 1),
  );
  await beaconsOf(people);
  await untilAllAgree();

  // What was said before, once more to the one who saw the leave.
  assert.ok(
    before.some((stanza) => partFor(stanza, told)?.[0] === 0),
    'the beginning of their channel',
  );
  for (const stanza of before) {
    link.send(stanza);
    await pause(40);
  }
  const warned = (from: { endpoint: string }, reason: string) =>
    until(`${told.name} refuses: ${reason}`, () =>
      Promise.resolve(told.warnings.some((line) => line.endsWith(`of ${from.endpoint}: ${reason}`))),
    );
  await warned(gone, 'hello: session was seen before');
  // And somebody's own old key, said anew in the channel that the return made.
  const old = mallory.impostor.used.at(-1);
  assert.ok(old);
  await until('Mallory’s channel is there', async () => mallory.impostor.give(told.endpoint, old));
  await warned(mallory, 'key: the generation is retired');
  const keys = await tappedKeys(told.page);
  const identity = bundles.identityOf(mallory);
  assert.deepEqual(
    keys.filter(({ owner, base }) => owner === identity && equal(base, old.base)).length,
    1,
    'how often the old key was taken',
  );
  await mallory.leave();
  await seeAndHear(
    pairsOf(people).filter(({ to, from }) => !(to === told && from === gone)),
    { frames: 6, seconds: 0.4 },
  );
  await assertTrueKeys(people, bundles);
  assertQuiet(people);
});

test('through all of it, nothing passed the bridge that was not sealed under a key of these people', async () => {
  await assertAllOpen(await bridge.stopRecording(), await keysOf(people));
});
