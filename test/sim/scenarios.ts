// What happens to the members of a simulated meeting, event by event.

import { EAGER_ROSTER, loadOlm } from '../../web-plugin/src/keys/index.ts';
import { attack } from './attacks.ts';
import { Chance, seedOlm } from './chance.ts';
import { CpuClock } from './cpu-clock.ts';
import { deviceFrom, unprovedPairs } from './device.ts';
import { overgrown } from './extent.ts';
import { Measure } from './measure.ts';
import { Scale } from './scale.ts';
import { standIn, standInDevice } from './stand-in.ts';
import { Verifier } from './verifier.ts';
import { DEAF_MS } from './watch.ts';
import { type Member, type Network, World } from './world.ts';

export const SCENARIOS = ['churn', 'storm', 'partition', 'hostile'] as const;
export type Scenario = (typeof SCENARIOS)[number];

export interface Run {
  members: number;
  active: number;
  scenario: Scenario;
  seed: number;
  events: number;
  /** In the place of libolm's cipher and signatures something that only keeps account. */
  standIns?: boolean;
}

const NETWORKS: Record<Scenario, Network> = {
  churn: { minMs: 5, maxMs: 60, loses: 0, doubles: 0, reorders: false, signsLate: 0 },
  storm: { minMs: 5, maxMs: 150, loses: 0.005, doubles: 0.01, reorders: true, signsLate: 0.0005 },
  partition: { minMs: 5, maxMs: 100, loses: 0.005, doubles: 0.005, reorders: false, signsLate: 0.01 },
  hostile: { minMs: 1, maxMs: 250, loses: 0.02, doubles: 0.05, reorders: true, signsLate: 0.01 },
};

/** The network is good while people come in. */
const SETTLE_MS = 15_000;
/**
 * Where nothing is lost. Measured: 250 ms, the time between two looks, in rosters of up to 32, where channels are there
 * before they are needed; 1,000 ms in larger ones; once 500 ms among 12.
 */
const CHURN_DEAF_MS = 2000;
/** Handshakes lost again and again are retried ever more slowly; this is longer than several of them. */
const UNTIL_CALM_MS = 90_000;
/** One core is looked into after each event, each in its turn, and after so many events all of them. */
const ALL_EXTENTS = 25;
/** Shares: events with which something is said, of that what is for one alone, and what somebody says who sends nothing. */
const WORDS = { each: 0.2, private: 0.25, quiet: 0.12, lastQuiet: 2 };
/** Channels of those who sent nothing so far are made, and their keys come. */
const LAST_WORDS_MS = 10_000;
/** What all cores hold may be so much more in the end than in the middle. */
const STEADY = 1.25;
/** And so many bytes, of what the simulation itself writes down. */
const BOOKS = 2 ** 20;

export interface Outcome {
  world: World;
  measure: Measure;
  /** Bytes that a core holds in the end; null if nobody asked. */
  memory: number | null;
}

export interface Wishes {
  /** Measure it, which takes a collection of garbage at three moments. */
  memory?: boolean;
  /** Told after each event how many there were. */
  progress?: (events: number) => void;
}

export async function simulate(run: Run, { memory = false, progress }: Wishes = {}): Promise<Outcome> {
  const { members, active, scenario, seed, events } = run;
  const chance = new Chance(seed);
  seedOlm(chance);
  const olm = run.standIns ? standIn(chance) : await loadOlm();
  const device = run.standIns ? standInDevice : deviceFrom;
  const verifier = new Verifier(olm);
  const scale = memory ? new Scale() : null;
  const world = new World({ olm: verifier.library(), chance, device });
  const measure = new Measure(world);
  let count = 0;
  const join = (on: boolean): Member => {
    count += 1;
    return world.join(count.toString(16).padStart(8, '0'), { sealed: true, on });
  };
  for (let n = 0; n < members; n += 1) {
    join(n < active);
    if (n % 10 === 9) world.run(50);
  }
  world.run(SETTLE_MS);
  world.observer = measure;
  world.server.network = NETWORKS[scenario];
  world.watch.deafMs = scenario === 'churn' ? CHURN_DEAF_MS : DEAF_MS;
  const clock = new CpuClock(() => world.coreMs + verifier.sparedMs);
  let middle = 0;
  for (let n = 0; n < events; n += 1) {
    measure.discount();
    clock.start();
    // Leaves and joins in turn keep the numbers; an active one is replaced by an active one.
    const isLeave = n % 2 === 0;
    const missing = active - world.present.filter(({ isOn }) => isOn).length;
    const leaver = isLeave ? chance.pick(world.present) : undefined;
    if (leaver === undefined) join(missing > 0);
    else world.leave(leaver.id);
    DISTURBANCES[scenario](world, chance, n);
    if (chance.unit() < WORDS.each) talk(world, chance);
    world.run(pause(scenario, chance));
    measure.charge(isLeave ? 'leave' : 'join', clock.stop());
    const looked =
      n % ALL_EXTENTS === ALL_EXTENTS - 1
        ? world.present
        : world.present.slice(n % world.present.length).slice(0, 1);
    for (const member of looked) {
      const problem = overgrown(member.core, world.present.length, count);
      if (problem !== null) world.invariants.violation(`${member.id} ${problem}`);
    }
    if (n === events >> 1) middle = scale?.total() ?? 0;
    progress?.(n + 1);
  }
  world.heal();
  world.server.network = NETWORKS.churn;
  world.run(UNTIL_CALM_MS);
  measure.finish();
  const end = scale?.total() ?? 0;
  if (end > STEADY * middle + BOOKS)
    world.invariants.violation(`what is held grew from ${middle} to ${end} bytes in the second half`);
  const problems = [...world.deaf(), ...unproved(world), ...measure.unfinished, ...lastWords(world, chance)];
  for (const problem of problems) world.invariants.violation(problem);
  if (scale === null) return { world, measure, memory: null };
  return { world, measure, memory: Math.round(scale.cores(() => world.free()) / members) };
}

/** In small rosters each pair has a channel, in larger ones everybody with those who send. */
function unproved({ present }: World): string[] {
  const isSmall = present.length <= EAGER_ROSTER;
  return unprovedPairs(present, (a, b) => isSmall || a.isOn || b.isOn);
}

function pause(scenario: Scenario, chance: Chance): number {
  return scenario === 'storm' ? chance.integer(0, 120) : chance.integer(200, 800);
}

const DISTURBANCES: Record<Scenario, (world: World, chance: Chance, n: number) => void> = {
  churn: mute,
  storm: (world, chance) => {
    mute(world, chance);
    const member = chance.unit() < 0.02 ? chance.pick(world.present) : undefined;
    if (member !== undefined) world.restartWorker(member);
  },
  partition: (world, chance, n) => {
    mute(world, chance);
    if (n % 20 === 5) world.divide(world.present.filter(() => chance.unit() < 0.3));
    if (n % 20 === 15) world.heal();
  },
  hostile: (world, chance, n) => {
    mute(world, chance);
    attack(world, chance, n);
  },
};

/** Now and then somebody stops and somebody else starts to send. */
function mute(world: World, chance: Chance): void {
  if (chance.unit() > 0.1) return;
  const [on, off] = [world.present.filter(({ isOn }) => isOn), world.present.filter(({ isOn }) => !isOn)];
  const [stops, starts] = [chance.pick(on), chance.pick(off)];
  if (stops === undefined || starts === undefined) return;
  world.feed(stops, { type: 'source', on: false });
  world.feed(starts, { type: 'source', on: true });
}

/** Somebody says something: mostly one who sends, to all or to one of the others alone. */
function talk(world: World, chance: Chance): void {
  const isQuiet = chance.unit() < WORDS.quiet;
  const speaker = chance.pick(world.present.filter(({ isOn }) => isOn !== isQuiet));
  const other = chance.unit() < WORDS.private ? chance.pick(world.present) : undefined;
  if (speaker !== undefined && speaker !== other) world.say(speaker, other ?? null);
}

/**
 * Everybody who sends, and a few who do not, say a last word to all; those who send another to one alone. Whoever was
 * quiet has said something before: where a server invented a leave, the first word may come under a key that was
 * retired, and has the key asked for.
 */
function lastWords(world: World, chance: Chance): string[] {
  const { present } = world;
  const quiet = present.filter(({ isOn }) => !isOn).slice(0, WORDS.lastQuiet);
  for (const speaker of quiet) world.say(speaker, null);
  world.run(LAST_WORDS_MS);
  for (const speaker of present.filter(({ isOn }) => isOn)) {
    world.say(speaker, null, true);
    const other = chance.pick(present.filter((member) => member !== speaker));
    if (other !== undefined) world.say(speaker, other, true);
  }
  for (const speaker of quiet) world.say(speaker, null, true);
  world.run(LAST_WORDS_MS);
  return world.words.unheard(world.present);
}
