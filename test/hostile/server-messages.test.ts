// A server that lies about messages and about who is there: people see and hear on, or are told by name.

import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import type { Element } from '@xmpp/client';
import { assertAllOpen, BridgeView, keysOf } from '../e2e/bridge-view.ts';
import {
  assertQuiet,
  liarOf,
  type Person,
  pairsOf,
  Setting,
  seal,
  seeAndHear,
  seen,
  shownBy,
  troubleIds,
  troubleText,
  until,
  waitForPhase,
} from '../e2e/sealed-room.ts';
import { row } from '../e2e/verifying.ts';
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
} from './stanzas.ts';
import { assertTrueKeys } from './true-keys.ts';

const ROOM = 'messages';
const FLOOD_SECONDS = 10;
const FLOOD_A_SECOND = 500;

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
/** What Ben got, in its order. */
const recorded: Element[] = [];
/** What Ada was shown of Ben last. */
let shownOfBen: Element | null = null;

before(async () => {
  setting = await Setting.start({ lies: true });
  liar = liarOf(setting);
  bridge = new BridgeView(setting.stack, ROOM);
  liar.tell('to browser', bundles.lie);
  liar.tell('to browser', (stanza, { occupant }) => {
    if (occupant === ben?.endpoint && endpointMessage(stanza)) recorded.push(copyOf(stanza));
    if (occupant === ada?.endpoint && senderOf(stanza) === ben?.endpoint && isPresence(stanza))
      shownOfBen = copyOf(stanza);
    return null;
  });
  people = (await setting.enterAll(ROOM, ['Ada', 'Ben', 'Cleo'])) as [Person, Person, Person];
  [ada, ben, cleo] = people;
  await seal(ada);
  await waitForPhase(people, 'sealed');
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

/** Nothing happened that a person would notice, and nobody has a key that is not its owner's. */
async function assertUnharmed(): Promise<void> {
  await seeAndHear(pairsOf(people), { frames: 6, seconds: 0.4 });
  await waitForPhase(people, 'sealed');
  await assertTrueKeys(people, bundles);
  assertQuiet(people);
  for (const person of people) {
    const phases = (await shownBy(person)).map(({ phase }) => phase);
    assert.ok(
      !phases.includes('asking') && !phases.includes('broken'),
      `${person.name}: ${phases.join(' ')}`,
    );
    // Guests do not see Zoe, whom these three still see: that is told, and true.
    const told = (await troubleIds(person)).filter((id) => !id.startsWith('view') || isViewOfThem(id));
    const texts = await Promise.all(told.map((id) => troubleText(person, id)));
    assert.deepEqual(texts, [], `what ${person.name} is told`);
  }
}

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

const toBen =
  (change: (stanza: Element, part: [number, string]) => Element[]): Lie =>
  (stanza, { occupant }) => {
    const part = occupant === ben.endpoint ? partFor(stanza, ben) : null;
    return part && change(stanza, part);
  };

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
    lie:
      () =>
      (stanza, { occupant }) => {
        const part = occupant === cleo.endpoint ? partFor(stanza, cleo) : null;
        if (part)
          for (const { endpoint } of [ada, cleo])
            liar.link(ben.endpoint).send(withPart(stanza, ben, part, endpoint));
        return null;
      },
  },
];

for (const { what, lie } of HANDLING) {
  test(`key messages ${what}: harmless`, async () => {
    const takeBack = liar.tell('to browser', lie());
    await rotate();
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
  const replay = recorded.map(copyOf);
  assert.ok(replay.length > 30, `${replay.length} messages`);
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

test('a flood from one of the room: everybody sees and hears on, and memory stays', async () => {
  const guest = await enterAsGuest(new RawParticipant(setting.stack, ROOM), 'Mallory');
  await until('Mallory has keys', () => Promise.resolve(guest.impostor.keys.length >= 3));
  const inspector = await ada.context.newCDPSession(ada.page);
  const heap = async (): Promise<number> => {
    await inspector.send('HeapProfiler.collectGarbage');
    return (await inspector.send('Runtime.getHeapUsage')).usedSize;
  };
  const calm = await framesASecond();
  await pour(guest, 1);
  const before = await heap();
  const [busy, sent] = await Promise.all([framesASecond(), pour(guest, FLOOD_SECONDS)]);
  const grown = (await heap()) - before;
  assert.ok(sent >= 0.95 * FLOOD_SECONDS * FLOOD_A_SECOND, `${sent} messages`);
  assert.ok(
    ada.warnings.some((line) => line.includes(`of ${guest.endpoint}: message: too many`)),
    'Ada counts them',
  );
  for (const [pair, rate] of Object.entries(calm)) {
    const under = busy[pair] ?? 0;
    assert.ok(
      under >= 0.8 * rate,
      `${pair}: ${rate.toFixed(1)} frames a second, ${under.toFixed(1)} in the flood`,
    );
  }
  assert.ok(grown < 2 ** 21, `the page's memory grew by ${grown} bytes`);
  // On a slow machine the page is behind with so many: the new keys of a leave would wait behind them.
  await ada.page.evaluate((withinMs) => {
    const { conference } = window.call as unknown as {
      conference: { xmpp: { ping(withinMs: number): Promise<unknown> } };
    };
    return conference.xmpp.ping(withinMs);
  }, 20_000);
  await guest.leave();
  await assertUnharmed();
});

/** Decoded by each of each. */
async function framesASecond(): Promise<Record<string, number>> {
  const pairs = pairsOf(people);
  const count = () =>
    Promise.all(pairs.map(async ({ to, from }) => ({ ...(await seen(to, from)), at: Date.now() })));
  const first = await count();
  await pause(FLOOD_SECONDS * 1000);
  const last = await count();
  return Object.fromEntries(
    pairs.map(({ to, from }, n) => {
      const [start, end] = [first[n], last[n]];
      assert.ok(start && end);
      return [`${to.name} of ${from.name}`, ((end.frames - start.frames) * 1000) / (end.at - start.at)];
    }),
  );
}

/** To Ada alone, past every limit of the server: large, small, old and meaningless ones in turn. */
async function pour(guest: Guest, seconds: number): Promise<number> {
  const link = liar.link(ada.endpoint);
  const from = `${link.room}/${guest.endpoint}`;
  const noise = (length: number) => randomBytes(length).toString('base64').slice(0, length);
  const old = recorded.map((stanza) => partFor(stanza, ben)).findLast((part) => part !== null);
  const kinds = [
    () => ({ olm: { [ada.endpoint]: [0, noise(8192)] } }),
    () => ({ olm: { [ada.endpoint]: [1, noise(300)] } }),
    () => ({ olm: { [ada.endpoint]: old } }),
    () => ({ beacon: noise(400) }),
    () => ({ data: noise(3000) }),
    () => ({ restart: true }),
  ];
  const stanzas = Array.from({ length: 60 }, (_, n) =>
    endpointStanza(from, link, { type: 'sealmeet', v: 1, ...kinds[n % kinds.length]?.() }),
  );
  let sent = 0;
  const start = Date.now();
  while (Date.now() - start < seconds * 1000) {
    for (; sent < ((Date.now() - start) / 1000) * FLOOD_A_SECOND; sent += 1) {
      const stanza = stanzas[sent % stanzas.length];
      if (stanza) link.send(stanza);
    }
    await pause(10);
  }
  return sent;
}

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
  const link = liar.link(ada.endpoint);
  const takeBack = liar.tell('to browser', hidden(ben.endpoint, ada.endpoint));
  link.send(leavePresence(`${link.room}/${ben.endpoint}`, link));
  await until('Ada does not see Ben', async () => (await row(ada, ben).count()) === 0);
  await lateBeaconsOf(people);
  assert.match(await troubleText(ada, `view ${cleo.endpoint}`), /you and Cleo different things/);
  for (const other of [ben, cleo])
    assert.match(await troubleText(other, `view ${ada.endpoint}`), /you and Ada different things/);
  takeBack();
  assert.ok(shownOfBen);
  link.send(shownOfBen);
  await until('Ada sees Ben', async () => (await row(ada, ben).count()) === 1);
  await beaconsOf(people);
  await untilAllAgree();
  for (const stanza of recorded.map(copyOf)) liar.link(ben.endpoint).send(stanza);
  await seeAndHear(
    pairsOf(people).filter(({ to, from }) => !(to === ada && from === ben)),
    { frames: 6, seconds: 0.4 },
  );
  await assertTrueKeys(people, bundles);
  assertQuiet(people);
});

test('through all of it, nothing passed the bridge that was not sealed under a key of these people', async () => {
  const recording = await bridge.record('end', people, 20);
  await assertAllOpen(recording, await keysOf(people));
});
