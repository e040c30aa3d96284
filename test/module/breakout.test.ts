// Breakout rooms live on another component and inherit from their main room.

import assert from 'node:assert/strict';
import { errorOf } from './person.ts';
import { suite } from './setup.ts';

suite(
  'breakout rooms',
  { mucModules: ['test_breakout'], muc: 'muc_e2ee_rooms = { { "always-*", "required", pinned = true } }' },
  (kit, test) => {
    const open = (main: string) => {
      const breakout = kit.newRoom('breakout', kit.prosody.breakout);
      kit.prosody.shell(
        `> prosody.hosts['conference.meet.localhost'].modules.test_breakout.open('${main}', '${breakout}')`,
      );
      return breakout;
    };

    test('a breakout room of a sealed room is sealed, and keeps out who cannot take part', async () => {
      const [alice] = await kit.sealed('alice');
      const breakout = open(alice.room);
      const mallory = await kit.connect();
      mallory.tryJoin(breakout, 'mallory', null);
      assert.equal((await mallory.error('the refusal')).condition, 'not-allowed');
      const [bob] = await kit.gather(breakout, 'bob');
      const state = await bob.announcement(() => true, 'the state');
      assert.equal(state.sealed, true);
      const error = errorOf(await bob.request('unseal'));
      assert.deepEqual([error.type, error.condition], ['cancel', 'not-allowed']);
      assert.match(error.text, /main meeting is sealed/);
    });

    test('sealing the main room seals the breakout rooms that are open', async () => {
      const [alice] = await kit.gather(kit.newRoom(), 'alice');
      const breakout = open(alice.room);
      const [bob] = await kit.gather(breakout, 'bob');
      assert.equal((await bob.state()).sealed, 'false');
      await alice.request('seal');
      await bob.announcement((state) => state.sealed, 'the seal');
    });

    test('unsealing the main room leaves them sealed until somebody there unseals', async () => {
      const [alice] = await kit.sealed('alice');
      const [bob] = await kit.gather(open(alice.room), 'bob');
      await alice.request('unseal');
      assert.equal((await bob.state()).sealed, 'true');
      assert.equal((await bob.request('unseal')).attrs.type, 'result');
      assert.equal((await bob.state()).sealed, 'false');
    });

    test('the policy is inherited, pin and all', async () => {
      const [alice] = await kit.gather(kit.newRoom('always'), 'alice');
      const [bob] = await kit.gather(open(alice.room), 'bob');
      const state = await bob.state();
      assert.deepEqual([state.policy, state.pinned, state.sealed], ['required', 'true', 'true']);
      assert.equal(errorOf(await bob.request('policy', { value: 'optional' })).condition, 'not-allowed');
    });

    test('the policy of a breakout room cannot be weaker than that of its main room', async () => {
      const [alice] = await kit.gather(kit.newRoom(), 'alice');
      assert.equal((await alice.request('policy', { value: 'required' })).attrs.type, 'result');
      const [bob] = await kit.gather(open(alice.room), 'bob');
      const error = errorOf(await bob.request('policy', { value: 'optional' }));
      assert.deepEqual([error.type, error.condition], ['cancel', 'not-allowed']);
      assert.match(error.text, /main meeting is sealed/);
    });

    test('a breakout room of no room stands for itself', async () => {
      const [bob] = await kit.gather(kit.newRoom('alone', kit.prosody.breakout), 'bob');
      assert.equal((await bob.state()).policy, 'optional');
      assert.equal((await bob.request('seal')).attrs.type, 'result');
    });
  },
);
