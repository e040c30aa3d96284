// Beside modules that hook where Jitsi's own do, at the same priorities (test/module/modules).

import assert from 'node:assert/strict';
import { bundle, errorOf, jsonOf, namespace, xml } from './person.ts';
import { destroyReason, suite } from './setup.ts';

suite(
  "beside Jitsi's modules",
  {
    hostModules: ['test_domain_mapper'],
    mucModules: ['test_hide_all', 'test_meeting_id', 'test_rate_limit', 'test_lobby', 'test_visitors'],
    muc: 'muc_e2ee_rooms = { { "always-*", "required" }; { "waiting-always*", "required" } }',
  },
  (kit, test) => {
    test('muc_hide_all: strangers are not told the policy, but are told why they are refused', async () => {
      const [alice] = await kit.sealed('alice');
      const stranger = await kit.connect();
      const info = xml('query', { xmlns: 'http://jabber.org/protocol/disco#info' });
      assert.equal(errorOf(await stranger.ask('get', info, alice.room)).condition, 'forbidden');
      stranger.tryJoin(alice.room, 'stranger', null);
      assert.match((await stranger.error('the refusal')).text, /end-to-end encrypted/);
    });

    test('muc_meeting_id: a join that waits for the focus is judged once, when it happens', async () => {
      const room = kit.newRoom('waiting-always');
      const info = xml('query', { xmlns: 'http://jabber.org/protocol/disco#info' });
      const [capable, incapable] = [await kit.connect(), await kit.connect()];
      capable.tryJoin(room, 'capable', bundle('capable'));
      await capable.ask('get', info, room);
      incapable.tryJoin(room, 'incapable', null);
      await incapable.ask('get', info, room);
      for (const person of [capable, incapable])
        assert.ok(!person.drain().some((stanza) => stanza.is('presence')));
      const focus = await kit.connect('focus@auth.meet.localhost');
      await focus.join(room, 'focus', null);
      await capable.announcement((state) => state.sealed, 'the state');
      await incapable.next((stanza) => destroyReason(stanza) !== null, 'the farewell');
      await incapable.error('the refusal');
      await incapable.ask('get', info, room);
      assert.ok(!incapable.drain().some((stanza) => stanza.is('presence')));
      assert.equal((await capable.state()).occupants, '1');
    });

    test('muc_meeting_id: key messages pass, and what is no JSON is refused rather than dropped', async () => {
      const [alice, bob] = await kit.sealed('alice', 'bob');
      await alice.endpointMessage({ type: 'sealmeet', v: 1, beacon: 'b' });
      await bob.next(
        (stanza) => stanza.attrs.from === `${alice.room}/alice` && stanza.is('message'),
        'the beacon',
      );
      await alice.groupchat(xml('json-message', { xmlns: 'http://jitsi.org/jitmeet' }, 'no JSON'));
      assert.equal((await alice.error('the refusal')).condition, 'policy-violation');
    });

    test('muc_rate_limit: a delayed join is refused with words as any other', async () => {
      const room = kit.newRoom('limited');
      const [alice] = await kit.gather(room, 'alice');
      await kit.seal([alice]);
      const crowd = await Promise.all(Array.from({ length: 6 }, () => kit.connect()));
      for (const [index, person] of crowd.entries()) person.tryJoin(room, `guest${index}`, null);
      for (const person of crowd) {
        await person.next((stanza) => destroyReason(stanza) !== null, 'the farewell', 6_000);
        assert.equal((await person.error('the refusal')).condition, 'not-allowed');
      }
      assert.equal((await alice.state()).occupants, '1');
    });

    test('muc_domain_mapper: everything goes by the address on the wire', async () => {
      const room = `tenants@conference.tenant.meet.localhost`;
      const [alice, bob] = await kit.gather(room, 'alice', 'bob');
      await kit.seal([alice, bob]);
      assert.equal((await alice.state()).by, 'alice');
      await alice.endpointMessage({ type: 'sealmeet', v: 1, olm: { bob: [1, 'QUJD'] } });
      const part = await bob.next(
        (stanza) => stanza.attrs.from === `${room}/alice` && stanza.is('message'),
        'the part',
      );
      assert.deepEqual(jsonOf(part), { type: 'sealmeet', v: 1, olm: { bob: [1, 'QUJD'] } });
      const mallory = await kit.connect();
      mallory.tryJoin(room, 'mallory', null);
      const farewell = await mallory.next((stanza) => stanza.is('presence'), 'the farewell');
      assert.equal(farewell.attrs.from, `${room}/mallory`);
      assert.ok(destroyReason(farewell));
      await alice.groupchat(xml('body', {}, 'clear'));
      assert.equal((await alice.error('the refusal')).condition, 'policy-violation');
    });

    test('muc_domain_mapper: patterns fit the name without the tenant', async () => {
      const [alice] = await kit.gather('always-tenant@conference.tenant.meet.localhost', 'alice');
      assert.equal((await alice.state()).policy, 'required');
    });

    test('muc_lobby_rooms: sealing does not close the lobby', async () => {
      const room = kit.newRoom('lobby');
      const [alice] = await kit.gather(room, 'alice');
      await kit.seal([alice]);
      await alice.request('policy', { value: 'required' });
      const guest = await kit.connect();
      guest.tryJoin(room, 'guest', '1.QUJD');
      const error = await guest.error('the lobby');
      assert.deepEqual([error.type, error.condition], ['auth', 'registration-required']);
      assert.ok(!kit.prosody.log().includes(`lobby of ${room} closed`));
    });

    test('muc_lobby_rooms: who cannot take part is told so before waiting in the lobby', async () => {
      const room = kit.newRoom('lobby');
      const [alice] = await kit.gather(room, 'alice');
      await kit.seal([alice]);
      const guest = await kit.connect();
      guest.tryJoin(room, 'guest', null);
      assert.equal((await guest.error('the refusal')).condition, 'not-allowed');
    });

    test('visitors: neither clear messages nor keys are forwarded', async () => {
      const [alice, bob] = await kit.sealed('alice', 'bob');
      await alice.groupchat(xml('body', {}, 'clear words'));
      await alice.error('the refusal');
      await alice.endpointMessage({ type: 'sealmeet', v: 1, olm: { bob: [1, 'S0VZUw=='] } });
      await bob.next(
        (stanza) => stanza.attrs.from === `${alice.room}/alice` && stanza.is('message'),
        'the part',
      );
      await alice.endpointMessage({ type: 'sealmeet', v: 1, beacon: 'b' });
      await bob.next(
        (stanza) => stanza.attrs.from === `${alice.room}/alice` && stanza.is('message'),
        'the beacon',
      );
      const forwarded = kit.prosody
        .log()
        .split('\n')
        .filter((line) => line.includes('forwarded to visitors'));
      assert.ok(forwarded.some((line) => line.includes('beacon')));
      assert.ok(!forwarded.some((line) => line.includes('clear words') || line.includes('S0VZUw')));
    });

    test('history: what is sealed is not played to newcomers', async () => {
      const [alice] = await kit.sealed('alice');
      await alice.groupchat(
        xml('json-message', { xmlns: 'http://jitsi.org/jitmeet' }, '{"type":"sealmeet","v":1,"data":"x"}'),
        xml('store', { xmlns: 'urn:xmpp:hints' }),
      );
      await alice.next(
        (stanza) => stanza.attrs.from === `${alice.room}/alice` && stanza.is('message'),
        'the own copy',
      );
      const [bob] = await kit.gather(alice.room, 'bob');
      await bob.announcement((state) => state.sealed, 'the state');
      assert.ok(!bob.drain().some((stanza) => jsonOf(stanza)?.data === 'x'));
      assert.ok(!kit.prosody.log().includes(namespace));
    });
  },
);
