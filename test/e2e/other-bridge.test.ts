// Bridges that a sealed call loses: the focus moves everybody to another one and back, and a connection that fails is
// made anew. The seal goes on by itself, and neither bridge gets a frame in clear.

import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { assertAllOpen, BridgeView, keysOf } from './bridge-view.ts';
import {
  assertCalm,
  type Person,
  pairsOf,
  Setting,
  seal,
  seeAndHear,
  shownBy,
  until,
  waitForPhase,
} from './sealed-room.ts';

const ROOM = 'moving';

let setting: Setting;
let bridges: BridgeView[];
let ada: Person;
let people: Person[];

before(async () => {
  setting = await Setting.start({ bridges: 2 });
  bridges = setting.stack.bridges.map((bridge) => new BridgeView({ bridge }, ROOM));
  people = await setting.enterAll(ROOM, ['Ada', 'Ben', 'Cleo']);
  [ada] = people as [Person, Person, Person];
  await seeAndHear(pairsOf(people));
  await seal(ada);
  await waitForPhase(people, 'sealed');
  // So that what will go on there is recorded from its first frame on.
  const nobody = { conference: ROOM, endpoint: 'nobody' };
  await setting.stack.bridges[1]?.call('allocate', nobody);
  for (const bridge of bridges) await bridge.startRecording(ROOM);
  await setting.stack.bridges[1]?.call('release', nobody);
});

afterEach(async () => {
  await seeAndHear(pairsOf(people));
  for (const person of people) {
    const phases = (await shownBy(person)).map(({ phase }) => phase);
    const others = phases.slice(phases.indexOf('sealed')).filter((phase) => phase !== 'sealed');
    assert.deepEqual(others, [], `${person.name} showed ${phases.join(', ')}`);
  }
  await assertCalm(people);
});

after(() => setting?.stop());

/** Whether each has a connection at this bridge, by endpoint. */
async function connectedAt(bridge: number): Promise<Record<string, boolean>> {
  const statistics = await setting.stack.bridges[bridge]?.call('statistics', {});
  const endpoints = statistics?.conferences[ROOM]?.endpoints ?? {};
  return Object.fromEntries(Object.entries(endpoints).map(([id, { connected }]) => [id, connected]));
}

for (const [what, from, to] of [
  ['another bridge', 0, 1],
  ['the bridge where it was before', 1, 0],
] as const) {
  test(`a call that is moved to ${what}`, async () => {
    await setting.stack.moveConference({ conference: ROOM, bridge: to });
    await until('everybody is connected at the one bridge, and nobody at the other', async () => {
      const [left, arrived] = [await connectedAt(from), await connectedAt(to)];
      return Object.keys(left).length === 0 && people.every(({ endpoint }) => arrived[endpoint]);
    });
    await Promise.all(people.map((person) => bridges[to]?.passOf(person, 20)));
  });
}

test('a connection whose ICE fails, which the library makes anew', async () => {
  const connection = () =>
    ada.page.evaluate(() => {
      const connection = window.call.conference?.jvbJingleSession?.peerconnection?.peerconnection;
      return /a=ice-ufrag:(\S+)/.exec(connection?.currentRemoteDescription?.sdp ?? '')?.[1] ?? '';
    });
  const before = await connection();
  // The bridge answers elsewhere from now on, and nobody is told.
  await setting.stack.bridge.call('allocate', { conference: ROOM, endpoint: ada.endpoint });
  await until('Ada has another connection', async () => {
    const now = await connection();
    return now !== '' && now !== before && (await connectedAt(0))[ada.endpoint] === true;
  });
});

test('neither bridge got one frame in clear, and each got some of everybody', async () => {
  const keys = await keysOf(people);
  for (const bridge of bridges) {
    const sources = await assertAllOpen(await bridge.stopRecording(), keys);
    const seen = sources.filter(({ recorded }) => recorded.length > 0);
    for (const { endpoint, name } of people)
      assert.equal(seen.filter((source) => source.endpoint === endpoint).length, 2, `sources of ${name}`);
  }
});
