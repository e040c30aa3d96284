// `npm run sim:xmpp`: the cores of the simulation as real XMPP clients of an embedded Prosody with the module.

import { createHash, randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { client, xml } from '@xmpp/client';
import { oneOf, readOptions, stop, wholeNumber } from '../command.ts';
import { createFolder, removeLeftovers } from '../stack/data-folder.ts';
import { NS } from '../stack/focus/namespaces.ts';
import { FOCUS_NICK } from '../stack/focus/sessions.ts';
import { AUTH_DOMAIN, DOMAIN, FOCUS_USER, MUC_DOMAIN } from '../stack/prosody/config.ts';
import { ProsodyServer } from '../stack/prosody/server.ts';
import { MODULE } from '../stack/stack.ts';
import { until } from '../stack/until.ts';
import { Chance } from './chance.ts';
import { Crowd, type Person } from './crowd.ts';
import { Measure } from './measure.ts';
import { kinds, report } from './report.ts';

const values = readOptions({
  members: { type: 'string', default: '25' },
  active: { type: 'string', default: '5' },
  scenario: { type: 'string', default: 'churn' },
  seed: { type: 'string', default: '1' },
  events: { type: 'string', default: '30' },
  json: { type: 'boolean', default: false },
});
oneOf(values.scenario, '--scenario', ['churn']);
const members = wholeNumber(values.members, '--members', 2);
const active = wholeNumber(values.active, '--active', 1);
const seed = wholeNumber(values.seed, '--seed', 0);
const events = wholeNumber(values.events, '--events', 1);
if (active > members) stop(`--active: expected at most ${members}, the members; came ${active}`);

/** What a leave may take (p95, milliseconds) and cost (bytes of key messages down for each member). */
const BOUNDS = [
  { members: 25, active: 25, leaveMs: 400, bytesDown: Number.POSITIVE_INFINITY },
  { members: 100, active: 10, leaveMs: 600, bytesDown: Number.POSITIVE_INFINITY },
  { members: 200, active: 10, leaveMs: 1000, bytesDown: 8192 },
];
const SWITCH_MS = 300;
const AT_ONCE = 10;
const UNTIL_HEARD_MS = 120_000;
const EVENT_MS = 30_000;
const PAUSE_MS = 1000;
const CLOSE_MS = 3000;

/** Makes the room, as Jicofo does, and its first participant the owner. */
async function openRoom(port: number, secret: string, room: string, owner: () => Promise<string>) {
  const focus = client({
    service: `xmpp://127.0.0.1:${port}`,
    domain: AUTH_DOMAIN,
    username: FOCUS_USER,
    password: secret,
  });
  focus.reconnect.stop();
  focus.on('error', () => undefined);
  await focus.start();
  await focus.send(xml('presence', { to: `${room}/${FOCUS_NICK}` }, xml('x', { xmlns: NS.muc })));
  const nick = await owner();
  const item = xml('item', { nick, affiliation: 'owner' });
  await focus.iqCaller.set(xml('query', { xmlns: NS.mucAdmin }, item), room, EVENT_MS);
  return focus;
}

async function play(prosody: ProsodyServer, secret: string): Promise<void> {
  const chance = new Chance(seed);
  const room = `crowd@${MUC_DOMAIN}`;
  const port = prosody.ports.c2s;
  const crowd = new Crowd({ room, domain: DOMAIN, port, seed, events: () => prosody.events() });
  process.on('exit', () => crowd.kill());
  const trace = createHash('sha256');
  const first = await crowd.add();
  const focus = await openRoom(port, secret, room, async () => {
    await first.connect();
    await crowd.enter(first, active > 0);
    return first.id;
  });
  try {
    await first.seal();
    for (let n = 1; n < members; n += AT_ONCE) {
      const batch = Array.from({ length: Math.min(AT_ONCE, members - n) }, (_, at) => n + at);
      // One after the other: the order in which they are known decides who leaves.
      const people: [Person, number][] = [];
      for (const place of batch) people.push([await crowd.add(), place]);
      await Promise.all(
        people.map(async ([person, place]) => {
          await person.connect();
          await crowd.enter(person, place < active);
        }),
      );
    }
    await until('everybody hears everybody', () => crowd.deaf().length === 0, {
      withinMs: UNTIL_HEARD_MS,
      everyMs: 100,
    });
    await sleep(2 * PAUSE_MS);
    const measure = new Measure(crowd);
    crowd.measure = measure;
    for (let n = 0; n < events; n += 1) {
      const isLeave = n % 2 === 0;
      const newcomer = isLeave ? null : await crowd.add();
      await newcomer?.connect();
      measure.discount();
      await crowd.startClock();
      const leaver = isLeave ? chance.pick(crowd.present) : undefined;
      if (leaver !== undefined) await crowd.leave(leaver);
      const missing = active - crowd.present.filter(({ isOn }) => isOn).length;
      if (newcomer !== null) await crowd.enter(newcomer, missing > 0);
      trace.update(`${isLeave ? 'leave' : 'join'} ${(leaver ?? newcomer)?.id}\n`);
      await until(`event ${n + 1} reached everybody`, () => measure.isSettled, {
        withinMs: EVENT_MS,
        everyMs: 20,
      });
      await sleep(PAUSE_MS);
      measure.charge(isLeave ? 'leave' : 'join', await crowd.stopClock());
      if (leaver !== undefined) await crowd.forget(leaver);
    }
    for (const problem of [...crowd.deaf(), ...crowd.unproved()]) crowd.invariants.violation(problem);
    await conclude(crowd, measure, trace.digest('hex'));
  } finally {
    await Promise.race([Promise.all([crowd.end(), focus.stop().catch(() => undefined)]), sleep(CLOSE_MS)]);
  }
}

async function conclude(crowd: Crowd, measure: Measure, trace: string): Promise<void> {
  const memory = Math.round((await crowd.weigh()) / members);
  const bound = BOUNDS.find((each) => members <= each.members && active <= each.active);
  const missed: string[] = [...crowd.invariants.violations];
  for (const event of kinds) {
    const figures = measure.figures(event, members, active);
    report(
      {
        command: 'sim:xmpp',
        scenario: 'churn',
        seed,
        members,
        active,
        ...figures,
        memory_bytes_per_member: memory,
        violations: crowd.invariants.violations.length,
        trace_sha256: trace,
      },
      values.json,
    );
    if (event !== 'leave') continue;
    const { p95_ms, switch_p95_ms, bytes_down_per_member } = figures;
    if (bound !== undefined && p95_ms > bound.leaveMs)
      missed.push(`p95 of a leave is ${p95_ms} ms, the bound ${bound.leaveMs}`);
    if (bound !== undefined && bytes_down_per_member > bound.bytesDown)
      missed.push(`a leave costs ${bytes_down_per_member} bytes down, the bound ${bound.bytesDown}`);
    if (switch_p95_ms > SWITCH_MS)
      missed.push(`p95 of a switch is ${switch_p95_ms} ms, the bound ${SWITCH_MS}`);
  }
  for (const each of missed.slice(0, 20)) process.stderr.write(`${each}\n`);
  if (missed.length > 0) process.exitCode = 1;
}

removeLeftovers();
const directory = createFolder();
const secret = randomBytes(16).toString('hex');
const log = (line: string) => {
  if (!values.json) process.stderr.write(`${line}\n`);
};
let prosody: ProsodyServer | null = null;
process.on('exit', () => {
  prosody?.kill();
  rmSync(directory, { recursive: true, force: true });
});
try {
  prosody = await ProsodyServer.create({ directory, secret, module: MODULE, log });
  await prosody.start();
  await play(prosody, secret);
} finally {
  await prosody?.stop();
}
process.exit();
