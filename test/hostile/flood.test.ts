// A flood against the key core itself, in Node: 5,000 messages a second of virtual time, of every kind that there is.

import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import type { Core, CoreAction, OlmLibrary } from '../../web-plugin/src/keys/index.ts';
import {
  beaconBody,
  beaconMessageBytes,
  encodeBeacon,
  encodeDataFrame,
  LIMITS,
  olmMessages,
  sframeHeader,
} from '../../web-plugin/src/wire/index.ts';
import { extent } from '../sim/extent.ts';
import { weigh } from '../sim/scale.ts';
import { newCore, notices, ofType, olm, openAsInitiator, Puppet, ROOM, random } from '../unit/keys/rig.ts';

const A_SECOND = 5000;
const SETTLED_S = 3;
const SECONDS = 10;
const HONEST = 200;
/** By so many does what a core holds go up and down: messages that wait, numbers seen. */
const ENTRIES = 256;

/** A message as it comes: from whom (null: from the room), and its text. */
type Arriving = [from: string | null, text: string];

/** libolm, with what it is asked to open and to verify counted. */
function counting(): { olm: OlmLibrary; asked: number } {
  const count = {
    asked: 0,
    olm: {
      ...olm,
      verify(...signed: Parameters<OlmLibrary['verify']>) {
        count.asked += 1;
        return olm.verify(...signed);
      },
      account() {
        const account = olm.account();
        const inbound: typeof account.inbound = (...from) => {
          count.asked += 1;
          const session = account.inbound(...from);
          const decrypt: typeof session.decrypt = (...part) => {
            count.asked += 1;
            return session.decrypt(...part);
          };
          return { ...session, decrypt };
        };
        return { ...account, inbound };
      },
    },
  };
  return count;
}

/** A core that is driven as the page drives it: messages come as text, timers go off when they are due. */
class Driven {
  readonly work = counting();
  readonly core: Core = newCore('alice', { olm: this.work.olm });
  now = 0;
  told = 0;
  /** Its counts of what was dropped: these begin anew whenever they are too many. */
  readonly counted = (this.core as unknown as { outbox: { refusals: { kinds: Map<string, object> } } }).outbox
    .refusals.kinds;
  #wakeAt = Number.POSITIVE_INFINITY;

  constructor() {
    this.took(this.core.handle({ type: 'sealed' }, 0));
    this.took(this.core.handle({ type: 'source', on: true }, 0));
  }

  admit(id: string): { puppet: Puppet; wrap: Uint8Array; confirmed: CoreAction[] } {
    const puppet = new Puppet(id, this.core, 'alice', 'initiator');
    this.took(this.core.handle({ type: 'joined', occupant: id, bundle: puppet.property }, this.now));
    const { keys, opened } = openAsInitiator(puppet, this.now);
    return { puppet, wrap: keys.initiatorWrap, confirmed: this.took(opened) };
  }

  /** Whether a key of this peer, made now, is taken with the message that brings it. */
  takesKey({ puppet, wrap }: { puppet: Puppet; wrap: Uint8Array }, generation: number): boolean {
    const part = puppet.part(puppet.key(wrap, generation, 0, random(32)));
    return ofType(this.took(puppet.tell(part, this.now)), 'accept-key').some(
      (key) => key.owner === puppet.participant.identity && key.generation === generation,
    );
  }

  hear([from, text]: Arriving): void {
    if (this.#wakeAt <= this.now) {
      this.#wakeAt = Number.POSITIVE_INFINITY;
      this.took(this.core.handle({ type: 'timer' }, this.now));
    }
    this.took(this.core.handle({ type: 'message', from, payload: JSON.parse(text) }, this.now));
  }

  took(actions: CoreAction[]): CoreAction[] {
    for (const { at } of ofType(actions, 'wake')) this.#wakeAt = at;
    this.told += notices(actions, 'refused').length;
    return actions;
  }
}

const noise = (length: number) => randomBytes(length).toString('base64').slice(0, length);
const ours = (fields: object) => JSON.stringify({ type: 'sealmeet', v: 1, ...fields });

/** Every kind of message, from somebody who has a good channel, from strangers, and from the room itself. */
function kinds(puppet: Puppet, wrap: Uint8Array): ((n: number) => Arriving)[] {
  const from = puppet.id;
  const texts = (...fields: object[]) => fields.map((one) => (): Arriving => [from, ours(one)]);
  const names = (count: number, n: number) => Array.from({ length: count }, (_, at) => `x${n}-${at}`);
  const entries = (count: number) => Object.fromEntries(names(count, 0).map((name) => [name, [1, 'AAAA']]));
  const sealed = (make: () => Parameters<Puppet['part']>[0]) => (): Arriving => [
    from,
    JSON.stringify(olmMessages([['alice', puppet.part(make())]])[0]),
  ];
  const beacon = (seq: number) => {
    const body = beaconBody({
      seq,
      roster: random(32),
      participants: 3,
      sealed: true,
      dead: 0,
      sources: [],
      name: '',
    });
    return encodeBeacon(body, puppet.account.sign(beaconMessageBytes(ROOM, from, body)));
  };
  /** Opens, and begins nothing. */
  const elsewhere = () => {
    const { curve25519, fallback } = puppet.coreParticipant;
    const session = puppet.account.outbound(curve25519, fallback);
    const part = session.encrypt('no HELLO');
    session.free();
    return part;
  };
  const said = { kind: 'chat' as const, body: 'x'.repeat(3000), sentAt: 1 };
  /** Opened, read and answered if they are let through. */
  const costly: ((n: number) => Arriving)[] = [
    sealed(() => ({ type: 'sas', sas: { tx: random(16), step: 'start' } })),
    sealed(() => ({ type: 'keyreq', min: 1 })),
    sealed(() => ({ type: 'data', said })),
    sealed(() => puppet.key(wrap, 1, 0, random(32))),
    (n) => [from, ours({ beacon: beacon(2 + n) })],
  ];
  return [
    ...texts(
      { olm: { alice: [0, noise(LIMITS.olmBody)] } },
      { olm: { alice: [1, noise(LIMITS.olmBody)] } },
      { olm: { alice: [1, noise(120)] } },
      { olm: { ...entries(LIMITS.entries - 1), alice: [0, noise(300)] } },
      { olm: { ...entries(LIMITS.entries + 1), alice: [1, 'AAAA'] } },
      { olm: entries(LIMITS.entries) },
      { beacon: noise(LIMITS.beacon) },
      { beacon: beacon(1) },
      { data: noise(3000) },
      { data: encodeDataFrame(sframeHeader(4096 * 900, 1), random(3000)) },
      { restart: true },
      { room: { sealed: false, epoch: 1, policy: 'off' } },
      { more: 1 },
      { v: 2 },
    ),
    () => [from, `[${'['.repeat(2000)}${']'.repeat(2000)}]`],
    () => [from, JSON.stringify(olmMessages([['alice', elsewhere()]])[0])],
    ...Array.from({ length: 4 }, () => costly).flat(),
    (n) => [`s${n}`, ours({ olm: { alice: [0, noise(LIMITS.olmBody)] } })],
  ];
}

/** What the room hands on of so many: of names that nobody has, and of one who is there. */
function relays(from: string): Arriving[] {
  const one = noise(20);
  return Array.from({ length: 40 }, (_, n) => {
    const relay = Array.from({ length: LIMITS.relayed }, (_, at) =>
      n % 2 === 0 ? [`x${n}-${at}`, { beacon: one }] : [from, { data: one }],
    );
    return [null, ours({ relay })];
  });
}

/** Seconds of CPU time that `act` took. */
function cpuSeconds(act: () => void): number {
  const begin = process.cpuUsage();
  act();
  const { user, system } = process.cpuUsage(begin);
  return (user + system) / 1e6;
}

/** What as many messages of honest people cost, with a key in each. */
function honestSeconds(): number {
  const driven = new Driven();
  const people = Array.from({ length: HONEST }, (_, n) => driven.admit(`p${n}`));
  const arriving = Array.from({ length: A_SECOND }, (_, n): Arriving => {
    const { puppet, wrap } = people[n % HONEST] as (typeof people)[number];
    const part = puppet.part(puppet.key(wrap, 1 + Math.floor(n / HONEST), 0, random(32)));
    return [puppet.id, JSON.stringify(olmMessages([['alice', part]])[0])];
  });
  driven.now = 5000;
  const spent = cpuSeconds(() => {
    for (const one of arriving) {
      driven.now += 1000 / A_SECOND;
      driven.hear(one);
    }
  });
  assert.equal(driven.told, 0, 'all are taken');
  driven.core.free();
  return spent;
}

test('5,000 key messages a second, of every kind: honest keys are taken at once, state and memory stay', () => {
  const honest = honestSeconds();
  const driven = new Driven();
  const bob = driven.admit('bob');
  const { puppet, wrap } = driven.admit('mallory');
  const makers = kinds(puppet, wrap);
  const handedOn = relays('mallory');
  let sent = 0;
  let generation = 0;

  /** So that about half of the messages come in relays. */
  const next = (): Arriving[] => {
    const single = Array.from(
      { length: LIMITS.relayed },
      () => makers[sent++ % makers.length]?.(sent) ?? [null, '{}'],
    );
    return [
      ...single,
      handedOn[Math.floor(sent / LIMITS.relayed) % handedOn.length] ?? [null, '{}'],
    ] as Arriving[];
  };
  /** One virtual second, in which Bob gives ten keys; the CPU time of the core. */
  const second = (): number => {
    let spent = 0;
    for (let slot = 0; slot < 10; slot += 1) {
      const arriving = next();
      spent += cpuSeconds(() => {
        for (const one of arriving) {
          driven.now += 100 / arriving.length;
          driven.hear(one);
        }
      });
      generation += 1;
      assert.ok(driven.takesKey(bob, generation), `Bob’s key ${generation}`);
    }
    return spent;
  };
  const held = () => ({
    entries: extent(driven.core, new Set<unknown>([driven.work.olm, driven.counted])),
    ...weigh(),
  });

  for (let n = 0; n < SETTLED_S; n += 1) second();
  const [before, toldBefore, askedBefore] = [held(), driven.told, driven.work.asked];
  const spent = Array.from({ length: SECONDS }, second).reduce((sum, one) => sum + one, 0) / SECONDS;
  const [after, told] = [held(), (driven.told - toldBefore) / SECONDS];
  const asked = driven.work.asked - askedBefore;
  const what = JSON.stringify({ honest, spent, before, after, told, asked });
  assert.ok(after.entries <= before.entries + ENTRIES, `what the core holds: ${what}`);
  assert.ok(after.heap + after.external - before.heap - before.external < 2 ** 20, `memory: ${what}`);
  // Of one occupant 30 a second are worked on, and each may be tried in two sessions; ten of Bob.
  assert.ok(asked <= SECONDS * (2 * 30 + 10), `what libolm was asked: ${what}`);
  assert.ok(spent < honest, `CPU time, beside as many honest messages: ${what}`);
  assert.ok(driven.counted.size <= 512, `${driven.counted.size} pairs of sender and reason`);
  assert.ok(told <= 64, `what the page is told: ${what}`);
  const carol = driven.admit('carol');
  assert.ok(driven.takesKey(carol, 1), 'somebody who comes in the flood is heard');
  driven.core.free();
});
