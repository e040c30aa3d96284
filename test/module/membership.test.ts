// Every way to come and to go is an epoch, announced to all, none lost and none doubled.

import assert from 'node:assert/strict';
import { Bare } from './bare.ts';
import { announcementOf, bundle, digestOf, type Person, xml } from './person.ts';
import { suite } from './setup.ts';

const admin = (owner: Person, item: Record<string, string>) =>
  owner.ask('set', xml('query', { xmlns: 'http://jabber.org/protocol/muc#admin' }, xml('item', item)));

suite('membership', { mucModules: ['test_rate_limit'] }, (kit, test) => {
  const after = (person: Person, epoch: number, occupants: number, withinMs?: number) =>
    person.announcement(
      (state) => state.epoch === epoch && state.occupants === occupants,
      `epoch ${epoch}`,
      withinMs,
    );

  test('a kick is an epoch', async () => {
    const [alice, , carol] = await kit.sealed('alice', 'bob', 'carol');
    await admin(alice, { nick: 'bob', role: 'none' });
    const state = await after(carol, 4, 2);
    assert.equal(state.digest, digestOf(['alice', 'carol']));
  });

  test('a ban is an epoch', async () => {
    const [alice, bob, carol] = await kit.sealed('alice', 'bob', 'carol');
    await admin(alice, { jid: bob.jid.split('/')[0] ?? '', affiliation: 'outcast' });
    await after(carol, 4, 2);
  });

  test('the loss of a connection is an epoch', async () => {
    const [alice, bob] = await kit.sealed('alice', 'bob', 'carol');
    bob.cut();
    await after(alice, 4, 2);
  });

  test('a session that may still resume counts as present until it times out', async () => {
    const [alice] = await kit.sealed('alice');
    const phone = await Bare.connect(kit.prosody.c2sPort, 'mobile.meet.localhost');
    await phone.say(`<enable xmlns='urn:xmpp:sm:3' resume='true'/>`, '<enabled');
    await phone.join(alice.room, 'phone', bundle('phone'));
    await after(alice, 2, 2);
    phone.close();
    await new Promise((resolve) => setTimeout(resolve, 700));
    assert.deepEqual([(await alice.state()).epoch, (await alice.state()).occupants], ['2', '2']);
    await after(alice, 3, 1);
  });

  test('a nick change where it is allowed is an epoch, and the roster has the new name', async () => {
    const [alice, bob] = await kit.gather(kit.newRoom(), 'alice', 'bob');
    await after(alice, 2, 2);
    await bob.send(
      xml('presence', { to: `${bob.room}/robert` }, xml('jitsi_participant_sealmeet', {}, bundle('robert'))),
    );
    const state = await after(alice, 3, 2);
    assert.equal(state.digest, digestOf(['alice', 'robert']));
  });

  test('coming back while still present is no epoch, but is answered with the state', async () => {
    const [alice, bob] = await kit.sealed('alice', 'bob');
    await bob.join(bob.room, 'bob');
    const told = await bob.announcement((state) => state.sealed, 'the state');
    assert.equal(told.epoch, 2);
    assert.equal((await alice.state()).epoch, '2');
  });

  test('the focus is an epoch but no part of the roster', async () => {
    const [alice] = await kit.sealed('alice');
    const focus = await kit.connect('focus@auth.meet.localhost');
    await focus.join(alice.room, 'focus', null);
    const state = await after(alice, 2, 1);
    assert.equal(state.digest, digestOf(['alice']));
  });

  const flood = async (room: string, count: number, withinMs: number) => {
    const [alice] = await kit.gather(room, 'alice');
    await kit.seal([alice]);
    const crowd = await Promise.all(Array.from({ length: count }, () => kit.connect()));
    const nicks = crowd.map((_, index) => `guest${index}`);
    const before = Date.now();
    await Promise.all(crowd.map((person, index) => person.join(room, nicks[index] ?? '')));
    const full = await after(alice, count + 1, count + 1, withinMs);
    assert.equal(full.digest, digestOf(['alice', ...nicks]));
    const seconds = (Date.now() - before) / 1000;
    const announced = alice.drain().filter((stanza) => announcementOf(stanza) !== null).length + 1;
    assert.ok(announced <= seconds + 2, `${announced} announcements in ${seconds} s`);
    await Promise.all(crowd.map((person) => person.leave()));
    const empty = await after(alice, 2 * count + 1, 1, withinMs);
    assert.equal(empty.digest, digestOf(['alice']));
  };

  test('a flood of joins and leaves: each an epoch, announced together', () =>
    flood(kit.newRoom(), 60, 4_000));

  test('the same behind a module that queues joins and delays leaves', () =>
    flood(kit.newRoom('limited'), 9, 9_000));

  test('the first announcement of a change comes within 200 ms and a bit, the next not before a second', async () => {
    const [alice] = await kit.gather(kit.newRoom(), 'alice');
    await after(alice, 1, 1);
    await new Promise((resolve) => setTimeout(resolve, 1_100));
    const [bob, carol] = [await kit.connect(), await kit.connect()];
    // The room says how long it is since bob came: by the clock of the server, which a slow machine holds up as well.
    kit.prosody.shell(
      `> prosody.hosts["${kit.prosody.muc}"].events.add_handler("muc-occupant-joined", function (event)
        if event.nick ~= "${alice.room}/bob" then return; end
        for _, seconds in ipairs({ 0.4, 1.15 }) do require"util.timer".add_task(seconds, function ()
          event.room:broadcast_message(require"util.stanza".message({ type = "groupchat"; from = event.room.jid }, tostring(seconds)));
        end) end
      end)`.replaceAll('\n', ' '),
    );
    const heard: string[] = [];
    alice.xmpp.on('stanza', (stanza) => {
      const state = announcementOf(stanza);
      const seconds = stanza.attrs.from === alice.room && stanza.getChildText('body');
      if (state || seconds) heard.push(state ? `epoch ${state.epoch}` : `${seconds} s`);
    });
    await bob.join(alice.room, 'bob');
    await after(alice, 2, 2);
    await kit.atOnce(async () => {
      await carol.send(carol.presence(alice.room, 'carol'));
      await carol.send(xml('presence', { to: `${alice.room}/carol`, type: 'unavailable' }));
    });
    await after(alice, 4, 2);
    assert.deepEqual(heard, ['epoch 2', '0.4 s', '1.15 s', 'epoch 4']);
  });

  test('health-check rooms are left alone', async () => {
    const room = kit.newRoom('__jicofo-health-check');
    const [alice, bob] = await kit.gather(room, 'alice', 'bob');
    await new Promise((resolve) => setTimeout(resolve, 400));
    assert.ok(![...alice.drain(), ...bob.drain()].some((stanza) => announcementOf(stanza) !== null));
    assert.equal((await alice.state()).epoch, '0');
  });
});
