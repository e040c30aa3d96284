// A process of `sim:xmpp`: some of its members, each a real XMPP client. Does what it is told, and tells what goes on.

import { setPriority } from 'node:os';
import { performance as eventLoop } from 'node:perf_hooks';
import { loadOlm } from '../../web-plugin/src/keys/index.ts';
import { toBase64 } from '../../web-plugin/src/wire/index.ts';
import { Chance, seedOlm } from './chance.ts';
import { CpuClock } from './cpu-clock.ts';
import { deviceFrom } from './device.ts';
import {
  type Answer,
  type ClientsSetup,
  type FromClients,
  type Order,
  type Report,
  spell,
  spellKey,
  type ToClients,
} from './orders.ts';
import { Person } from './person.ts';
import { Scale } from './scale.ts';
import { Verifier } from './verifier.ts';

const FRAME_MS = 20;
/** The server has a machine of its own in life: what all wait for must not wait for the members. */
const NICENESS = 5;
/** What went on carries its own time: it is told when there is nothing else to do, and after so long in any case. */
const TELL_MS = 10;
const TELL_AT_LEAST_MS = 500;
/** Share of the time in which there was something to do, from which on it waits. */
const BUSY = 0.5;

setPriority(NICENESS);
const { room, domain, port, seed } = JSON.parse(process.argv[2] ?? '') as ClientsSetup;
const chance = new Chance(seed);
seedOlm(chance);
const verifier = new Verifier(await loadOlm());
const olm = verifier.library();
const scale = new Scale();
const people = new Map<string, Person>();
let goneMs = 0;
/** What went on and was not told yet; spelled out when it is. */
let reports: (() => Report)[] = [];
let toldAt = 0;
const clock = new CpuClock(
  () => [...people.values()].reduce((sum, { coreMs }) => sum + coreMs, goneMs) + verifier.sparedMs,
);
let idle = eventLoop.eventLoopUtilization();
let beforeTelling = eventLoop.eventLoopUtilization();

/** On the clock that Prosody's events carry too. */
const now = () => performance.timeOrigin + performance.now();

const post = (message: FromClients) => process.send?.(message);

const timers = [
  setInterval(() => {
    for (const person of people.values()) {
      const at = now();
      const frame = person.isPresent && person.sealing(at) !== null ? person.worker.seal(at) : null;
      if (frame === null) continue;
      const { key, counter } = frame;
      reports.push(() => ({ id: person.id, at, type: 'sealed', key: spellKey(key), counter }));
    }
  }, FRAME_MS),
  setInterval(() => {
    const since = beforeTelling;
    beforeTelling = eventLoop.eventLoopUtilization();
    const { utilization } = eventLoop.eventLoopUtilization(beforeTelling, since);
    if (utilization < BUSY || now() - toldAt > TELL_AT_LEAST_MS) tell();
  }, TELL_MS),
];

/** Now. */
function note(spelled: (at: number) => Report): void {
  const at = now();
  reports.push(() => spelled(at));
}

function tell(): void {
  toldAt = now();
  post({ reports: reports.map((spelled) => spelled()), until: toldAt });
  reports = [];
}

function add(id: string): string {
  const random = (length: number) => chance.bytes(length);
  const device = deviceFrom(random(32));
  const person = new Person(
    { id, room, domain, port, olm, device, random, now },
    {
      shown: (owner, proved) => note((at) => ({ id, at, type: 'shown', owner, device: proved })),
      saw: (kind, who) => note((at) => ({ id, at, type: 'saw', kind, who })),
      command: (command, at) => reports.push(() => ({ id, at, type: 'command', command: spell(command) })),
      switched: () => note((at) => ({ id, at, type: 'switched' })),
      bytes: (counted) => note((at) => ({ id, at, type: 'bytes', ...counted() })),
    },
  );
  people.set(id, person);
  return `${person.identity} ${toBase64(device.publicKey)}`;
}

function personOf(id: string): Person {
  const person = people.get(id);
  if (person === undefined) throw new Error(`${id} is not here`);
  return person;
}

async function obey(order: Order): Promise<string | number | null> {
  switch (order.type) {
    case 'add':
      return add(order.id);
    case 'connect':
      await personOf(order.id).connect();
      return null;
    case 'enter':
      await personOf(order.id).enter(order.isActive);
      return null;
    case 'seal':
      await personOf(order.id).seal();
      return null;
    case 'leave':
      personOf(order.id).leave();
      return null;
    case 'forget': {
      const person = personOf(order.id);
      goneMs += person.coreMs;
      people.delete(order.id);
      person.release();
      return null;
    }
    case 'missing-key': {
      const { owner, generation } = order;
      const person = people.get(order.id);
      if (person?.isPresent) person.occur({ type: 'missing-key', owner, generation });
      return null;
    }
    case 'start-clock':
      clock.start();
      idle = eventLoop.eventLoopUtilization();
      return null;
    case 'stop-clock':
      return clock.stop(eventLoop.eventLoopUtilization(idle).idle);
    case 'weigh':
      return scale.cores(() => {
        for (const person of people.values()) person.release();
      });
    case 'end':
      for (const timer of timers) clearInterval(timer);
      await Promise.all([...people.values()].map((person) => person.close()));
      return null;
  }
}

process.on('message', ({ number, order }: ToClients) => {
  void obey(order).then(
    (value) => answer({ of: number, value }),
    (error: unknown) =>
      answer({ of: number, failed: error instanceof Error ? error.message : String(error) }),
  );
});
// Whoever gave the orders is gone.
process.on('disconnect', () => process.exit());

/** After what went on before. */
function answer(message: Answer): void {
  tell();
  post(message);
}
