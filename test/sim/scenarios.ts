// What happens to the members of a simulated meeting, event by event.

import { EAGER_ROSTER, loadOlm } from '../../web-plugin/src/keys/index.ts';
import { Chance, seedOlm } from './chance.ts';
import { CpuClock } from './cpu-clock.ts';
import { deviceFrom, unprovedPairs } from './device.ts';
import { extent } from './extent.ts';
import { Measure } from './measure.ts';
import { Scale } from './scale.ts';
import { standIn, standInDevice } from './stand-in.ts';
import { Verifier } from './verifier.ts';
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
/** Handshakes lost again and again are retried ever more slowly; this is longer than several of them. */
const UNTIL_CALM_MS = 90_000;
/** Entries that a core may keep, whatever happens: by itself, for each who is here, for each who ever was. */
const EXTENT = { core: 2000, peer: 200, gone: 10 };
/** What all cores hold may be so much more in the end than in the middle. */
const STEADY = 1.25;

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
    world.run(pause(scenario, chance));
    measure.charge(isLeave ? 'leave' : 'join', clock.stop());
    checkExtent(world, n, count);
    if (n === events >> 1) middle = scale?.total() ?? 0;
    progress?.(n + 1);
  }
  world.heal();
  world.server.network = NETWORKS.churn;
  world.run(UNTIL_CALM_MS);
  measure.finish();
  for (const problem of [...world.deaf(), ...unproved(world), ...measure.unfinished])
    world.invariants.violation(problem);
  if (scale === null) return { world, measure, memory: null };
  const end = scale.total();
  if (end > STEADY * middle)
    world.invariants.violation(`what is held grew from ${middle} to ${end} bytes in the second half`);
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
  hostile: attack,
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

/** A server that repeats, re-addresses, cuts and invents messages, and invents occupants and their leaves. */
function attack(world: World, chance: Chance, n: number): void {
  mute(world, chance);
  for (let shot = 0; shot < 20; shot += 1) {
    const [to, from] = [chance.pick(world.present), chance.pick(world.present)];
    const message = chance.pick(world.server.recent);
    if (to === undefined || from === undefined || message === undefined) continue;
    const { payload } = message;
    const text = JSON.stringify(payload);
    const kind = chance.integer(0, 5);
    if (kind === 0) world.inject(to, { type: 'message', from: message.from, payload });
    else if (kind === 1) world.inject(to, { type: 'message', from: from.id, payload });
    else if (kind === 2) {
      const body = text.replace(/:\{"[0-9a-f]+"/, `:{"${to.id}"`);
      world.inject(to, { type: 'message', from: message.from, payload: JSON.parse(body) });
    } else if (kind === 3) {
      const cut = text.replace(/[A-Za-z0-9+/_-]{8}"/, '"');
      world.inject(to, { type: 'message', from: message.from, payload: JSON.parse(cut) });
    } else if (kind === 4) {
      world.inject(to, {
        type: 'message',
        from: from.id,
        payload: { type: 'sealmeet', v: 1, restart: true },
      });
    } else world.inject(to, { type: 'message', from: from.id, payload: chance.unit() < 0.5 ? text : null });
  }
  const victim = chance.pick(world.present);
  const other = chance.pick(world.present);
  if (victim === undefined || other === undefined || victim === other) return;
  if (n % 4 === 0) {
    // A ghost with the bundle of somebody present, which goes again.
    world.inject(victim, { type: 'joined', occupant: 'ghost', bundle: other.core.bundle() });
    world.inject(victim, { type: 'left', occupant: 'ghost' });
  }
  if (n % 4 === 2) {
    // A leave that never was, taken back.
    world.inject(victim, { type: 'left', occupant: other.id });
    world.inject(victim, { type: 'joined', occupant: other.id, bundle: other.core.bundle() });
  }
}

/**
 * What a core keeps is bounded by who is here, and by the few words that it remembers of each who was (at most 4096).
 * One core is looked into after each event, each in its turn.
 */
function checkExtent(world: World, n: number, everHere: number): void {
  const member = world.present[n % world.present.length];
  if (member === undefined) return;
  const kept = extent(member.core, new Set([member.core]));
  const bound = EXTENT.core + EXTENT.peer * world.present.length + EXTENT.gone * Math.min(everHere, 4096);
  if (kept > bound) world.invariants.violation(`${member.id} keeps ${kept} entries, more than ${bound}`);
}
