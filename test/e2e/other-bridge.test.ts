// A sealed call that the focus moves to another bridge and back, in both ways that Jicofo has: as a new session, and as
// an ICE restart of the connection that is there. The seal goes on by itself, and neither bridge gets a frame in clear.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Move } from '../stack/focus/control.ts';
import { assertAllOpen, BridgeView, keysOf } from './bridge-view.ts';
import { keepFingerprints } from './page-scripts.ts';
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
let people: Person[];

before(async () => {
  setting = await Setting.start({ bridges: 2 });
  bridges = setting.stack.bridges.map((bridge) => new BridgeView({ bridge }, ROOM));
  people = await setting.enterAll(ROOM, ['Ada', 'Ben', 'Cleo']);
  await seal(people[0] as Person);
  await waitForPhase(people, 'sealed');
  await seeAndHear(pairsOf(people));
  // So that what will go on there is recorded from its first frame on.
  const nobody = { conference: ROOM, endpoint: 'nobody' };
  await setting.stack.bridges[1]?.call('allocate', nobody);
  for (const bridge of bridges) await bridge.startRecording(ROOM);
  await setting.stack.bridges[1]?.call('release', nobody);
});
after(() => setting?.stop());

/** Whether each has a connection at this bridge, by endpoint. */
async function connectedAt(bridge: number): Promise<Record<string, boolean>> {
  const statistics = await setting.stack.bridges[bridge]?.call('statistics', {});
  const endpoints = statistics?.conferences[ROOM]?.endpoints ?? {};
  return Object.fromEntries(Object.entries(endpoints).map(([id, { connected }]) => [id, connected]));
}

/** The name under which the bridge's end of everybody's connection answers ICE's checks. */
const icePartsOf = () =>
  Promise.all(
    people.map(({ page }) =>
      page.evaluate(() => {
        const connection = window.call.conference?.jvbJingleSession?.peerconnection?.peerconnection;
        return /a=ice-ufrag:(\S+)/.exec(connection?.currentRemoteDescription?.sdp ?? '')?.[1] ?? '';
      }),
    ),
  );

/** Marks everybody's connection over the bridge; returns whether each was marked before. */
const markConnections = () =>
  Promise.all(
    people.map(({ page }) =>
      page.evaluate(() => {
        const connection = window.call.conference?.jvbJingleSession?.peerconnection?.peerconnection;
        const wasMarked = connection !== undefined && 'marked' in connection;
        if (connection) Object.assign(connection, { marked: true });
        return wasMarked;
      }),
    ),
  );

const MOVES: { what: string; to: number; how: Move['how'] }[] = [
  { what: 'another bridge, by new sessions', to: 1, how: 'restart' },
  { what: 'another bridge, by an ICE restart of the same connections', to: 0, how: 'replace-transport' },
];

for (const { what, to, how } of MOVES) {
  test(`moved to ${what}: sealed before and after, and everybody is seen and heard`, async () => {
    const before = await icePartsOf();
    await markConnections();
    if (how === 'replace-transport') for (const { page } of people) await page.evaluate(keepFingerprints);
    await setting.stack.moveConference({ conference: ROOM, bridge: to, how });
    await until('everybody is connected at the bridge that was asked for', async () => {
      const now = await icePartsOf();
      const connected = await connectedAt(to);
      return (
        now.every((part, n) => part !== '' && part !== before[n]) &&
        people.every(({ endpoint }) => connected[endpoint])
      );
    });
    const left = Object.keys(await connectedAt(1 - to));
    assert.deepEqual(left, [], 'somebody is left at the other bridge');
    // A new session is a new connection; another transport is one more of the same.
    const isSame = how === 'replace-transport';
    assert.deepEqual(new Set(await markConnections()), new Set([isSame]), 'connections that are the same');
    await seeAndHear(pairsOf(people));
    await Promise.all(people.map((person) => bridges[to]?.passOf(person, 20)));
    for (const person of people) {
      const phases = (await shownBy(person)).map(({ phase }) => phase);
      const others = phases.slice(phases.indexOf('sealed')).filter((phase) => phase !== 'sealed');
      assert.deepEqual(others, [], `${person.name} showed ${phases.join(', ')}`);
    }
    await assertCalm(people);
  });
}

test('neither bridge got one frame in clear, and each got some of everybody', async () => {
  const keys = await keysOf(people);
  for (const bridge of bridges) {
    const sources = await assertAllOpen(await bridge.stopRecording(), keys);
    const seen = sources.filter(({ recorded }) => recorded.length > 0);
    for (const { endpoint, name } of people)
      assert.equal(seen.filter((source) => source.endpoint === endpoint).length, 2, `sources of ${name}`);
  }
});
