// Who may unseal and who may change the policy.

import assert from 'node:assert/strict';
import { errorOf, namespace, type Person, xml } from './person.ts';
import { type Kit, suite } from './setup.ts';

const promote = async (owner: Person, other: Person) => {
  const bare = other.jid.split('/')[0];
  const answer = await owner.ask(
    'set',
    xml(
      'query',
      { xmlns: 'http://jabber.org/protocol/muc#admin' },
      xml('item', { jid: bare, affiliation: 'owner' }),
    ),
  );
  assert.equal(answer.attrs.type, 'result');
};

/** alice sealed; bob is owner as well; carol is there. */
const roomOf = async (kit: Kit) => {
  const [alice, bob, carol] = await kit.sealed('alice', 'bob', 'carol');
  await promote(alice, bob);
  return { alice, bob, carol };
};

const ask = async (bob: Person): Promise<string> => {
  const before = Date.now();
  const answer = await bob.request('unseal');
  const pending = answer.getChild('pending', namespace);
  assert.ok(pending, `expected a pending answer, came ${answer}`);
  assert.ok(Number(pending.attrs.until) * 1000 > before);
  return pending.attrs.id ?? '';
};

suite(
  'consent and policy',
  {
    muc: `
      muc_e2ee_rooms = {
        { "never-*", "off", pinned = true };
        { "pinned-*", "required", pinned = true };
        { "floor-*", "optional", pinned = true };
        { "always-*", "required" };
      }`,
  },
  (kit, test) => {
    const ready = () => roomOf(kit);

    test('another owner unseals when everybody has agreed, and not before', async () => {
      const { alice, bob, carol } = await ready();
      const id = await ask(bob);
      const asked = await carol.announcement((state) => state.consent !== undefined, 'the question');
      assert.equal(asked.sealed, true);
      assert.deepEqual(
        [
          asked.consent?.id,
          asked.consent?.by,
          asked.consent?.state,
          asked.consent?.agreed,
          asked.consent?.asked,
        ],
        [id, 'bob', 'open', 1, 3],
      );
      assert.equal((await alice.request('consent', { id, answer: 'agree' })).attrs.type, 'result');
      assert.equal((await alice.state()).sealed, 'true');
      assert.equal((await carol.request('consent', { id, answer: 'agree' })).attrs.type, 'result');
      const state = await alice.announcement((state) => state.unsealedBy !== undefined, 'the unsealing');
      assert.equal(state.unsealedBy, 'bob');
      assert.equal(state.consent?.state, 'agreed');
    });

    test('one refusal keeps the seal, and the question may not be repeated at once', async () => {
      const { alice, bob, carol } = await ready();
      const id = await ask(bob);
      await alice.request('consent', { id, answer: 'agree' });
      assert.equal((await carol.request('consent', { id, answer: 'refuse' })).attrs.type, 'result');
      const state = await bob.announcement((state) => state.consent?.state === 'refused', 'the refusal');
      assert.equal(state.sealed, true);
      assert.equal((await bob.state()).sealed, 'true');
      const error = errorOf(await bob.request('unseal'));
      assert.deepEqual([error.type, error.condition], ['wait', 'resource-constraint']);
      assert.equal(
        errorOf(await alice.request('consent', { id, answer: 'agree' })).condition,
        'item-not-found',
      );
    });

    test('who comes during the question is asked too, and who goes no longer is', async () => {
      const { alice, bob, carol } = await ready();
      const id = await ask(bob);
      const [dave] = await kit.gather(bob.room, 'dave');
      const told = await dave.announcement((state) => state.consent !== undefined, 'the question on arrival');
      assert.equal(told.consent?.asked, 4);
      await alice.request('consent', { id, answer: 'agree' });
      await carol.leave();
      assert.equal((await bob.state()).sealed, 'true');
      await dave.leave();
      await alice.announcement((state) => state.unsealedBy === 'bob', 'the unsealing');
    });

    test('who has another bundle during the question is asked anew', async () => {
      const { alice, bob, carol } = await ready();
      const id = await ask(bob);
      await carol.request('consent', { id, answer: 'agree' });
      await carol.update([xml('jitsi_participant_sealmeet', {}, '1.QU5PVEhFUg')]);
      await carol.state();
      await alice.request('consent', { id, answer: 'agree' });
      assert.equal((await alice.state()).sealed, 'true');
      await carol.request('consent', { id, answer: 'agree' });
      await alice.announcement((state) => state.unsealedBy === 'bob', 'the unsealing');
    });

    test('the leaving of who asked ends the question', async () => {
      const { alice, bob } = await ready();
      await ask(bob);
      await bob.leave();
      const state = await alice.announcement((state) => state.consent?.state === 'withdrawn', 'the end');
      assert.equal(state.sealed, true);
    });

    test('clients without the capability are not asked', async () => {
      const room = kit.newRoom();
      const [alice, bob] = await kit.gather(room, 'alice', 'bob');
      const focus = await kit.connect('focus@auth.meet.localhost');
      await focus.join(room, 'focus', null);
      await promote(alice, bob);
      await kit.seal([alice, bob]);
      const id = await ask(bob);
      assert.equal(errorOf(await focus.request('consent', { id, answer: 'refuse' })).condition, 'forbidden');
      await alice.request('consent', { id, answer: 'agree' });
      await alice.announcement((state) => state.unsealedBy === 'bob', 'the unsealing');
    });

    test('bad answers get an error each, and count for nothing', async () => {
      const { alice, bob } = await ready();
      const id = await ask(bob);
      assert.equal(
        errorOf(await alice.request('consent', { id: 'other', answer: 'agree' })).condition,
        'item-not-found',
      );
      assert.equal(errorOf(await alice.request('consent', { answer: 'agree' })).condition, 'item-not-found');
      assert.equal(errorOf(await alice.request('consent', { id, answer: 'yes' })).condition, 'bad-request');
      assert.equal(errorOf(await alice.request('consent', { id })).condition, 'bad-request');
      const busy = errorOf(await bob.request('unseal'));
      assert.deepEqual([busy.type, busy.condition], ['wait', 'conflict']);
      assert.equal((await bob.state()).sealed, 'true');
    });

    test('the sealer that is no longer owner may not unseal', async () => {
      const { alice, bob } = await ready();
      const bare = alice.jid.split('/')[0];
      await bob.ask(
        'set',
        xml(
          'query',
          { xmlns: 'http://jabber.org/protocol/muc#admin' },
          xml('item', { jid: bare, affiliation: 'none' }),
        ),
      );
      assert.equal(errorOf(await alice.request('unseal')).condition, 'forbidden');
    });

    test('the sealer that comes back in another session needs consent as anybody', async () => {
      const [alice, bob] = await kit.sealed('alice', 'bob');
      await promote(alice, bob);
      await alice.leave();
      await alice.join(alice.room, 'alice');
      const answer = await alice.request('unseal');
      assert.ok(answer.getChild('pending', namespace));
    });

    test('an owner alone in the room unseals at once', async () => {
      const [alice, bob] = await kit.sealed('alice', 'bob');
      await promote(alice, bob);
      await alice.leave();
      assert.equal((await bob.request('unseal')).getChildElements().length, 0);
      assert.equal((await bob.state()).sealed, 'false');
    });

    test('an owner sets the policy; nobody else does', async () => {
      const [alice, bob] = await kit.gather(kit.newRoom(), 'alice', 'bob');
      const error = errorOf(await bob.request('policy', { value: 'required' }));
      assert.deepEqual([error.type, error.condition], ['auth', 'forbidden']);
      assert.equal(errorOf(await alice.request('policy', { value: 'maybe' })).condition, 'bad-request');
      assert.equal(errorOf(await alice.request('policy')).condition, 'bad-request');
      assert.equal((await alice.request('policy', { value: 'off' })).attrs.type, 'result');
      await bob.announcement((state) => state.policy === 'off', 'the policy');
      assert.equal(errorOf(await alice.request('seal')).condition, 'not-allowed');
      assert.equal((await alice.request('policy', { value: 'required' })).attrs.type, 'result');
      const state = await bob.announcement((state) => state.policy === 'required', 'the policy');
      assert.deepEqual([state.sealed, state.by], [true, 'alice']);
      assert.match(errorOf(await alice.request('unseal')).text, /policy requires/);
      assert.match(
        errorOf(await alice.request('policy', { value: 'off' })).text,
        /Unseal this meeting before/,
      );
    });

    test('weakening `required` leaves the seal; ending that takes what it always takes', async () => {
      const [alice, bob] = await kit.gather(kit.newRoom('always'), 'alice', 'bob');
      assert.equal((await alice.request('policy', { value: 'optional' })).attrs.type, 'result');
      const state = await bob.announcement((state) => state.policy === 'optional', 'the policy');
      assert.equal(state.sealed, true);
      assert.ok((await alice.request('unseal')).getChild('pending', namespace));
    });

    test('a pinned policy cannot be weakened, and a pinned off not be lifted', async () => {
      for (const [name, value] of [
        ['pinned', 'optional'],
        ['floor', 'off'],
        ['never', 'optional'],
      ] as const) {
        const [alice] = await kit.gather(kit.newRoom(name), 'alice');
        const error = errorOf(await alice.request('policy', { value }));
        assert.deepEqual([error.type, error.condition], ['cancel', 'not-allowed']);
        assert.match(error.text, /fixed/);
        assert.equal((await alice.state()).pinned, 'true');
      }
      const [alice] = await kit.gather(kit.newRoom('floor'), 'alice');
      assert.equal((await alice.request('policy', { value: 'required' })).attrs.type, 'result');
    });

    test('who cannot take part cannot seal', async () => {
      const alice = await kit.connect();
      await alice.join(kit.newRoom(), 'alice', null);
      for (const answer of [
        await alice.request('seal'),
        await alice.request('policy', { value: 'required' }),
      ]) {
        const error = errorOf(answer);
        assert.deepEqual([error.type, error.condition], ['cancel', 'not-acceptable']);
        assert.match(error.text, /cannot take part/);
      }
    });

    test('requests are limited', async () => {
      const [alice, bob] = await kit.gather(kit.newRoom(), 'alice', 'bob');
      const answers = await Promise.all(Array.from({ length: 15 }, () => bob.request('seal')));
      const conditions = answers.map((answer) => errorOf(answer).condition);
      assert.ok(conditions.includes('resource-constraint'));
      assert.equal((await alice.request('seal')).attrs.type, 'result');
    });
  },
);

// In a server of its own: a question elsewhere may take as long as the machine does.
suite('consent that nobody waits for', { muc: 'muc_e2ee_consent_period = 3' }, (kit, test) => {
  test('silence keeps the seal', async () => {
    const { alice, bob } = await roomOf(kit);
    const id = await ask(bob);
    await alice.request('consent', { id, answer: 'agree' });
    const state = await bob.announcement((state) => state.consent?.state === 'expired', 'the end');
    assert.equal(state.sealed, true);
  });
});
