// Prosody goes away in the middle of a sealed call: people go on sealing by themselves, and the server is told again.

import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { realSequenceHeader } from '../stack/evidence.ts';
import { assertAllOpen, assertBlind, BridgeView, keysOf } from './bridge-view.ts';
import {
  hook,
  type Person,
  pairsOf,
  Setting,
  seal,
  seeAndHear,
  shownBy,
  until,
  waitForPhase,
} from './sealed-room.ts';

let setting: Setting;

before(async () => {
  setting = await Setting.start();
});
afterEach(() => setting.clear());
after(() => setting?.stop());

for (const how of ['crash', 'shutdown'] as const) {
  test(`after a ${how} of the server, latched clients seal by themselves, and an owner seals the room again`, async () => {
    const room = `restart-${how}`;
    const bridge = new BridgeView(setting.stack, room);
    const people = await setting.enterAll(room, ['Ada', 'Ben', 'Cleo']);
    const [ada] = people;
    if (!ada) throw new Error('expected three people');
    await seeAndHear(pairsOf(people));
    const sequenceHeader = realSequenceHeader(await bridge.record('open', people, 10));
    await seal(ada);
    await waitForPhase(people, 'sealed');
    await seeAndHear(pairsOf(people));
    await bridge.startRecording('restart');
    for (const { page } of people)
      await page.evaluate(() => {
        window.watched.keepPanelOpen = true;
      });

    const restartedAt = Date.now();
    await setting.stack.restartProsody(how);
    const again: Person[] = [];
    for (const person of people) again.push(await rejoined(person, room, restartedAt));
    await waitForPhase(again, 'sealed');
    await until('the server keeps the seal again', async () => {
      const states = await Promise.all(
        again.map((one) => hook(one, 'enforcement').getAttribute('data-state')),
      );
      return states.every((state) => state === 'enforced');
    });
    await seeAndHear(pairsOf(again));
    const recording = await bridge.stopRecording();

    // Not one clear frame passed, of the old connections or of the new ones.
    await assertAllOpen(recording, await keysOf(again));
    const everyName = [...people, ...again];
    await assertBlind(recording, sequenceHeader, everyName);
    const endpoints = new Set(recording.map(({ endpoint }) => endpoint));
    for (const { endpoint, name } of again)
      assert.ok(endpoints.has(endpoint), `nothing of ${name} was recorded`);

    const serverBackAt = Math.min(...joinsSince(room, restartedAt).map(({ time }) => time));
    for (const person of again) {
      const shown = (await shownBy(person)).filter(({ at }) => at >= restartedAt);
      const phases = new Set(shown.map(({ phase }) => phase));
      for (const phase of ['open', 'asking', 'broken'])
        assert.ok(!phases.has(phase), `${person.name} showed "${phase}": ${JSON.stringify(shown)}`);
      // Until a server is there that can have announced it, the panel does not say that the seal is enforced.
      const back = shown.slice(shown.findLastIndex(({ phase }) => phase === 'away') + 1);
      const states = back.filter(({ enforcement }) => enforcement !== null);
      const enforced = states.find(({ enforcement }) => enforcement === 'enforced');
      assert.ok(enforced && enforced.at >= serverBackAt, `${person.name}: ${JSON.stringify(shown)}`);
      assert.equal(states.at(-1)?.enforcement, 'enforced', `${person.name}: ${JSON.stringify(shown)}`);
    }
  });
}

/** The same page in the room again, under a new endpoint id. */
async function rejoined(person: Person, room: string, since: number): Promise<Person> {
  let endpoint = '';
  await until(`${person.name} is back in the room`, async () => {
    const { id, joined } = await person.page.evaluate(() => ({
      id: window.call.id,
      joined: window.call.joined,
    }));
    endpoint = id;
    return joined && joinsSince(room, since).some(({ occupant }) => occupant === id);
  });
  return Object.assign(Object.create(person) as Person, { endpoint });
}

const joinsSince = (room: string, since: number) =>
  setting.stack
    .prosodyEvents()
    .filter((one) => one.event === 'joined' && one.time > since && one.room.startsWith(room));
