// How fast a sealed call of five real browsers changes its keys, and what a seal costs a newcomer.
// Usage: npm run bench:call -- [--json] [--rounds 16] [--built-in]
//
// One JSON line a case: {case, p50_ms, p95_ms, frames_lost, samples}. Exit 0: every bound held; 1: one was missed,
// named on stderr; 2: it could not run.
//
// Four stay; a fifth, each time somebody new to all, comes and leaves in turn while the room is open and while it is
// sealed, so that both are measured on the same machine in the same minute, and each time in a room that has come to
// rest: neither the one who came before nor a seal that has just begun takes the machine's time from the newcomer.
//
// Five browsers share a machine that each would have for itself, so that what is not measured is kept small: pictures are
// small, the four play nothing of what they receive (it is decoded and opened all the same), newcomers come in a browser
// of their own, which has half of what the machine has for browsers, and their page has been there for a while before it
// joins, as behind the screen on which Jitsi Meet has people look before they join.
//
// Each page draws its own pictures. Chromium has one fake camera for all pages; while one of them does
// not give back what it was handed, as a page that is busy or frozen, everybody's pictures stand still.
//
// leave        from Prosody's handing out of the leave to the last frame of each of the four under a key that the
//              leaver held, as it reaches the bridge
// leave-told   from Prosody's handing out of the leave to each sender's seeing it
// leave-seen   from a sender's seeing the leave to that frame
// leave-heard  from Prosody's handing out of the leave to the moment when the last of the four has opened a frame of each
//              other one under a key that the leaver does not hold
// join-open, join-sealed
//              from the newcomer's being in the room until its tracks were handed a decoded picture and a sound of all four
// join-cost    the difference of the two, round by round
// leave-built-in
//              with --built-in, of two rounds: as leave, of Jitsi's own E2EE in the same stack
//
// `frames_lost` counts, over the four, what their workers sealed or opened not, though it was sent to be: across the
// leaves, and across the joins. It is null where no key changes.

import type { Browser } from '@playwright/test';
import { readOptions, wholeNumber } from '../command.ts';
import { BridgeView } from '../e2e/bridge-view.ts';
import {
  hook,
  type Person,
  pairsOf,
  Setting,
  seal,
  seeAndHear,
  unseal,
  until,
  waitForPhase,
} from '../e2e/sealed-room.ts';
import { launchBrowser } from '../stack/browser.ts';
import { builtInLeaves } from './call/built-in.ts';
import { leftAt } from './call/left-at.ts';
import { droppedFrames, enterRoom, measureArrival, measureWorker } from './call/page.ts';
import { type Case, line, missed, quantile } from './call/result.ts';

const ROOM = 'bench';
const STAYING = ['Ada', 'Ben', 'Cleo', 'Dora'];
/** Five encoders and twenty decoders share this machine: small pictures in small windows, as keys are measured. */
const QUERY = { video: '96x54@5', camera: 'drawn' };
const WINDOW = { width: 480, height: 400 };
const BUILT_IN_ROUNDS = 2;
/** After a change: longer than any key that ends, shorter than a round has to be. */
const SETTLE_MS = 1_500;

const values = readOptions({
  json: { type: 'boolean', default: false },
  rounds: { type: 'string', default: '16' },
  'built-in': { type: 'boolean', default: false },
});
const rounds = wholeNumber(values.rounds, '--rounds', 1);

type Name = 'leave' | 'leave-told' | 'leave-seen' | 'leave-heard' | 'join-open' | 'join-sealed' | 'join-cost';
const cases: Record<Name, Case> & { 'leave-built-in'?: Case } = {
  leave: { times: [], framesLost: 0, bounds: { p95_ms: 300, frames_lost: 0 } },
  'leave-told': { times: [], framesLost: null, bounds: {} },
  'leave-heard': { times: [], framesLost: null, bounds: {} },
  'leave-seen': { times: [], framesLost: null, bounds: { p95_ms: 300 } },
  'join-open': { times: [], framesLost: null, bounds: {} },
  'join-sealed': { times: [], framesLost: 0, bounds: { frames_lost: 0 } },
  'join-cost': { times: [], framesLost: null, bounds: { p50_ms: 100 } },
};

let setting: Setting;
let newcomersBrowser: Browser;
let bridge: BridgeView;
let staying: Person[];

const settle = () => new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
const log = (text: string) => console.error(text);

/** Somebody new comes; resolves with what it took until everybody was there. */
async function arrive(): Promise<{ eve: Person; ms: number }> {
  const eve = await setting.enter(ROOM, 'Eve', {
    browser: newcomersBrowser,
    query: { ...QUERY, play: 'plain', name: '' },
    waitUntilJoined: false,
    prepare: async (context) => {
      await context.addInitScript(measureWorker);
      await context.addInitScript(measureArrival, STAYING.length);
    },
  });
  await settle();
  await eve.page.evaluate(enterRoom, 'Eve');
  let ms: number | null = null;
  await until('the newcomer sees and hears everybody', async () => {
    ms = await eve.page.evaluate(() => window.measured.complete);
    return ms !== null;
  });
  return { eve: { ...eve, endpoint: await eve.id() }, ms: ms ?? Number.NaN };
}

/** By reason, over all four; without what came of somebody who has just gone. */
async function dropped(): Promise<Map<string, number>> {
  const sum = new Map<string, number>();
  for (const counts of await Promise.all(staying.map(({ page }) => page.evaluate(droppedFrames))))
    for (const [reason, count] of Object.entries(counts))
      if (reason !== 'no-owner') sum.set(reason, (sum.get(reason) ?? 0) + count);
  return sum;
}

function lost(before: Map<string, number>, after: Map<string, number>): number {
  let sum = 0;
  for (const [reason, count] of after) {
    const more = count - (before.get(reason) ?? 0);
    if (more > 0) log(`  ${more} frame(s) did not pass: ${reason}`);
    sum += more;
  }
  return sum;
}

/** When somebody had opened a frame of each of the others under a key that came into use since then. */
async function heardAt({ page, name }: Person, since: number): Promise<number> {
  const { opened } = await page.evaluate(() => window.measured);
  const newest = new Map<string, { at: number; generation: number }>();
  for (const one of opened)
    if (one.generation > (newest.get(one.owner)?.generation ?? 0)) newest.set(one.owner, one);
  const times = [...newest.values()].map(({ at }) => at).filter((at) => at > since);
  if (times.length !== STAYING.length - 1) throw new Error(`${name} does not hear everybody after the leave`);
  return Math.max(...times);
}

async function leave(eve: Person): Promise<void> {
  const before = await Promise.all(
    staying.map(({ page }) => page.evaluate(() => window.measured.seen.length)),
  );
  await eve.page.evaluate(() => window.call.leave());
  await settle();
  const handedOutAt = leftAt(setting.stack, eve.endpoint);
  const heard = await Promise.all(staying.map((person) => heardAt(person, handedOutAt)));
  cases['leave-heard'].times.push(Math.max(...heard) - handedOutAt);
  for (const [n, person] of staying.entries()) {
    const { seen, sealing } = await person.page.evaluate(() => window.measured);
    const first = seen[before[n] ?? 0];
    const next = sealing.find(
      ({ at, generation }) => first && generation > first.generation && at > first.at,
    );
    if (!first || !next) throw new Error(`${person.name} did not change its key after the leave`);
    const old = (await bridge.passed(person)).findLast(
      ({ id }) => id !== null && id.generation < next.generation,
    );
    const lastAt = old?.time ?? handedOutAt;
    cases['leave-told'].times.push(first.at - handedOutAt);
    cases['leave-seen'].times.push(Math.max(0, lastAt - first.at));
    cases.leave.times.push(Math.max(0, lastAt - handedOutAt));
  }
}

async function round(): Promise<void> {
  await settle();
  const open = await arrive();
  await open.eve.page.evaluate(() => window.call.leave());
  await open.eve.close();
  await seal(staying[0] as Person);
  await waitForPhase(staying, 'sealed');
  await seeAndHear(pairsOf(staying), { frames: 2, seconds: 0 });

  await settle();
  const atFirst = await dropped();
  const sealed = await arrive();
  await settle();
  const between = await dropped();
  await leave(sealed.eve);
  const atLast = await dropped();
  await sealed.eve.close();
  cases['join-open'].times.push(open.ms);
  cases['join-sealed'].times.push(sealed.ms);
  cases['join-cost'].times.push(sealed.ms - open.ms);
  cases['join-sealed'].framesLost = (cases['join-sealed'].framesLost ?? 0) + lost(atFirst, between);
  cases.leave.framesLost = (cases.leave.framesLost ?? 0) + lost(between, atLast);

  await unseal(staying[0] as Person);
  await waitForPhase(staying.slice(1), 'asking');
  for (const person of staying.slice(1)) await hook(person, 'agree').click();
  await waitForPhase(staying, 'open');
}

async function measure(): Promise<void> {
  setting = await Setting.start();
  newcomersBrowser = await launchBrowser().catch(async (error: Error) => {
    await setting.stop();
    throw error;
  });
  try {
    bridge = new BridgeView(setting.stack, ROOM);
    staying = await setting.enterAll(ROOM, STAYING, {
      query: { ...QUERY, play: 'nothing' },
      prepare: (context) => context.addInitScript(measureWorker),
    });
    for (const { page } of staying) await page.setViewportSize(WINDOW);
    await seeAndHear(pairsOf(staying), { frames: 2, seconds: 0 });
    for (let n = 1; n <= rounds; n += 1) {
      await round();
      log(`round ${n} of ${rounds}: leave ${quantile(cases.leave.times.slice(-4), 1).toFixed(0)} ms at most`);
    }
  } finally {
    await newcomersBrowser.close();
    await setting.stop();
  }
}

await measure();
if (values['built-in']) {
  const times = await builtInLeaves(STAYING, QUERY, BUILT_IN_ROUNDS);
  cases['leave-built-in'] = { times, framesLost: null, bounds: {} };
}
for (const [name, result] of Object.entries(cases))
  console.log(
    values.json ? JSON.stringify(line(name, result)) : Object.values(line(name, result)).join('\t'),
  );
const misses = Object.entries(cases).flatMap(([name, result]) => missed(name, result));
for (const miss of misses) log(miss);
process.exit(misses.length === 0 ? 0 : 1);
