// Sessions of the focus where the bridge is away, and where two reasons for a session meet.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Element } from '@xmpp/client';
import { capabilities } from '../../stack/bridge/capabilities.ts';
import type { BridgeClient } from '../../stack/bridge/client.ts';
import type { Occupant } from '../../stack/focus/occupant.ts';
import { Sessions } from '../../stack/focus/sessions.ts';
import { until } from '../../stack/until.ts';

/** One room with one occupant; the bridge notes what it is called for, and is there as long as `isThere` says so. */
function room(isThere: () => boolean) {
  const calls: string[] = [];
  const bridge: BridgeClient = {
    port: 0,
    call: (method) => {
      calls.push(method);
      return isThere()
        ? Promise.resolve({
            ufrag: 'u',
            pwd: 'p',
            fingerprint: { hash: 'sha-256', value: '00', setup: 'actpass' },
            candidates: [],
          } as never)
        : Promise.reject(new Error(`${method}: no bridge is there`));
    },
  };
  const ada: Occupant = {
    id: 'ada',
    realJid: 'ada@localhost/1',
    affiliation: 'owner',
    videoTypes: { bySource: new Map(), any: null },
    session: { state: 'none' },
    sources: [],
  };
  const offers: Element[] = [];
  const log: string[] = [];
  const sessions = new Sessions('room@muc.localhost', 'room', new Map([['ada', ada]]), {
    send: async () => {},
    request: async (_to, element) => offers.push(element),
    bridge,
    capabilities: capabilities(['AV1']),
    channelUrl: 'ws://localhost/',
    log: (line) => log.push(line),
  });
  return { ada, sessions, calls, offers, log };
}

test('who joins while no bridge is there is offered a session when one is', async () => {
  let isThere = false;
  const { ada, sessions, offers, log } = room(() => isThere);
  await sessions.invite(ada);
  assert.deepEqual(log, ['room: no session for ada yet: allocate: no bridge is there']);
  assert.equal(offers.length, 0);
  isThere = true;
  await until('there is an offer', () => offers.length > 0, { withinMs: 10_000, everyMs: 50 });
  assert.equal(offers[0]?.attrs.action, 'session-initiate');
});

test('a session that ends while another is asked for takes nothing of the next one along', async () => {
  const { ada, sessions, calls } = room(() => true);
  await sessions.invite(ada);
  sessions.sequence.add(() => sessions.invite(ada));
  sessions.end(ada);
  sessions.sequence.add(() => sessions.invite(ada));
  await new Promise<void>((resolve) => sessions.sequence.add(async () => resolve()));
  assert.deepEqual(calls, ['allocate', 'release', 'allocate']);
});
