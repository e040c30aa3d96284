// What is compared: a lone join and leave, one key message to all, a storm of joins, a flood of messages.

import { type Figure, figure, middle, p95 } from './figures.ts';
import { bundle, type Side, settleMs, sleep } from './side.ts';

/** Base64 of an Olm message around a key of the plugin. */
const part = 'QUJD'.repeat(150);
/** The plugin puts at most this many parts into one message, which keeps below Prosody's limit for a stanza. */
const partsInMessage = 128;

/** The first half of the rounds begins with the module on, the second with it off: what drifts, drifts for both. */
const inTurn = (on: Side, off: Side, round: number): Side[] => (round % 2 === 0 ? [on, off] : [off, on]);

export async function joinAndLeave(
  on: Side,
  off: Side,
  occupants: number,
  rounds: number,
): Promise<Figure[]> {
  const results = new Map<string, number[]>();
  const add = (key: string, value: number) => results.set(key, [...(results.get(key) ?? []), value]);
  for (let round = 0; round < rounds; round += 1) {
    for (const side of inTurn(on, off, round)) {
      const guest = await side.connect();
      const last = side.crowd.at(-1);
      const nick = `guest${round}`;
      const joined = await side.costs(async () => {
        // Done when both the newcomer and whoever hears of it last have all.
        const seen = last?.until(`/${nick}'`) ?? Promise.resolve(0);
        return Math.max(await guest.join(side.room, nick, bundle), await seen);
      });
      const left = await side.costs(async () => {
        const seen = Promise.all(side.crowd.map((bare) => bare.until(`/${nick}'`)));
        guest.leave(side.room, nick);
        return Math.max(...(await seen));
      });
      guest.close();
      for (const [kind, cost] of [
        ['join', joined],
        ['leave', left],
      ] as const) {
        add(`${kind} cpu_ms ${side.withModule}`, cost.cpu);
        add(`${kind} wall_ms ${side.withModule}`, cost.wall);
      }
    }
  }
  const of = (key: string) => middle(results.get(key) ?? []);
  return (['join', 'leave'] as const).flatMap((kind) =>
    (['cpu_ms', 'wall_ms'] as const).map((unit) =>
      figure(kind, occupants, unit, of(`${kind} ${unit} true`), of(`${kind} ${unit} false`)),
    ),
  );
}

/** Bytes down to all for one key message with a part for everybody else, all stanzas counted. */
export async function fanOut(on: Side, off: Side, occupants: number): Promise<Figure[]> {
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
  const broadcast = (side: Side) => {
    let text = '';
    for (let at = 0; at < parts.length; at += partsInMessage)
      text += `<message type='groupchat' id='k${at}' to='${side.room}'>${wrap(parts.slice(at, at + partsInMessage).join(','))}`;
    return text;
  };
  const alone = (side: Side) =>
    parts
      .map(
        (text, index) =>
          `<message type='chat' id='k${index}' to='${side.room}/crowd${index + 1}'>${wrap(text)}`,
      )
      .join('');
  const sent = await measure(on, broadcast(on));
  return [
    // The sum of the parts, each sent to its recipient alone through a server that knows nothing of them.
    figure('fanout', occupants, 'bytes', sent, await measure(off, alone(off))),
    figure('fanout-broadcast', occupants, 'bytes', sent, await measure(off, broadcast(off))),
    figure(
      'fanout-bare',
      occupants,
      'bytes',
      sent,
      parts.reduce((sum, text) => sum + text.length, 0),
    ),
  ];
}

/** 200 join within 2 s a room that fills up to this many. */
export async function storm(on: Side, off: Side, occupants: number, rounds: number): Promise<Figure[]> {
  const joins = 200;
  const spanMs = 2_000;
  const totals = { on: [] as number[], off: [] as number[] };
  for (let round = 0; round < rounds; round += 1) {
    for (const side of inTurn(on, off, round)) {
      await side.fill(occupants - joins);
      const guests = await side.connectMany(joins);
      const cost = await side.costs(async () => {
        const begin = performance.now();
        const all: Promise<number>[] = [];
        for (const [index, guest] of guests.entries()) {
          const due = begin + (index * spanMs) / joins;
          if (due > performance.now()) await sleep(due - performance.now());
          all.push(guest.join(side.room, `storm${index}`, bundle));
        }
        return Math.max(...(await Promise.all(all)));
      });
      totals[side.withModule ? 'on' : 'off'].push(cost.cpu);
      for (const guest of guests) guest.close();
      side.empty();
    }
  }
  return [figure('storm', occupants, 'cpu_ms', middle(totals.on), middle(totals.off))];
}

/** Delays in ms of a groupchat message every 50 ms in a room of two, for so long. */
async function probe(side: Side, room: string, tag: string, forMs: number): Promise<number[]> {
  const [speaker, listener] = [await side.connect(), await side.connect()];
  await speaker.join(room, `${tag}-speaker`, bundle);
  await listener.join(room, `${tag}-listener`, bundle);
  const delays: Promise<number>[] = [];
  const until = performance.now() + forMs;
  for (let index = 0; performance.now() < until; index += 1) {
    const mark = `${tag}${index}!`;
    const begin = performance.now();
    delays.push(listener.until(mark, 120_000).then((at) => at - begin));
    speaker.write(
      `<message type='groupchat' to='${room}' id='p'><json-message xmlns='http://jitsi.org/jitmeet'>{"type":"probe","n":"${mark}"}</json-message></message>`,
    );
    await sleep(50);
  }
  const all = await Promise.all(delays);
  speaker.close();
  listener.close();
  return all;
}

/** 50 occupants offer 5,000 messages of one part a second for 10 s: how long does a stanza take in another room? */
export async function flood(on: Side, off: Side): Promise<Figure[]> {
  const [occupants, aSecond, seconds] = [50, 5_000, 10];
  const text = 'Q'.repeat(300);
  const of = { idle: new Map<Side, number>(), flood: new Map<Side, number>() };
  for (const side of [on, off]) {
    await side.fill(occupants);
    const quiet = `quiet${side.rooms}@${side.prosody.muc}`;
    of.idle.set(side, p95(await probe(side, quiet, 'idle', 2_000)));
    const begin = performance.now();
    let sent = 0;
    const timer = setInterval(() => {
      const owed = Math.min(seconds, (performance.now() - begin) / 1000) * aSecond - sent;
      for (let index = 0; index < owed; index += 1, sent += 1) {
        const from = sent % side.crowd.length;
        const to = (from + 1) % side.crowd.length;
        side.crowd[from]?.write(
          `<message type='groupchat' to='${side.room}'><json-message xmlns='http://jitsi.org/jitmeet'>{"type":"sealmeet","v":1,"olm":{"crowd${to}":[1,"${text}"]}}</json-message></message>`,
        );
      }
    }, 10);
    of.flood.set(side, p95(await probe(side, quiet, 'flood', seconds * 1000)));
    clearInterval(timer);
    side.empty();
  }
  const row = (name: 'idle' | 'flood') =>
    figure(
      name === 'flood' ? 'flood' : 'flood-idle',
      occupants,
      'p95_delay_ms',
      of[name].get(on) ?? Number.NaN,
      of[name].get(off) ?? Number.NaN,
    );
  return [row('idle'), row('flood')];
}
