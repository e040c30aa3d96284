// Sealing, unsealing, announcing, admission and the plaintext guard, against a real Prosody.

import assert from 'node:assert/strict';
import { announcementOf, bundle, digestOf, errorOf, jsonOf, namespace, type Person, xml } from './person.ts';
import { destroyReason, suite } from './setup.ts';

suite(
  'mod_muc_e2ee',
  {
    muc: `
      muc_e2ee_removal_delay = 5
      muc_e2ee_rooms = {
        { "never-*", "off", pinned = true };
        { "always-*", "required" };
      }`,
  },
  (kit, test) => {
    test('the owner seals; everybody present is told who, since when, and the roster', async () => {
      const room = kit.newRoom();
      const [alice, bob] = await kit.gather(room, 'alice', 'bob');
      const before = Math.floor(Date.now() / 1000);
      const answer = await alice.request('seal');
      assert.equal(answer.attrs.type, 'result');
      assert.equal(answer.getChildElements().length, 0);
      const state = await bob.announcement((state) => state.sealed, 'the seal');
      assert.equal(state.policy, 'optional');
      assert.equal(state.by, 'alice');
      assert.ok(state.since !== undefined && state.since >= before && state.since <= before + 5);
      assert.equal(state.occupants, 2);
      const digest = digestOf(['alice', 'bob']);
      assert.equal(state.digest, digest);
      const asked = await bob.state();
      assert.equal(asked.sealed, 'true');
      assert.equal(asked.by, 'alice');
      assert.equal(asked.digest, digest);
      assert.equal(asked.policy, 'optional');
    });

    test('nobody but an owner seals or unseals: auth/forbidden with a text', async () => {
      const [, bob] = await kit.sealed('alice', 'bob');
      for (const name of ['seal', 'unseal']) {
        const error = errorOf(await bob.request(name));
        assert.equal(error.type, 'auth');
        assert.equal(error.condition, 'forbidden');
        assert.match(error.text, /moderator/);
      }
      assert.equal((await bob.state()).sealed, 'true');
    });

    test('who is not in the room gets not-acceptable for every request', async () => {
      const [{ room }] = await kit.sealed('alice');
      const stranger = await kit.connect();
      stranger.room = room;
      for (const answer of [
        await stranger.request('seal'),
        await stranger.request('unseal'),
        await stranger.request('policy', { value: 'off' }),
        await stranger.ask('get', xml('state', { xmlns: namespace })),
      ]) {
        const error = errorOf(answer);
        assert.equal(error.type, 'cancel');
        assert.equal(error.condition, 'not-acceptable');
        assert.ok(error.text.length > 0);
      }
      stranger.room = kit.newRoom('nowhere');
      assert.equal(errorOf(await stranger.request('seal')).condition, 'item-not-found');
    });

    test('the session that sealed unseals at once, and it is announced by whom', async () => {
      const [owner, bob] = await kit.sealed('alice', 'bob');
      assert.equal((await owner.request('unseal')).attrs.type, 'result');
      const state = await bob.announcement(
        (state) => !state.sealed && state.unsealedBy !== undefined,
        'the unsealing',
      );
      assert.equal(state.unsealedBy, 'alice');
      assert.equal((await bob.state())['unsealed-by'], 'alice');
    });

    test('a newcomer is told the state, and each join and leave is a new epoch', async () => {
      const [owner, bob] = await kit.sealed('alice', 'bob');
      const room = owner.room;
      const before = Number((await owner.state()).epoch);
      const [carol] = await kit.gather(room, 'carol');
      const told = await carol.announcement((state) => state.sealed, 'the state on arrival');
      assert.equal(told.by, 'alice');
      assert.equal(told.epoch, before + 1);
      const joined = await owner.announcement((state) => state.epoch === before + 1, 'the join');
      assert.equal(joined.occupants, 3);
      await carol.leave();
      const left = await owner.announcement((state) => state.epoch === before + 2, 'the leave');
      assert.equal(left.occupants, 2);
      assert.notEqual(left.digest, joined.digest);
      await bob.leave();
      await owner.announcement(
        (state) => state.epoch === before + 3 && state.occupants === 1,
        'the second leave',
      );
    });

    test('the room configuration and disco#info show policy, seal and epoch', async () => {
      const [owner] = await kit.sealed('alice');
      const info = await owner.ask('get', xml('query', { xmlns: 'http://jabber.org/protocol/disco#info' }));
      const query = info.getChild('query');
      assert.ok(query?.getChildren('feature').some((feature) => feature.attrs.var === namespace));
      const fields = new Map(
        query
          ?.getChild('x', 'jabber:x:data')
          ?.getChildren('field')
          .map((field) => [field.attrs.var, field.getChildText('value')]),
      );
      assert.equal(fields.get(`${namespace}#policy`), 'optional');
      assert.equal(fields.get(`${namespace}#sealed`), 'true');
      assert.equal(fields.get(`${namespace}#epoch`), '1');
      const form = await owner.ask('get', xml('query', { xmlns: 'http://jabber.org/protocol/muc#owner' }));
      assert.match(form.toString(), /Encryption policy: optional; the room is sealed/);
      const submitted = await owner.ask(
        'set',
        xml(
          'query',
          { xmlns: 'http://jabber.org/protocol/muc#owner' },
          xml(
            'x',
            { xmlns: 'jabber:x:data', type: 'submit' },
            xml('field', { var: 'FORM_TYPE' }, xml('value', {}, 'http://jabber.org/protocol/muc#roomconfig')),
            xml('field', { var: `${namespace}#policy` }, xml('value', {}, 'off')),
          ),
        ),
      );
      assert.equal(submitted.attrs.type, 'result');
      assert.equal((await owner.state()).policy, 'optional');
    });

    for (const [what, text, words] of [
      ['without the property', null, /cannot take part/],
      ['with an empty property', '', /cannot take part/],
      ['with an unknown version', '2.AAAA', /keys that cannot be used/],
      ['with other characters than base64url', '1.AA/A', /keys that cannot be used/],
      ['with nothing after the version', '1.', /keys that cannot be used/],
      ['with an oversized property', `1.${'A'.repeat(5000)}`, /keys that cannot be used/],
    ] as const) {
      test(`a client ${what} is refused from a sealed room, first in words and then as an error`, async () => {
        const [owner] = await kit.sealed('alice');
        const room = owner.room;
        const mallory = await kit.connect();
        mallory.tryJoin(room, 'mallory', text);
        const came = await mallory.next((stanza) => stanza.is('presence'), 'the farewell');
        assert.equal(came.attrs.type, 'unavailable');
        const reason = destroyReason(came);
        assert.ok(reason);
        assert.match(reason, words);
        const error = await mallory.next((stanza) => stanza.is('presence'), 'the error');
        assert.deepEqual(errorOf(error), { type: 'cancel', condition: 'not-allowed', text: reason });
        assert.ok(error.getChild('error')?.getChild('e2ee-required', namespace));
        assert.doesNotMatch(reason, /[.:{]/);
        await owner.state();
        assert.ok(!owner.drain().some((stanza) => stanza.attrs.from === `${room}/mallory`));
      });
    }

    test('a client that says the property twice is refused', async () => {
      const [{ room }] = await kit.sealed('alice');
      const mallory = await kit.connect();
      mallory.tryJoin(room, 'mallory', bundle('a'), [xml('jitsi_participant_sealmeet', {}, bundle('b'))]);
      assert.equal((await mallory.error('the refusal')).condition, 'not-allowed');
    });

    test('a client that drops the property later is removed, with words', async () => {
      const [owner, bob] = await kit.sealed('alice', 'bob');
      const room = owner.room;
      await bob.update([xml('nick', {}, 'Bob')]);
      const farewell = await bob.next((stanza) => destroyReason(stanza) !== null, 'the farewell');
      assert.match(destroyReason(farewell) ?? '', /no longer announces|cannot take part/);
      const gone = await owner.next(
        (stanza) => stanza.attrs.from === `${room}/bob` && stanza.attrs.type === 'unavailable',
        "bob's leaving",
      );
      assert.ok(gone.toString().includes('code="307"'));
    });

    test('a client that keeps the property may say other things', async () => {
      const [owner, bob] = await kit.sealed('alice', 'bob');
      const room = owner.room;
      owner.drain();
      await bob.update([xml('nick', {}, 'Bob'), xml('jitsi_participant_sealmeet', {}, bundle('bob'))]);
      await owner.next(
        (stanza) => stanza.attrs.from === `${room}/bob` && stanza.getChildText('nick') === 'Bob',
        'it',
      );
    });

    test('another bundle under the same nick is a new epoch', async () => {
      const [owner, bob] = await kit.sealed('alice', 'bob');
      const before = Number((await owner.state()).epoch);
      await bob.update([xml('jitsi_participant_sealmeet', {}, bundle('other'))]);
      await owner.announcement((state) => state.epoch === before + 1, 'the change');
    });

    test('nick changes and second sessions are refused in a sealed room', async () => {
      const [, bob] = await kit.sealed('alice', 'bob');
      const room = bob.room;
      await bob.send(
        xml('presence', { to: `${room}/bobby` }, xml('jitsi_participant_sealmeet', {}, bundle('bob'))),
      );
      const error = await bob.error('the refusal');
      assert.equal(error.condition, 'not-acceptable');
      assert.match(error.text, /leave and join again/);

      const one = await kit.connect('somebody@auth.meet.localhost', { resource: 'one' });
      const two = await kit.connect('somebody@auth.meet.localhost', { resource: 'two' });
      await one.join(room, 'twin');
      two.tryJoin(room, 'twin', bundle('twin'));
      assert.match((await two.error('the refusal')).text, /another window/);
    });

    test('the focus is exempt by its account, not by its nick', async () => {
      const [{ room }] = await kit.sealed('alice');
      const focus = await kit.connect('focus@auth.meet.localhost');
      await focus.join(room, 'focus', null);
      const [{ room: other }] = await kit.sealed('bob');
      const pretender = await kit.connect();
      pretender.tryJoin(other, 'focus', null);
      assert.equal((await pretender.error('the refusal')).condition, 'not-allowed');
    });

    test('who cannot take part when a room is sealed is told, and removed after the delay', async () => {
      const room = kit.newRoom();
      const [alice] = await kit.gather(room, 'alice');
      const [old, late] = [await kit.connect(), await kit.connect()];
      await old.join(room, 'old', null);
      await late.join(room, 'late', null);
      await alice.request('seal');
      const told = await old.next((stanza) => stanza.getChild('body') !== undefined, 'the warning');
      assert.match(told.getChildText('body') ?? '', /removed in 5 seconds/);
      // The plugin of the other one was only slow.
      await late.update([xml('jitsi_participant_sealmeet', {}, bundle('late'))]);
      const farewell = await old.next((stanza) => destroyReason(stanza) !== null, 'the farewell');
      assert.match(destroyReason(farewell) ?? '', /just sealed/);
      await alice.next(
        (stanza) => stanza.attrs.from === `${room}/old` && stanza.attrs.type === 'unavailable',
        'it',
      );
      assert.ok(!late.drain().some((stanza) => destroyReason(stanza) !== null));
    });

    test('a body is refused in a sealed room and passes in another', async () => {
      const [owner, bob] = await kit.sealed('alice', 'bob');
      await owner.groupchat(xml('body', {}, 'hello'));
      const error = await owner.error('the refusal');
      assert.deepEqual([error.type, error.condition], ['modify', 'policy-violation']);
      assert.match(error.text, /unencrypted/);
      await owner.request('unseal');
      await owner.groupchat(xml('body', {}, 'hello again'));
      const came = await bob.next((stanza) => stanza.getChild('body') !== undefined, 'the body');
      assert.equal(came?.getChildText('body'), 'hello again');
    });

    const json = (text: string, xmlns?: string) => xml('json-message', xmlns ? { xmlns } : {}, text);
    const jitmeet = 'http://jitsi.org/jitmeet';
    for (const [what, children] of [
      ['an endpoint message of another type', [json('{"type":"reactions"}', jitmeet)]],
      ['a poll', [json('{"type":"new-poll","question":"?"}', jitmeet)]],
      ['an endpoint message without namespace', [json('{"type":"reactions"}')]],
      ['an endpoint message that is no JSON', [json('hello "sealmeet"', jitmeet)]],
      ['a type that only looks sealed', [json('{"type":"x","y":"sealmeet"}', jitmeet)]],
      [
        'a type that only Prosody would read',
        [json('{"type":"reactions","__hash":["type","sealmeet"]}', jitmeet)],
      ],
      ['the same in disguise', [json('{"type":"reactions","\\u005f_hash":["type","sealmeet"]}', jitmeet)]],
      [
        'two endpoint messages',
        [json('{"type":"sealmeet","v":1}', jitmeet), json('{"type":"sealmeet","v":1}', jitmeet)],
      ],
      ['an endpoint message of an unknown namespace', [json('{"type":"sealmeet"}', 'urn:other')]],
      ['a body beside a sealed message', [json('{"type":"sealmeet","v":1}', jitmeet), xml('body', {}, 'x')]],
      ['a reaction', [xml('reactions', { xmlns: 'urn:xmpp:reactions:0', id: '1' })]],
      ['a subject', [xml('subject', {}, 'clear')]],
      ['an unknown element', [xml('anything', { xmlns: 'urn:any' })]],
      ['text in a hint', [xml('no-store', { xmlns: 'urn:xmpp:hints' }, 'clear')]],
    ] as const) {
      test(`${what} is refused in a sealed room`, async () => {
        const [owner, bob] = await kit.sealed('alice', 'bob');
        await owner.groupchat(...children);
        assert.equal((await owner.error('the refusal')).condition, 'policy-violation');
        await owner.send(xml('message', { to: `${owner.room}/bob`, type: 'chat' }, ...children));
        assert.equal((await owner.error('the refusal')).condition, 'policy-violation');
        await bob.state();
        assert.ok(
          !bob
            .drain()
            .some(
              (stanza) =>
                stanza.is('message') &&
                announcementOf(stanza) === null &&
                stanza.getChild('subject')?.getText() !== '',
            ),
        );
      });
    }

    test('JSON that nests as deeply as a stanza can is refused, and the server runs on', async () => {
      const [alice] = await kit.sealed('alice');
      await alice.groupchat(json(`["sealmeet",${'['.repeat(240_000)}`, jitmeet));
      assert.equal((await alice.error('the refusal')).condition, 'policy-violation');
      assert.doesNotMatch(kit.prosody.log(), /Traceback|stack overflow/);
    });

    test('sealed endpoint messages pass, to all and to one', async () => {
      const all = await kit.sealed('alice', 'bob', 'carol');
      const [owner, bob] = all;
      await owner.endpointMessage({ type: 'sealmeet', v: 1, beacon: 'abc' });
      for (const person of all.slice(1)) {
        const came = await person.next(
          (stanza) => stanza.attrs.from === `${owner.room}/alice` && stanza.is('message'),
          'it',
        );
        assert.deepEqual(jsonOf(came), { type: 'sealmeet', v: 1, beacon: 'abc' });
      }
      await owner.endpointMessage({ type: 'sealmeet', v: 1, hello: 'abc' }, 'bob');
      const came = await bob.next((stanza) => stanza.attrs.type === 'chat', 'it');
      assert.deepEqual(came && jsonOf(came), { type: 'sealmeet', v: 1, hello: 'abc' });
    });

    test('an error that carries content is not handed on in a sealed room', async () => {
      const [owner, bob] = await kit.sealed('alice', 'bob');
      bob.drain();
      await owner.send(
        xml(
          'message',
          { to: `${owner.room}/bob`, type: 'error' },
          xml('body', {}, 'clear'),
          xml(
            'error',
            { type: 'cancel' },
            xml('not-allowed', { xmlns: 'urn:ietf:params:xml:ns:xmpp-stanzas' }),
          ),
        ),
      );
      await owner.endpointMessage({ type: 'sealmeet', v: 1 }, 'bob');
      await bob.next((stanza) => stanza.attrs.type === 'chat', 'the message after it');
      assert.ok(!bob.drain().some((stanza) => stanza.getChild('body')));
    });

    test('of a key message each occupant gets its own part and nothing else', async () => {
      const room = kit.newRoom();
      const [alice, bob, carol, dave] = await kit.gather(room, 'alice', 'bob', 'carol', 'dave');
      for (const person of [alice, bob, carol, dave])
        await person.announcement((state) => state.occupants === 4, 'all');
      await alice.endpointMessage({
        type: 'sealmeet',
        v: 1,
        olm: { bob: [0, 'Ym9i'], carol: [1, 'Y2Fy+/=='], alice: [1, 'bWU='], nobody: [1, 'AAAA'] },
      });
      const parts = async (person: Person) => {
        const came = await person.next(
          (stanza) => stanza.is('message') && stanza.attrs.from === `${room}/alice`,
          'its part',
        );
        assert.equal(came.attrs.type, 'groupchat');
        assert.equal(came.getChild('json-message')?.getNS(), jitmeet);
        return jsonOf(came);
      };
      assert.deepEqual(await parts(bob), { type: 'sealmeet', v: 1, olm: { bob: [0, 'Ym9i'] } });
      assert.deepEqual(await parts(carol), { type: 'sealmeet', v: 1, olm: { carol: [1, 'Y2Fy+/=='] } });
      for (const person of [alice, dave]) {
        await person.state();
        assert.ok(
          !person.drain().some((stanza) => stanza.is('message') && stanza.attrs.from === `${room}/alice`),
        );
      }
    });

    test('policies by room name: off cannot be sealed, required is sealed from the start', async () => {
      const never = kit.newRoom('never');
      const [alice] = await kit.gather(never, 'alice');
      const error = errorOf(await alice.request('seal'));
      assert.deepEqual([error.type, error.condition], ['cancel', 'not-allowed']);
      assert.match(error.text, /switched sealing off/);

      const always = kit.newRoom('always');
      const first = await kit.connect();
      first.tryJoin(always, 'old', null);
      assert.equal((await first.error('the refusal')).condition, 'not-allowed');
      const [bob] = await kit.gather(always, 'bob');
      const state = await bob.announcement((state) => state.sealed, 'the state');
      assert.equal(state.policy, 'required');
      assert.equal(state.by, undefined);
      assert.equal(errorOf(await bob.request('unseal')).condition, 'not-allowed');
    });
  },
);
