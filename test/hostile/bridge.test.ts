// A hostile bridge in a sealed call: what it does to one person's picture and sound, what that person sees, hears and reads.

import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { assertAllOpen, BridgeView, keysOf } from '../e2e/bridge-view.ts';
import {
  hook,
  type Pair,
  type Person,
  pairsOf,
  Setting,
  seal,
  seeAndHear,
  troubleIds,
  until,
  waitForPhase,
} from '../e2e/sealed-room.ts';
import type { LoadedSource } from '../stack/evidence.ts';
import {
  Attacker,
  allIsWell,
  camera,
  decodedShare,
  type Flow,
  flow,
  forgedFrames,
  gain,
  getsNothing,
  isTold,
  microphone,
  mutesOf,
  noteMutes,
} from './attacker.ts';
import { memoryOfPages } from './memory.ts';

const ROOM = 'hostile';
/** What is replayed goes on for longer than anybody looks. */
const REPLAYED_MS = 10_000;

let setting: Setting;
let bridge: BridgeView;
let attacker: Attacker;
let ada: Person;
let ben: Person;
/** At whom every attack is aimed. */
let cleo: Person;
let adaToCleo: Pair;
let benToCleo: Pair;
let receivers: string[];
let present: Person[] = [];

/** Frames of Ada's camera in base64, each run of them beginning with a key frame. */
let ofEarlierCall: string[];
let unsealed: string[];
/** What came through a bad network while nothing was sealed. */
let unsealedThroughLosses: Flow[];
/** Captures of Ada at the beginning of the sealed call, played back at its end. */
let oldPicture: number;
let oldSound: number;
let capturedAt: number;

/** What Cleo sees and hears of Ada, whose packets get lost, and of Ben, whose packets come out of order. */
async function throughLosses(): Promise<Flow[]> {
  await attacker.begin({ type: 'drop', source: camera(ada), fraction: 0.02, seed: 1, receivers });
  await attacker.begin({ type: 'drop', source: microphone(ada), fraction: 0.05, seed: 2, receivers });
  await attacker.begin({ type: 'reorder', source: camera(ben), depth: 6, receivers });
  await attacker.begin({ type: 'reorder', source: microphone(ben), depth: 4, receivers });
  const enough = Promise.all([ada, ben].map((person) => bridge.passOf(person, 100)));
  const flows = await Promise.all([adaToCleo, benToCleo].map((pair) => flow(pair, bridge, enough)));
  await attacker.stopAll();
  return flows;
}

const framesOf = (recording: LoadedSource[], { endpoint }: Person): string[] =>
  recording
    .filter((one) => one.endpoint === endpoint && one.media === 'video')
    .flatMap(({ recorded }) => recorded.map(({ data }) => Buffer.from(data).toString('base64')));

before(async () => {
  setting = await Setting.start();
  bridge = new BridgeView(setting.stack, ROOM);
  attacker = new Attacker(setting.stack, ROOM);

  // An earlier call of the same people in the same room.
  const before = await setting.enterAll(ROOM, ['Ada', 'Ben']);
  await seeAndHear(pairsOf(before));
  await seal(before[0] as Person);
  await waitForPhase(before, 'sealed');
  await seeAndHear(pairsOf(before));
  const earlier = await bridge.record('earlier', before, 30);
  await assertAllOpen(earlier, await keysOf(before));
  ofEarlierCall = framesOf(earlier, before[0] as Person);
  await Promise.all(before.map(({ page }) => page.evaluate(() => window.call.leave())));
  await setting.clear();
  await until('the earlier call is over for the server too', async () =>
    setting.stack.prosodyEvents().some(({ event, occupant }) => event === 'left' && occupant === 'focus'),
  );

  const people = await setting.enterAll(ROOM, ['Ada', 'Ben', 'Cleo'], {
    prepare: (context) => context.addInitScript(noteMutes),
  });
  [ada, ben, cleo] = people as [Person, Person, Person];
  [adaToCleo, benToCleo] = [
    { to: cleo, from: ada },
    { to: cleo, from: ben },
  ];
  receivers = [cleo.endpoint];
  await seeAndHear(pairsOf(people));
  unsealed = framesOf(await bridge.record('unsealed', people, 30), ada);
  unsealedThroughLosses = await throughLosses();
  await seal(ada);
  await waitForPhase(people, 'sealed');
  await seeAndHear(pairsOf(people));
  // What was under way when the room was sealed is past, and everybody has settled.
  await pause(3_000);

  oldPicture = await attacker.begin({ type: 'capture', source: camera(ada) });
  oldSound = await attacker.begin({ type: 'capture', source: microphone(ada) });
  await attacker.keyFrames();
  capturedAt = Date.now();
  await pause(REPLAYED_MS);
  await attacker.stop(oldPicture);
  await attacker.stop(oldSound);
  present = people;
});

afterEach(async () => {
  if (present.length > 0) await allIsWell(attacker, present);
});

after(() => setting?.stop());

test('one person’s picture in another’s place is not shown, and the person reads whose it is', async () => {
  await attacker.begin({ type: 'impersonate', from: camera(ada), as: camera(ben), receivers });
  await pause(1_000);
  // One that comes when frames have already been refused, for a decoder to begin with.
  await attacker.keyFrames();
  await getsNothing(benToCleo, ['frames']);
  // Ada is seen where she belongs.
  await seeAndHear([adaToCleo], { frames: 1, seconds: 0 });
  await isTold(cleo, {
    [`swapped ${ben.endpoint} ${ada.endpoint}`]:
      /server sent what comes from \W*Ada\W* in the place of \W*Ben/,
  });
});

test('the sound of two people exchanged is not heard, and the person reads of both', async () => {
  await attacker.begin({ type: 'exchange', first: microphone(ada), second: microphone(ben), receivers });
  const crossed = () =>
    cleo.page.evaluate(
      ([a, b]) => window.call.toneHeard(a.endpoint, b.tone) + window.call.toneHeard(b.endpoint, a.tone),
      [
        { endpoint: ada.endpoint, tone: ada.tone },
        { endpoint: ben.endpoint, tone: ben.tone },
      ] as const,
    );
  await Promise.all([adaToCleo, benToCleo].map((pair) => getsNothing(pair, ['seconds'])));
  assert.equal(await crossed(), 0, 'seconds of one’s voice heard as the other');
  await isTold(cleo, {
    [`swapped ${ben.endpoint} ${ada.endpoint}`]: /comes from \W*Ada\W* in the place of \W*Ben/,
    [`swapped ${ada.endpoint} ${ben.endpoint}`]: /comes from \W*Ben\W* in the place of \W*Ada/,
  });
});

for (const how of ['flip', 'cut', 'lengthen'] as const) {
  const done = { flip: 'a bit is flipped', cut: 'bytes are cut off', lengthen: 'bytes are added' }[how];
  test(`frames in which ${done} are neither seen nor heard, and the person is told`, async () => {
    const attacks = [
      await attacker.begin({ type: 'damage', source: camera(ada), how, receivers }),
      await attacker.begin({ type: 'damage', source: microphone(ada), how, receivers }),
    ];
    for (const id of attacks) await attacker.reach(id, 'changed', 30);
    await getsNothing(adaToCleo, ['frames', 'seconds']);
    await isTold(cleo, { [`unreadable ${ada.endpoint}`]: /What \W*Ada\W* sends cannot be opened/ });
  });
}

test('unsealed frames are not shown, and the person reads that they came', async () => {
  const id = await attacker.begin({
    type: 'inject',
    source: camera(ada),
    frames: unsealed,
    seconds: 60,
    receivers,
  });
  await attacker.reach(id, 'sent', 20);
  await getsNothing(adaToCleo, ['frames']);
  await isTold(cleo, {
    [`unsealed ${ada.endpoint}`]: /not sealed arrived in the place of \W*Ada/,
  });
});

test('sealed frames of an earlier call of the same people are not shown, and the person is told', async () => {
  const id = await attacker.begin({
    type: 'inject',
    source: camera(ada),
    frames: ofEarlierCall,
    seconds: 60,
    receivers,
  });
  await attacker.reach(id, 'sent', 20);
  await getsNothing(adaToCleo, ['frames']);
  // Refused for its key, or before that for a counter that has been: of either the person is told.
  const words: Record<string, RegExp> = {
    [`unreadable ${ada.endpoint}`]: /What \W*Ada\W* sends cannot be opened/,
    [`replayed ${ada.endpoint}`]: /Old sound or pictures of \W*Ada/,
  };
  await until('Cleo is told', async () => (await troubleIds(cleo)).length > 0);
  const told = await troubleIds(cleo);
  await isTold(cleo, Object.fromEntries(told.map((id) => [id, words[id] ?? /nothing else/])));
});

test('what the server holds back is known to be late when it is let through', async () => {
  const held = await attacker.begin({ type: 'withhold', source: camera(ada), receivers });
  await attacker.keyFrames();
  await pause(7_000);
  await attacker.stop(held);
  const late = await attacker.begin({ type: 'replay', capture: held, instead: true, receivers });
  await seeAndHear([adaToCleo], { frames: 10, seconds: 0 });
  assert.ok((await attacker.status(late)).running, 'what is shown is what was held back');
  await isTold(cleo, { [`late ${ada.endpoint}`]: /see or hear of \W*Ada\W* is about \d+ seconds old/ });
});

test('lost and reordered packets are no attack that anybody is told of, and the call goes on', async () => {
  const flows = await throughLosses();
  const what = JSON.stringify({ sealed: flows, unsealed: unsealedThroughLosses });
  for (const [n, before] of unsealedThroughLosses.entries()) {
    const now = flows[n];
    assert.ok(now && decodedShare(before) > 0.5 && before.heard > 0.5, what);
    assert.ok(decodedShare(now) >= 0.8 * decodedShare(before), what);
    assert.ok(now.heard >= 0.8 * before.heard, what);
  }
  await isTold(cleo, {});
});

const SECONDS = 10;
const RATE = 1_000;
const SETTLED_S = 4;

for (const kind of ['that parse as nothing', 'that look sealed'] as const) {
  test(`a flood of ${RATE} frames a second ${kind} leaves other people’s picture and the memory as they were`, async () => {
    const calm = await flow(benToCleo, bridge, bridge.passOf(ben, 60));
    const newest = (await bridge.passed(ada)).findLast(({ id, media }) => id && media === 'video')?.id;
    assert.ok(newest, 'no sealed frame of Ada is known');
    // Until enough was sent: a bridge that could not for a moment leaves out what was due then.
    const aim = { source: camera(ada), rate: RATE, seconds: 60, receivers };
    const flood = await attacker.begin(
      kind === 'that look sealed'
        ? {
            type: 'inject',
            ...aim,
            frames: [
              ...forgedFrames(newest, 1_000_000, 40, 1_000),
              // Of a step far ahead: the way there must not be gone for each of them.
              ...forgedFrames({ ...newest, step: 250 }, 2_000_000, 40, 1_000),
              // Of a generation that nobody has announced: these wait, and must not wait for ever.
              ...forgedFrames({ ...newest, generation: newest.generation + 1 }, 1, 80, 1_000),
            ],
          }
        : { type: 'garbage', ...aim, size: 1_000 },
    );
    const reached = attacker.reach(flood, 'sent', RATE * SECONDS);
    const flooding = flow(benToCleo, bridge, reached);
    // What receivers set up for a stream of this rate is there after the first seconds; from then on it is steady.
    await attacker.reach(flood, 'sent', RATE * SETTLED_S);
    const memory = await memoryOfPages(setting.browser);
    const flooded = await flooding;
    await attacker.stop(flood);
    const what = JSON.stringify({ calm, flooded });
    assert.ok(decodedShare(flooded) >= 0.8 * decodedShare(calm), `the frame rate of Ben: ${what}`);
    assert.ok(flooded.heard >= 0.8, `how much of Ben was heard: ${what}`);
    // A page that could not keep up gives back what it was behind with.
    let grown = 0;
    const isSteady = async () => {
      grown = (await memoryOfPages(setting.browser)) - memory;
      return grown < 12 * 2 ** 20;
    };
    await until('memory is steady', isSteady, 10_000).catch(() => {
      assert.fail(`the pages' memory grew by ${Math.round(grown / 2 ** 20)} MiB`);
    });
    const told = await hook(cleo, 'trouble').evaluateAll((cards) =>
      cards.map((card) => card.getAttribute('data-trouble')),
    );
    for (const id of told) assert.match(id ?? '', new RegExp(`^(unreadable|unsealed) ${ada.endpoint}$`));
  });
}

// Before any source goes off and on: floors would refuse it too, and nobody would see whether the window does.
test('what was recorded minutes ago is neither seen nor heard again, and the person is told', async () => {
  const age = Date.now() - capturedAt;
  assert.ok(age > 60_000, `the recording is only ${Math.round(age / 1000)} s old`);
  const attacks = [
    await attacker.begin({ type: 'replay', capture: oldPicture, instead: true, receivers }),
    await attacker.begin({ type: 'replay', capture: oldSound, instead: true, receivers }),
  ];
  await getsNothing(adaToCleo, ['frames', 'seconds']);
  for (const id of attacks) await attacker.reach(id, 'sent', 20);
  await isTold(cleo, { [`replayed ${ada.endpoint}`]: /Old sound or pictures of \W*Ada\W* were sent again/ });
});

test('a person’s camera is not shown as the screen that this person shares', async () => {
  const held = await attacker.begin({ type: 'withhold', source: camera(ada), receivers });
  await attacker.keyFrames();
  await pause(REPLAYED_MS);
  await ada.page.evaluate(() => window.call.shareScreen(true));
  try {
    await until('Ada sends a screen', async () => {
      const video = (await bridge.passed(ada)).filter(({ media }) => media === 'video');
      return video.slice(-3).every(({ id }) => id?.source === 3);
    });
    await until('Cleo is told that it is one', () =>
      cleo.page.evaluate(
        (id) => window.call.participants().some((one) => one.id === id && one.screen),
        ada.endpoint,
      ),
    );
    // Fresh frames of Ada's own, never seen by Cleo, in the place of the screen.
    await attacker.stop(held);
    await attacker.begin({ type: 'replay', capture: held, instead: true, receivers });
    await getsNothing(adaToCleo, ['frames']);
    await isTold(cleo, { [`unreadable ${ada.endpoint}`]: /What \W*Ada\W* sends cannot be opened/ });
    await attacker.stopAll();
  } finally {
    await ada.page.evaluate(() => window.call.shareScreen(false));
  }
});

test('what was withheld until its sender had muted is not heard, and the person is told', async () => {
  const held = await attacker.begin({ type: 'withhold', source: microphone(ada), receivers });
  await pause(6_000);
  const mutes = await mutesOf(cleo);
  await ada.page.evaluate(() => window.call.muteAudio(true));
  await until('Cleo is told of it', async () => (await mutesOf(cleo)) > mutes);
  // Within two seconds of muting it may still have been under way (rule M6).
  await pause(3_000);
  await attacker.stop(held);
  const id = await attacker.begin({ type: 'replay', capture: held, instead: true, receivers });
  assert.equal((await gain(adaToCleo, 5_000)).seconds, 0, 'seconds heard of somebody who is muted');
  await attacker.reach(id, 'sent', 100);
  await ada.page.evaluate(() => window.call.muteAudio(false));
  await isTold(cleo, { [`replayed ${ada.endpoint}`]: /Old sound or pictures of \W*Ada\W* were sent again/ });
});

test('frames from before somebody left, held back until after, are not shown, and the person is told', async () => {
  const isNew = async (before: number) => {
    const passed = (await bridge.passed(ada)).slice(-5);
    return passed.every(({ id }) => (id?.generation ?? 0) > before);
  };
  const generation = (await bridge.passed(ada)).at(-1)?.id?.generation ?? Number.NaN;
  const source = camera(ada);
  const held = await attacker.begin({ type: 'withhold', source, receivers });
  const old = await attacker.begin({ type: 'capture', source });
  await attacker.keyFrames();
  await pause(REPLAYED_MS);
  await attacker.stop(old);
  present = [ada, cleo];
  await ben.page.evaluate(() => window.call.leave());
  await until('Ada has a new key', () => isNew(generation));
  // As long as frames under the old key may still be under way.
  await pause(2_500);
  await attacker.begin({ type: 'replay', capture: old, instead: true, receivers });
  await attacker.stop(held);
  await getsNothing(adaToCleo, ['frames']);
  await isTold(cleo, { [`unreadable ${ada.endpoint}`]: /What \W*Ada\W* sends cannot be opened/ });
});
