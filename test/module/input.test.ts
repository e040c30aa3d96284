// Bad input of every kind: a stanza error or nothing, never a crash, and other rooms do not notice.

import assert from 'node:assert/strict';
import { connect as open } from 'node:net';
import {
  announcementOf,
  bundle,
  type Element,
  errorOf,
  jsonOf,
  mucUser,
  namespace,
  Person,
  xml,
} from './person.ts';
import { suite } from './setup.ts';

const jitmeet = 'http://jitsi.org/jitmeet';
const json = (text: string) => xml('json-message', { xmlns: jitmeet }, text);

suite(
  'bad input',
  {
    muc: `
      muc_e2ee_max_parts = 3
      muc_e2ee_max_part_size = 512
      muc_e2ee_max_message_size = 4096
      muc_e2ee_max_unparted_size = 1024
      muc_e2ee_message_burst = 30
      muc_e2ee_message_rate = 1`,
  },
  (kit, test) => {
    /** Longer than the server keeps a part back. */
    const partsWait = () => new Promise((resolve) => setTimeout(resolve, 100));
    const refusedAs = async (person: Person, object: unknown) => {
      await (typeof object === 'string' ? person.groupchat(json(object)) : person.endpointMessage(object));
      return await person.error('the refusal');
    };

    for (const [what, olm, words] of [
      ['olm as text', 'x', /olm has to be an object/],
      ['olm as a list', [[0, 'QQ==']], /occupant ids/],
      ['a part as text', { bob: 'QQ==' }, /a part is/],
      ['a part of another kind', { bob: [2, 'QQ=='] }, /a part is/],
      ['no base64', { bob: [1, 'hello there'] }, /base64/],
      ['an oversized part', { bob: [1, 'Q'.repeat(513)] }, /too long/],
    ] as const) {
      test(`a key message with ${what} is refused and reaches nobody`, async () => {
        const [alice, bob] = await kit.gather(kit.newRoom(), 'alice', 'bob');
        const error = await refusedAs(alice, { type: 'sealmeet', v: 1, olm });
        assert.deepEqual([error.type, error.condition], ['modify', 'bad-request']);
        assert.match(error.text, words);
        await bob.state();
        assert.ok(
          !bob.drain().some((stanza) => stanza.is('message') && stanza.attrs.from === `${bob.room}/alice`),
        );
      });
    }
    test('another version and further fields are refused', async () => {
      const [alice] = await kit.gather(kit.newRoom(), 'alice');
      assert.match((await refusedAs(alice, { type: 'sealmeet', v: 2, olm: {} })).text, /v has to be 1/);
      assert.match(
        (await refusedAs(alice, { type: 'sealmeet', v: 1, olm: {}, text: 'clear' })).text,
        /no fields but/,
      );
    });
    test('too many parts, too large a message, too large a message without parts', async () => {
      const [alice] = await kit.gather(kit.newRoom(), 'alice');
      const parts = Object.fromEntries(['a', 'b', 'c', 'd'].map((id) => [id, [1, 'QQ==']]));
      const many = await refusedAs(alice, { type: 'sealmeet', v: 1, olm: parts });
      assert.deepEqual([many.type, many.condition], ['modify', 'policy-violation']);
      assert.match(many.text, /at most 3/);
      const large = await refusedAs(alice, { type: 'sealmeet', v: 1, olm: { a: [1, 'Q'.repeat(5000)] } });
      assert.deepEqual([large.type, large.condition], ['modify', 'policy-violation']);
      assert.match(large.text, /at most 4096/);
      assert.match(
        (await refusedAs(alice, { type: 'sealmeet', v: 1, data: 'Q'.repeat(2000) })).text,
        /at most 1024/,
      );
    });
    test('what only the server says is refused from an occupant', async () => {
      const [alice, bob] = await kit.gather(kit.newRoom(), 'alice', 'bob');
      const error = await refusedAs(alice, { type: 'sealmeet', v: 1, room: { sealed: false } });
      assert.equal(error.condition, 'bad-request');
      assert.match(error.text, /only the server/);
      const relayed = { type: 'sealmeet', v: 1, relay: [['bob', { olm: { alice: [1, 'QQ=='] } }]] };
      await bob.endpointMessage(relayed, 'alice');
      for (const refused of [
        await refusedAs(bob, relayed),
        await bob.error('the refusal of a private one'),
      ]) {
        assert.deepEqual([refused.type, refused.condition], ['modify', 'bad-request']);
        assert.match(refused.text, /relay are what only the server says/);
      }
      await alice.state();
      assert.ok(!alice.drain().some((stanza) => stanza.is('message') && jsonOf(stanza)?.relay));
    });
    test('JSON that nests too deeply, or is none, is refused in a sealed room', async () => {
      const [alice] = await kit.sealed('alice');
      assert.equal((await refusedAs(alice, `["sealmeet",${'['.repeat(3000)}`)).condition, 'policy-violation');
      assert.equal((await refusedAs(alice, '{"type":"sealmeet"')).condition, 'policy-violation');
      assert.equal((await refusedAs(alice, '"sealmeet"')).condition, 'policy-violation');
    });
    test('what cannot be read as the browser reads it is refused in any room', async () => {
      const [alice] = await kit.gather(kit.newRoom(), 'alice');
      for (const [text, words] of [
        ['{"type":"\\u0073ealmeet","v":1,"room":{"sealed":false}}', /only the server/],
        ['{"type":"sealmeet","v":1,"room":{"sealed":false},"__hash":{"type":"x"}}', /begins with __/],
        ['{"type":"sealmeet","v":1,"__array":[]}', /begins with __/],
        ['{"type":"sealmeet","v":1,"room":', /expected JSON/],
      ] as const) {
        const error = await refusedAs(alice, text);
        assert.deepEqual([error.type, error.condition], ['modify', 'bad-request'], text);
        assert.match(error.text, words);
      }
      await alice.groupchat(json('{"type":"sealmeet","v":1}'), json('{"type":"sealmeet","v":1}'));
      assert.match((await alice.error('the refusal')).text, /one json-message/);
    });
    test('more values than a key message can have are refused before they are decoded', async () => {
      const [alice] = await kit.gather(kit.newRoom(), 'alice');
      const error = await refusedAs(alice, `{"type":"sealmeet","v":1,"x":[${'1,'.repeat(100)}1]}`);
      assert.deepEqual([error.type, error.condition], ['modify', 'policy-violation']);
      assert.match(error.text, /too many parts/);
    });
    test('beyond its rate nothing is decoded', async () => {
      const [alice] = await kit.gather(kit.newRoom(), 'alice');
      // At one moment, so that nothing is earned meanwhile.
      await kit.atOnce(async () => {
        for (let index = 0; index < 30; index += 1) await alice.endpointMessage({ type: 'sealmeet', v: 1 });
        await alice.groupchat(json('{"type":"sealmeet","v":1,"room":'));
      });
      const error = await alice.error('the refusal');
      assert.deepEqual([error.type, error.condition], ['wait', 'resource-constraint']);
    });
    for (const [who, kind] of [
      ['an occupant', 'invite'],
      ['an occupant', 'decline'],
      ['a stranger', 'decline'],
    ] as const) {
      test(`${who} has the room say nothing by an ${kind}`, async () => {
        for (const sealed of [false, true]) {
          const [alice, bob] = sealed
            ? await kit.sealed('alice', 'bob')
            : await kit.gather(kit.newRoom(), 'alice', 'bob');
          const sender = who === 'a stranger' ? await kit.connect() : alice;
          await sender.send(
            xml(
              'message',
              { to: alice.room },
              xml('x', { xmlns: mucUser }, xml(kind, { to: bob.jid })),
              json('{"type":"sealmeet","v":1,"room":{"policy":"off","sealed":false,"epoch":9}}'),
            ),
          );
          const error = await sender.error('the refusal');
          assert.deepEqual([error.type, error.condition], ['modify', 'policy-violation']);
          assert.match(error.text, /in the name of the room/);
          assert.ok(!bob.drain().some((stanza) => announcementOf(stanza)?.epoch === 9));
        }
      });
    }
    test('an invitation with nothing beside it passes, from a sealed room too; with a text it does not', async () => {
      const [alice] = await kit.sealed('alice');
      const guest = await kit.connect();
      const invite = xml('x', { xmlns: mucUser }, xml('invite', { to: guest.jid }));
      await alice.send(xml('message', { to: alice.room }, invite));
      await guest.next((stanza) => stanza.getChild('x', mucUser)?.getChild('invite') !== undefined, 'it');
      await alice.send(xml('message', { to: alice.room }, invite, xml('body', {}, 'hello')));
      assert.equal((await alice.error('the refusal')).condition, 'policy-violation');
    });
    test('parts for nobody are dropped without a word', async () => {
      const [alice] = await kit.gather(kit.newRoom(), 'alice');
      await alice.endpointMessage({
        type: 'sealmeet',
        v: 1,
        olm: { '../x': [1, 'QQ=='], 'a/b"c': [1, 'QQ=='] },
      });
      await alice.state();
      assert.ok(!alice.drain().some((stanza) => stanza.attrs.type === 'error'));
    });
    test('a part for the focus is dropped', async () => {
      const [alice, bob] = await kit.gather(kit.newRoom(), 'alice', 'bob');
      const focus = await kit.connect('focus@auth.meet.localhost');
      await focus.join(alice.room, 'focus', null);
      await alice.endpointMessage({ type: 'sealmeet', v: 1, olm: { focus: [1, 'QQ=='], bob: [1, 'QQ=='] } });
      await bob.next((stanza) => stanza.is('message') && jsonOf(stanza)?.olm !== undefined, 'the other part');
      await focus.state();
      assert.ok(
        !focus.drain().some((stanza) => stanza.is('message') && stanza.attrs.from === `${alice.room}/alice`),
      );
    });
    test('who is not in the room sends nothing into it', async () => {
      const [alice] = await kit.sealed('alice');
      const stranger = await kit.connect();
      stranger.room = alice.room;
      await stranger.endpointMessage({ type: 'sealmeet', v: 1, olm: { alice: [1, 'QQ=='] } });
      assert.equal((await stranger.error('the refusal')).condition, 'not-acceptable');
      await stranger.endpointMessage({ type: 'sealmeet', v: 1 }, 'alice');
      assert.equal((await stranger.error('the refusal')).condition, 'not-acceptable');
      await partsWait();
      await alice.state();
      assert.ok(!alice.drain().some((stanza) => stanza.is('message') && jsonOf(stanza)?.olm));
    });
    test('a forged sender does not get through', async () => {
      const [alice, bob] = await kit.sealed('alice', 'bob');
      const mallory = await kit.connect();
      await mallory
        .send(
          xml(
            'message',
            { to: alice.room, from: bob.jid, type: 'groupchat' },
            json('{"type":"sealmeet","v":1,"olm":{"alice":[1,"QQ=="]}}'),
          ),
        )
        .catch(() => {});
      await partsWait();
      await alice.state();
      assert.ok(!alice.drain().some((stanza) => stanza.is('message') && jsonOf(stanza)?.olm));
    });
    test('requests in another namespace, of another type or to nowhere are not taken', async () => {
      const [alice] = await kit.gather(kit.newRoom(), 'alice');
      assert.equal(errorOf(await alice.ask('set', xml('seal', { xmlns: 'urn:other' }))).type, 'cancel');
      assert.equal(errorOf(await alice.ask('get', xml('seal', { xmlns: namespace }))).type, 'cancel');
      assert.equal(errorOf(await alice.ask('set', xml('state', { xmlns: namespace }))).type, 'cancel');
      assert.equal(errorOf(await alice.ask('set', xml('open', { xmlns: namespace }))).type, 'cancel');
      assert.equal(
        errorOf(await alice.ask('set', xml('seal', { xmlns: namespace }), kit.prosody.muc)).type,
        'cancel',
      );
      assert.equal((await alice.state()).sealed, 'false');
    });
    test('ten thousand attributes, elements and a very long name do not matter', async () => {
      const [alice, bob] = await kit.sealed('alice', 'bob');
      const attributes = Object.fromEntries(Array.from({ length: 10_000 }, (_, index) => [`a${index}`, '1']));
      // Sent together: expat may put off parsing a huge tag until about as much again has come.
      const sealed = alice.ask('set', xml('seal', { xmlns: namespace, ...attributes }));
      await alice.groupchat(xml('anything', { xmlns: 'urn:any', ...attributes }));
      await alice.groupchat(...Array.from({ length: 10_000 }, () => xml('b', {})));
      await alice.groupchat(xml('n'.repeat(50_000), {}));
      for (let index = 0; index < 8; index += 1) await alice.groupchat(xml('body', {}, 'x'.repeat(20_000)));
      assert.equal((await sealed).attrs.type, 'result');
      for (let index = 0; index < 11; index += 1) {
        assert.equal((await alice.error(`refusal ${index}`)).condition, 'policy-violation');
      }
      const mallory = await kit.connect();
      mallory.tryJoin(
        alice.room,
        'mallory',
        null,
        Array.from({ length: 5_000 }, () => xml('features', {}, xml('feature', { var: 'x' }))),
      );
      assert.equal((await mallory.error('the refusal')).condition, 'not-allowed');
      assert.equal((await bob.state()).sealed, 'true');
    });
    test('a stanza beyond what Prosody takes ends that stream alone', async () => {
      const [alice, bob] = await kit.sealed('alice', 'bob');
      await alice
        .groupchat(json(`{"type":"sealmeet","v":1,"data":"${'Q'.repeat(300_000)}"}`))
        .catch(() => {});
      await bob.announcement((state) => state.occupants === 1, 'the loss of that stream');
    });
    test('a broken stream ends alone', async () => {
      const [alice] = await kit.sealed('alice');
      const socket = open(kit.prosody.c2sPort, '127.0.0.1');
      await new Promise((resolve) => socket.once('connect', resolve));
      socket.resume();
      socket.write('<stream:stream to="meet.localhost"><<<>>\0\0');
      await new Promise((resolve) => socket.once('close', resolve));
      assert.equal((await alice.state()).sealed, 'true');
    });
    test('beyond its rate a sender is refused, and another room goes on', async () => {
      const [alice, bob] = await kit.sealed('alice', 'bob');
      const [carol, dave] = await kit.sealed('carol', 'dave');
      const flood = Array.from({ length: 300 }, (_, index) =>
        alice.endpointMessage({ type: 'sealmeet', v: 1, olm: { bob: [1, `Q${index}`] } }),
      );
      await carol.endpointMessage({ type: 'sealmeet', v: 1, olm: { dave: [1, 'QUJD'] } });
      await dave.next(
        (stanza) => stanza.attrs.from === `${carol.room}/carol` && stanza.is('message'),
        'the part',
      );
      const error = await alice.error('the refusal');
      assert.deepEqual([error.type, error.condition], ['wait', 'resource-constraint']);
      await Promise.all(flood);
      await alice.close();
      const partsIn = (stanza: Element): unknown[] => {
        const said = stanza.is('message') ? jsonOf(stanza) : null;
        return said?.olm ? [said] : ((said?.relay as unknown[] | undefined) ?? []);
      };
      let came = 0;
      while (came < 30)
        came += partsIn(await bob.next((one) => partsIn(one).length > 0, `part ${came} of 30`)).length;
      await new Promise((resolve) => setTimeout(resolve, 300));
      came += bob.drain().flatMap(partsIn).length;
      assert.ok(came < 250, `${came} of 300 came`);
      const metrics = await (await fetch(`http://127.0.0.1:${kit.prosody.httpPort}/metrics`)).text();
      assert.match(metrics, /prosody_mod_muc_e2ee__paused_total\{host="conference.meet.localhost"\} [1-9]/);
    });
    test('a newcomer may say a few words to each of many, one by one, and no more', async () => {
      const [alice, bob] = await kit.sealed('alice', 'bob');
      const say = (count: number) =>
        Promise.all(
          Array.from({ length: count }, (_, index) =>
            alice.endpointMessage({ type: 'sealmeet', v: 1, olm: { bob: [1, `Q${1000 + index}`] } }, 'bob'),
          ),
        );
      await say(200);
      for (let came = 0; came < 200; came += 1)
        await bob.next((stanza) => stanza.is('message') && jsonOf(stanza)?.olm !== undefined, 'each of them');
      // More than are earned while a slow machine reads the first.
      await say(200);
      assert.equal((await alice.error('the refusal')).condition, 'resource-constraint');
    });
    test('coming back does not renew what was used up', async () => {
      const [alice, bob] = await kit.sealed('alice', 'bob');
      for (let index = 0; index < 40; index += 1)
        await alice.endpointMessage({ type: 'sealmeet', v: 1, olm: {} });
      await alice.error('the refusal');
      await alice.leave();
      await alice.join(alice.room, 'alice', bundle('alice'));
      alice.drain();
      for (let index = 0; index < 20; index += 1)
        await alice.endpointMessage({ type: 'sealmeet', v: 1, olm: {} });
      await alice.error('the refusal');
      assert.equal((await bob.state()).sealed, 'true');
    });
    test('after all that the server runs on without an error in its log', async () => {
      const errors = kit.prosody
        .log()
        .split('\n')
        .filter((line) => /\terror\t/.test(line) && !/certmanager/.test(line));
      assert.deepEqual(errors, []);
      const person = await Person.connect(kit.prosody);
      await person.join(kit.newRoom(), 'last');
      await person.close();
    });
  },
);
