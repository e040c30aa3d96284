// One of the room, let in and given keys, who attacks the others: with keys of its own making, with floods.

import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { BridgeView } from '../e2e/bridge-view.ts';
import { liarOf, type Person, pairsOf, Setting, seal, until, waitForPhase } from '../e2e/sealed-room.ts';
import { tappedKeys } from '../stack/key-tap.ts';
import type { Liar } from '../stack/liar.ts';
import { RawParticipant } from '../stack/raw-participant.ts';
import { decodedShare, type Flow, flow } from './attacker.ts';
import { enterAsGuest, type Guest } from './guest.ts';
import { keptBy, memoryOfPages, noteWasm } from './memory.ts';
import { Bundles, endpointMessage, endpointStanza } from './stanzas.ts';
import { assertUnharmed } from './unharmed.ts';

const ROOM = 'participant';
const FLOOD_SECONDS = 10;
const FLOOD_A_SECOND = 500;

const random = (length: number) => new Uint8Array(randomBytes(length));

let setting: Setting;
let liar: Liar;
let people: Person[];
let ada: Person;
let mallory: Guest;
const bundles = new Bundles();
/** Olm messages that Ada got. */
const parts: [number, string][] = [];

before(async () => {
  setting = await Setting.start({ lies: true });
  liar = liarOf(setting);
  liar.tell('to browser', bundles.lie);
  liar.tell('to browser', (stanza, { occupant }) => {
    const olm = endpointMessage(stanza)?.olm as Record<string, [number, string]> | undefined;
    if (occupant === ada?.endpoint && olm?.[occupant]) parts.push(olm[occupant]);
    return null;
  });
  people = await setting.enterAll(ROOM, ['Ada', 'Ben', 'Cleo'], {
    prepare: (context) => context.addInitScript(noteWasm),
  });
  [ada] = people as [Person, Person, Person];
  await seal(ada);
  await waitForPhase(people, 'sealed');
  mallory = await enterAsGuest(new RawParticipant(setting.stack, ROOM), 'Mallory');
  await hasKeys(mallory);
});
after(() => setting?.stop());

const hasKeys = (guest: Guest) =>
  until('the guest has keys', () => Promise.resolve(guest.impostor.keys.length >= 3));

const wordsTo = ({ page }: Person) => page.evaluate(() => window.call.messages.map(({ text }) => text));

/** Everybody reads what Mallory says under the key that it has. */
async function isHeard(body: string): Promise<void> {
  mallory.impostor.feed({ type: 'say', kind: 'chat', body, to: null, sentAt: Date.now() });
  for (const person of people)
    await until(`${person.name} reads "${body}"`, async () => (await wordsTo(person)).includes(body));
}

test('an old generation announced again, or the one in use with other bytes: refused, and the true key goes on', async () => {
  const { used } = mallory.impostor;
  await isHeard('the first key');
  const other = await enterAsGuest(new RawParticipant(setting.stack, ROOM), 'Norma');
  await hasKeys(other);
  await other.leave();
  await until('Mallory has given a new key', () =>
    Promise.resolve(new Set(used.map((key) => key.generation)).size > 1),
  );
  await isHeard('the second key');
  const [old, now] = [used.at(0), used.at(-1)];
  assert.ok(old && now && old.generation < now.generation);
  const made = (generation: number, step = 0) => ({ generation, step, base: random(32) });
  const [old1, now1, ahead] = [old.generation, now.generation, made(now.generation + 2)];
  const attempts = [
    { key: old, reason: 'key: the generation is retired' },
    { key: made(old1), reason: 'key: the generation is retired' },
    { key: made(now1, now.step), reason: 'key: other bytes for a generation that is known' },
    { key: made(now1, now.step + 3), reason: 'key: other bytes for a generation that is known' },
    // One that may be: whatever lies below it from now on goes back.
    { key: ahead, reason: null },
    { key: made(now1 + 1), reason: 'key: the generation goes back' },
    { key: made(ahead.generation), reason: 'key: other bytes for a generation that is known' },
  ];
  const identity = bundles.identityOf(mallory);
  const keysOfMallory = async ({ page }: Person) =>
    (await tappedKeys(page)).filter(({ owner }) => owner === identity).map(({ base }) => Buffer.from(base));
  for (const person of people) {
    const had = await keysOfMallory(person);
    for (const { key, reason } of attempts) {
      const { length } = person.warnings;
      assert.ok(mallory.impostor.give(person.endpoint, key));
      await until(`${person.name} takes it, or counts "${reason}"`, async () =>
        reason === null
          ? (await keysOfMallory(person)).length > had.length
          : person.warnings.slice(length).some((line) => line.endsWith(`of ${mallory.endpoint}: ${reason}`)),
      );
      // Of each reason a page tells once a second.
      await pause(1_100);
    }
    assert.deepEqual(
      await keysOfMallory(person),
      [...had, Buffer.from(ahead.base)],
      `what ${person.name}’s worker was given`,
    );
  }
  await isHeard('the second key, still');
  await assertUnharmed(people, bundles);
});

test('a flood from one of the room: everybody sees and hears on, and memory stays', async () => {
  const calm = await flows(pause(FLOOD_SECONDS * 1000));
  await pour(1);
  const before = { kept: await keptBy(ada.page), all: await memoryOfPages(setting.browser) };
  const pouring = pour(FLOOD_SECONDS);
  const busy = await flows(pouring);
  const after = { kept: await keptBy(ada.page), all: await memoryOfPages(setting.browser) };
  const what = JSON.stringify({ before, after });
  for (const part of ['page', 'workers', 'olm'] as const)
    assert.ok(after.kept[part] - before.kept[part] < 2 ** 21, `Ada's memory, ${part}: ${what}`);
  assert.ok(after.all - before.all < 24 * 2 ** 20, `memory of the pages: ${what}`);
  // Everyone keeps at least 80 % of the frame rate; on a shared machine, of the lower one before and after. Of what
  // passed the bridge each still decodes as much, and Ada, to whom the flood goes, sends as much as the others do.
  const later = await flows(pause(FLOOD_SECONDS * 1000));
  const rates = JSON.stringify({ calm, busy, later });
  for (const [pair, before] of Object.entries(calm)) {
    const [now, then] = [busy[pair], later[pair]];
    assert.ok(
      now && then && decodedShare(now) >= 0.8 * decodedShare(before),
      `${pair}, of what passed: ${rates}`,
    );
    assert.ok(
      now.decoded >= 0.8 * Math.min(before.decoded, then.decoded),
      `${pair}, frames a second: ${rates}`,
    );
  }
  assert.ok(adasPart(busy) >= 0.8 * adasPart(calm), `what Ada sends: ${rates}`);
  assert.ok(
    ada.warnings.some((line) => line.includes(`of ${mallory.endpoint}: message: too many`)),
    'Ada counts them',
  );
  // On a slow machine the page is behind with so many: the new keys of a leave would wait behind them.
  await ada.page.evaluate((withinMs) => {
    const { conference } = window.call as unknown as {
      conference: { xmpp: { ping(withinMs: number): Promise<unknown> } };
    };
    return conference.xmpp.ping(withinMs);
  }, 20_000);
  await mallory.leave();
  await assertUnharmed(people, bundles);
});

/** Of each pair, until `end`. */
async function flows(end: Promise<unknown>): Promise<Record<string, Flow>> {
  const bridge = new BridgeView(setting.stack, ROOM);
  const all = pairsOf(people).map(
    async (pair) => [`${pair.to.name} of ${pair.from.name}`, await flow(pair, bridge, end)] as const,
  );
  return Object.fromEntries(await Promise.all(all));
}

/** Frames that Ada sends for each one of Ben and Cleo. */
const adasPart = (all: Record<string, Flow>): number => {
  const passed = (pair: string) => all[pair]?.passed ?? Number.NaN;
  return (2 * passed('Ben of Ada')) / (passed('Ada of Ben') + passed('Ada of Cleo'));
};

/** To Ada alone, past every limit of the server: large, small, old and meaningless ones in turn. */
async function pour(seconds: number): Promise<void> {
  const link = liar.link(ada.endpoint);
  const from = `${link.room}/${mallory.endpoint}`;
  const noise = (length: number) => randomBytes(length).toString('base64').slice(0, length);
  const old = parts.at(-1);
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
  const start = Date.now();
  for (let sent = 0; sent < seconds * FLOOD_A_SECOND; await pause(10)) {
    const due = Math.min(seconds, (Date.now() - start) / 1000) * FLOOD_A_SECOND;
    for (; sent < due; sent += 1) {
      const stanza = stanzas[sent % stanzas.length];
      if (stanza) link.send(stanza);
    }
  }
}
