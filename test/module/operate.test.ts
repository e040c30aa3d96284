// What an administrator does: reload, unload and load beside open rooms, restart, shell, metrics, log.

import assert from 'node:assert/strict';
import { until } from '../stack/until.ts';
import { errorOf, type Person, xml } from './person.ts';
import { destroyReason, suite } from './setup.ts';

const sealedProperty = xml('jitsi_participant_sealmeet_sealed', {}, '1');

suite('operation', { muc: 'muc_e2ee_removal_delay = 1\nmuc_e2ee_consent_period = 20' }, (kit, test) => {
  const muc = 'conference.meet.localhost';
  const shell = (...words: string[]) => kit.prosody.shell(words.join('\u0000'));
  const refused = async (room: string) => {
    const mallory = await kit.connect();
    mallory.tryJoin(room, 'mallory', null);
    return (await mallory.error('the refusal')).condition;
  };
  const stillGuards = async (alice: Person) => {
    await alice.groupchat(xml('body', {}, 'clear'));
    assert.equal((await alice.error('the refusal')).condition, 'policy-violation');
    assert.equal(await refused(alice.room), 'not-allowed');
  };

  for (const name of ['muc_e2ee', 'muc']) {
    test(`reloading mod_${name} keeps seal, sealer and epoch`, async () => {
      const [alice, bob] = await kit.sealed('alice', 'bob');
      shell('module', 'reload', name, muc);
      const state = await bob.state();
      assert.deepEqual([state.sealed, state.by, state.epoch], ['true', 'alice', '2']);
      await stillGuards(alice);
      await bob.leave();
      await alice.announcement((state) => state.epoch === 3, 'the leave');
      assert.equal((await alice.request('unseal')).getChildElements().length, 0);
      assert.equal((await alice.state()).sealed, 'false');
    });
  }

  test('reloading withdraws an open question and keeps the seal', async () => {
    const [alice, bob] = await kit.sealed('alice', 'bob');
    await alice.ask(
      'set',
      xml(
        'query',
        { xmlns: 'http://jabber.org/protocol/muc#admin' },
        xml('item', { jid: bob.jid.split('/')[0], affiliation: 'owner' }),
      ),
    );
    await bob.request('unseal');
    shell('module', 'reload', 'muc_e2ee', muc);
    const state = await alice.announcement((state) => state.consent?.state === 'withdrawn', 'the withdrawal');
    assert.equal(state.sealed, true);
  });

  test('unloading lets go, loading takes hold again, of who came meanwhile too', async () => {
    const [alice] = await kit.sealed('alice');
    shell('module', 'unload', 'muc_e2ee', muc);
    const late = await kit.connect();
    await late.join(alice.room, 'late', null);
    await alice.groupchat(xml('body', {}, 'clear'));
    await late.next((stanza) => stanza.getChild('body') !== undefined, 'the body');
    assert.equal(errorOf(await alice.request('seal')).condition, 'service-unavailable');
    shell('module', 'load', 'muc_e2ee', muc);
    await late.next((stanza) => destroyReason(stanza) !== null, 'the removal');
    await stillGuards(alice);
  });

  test('after a restart the first owner that asks has the seal taken back, and the log says so', async () => {
    const [alice] = await kit.sealed('alice');
    const { room } = alice;
    await kit.disconnect();
    await kit.prosody.restart();
    const back = await kit.connect();
    await back.join(room, 'alice', undefined, [sealedProperty]);
    const state = await back.announcement(() => true, 'the state');
    assert.deepEqual([state.sealed, state.unsealedBy], [false, undefined]);
    assert.equal((await back.request('seal')).attrs.type, 'result');
    assert.match(kit.prosody.log(), new RegExp(`${room}: had forgotten that this room is sealed`));
    await stillGuards(back);
  });

  test('a first seal is not taken for a forgotten one', async () => {
    const [alice] = await kit.sealed('alice');
    assert.doesNotMatch(kit.prosody.log(), new RegExp(`${alice.room}: had forgotten`));
  });

  test('the shell shows a room and all rooms', async () => {
    const [alice] = await kit.sealed('alice', 'bob');
    const lua = (call: string) => shell(`> prosody.hosts['${muc}'].modules.muc_e2ee.${call}`);
    const pattern = /policy optional \(default\), sealed by alice since 20\d\d-.*, epoch 2, 2 occupants/;
    assert.match(lua(`status('${alice.room}')`), pattern);
    assert.match(lua(`status('${alice.room.split('@')[0]}')`), pattern);
    assert.match(lua(`status('nowhere')`), /no such room/);
    assert.match(lua('rooms()'), /rooms, [1-9]\d* sealed/);
    if (kit.prosody.version === '13') {
      assert.match(shell('e2ee', 'status', alice.room), pattern);
      assert.match(shell('e2ee', 'rooms', muc), /rooms, [1-9]\d* sealed/);
    }
  });

  test('metrics count, without naming any room', async () => {
    const read = async () => {
      const answer = await fetch(`http://127.0.0.1:${kit.prosody.httpPort}/metrics`);
      const text = await answer.text();
      return (name: string, label = '') => {
        const line = text
          .split('\n')
          .find(
            (line) =>
              line.startsWith(`prosody_mod_muc_e2ee__${name}`) &&
              line.includes(`host="${muc}"`) &&
              line.includes(label),
          );
        return line ? Number(line.split(' ').at(-1)) : 0;
      };
    };
    // What the tests before this one left closes by and by.
    await until('no room is sealed', async () => (await read())('sealed_rooms') === 0, {
      withinMs: 20_000,
      everyMs: 100,
    });
    const before = await read();
    const [alice, bob] = await kit.sealed('alice', 'bob');
    await refused(alice.room);
    await alice.groupchat(xml('body', {}, 'clear'));
    await alice.error('the refusal');
    await alice.endpointMessage({ type: 'sealmeet', v: 1, olm: { bob: [1, 'QUJD'], nobody: [1, 'QUJD'] } });
    await bob.next(
      (stanza) => stanza.attrs.from === `${alice.room}/alice` && stanza.is('message'),
      'its part',
    );
    const after = await read();
    const grown = (name: string, label?: string) => after(name, label) - before(name, label);
    assert.equal(grown('sealed_rooms'), 1);
    assert.equal(grown('epochs_total'), 2);
    assert.equal(grown('refused_total', 'reason="join-no-capability"'), 1);
    assert.equal(grown('clear_payloads_total', 'kind="body"'), 1);
    assert.equal(grown('key_messages_total'), 1);
    assert.equal(grown('key_parts_total'), 1);
    assert.equal(grown('key_parts_dropped_total'), 1);
    assert.ok(grown('key_received_bytes_total') > 0);
    assert.ok(grown('key_sent_bytes_total') > 0);
    assert.equal(grown('fanout_seconds_count'), 1);
    const text = await (await fetch(`http://127.0.0.1:${kit.prosody.httpPort}/metrics`)).text();
    assert.ok(!text.includes(alice.room.split('@')[0] ?? alice.room));
  });

  test('nothing of a message or a bundle is in the log, and no error', async () => {
    const [alice] = await kit.sealed('alice', 'bob');
    await alice.endpointMessage({ type: 'sealmeet', v: 1, olm: { bob: [1, 'U0VDUkVU'] } });
    await alice.groupchat(xml('body', {}, 'SECRET'));
    await alice.error('the refusal');
    const log = kit.prosody.log();
    assert.ok(!log.includes('SECRET') && !log.includes('U0VDUkVU'));
    const errors = log.split('\n').filter((line) => /\terror\t/.test(line) && !/certmanager/.test(line));
    assert.deepEqual(errors, []);
  });
});
