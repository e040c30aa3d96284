// What the Prosody module costs: the same load on two real servers, with the module and without, one after the other.
// Usage: npm run bench:module -- [--json] [--version 12|13] [--occupants 10,100,500] [--cases join,fanout,storm,flood]

import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { Bare } from '../module/bare.ts';
import { type Prosody, type ProsodyVersion, startProsody } from '../module/server.ts';

interface Row {
  case: string;
  occupants: number;
  unit: 'cpu_ms' | 'wall_ms' | 'bytes' | 'p95_delay_ms';
  on: number;
  off: number;
  ratio: number;
}

const { values } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    version: { type: 'string', default: '12' },
    occupants: { type: 'string', default: '10,100,500' },
    rounds: { type: 'string', default: '10' },
    cases: { type: 'string', default: 'join,fanout,storm,flood' },
  },
});
const version: ProsodyVersion = values.version === '13' ? '13' : '12';
const sizes = values.occupants.split(',').map(Number);
const rounds = Number(values.rounds);
const cases = new Set(values.cases.split(','));

/** Of the size that the plugin's bundles have. */
const bundle = `1.${'Ab_-'.repeat(70)}`;
/** Base64 of an Olm message around a key of the plugin. */
const part = 'QUJD'.repeat(150);
const settleMs = 1_300;

const rows: Row[] = [];
const report = (name: string, occupants: number, unit: Row['unit'], on: number, off: number) => {
  const round = (value: number) => Math.round(value * 1000) / 1000;
  const row: Row = { case: name, occupants, unit, on: round(on), off: round(off), ratio: round(on / off) };
  rows.push(row);
  if (!values.json)
    console.log(
      `${name.padEnd(20)} ${String(occupants).padStart(4)} ${unit.padEnd(13)} on ${row.on}  off ${row.off}  ratio ${row.ratio}`,
    );
};

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** Milliseconds on a CPU, exact to the nanosecond (the kernel's schedstat). */
const cpuMs = (prosody: Prosody) =>
  Number(readFileSync(`/proc/${prosody.pid}/schedstat`, 'utf8').split(' ')[0]) / 1e6;

const mean = (list: number[]) => list.reduce((sum, value) => sum + value, 0) / list.length;
/** Without the quarter at either end: garbage collection falls into some rounds and not into others. */
const middle = (list: number[]) => {
  const sorted = [...list].sort((a, b) => a - b);
  const cut = Math.floor(sorted.length / 4);
  return mean(sorted.slice(cut, sorted.length - cut));
};
const p95 = (list: number[]) => [...list].sort((a, b) => a - b)[Math.floor(list.length * 0.95)] ?? Number.NaN;

class Side {
  crowd: Bare[] = [];
  room = '';
  rooms = 0;
  constructor(readonly prosody: Prosody) {}

  connect = () => Bare.connect(this.prosody.c2sPort, this.prosody.domain);

  async connectMany(count: number): Promise<Bare[]> {
    const all: Bare[] = [];
    for (let index = 0; index < count; index += 1) all.push(await this.connect());
    return all;
  }

  /** A new room, sealed where the module is, that fills up to this many occupants. */
  async fill(occupants: number, withModule: boolean) {
    this.empty();
    await this.idle();
    this.rooms += 1;
    this.room = `bench${this.rooms}@${this.prosody.muc}`;
    this.crowd = await this.connectMany(occupants);
    for (const [index, bare] of this.crowd.entries()) {
      await bare.join(this.room, `crowd${index}`, bundle);
      if (index === 0 && withModule)
        await bare.say(
          `<iq type='set' id='seal' to='${this.room}'><seal xmlns='urn:sealmeet:e2ee:1'/></iq>`,
          `id='seal'`,
        );
    }
    await sleep(settleMs + 700);
  }

  /** Hundreds that go at once keep the server busy for a while; what is measured next waits for it. */
  async idle() {
    for (let quiet = 0; quiet < 2; ) {
      const before = cpuMs(this.prosody);
      await sleep(500);
      quiet = cpuMs(this.prosody) - before < 25 ? quiet + 1 : 0;
    }
  }

  empty() {
    for (const bare of this.crowd) bare.close();
    this.crowd = [];
  }
}

/** What a step costs the server, with all that follows it: announcements come up to a second later. */
async function costs(side: Side, step: () => Promise<number>): Promise<{ cpu: number; wall: number }> {
  const [cpu, begin] = [cpuMs(side.prosody), performance.now()];
  const end = await step();
  await sleep(settleMs);
  return { cpu: cpuMs(side.prosody) - cpu, wall: end - begin };
}

async function joinsAndLeaves(on: Side, off: Side, occupants: number) {
  const results = new Map<string, number[]>();
  const add = (key: string, value: number) => results.set(key, [...(results.get(key) ?? []), value]);
  for (let round = 0; round < rounds; round += 1) {
    for (const [name, side] of [
      ['on', on],
      ['off', off],
    ] as const) {
      const guest = await side.connect();
      const last = side.crowd.at(-1);
      const nick = `guest${round}`;
      const joined = await costs(side, async () => {
        // Done when both the newcomer and whoever hears of it last have all.
        const seen = last?.until(`/${nick}'`) ?? Promise.resolve(0);
        return Math.max(await guest.join(side.room, nick, bundle), await seen);
      });
      const left = await costs(side, async () => {
        const seen = Promise.all(side.crowd.map((bare) => bare.until(`/${nick}'`)));
        guest.leave(side.room, nick);
        return Math.max(...(await seen));
      });
      guest.close();
      add(`join cpu ${name}`, joined.cpu);
      add(`join wall ${name}`, joined.wall);
      add(`leave cpu ${name}`, left.cpu);
      add(`leave wall ${name}`, left.wall);
    }
  }
  for (const kind of ['join', 'leave'])
    for (const unit of ['cpu', 'wall'] as const)
      report(
        kind,
        occupants,
        `${unit}_ms`,
        middle(results.get(`${kind} ${unit} on`) ?? []),
        middle(results.get(`${kind} ${unit} off`) ?? []),
      );
}

/** Bytes that one key message with a part for everybody else sends down, all stanzas counted. */
async function fanOut(on: Side, off: Side, occupants: number) {
  const parts = on.crowd.slice(1).map((_, index) => `"crowd${index + 1}":[1,"${part}"]`);
  const wrap = (inside: string) =>
    `<json-message xmlns='http://jitsi.org/jitmeet'>{"type":"sealmeet","v":1,"olm":{${inside}}}</json-message></message>`;
  const measure = async (side: Side, text: string) => {
    for (const bare of side.crowd) bare.bytes = 0;
    side.crowd[0]?.write(text);
    await sleep(settleMs);
    await side.idle();
    return side.crowd.reduce((sum, bare) => sum + bare.bytes, 0);
  };
  // The plugin puts at most 128 parts into one message, which keeps below Prosody's limit for a stanza.
  const broadcast = (side: Side) => {
    let text = '';
    for (let at = 0; at < parts.length; at += 128)
      text += `<message type='groupchat' id='k${at}' to='${side.room}'>${wrap(parts.slice(at, at + 128).join(','))}`;
    return text;
  };
  const sent = await measure(on, broadcast(on));
  // Each part by itself, through a server that knows nothing of them.
  const alone = await measure(
    off,
    parts
      .map(
        (text, index) =>
          `<message type='chat' id='k${index}' to='${off.room}/crowd${index + 1}'>${wrap(text)}`,
      )
      .join(''),
  );
  report('fanout', occupants, 'bytes', sent, alone);
  report(
    'fanout-payload',
    occupants,
    'bytes',
    sent,
    parts.reduce((sum, text) => sum + text.length, 0),
  );
  report('fanout-broadcast', occupants, 'bytes', sent, await measure(off, broadcast(off)));
}

async function storm(on: Side, off: Side, occupants: number) {
  const joins = 200;
  const totals = { on: [] as number[], off: [] as number[] };
  for (let round = 0; round < Math.min(2, rounds); round += 1) {
    for (const [name, side] of [
      ['on', on],
      ['off', off],
    ] as const) {
      await side.fill(occupants - joins, name === 'on');
      const guests = await side.connectMany(joins);
      const cost = await costs(side, async () => {
        const begin = performance.now();
        const all: Promise<number>[] = [];
        for (const [index, guest] of guests.entries()) {
          const due = begin + (index * 2_000) / joins;
          if (due > performance.now()) await sleep(due - performance.now());
          all.push(guest.join(side.room, `storm${index}`, bundle));
        }
        return Math.max(...(await Promise.all(all)));
      });
      totals[name].push(cost.cpu);
      for (const guest of guests) guest.close();
      side.empty();
    }
  }
  report('storm', occupants, 'cpu_ms', middle(totals.on), middle(totals.off));
}

/** 50 occupants offer 5,000 messages a second for 10 s; how long does a stanza take in another room? */
async function flood(on: Side, off: Side) {
  const delays = { on: [] as number[], off: [] as number[] };
  const idle = { on: [] as number[], off: [] as number[] };
  for (const [name, side] of [
    ['on', on],
    ['off', off],
  ] as const) {
    await side.fill(50, name === 'on');
    const quiet = `quiet${side.rooms}@${side.prosody.muc}`;
    const [speaker, listener] = [await side.connect(), await side.connect()];
    await speaker.join(quiet, 'speaker', bundle);
    await listener.join(quiet, 'listener', bundle);
    const probe = async (list: number[], forMs: number, tag: string) => {
      const until = performance.now() + forMs;
      const all: Promise<unknown>[] = [];
      for (let index = 0; performance.now() < until; index += 1) {
        const mark = `${tag}${index}!`;
        const begin = performance.now();
        const came = listener.until(mark, 120_000);
        speaker.write(
          `<message type='groupchat' to='${quiet}' id='p'><json-message xmlns='http://jitsi.org/jitmeet'>{"type":"probe","n":"${mark}"}</json-message></message>`,
        );
        all.push(came.then((at) => list.push(at - begin)));
        await sleep(50);
      }
      await Promise.all(all);
    };
    await probe(idle[name], 2_000, 'i');
    const text = 'Q'.repeat(300);
    let sent = 0;
    const begin = performance.now();
    const timer = setInterval(() => {
      const owed = Math.min(50_000, ((performance.now() - begin) / 1000) * 5_000) - sent;
      for (let index = 0; index < owed; index += 1, sent += 1) {
        const from = sent % side.crowd.length;
        const to = (from + 1) % side.crowd.length;
        side.crowd[from]?.write(
          `<message type='groupchat' to='${side.room}'><json-message xmlns='http://jitsi.org/jitmeet'>{"type":"sealmeet","v":1,"olm":{"crowd${to}":[1,"${text}"]}}</json-message></message>`,
        );
      }
    }, 10);
    await probe(delays[name], 10_000, 'f');
    clearInterval(timer);
    speaker.close();
    listener.close();
    side.empty();
  }
  report('flood-idle', 50, 'p95_delay_ms', p95(idle.on), p95(idle.off));
  report('flood', 50, 'p95_delay_ms', p95(delays.on), p95(delays.off));
}

const on = new Side(await startProsody({ version }));
const off = new Side(await startProsody({ version, withModule: false }));
try {
  for (const occupants of sizes) {
    if (!cases.has('join') && !cases.has('fanout')) break;
    await on.fill(occupants, true);
    await off.fill(occupants, false);
    if (cases.has('join')) await joinsAndLeaves(on, off, occupants);
    if (cases.has('fanout')) await fanOut(on, off, occupants);
  }
  const largest = Math.max(...sizes);
  if (cases.has('storm') && largest > 200) await storm(on, off, largest);
  if (cases.has('flood')) await flood(on, off);
} finally {
  on.empty();
  off.empty();
  await on.prosody.stop();
  await off.prosody.stop();
}
if (values.json) console.log(JSON.stringify(rows, null, 1));
process.exit(0);
