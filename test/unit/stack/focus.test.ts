// The focus, seen by participants without browsers on a real Prosody: rooms, owners, sessions, sources.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type Element, xml } from '@xmpp/client';
import { NS } from '../../stack/focus/namespaces.ts';
import { FOCUS_DOMAIN } from '../../stack/prosody/config.ts';
import { RawParticipant } from '../../stack/raw-participant.ts';
import { type Stack, startStack } from '../../stack/stack.ts';
import { until } from '../../stack/until.ts';

let stack: Stack;
let rooms = 0;
const open = new Set<RawParticipant>();

before(async () => {
  stack = await startStack({ videoCodecs: ['AV1', 'VP8'] });
});

after(async () => {
  await Promise.all([...open].map((participant) => participant.leave().catch(() => {})));
  await stack.stop();
});

function newRoom(): string {
  rooms += 1;
  return `room${rooms}`;
}

async function join(room: string, ...extra: Element[]): Promise<RawParticipant> {
  const participant = new RawParticipant(stack, room);
  await participant.join(...extra);
  open.add(participant);
  return participant;
}

async function leave(participant: RawParticipant): Promise<void> {
  open.delete(participant);
  await participant.leave();
}

/** Joined, and with an accepted session. */
async function accept(participant: RawParticipant): Promise<void> {
  await participant.until(() => participant.sid !== '', 'a session-initiate');
  await participant.send('session-accept', participant.sources());
}

const bridgeSources = async (room: string, id: string) =>
  Object.keys(
    (await stack.bridge.call('statistics', {})).conferences[room]?.endpoints[id]?.sources ?? {},
  ).sort();

const eventually = (condition: () => boolean | Promise<boolean>, what: string) =>
  until(what, condition, { withinMs: 10_000, everyMs: 30 });

test('the first participant becomes owner, and the next when it leaves', async () => {
  const room = newRoom();
  const ada = await join(room);
  await ada.until(() => ada.isOwner, 'to be owner');
  const bob = await join(room);
  const cem = await join(room);
  assert.equal(ada.people.get('focus')?.affiliation, 'owner');
  assert.equal(ada.people.get('focus')?.role, 'moderator');
  assert.equal(bob.isOwner || cem.isOwner, false);
  await leave(ada);
  await cem.until(() => cem.people.get(bob.id)?.affiliation === 'owner', 'Bob to be owner');
  assert.equal(cem.isOwner, false);
  await leave(bob);
  await cem.until(() => cem.isOwner, 'to be owner');
});

test('nobody but the focus can create a room', async () => {
  const ada = new RawParticipant(stack, newRoom());
  open.add(ada);
  await ada.entity.start();
  await ada.enter();
  await ada.until(() => ada.errors.length > 0, 'an error');
  assert.ok(ada.errors[0]?.getChild('error')?.getChild('not-allowed', NS.stanzas));
});

test('a request for a room elsewhere is refused with a reason', async () => {
  const ada = await join(newRoom());
  for (const room of ['x@elsewhere.example', 'conference.meet.localhost', '', 'a'.repeat(2000)]) {
    await assert.rejects(
      ada.entity.iqCaller.set(xml('conference', { xmlns: NS.focus, room }), FOCUS_DOMAIN),
      /expected a room at conference\.meet\.localhost/,
    );
  }
});

test('one alone has no session; two have, with the codecs of the run and nothing else', async () => {
  const room = newRoom();
  const ada = await join(room);
  await new Promise((resolve) => setTimeout(resolve, 300));
  assert.equal(ada.jingle.length, 0);
  const bob = await join(room);
  await Promise.all([ada, bob].map((one) => one.until(() => one.sid !== '', 'a session-initiate')));
  const offer = ada.jingle[0]?.element;
  const names = (content: string) =>
    offer
      ?.getChildren('content')
      .find(({ attrs }) => attrs.name === content)
      ?.getChild('description', NS.rtp)
      ?.getChildren('payload-type')
      .map(({ attrs }) => attrs.name);
  assert.deepEqual(names('video'), ['AV1', 'VP8', 'rtx', 'rtx']);
  assert.deepEqual(names('audio'), ['opus']);
  const transport = offer?.getChild('content')?.getChild('transport', NS.iceUdp);
  assert.ok(transport?.getChild('web-socket', NS.colibri)?.attrs.url?.startsWith('ws://127.0.0.1:'));
  assert.ok(transport?.getChild('candidate')?.attrs.port);
});

test('sources reach everyone else with their owner, and the bridge; camera, microphone and screen come and go', async () => {
  const room = newRoom();
  const [ada, bob] = [await join(room), await join(room)];
  await accept(ada);
  await bob.until(() => bob.jingle.some(({ action }) => action === 'session-initiate'), 'an offer');
  await accept(bob);
  await bob.until(() => bob.jingle.some(({ owners }) => owners.includes(ada.id)), "Ada's sources");
  await ada.until(
    () => ada.jingle.some(({ action, owners }) => action === 'source-add' && owners.includes(bob.id)),
    "Bob's sources",
  );
  await eventually(
    async () => (await bridgeSources(room, ada.id)).join() === `${ada.id}-a0,${ada.id}-v0`,
    'two sources at the bridge',
  );

  const cem = await join(room);
  await cem.until(() => cem.sid !== '', 'a session-initiate');
  const inOffer = cem.jingle[0]?.owners ?? [];
  assert.deepEqual([...new Set(inOffer)].sort(), [ada.id, bob.id, 'jvb'].sort());
  assert.equal(inOffer.filter((owner) => owner === ada.id).length, 3, 'audio, video and its retransmissions');

  const screen = { ssrc: 4242, media: 'video' as const, name: `${ada.id}-v1`, rtx: 4243 };
  await ada.send('source-add', [screen]);
  await bob.until(
    () => bob.jingle.some(({ action, ssrcs }) => action === 'source-add' && ssrcs.includes(4242)),
    'the screen',
  );
  const sourceInfo = JSON.stringify({ [`${ada.id}-v1`]: { videoType: 'desktop' } });
  await ada.enter(xml('SourceInfo', {}, sourceInfo));
  await eventually(
    async () =>
      (await stack.bridge.call('observe', { conference: room, endpoint: ada.id })).sources.some(
        ({ name, kind }) => name === `${ada.id}-v1` && kind === 'screen',
      ),
    'the bridge to know the screen',
  );
  await ada.send('source-remove', [screen]);
  await bob.until(
    () => bob.jingle.some(({ action, ssrcs }) => action === 'source-remove' && ssrcs.includes(4242)),
    'the screen to go',
  );
  await eventually(
    async () => !(await bridgeSources(room, ada.id)).includes(`${ada.id}-v1`),
    'the bridge to forget the screen',
  );
});

test('a session that ends with a restart is offered anew, and the others lose and get its sources', async () => {
  const room = newRoom();
  const [ada, bob] = [await join(room), await join(room)];
  await accept(ada);
  await accept(bob);
  const first = ada.sid;
  const restart = xml('bridge-session', { xmlns: NS.focus, id: first, restart: 'true' });
  await bob.until(() => bob.jingle.some(({ owners }) => owners.includes(ada.id)), "Ada's sources");
  await ada.send('session-terminate', [], restart);
  await ada.until(() => ada.sid !== first, 'another session');
  await bob.until(
    () => bob.jingle.some(({ action, owners }) => action === 'source-remove' && owners.includes(ada.id)),
    'a source-remove',
  );
  await assert.rejects(
    ada.entity.iqCaller.request(
      xml(
        'iq',
        { type: 'set', to: `${ada.roomJid}/focus` },
        xml('jingle', { xmlns: NS.jingle, action: 'session-accept', sid: first }),
      ),
    ),
    /item-not-found/,
  );
  const before = bob.jingle.length;
  await accept(ada);
  await bob.until(
    () =>
      bob.jingle
        .slice(before)
        .some(({ action, owners }) => action === 'source-add' && owners.includes(ada.id)),
    'a source-add',
  );
});

test('malformed Jingle is refused, and the focus goes on', async () => {
  const room = newRoom();
  const [ada, bob] = [await join(room), await join(room)];
  await bob.until(() => bob.sid !== '', 'an offer');
  await ada.until(() => ada.sid !== '', 'an offer');
  const bad = (action: string, ...children: Element[]) =>
    ada.entity.iqCaller.request(
      xml(
        'iq',
        { type: 'set', to: `${ada.roomJid}/focus` },
        xml('jingle', { xmlns: NS.jingle, action, sid: ada.sid }, ...children),
      ),
    );
  const description = (...children: Element[]) =>
    xml('content', { name: 'video' }, xml('description', { xmlns: NS.rtp, media: 'video' }, ...children));
  const source = (ssrc: string) => xml('source', { xmlns: NS.sources, ssrc });
  await assert.rejects(bad('session-accept'), /bad-request/);
  await assert.rejects(bad('source-add', description(source('x'))), /bad-request/);
  await assert.rejects(bad('source-add', description(source('99999999999'))), /bad-request/);
  await assert.rejects(bad('source-add', description(source('4294967296'))), /bad-request/);
  await assert.rejects(
    bad('source-add', description(...Array.from({ length: 500 }, (_, index) => source(String(index))))),
    /bad-request/,
  );
  await assert.rejects(bad('dance'), /feature-not-implemented/);
  await ada.enter(xml('SourceInfo', {}, '{"broken'));
  await accept(ada);
  await accept(bob);
  await bob.until(() => bob.jingle.some(({ owners }) => owners.includes(ada.id)), "Ada's sources");
});

test('ten come and go ten times: everybody sees everybody, one owner, and the bridge forgets who left', async () => {
  const room = newRoom();
  const stay = await join(room);
  for (let round = 0; round < 10; round += 1) {
    const others = await Promise.all(Array.from({ length: 10 }, () => join(room)));
    await Promise.all(others.map((one) => accept(one)));
    await Promise.all(
      [stay, ...others].map((one) => one.until(() => one.others().length === 10, 'ten others')),
    );
    const ids = new Set(others.map(({ id }) => id));
    const owners = [...stay.people.values()].filter(
      ({ id, affiliation }) => id !== 'focus' && affiliation === 'owner',
    );
    assert.deepEqual(
      owners.map(({ id }) => id),
      [stay.id],
    );
    await eventually(
      async () =>
        (await Promise.all([...ids].map((id) => bridgeSources(room, id)))).every(
          ({ length }) => length === 2,
        ),
      'two sources of each at the bridge',
    );
    await Promise.all(others.map((one) => leave(one)));
    await stay.until(() => stay.others().length === 0, 'to be alone');
    await eventually(async () => {
      const left = (await stack.bridge.call('statistics', {})).conferences[room]?.endpoints ?? {};
      return Object.keys(left).every((id) => id === stay.id);
    }, 'the bridge to have let go of all who left');
  }
  const events = stack.prosodyEvents().filter((event) => event.room === stay.roomJid);
  assert.equal(events.filter(({ event }) => event === 'left').length, 100);
  assert.ok(events.every(({ time }, index) => index === 0 || time >= (events[index - 1]?.time ?? 0)));
});

test('after a shutdown and after a crash of Prosody the focus is back by itself, and so are rooms', async () => {
  for (const how of ['shutdown', 'crash'] as const) {
    const room = newRoom();
    const ada = await join(room);
    open.delete(ada);
    await ada.until(() => ada.isOwner, 'to be owner');
    await stack.restartProsody(how);
    const [again, bob] = [await join(room), await join(room)];
    await again.until(() => again.isOwner, 'to be owner');
    await accept(again);
    await accept(bob);
    await again.until(() => again.jingle.some(({ owners }) => owners.includes(bob.id)), "Bob's sources");
  }
});
