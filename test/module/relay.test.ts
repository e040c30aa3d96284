// What several occupants send at nearly one moment is handed on in one message.

import assert from 'node:assert/strict';
import { bundle, jsonOf, type Person, xml } from './person.ts';
import { suite } from './setup.ts';

const olm = (parts: Record<string, string>) => ({
  type: 'sealmeet',
  v: 1,
  olm: Object.fromEntries(Object.entries(parts).map(([id, text]) => [id, [1, text]])),
});
const part = (id: string, text: string) => ({ olm: { [id]: [1, text] } });
const urgent = (beacon: string) => ({ type: 'sealmeet', v: 1, beacon });
const calm = (beacon: string) => ({ ...urgent(beacon), calm: true });

/** Of one message: the nick it came from, '' for the room, and what it says; null if it is none of these. */
function said(stanza: ReturnType<Person['drain']>[number]) {
  const payload = stanza.is('message') ? jsonOf(stanza) : null;
  if (payload?.type !== 'sealmeet' || payload.room) return null;
  const { type: _, v: _v, ...content } = payload;
  return { from: String(stanza.attrs.from).split('/')[1] ?? '', content };
}

const next = async (person: Person, withinMs?: number) => {
  const came = said(await person.next((stanza) => said(stanza) !== null, 'a message', withinMs));
  assert.ok(came);
  return came;
};
const rest = (person: Person) => person.drain().flatMap((stanza) => said(stanza) ?? []);
const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const entries = (content: Record<string, unknown>) => content.relay as [string, Record<string, unknown>][];
const bySender = (content: Record<string, unknown>) =>
  entries(content).sort(([one], [other]) => (one < other ? -1 : 1));

suite('relay', {}, (kit, test) => {
  const quiet = async (...people: Person[]) => {
    for (const person of people) await person.state();
    for (const person of people) person.drain();
  };

  const nothingMore = async (...people: Person[]) => {
    for (const person of people) await person.state();
    for (const person of people) assert.deepEqual(rest(person), []);
  };

  test('parts of two senders come in one message, to each its own, in order', async () => {
    const [alice, bob, carol, dave] = await kit.sealed('alice', 'bob', 'carol', 'dave');
    await quiet(alice, bob, carol, dave);
    await kit.atOnce(async () => {
      await alice.endpointMessage(olm({ carol: 'QUMx', dave: 'QUQx' }));
      await bob.endpointMessage(olm({ carol: 'QkMx', dave: 'QkQx' }));
      await alice.endpointMessage(olm({ carol: 'QUMy' }));
    });
    const [toCarol, toDave] = [await next(carol), await next(dave)];
    assert.deepEqual([toCarol.from, toDave.from], ['', '']);
    assert.deepEqual(bySender(toCarol.content), [
      ['alice', part('carol', 'QUMx')],
      ['alice', part('carol', 'QUMy')],
      ['bob', part('carol', 'QkMx')],
    ]);
    assert.deepEqual(bySender(toDave.content), [
      ['alice', part('dave', 'QUQx')],
      ['bob', part('dave', 'QkQx')],
    ]);
    await nothingMore(alice, bob, carol, dave);
  });

  test('one part alone comes from its sender as it always did', async () => {
    const [alice, bob] = await kit.sealed('alice', 'bob');
    await alice.endpointMessage(olm({ bob: 'QUIx' }));
    assert.deepEqual(await next(bob), { from: 'alice', content: part('bob', 'QUIx') });
  });

  test('more than 128 parts, or more than 64 KiB, come in several messages', async () => {
    const [alice, bob] = await kit.sealed('alice', 'bob');
    const texts = Array.from({ length: 130 }, (_, index) => `Q${index}`);
    await kit.atOnce(() => Promise.all(texts.map((text) => alice.endpointMessage(olm({ bob: text })))));
    const came: unknown[] = [];
    while (came.length < texts.length) {
      const { content } = await next(bob);
      const list = content.relay ? entries(content) : [['alice', content]];
      assert.ok(list.length <= 128);
      came.push(...list);
    }
    assert.deepEqual(
      came,
      texts.map((text) => ['alice', part('bob', text)]),
    );
    const nicks = Array.from({ length: 18 }, (_, index) => `person${String(index).padStart(2, '0')}`);
    const people = await kit.sealed(...(nicks as [string, ...string[]]));
    await quiet(...people);
    for (const person of people) await person.endpointMessage(calm('B'.repeat(4000)));
    const first = people[0] as Person;
    const senders: string[] = [];
    while (senders.length < nicks.length) {
      const { from, content } = await next(first);
      if (from) senders.push(from);
      else {
        assert.ok(JSON.stringify(content).length < 66_000);
        senders.push(...entries(content).map(([sender]) => sender));
      }
    }
    assert.deepEqual(senders.sort(), nicks);
  });

  test('a private message does not overtake the parts before it', async () => {
    const [alice, bob] = await kit.sealed('alice', 'bob');
    await kit.atOnce(async () => {
      await alice.endpointMessage(olm({ bob: 'QUIx' }));
      await alice.endpointMessage(olm({ bob: 'QUIy' }), 'bob');
    });
    assert.deepEqual((await next(bob)).content, part('bob', 'QUIx'));
    assert.deepEqual((await next(bob)).content, part('bob', 'QUIy'));
  });

  test('calm beacons of three come together within about a second', async () => {
    const all = await kit.sealed('alice', 'bob', 'carol');
    await quiet(...all);
    const before = Date.now();
    await kit.atOnce(() => Promise.all(all.map((person) => person.endpointMessage(calm(person.nick)))));
    for (const person of all) {
      const { from, content } = await next(person);
      assert.equal(from, '');
      assert.deepEqual(
        bySender(content),
        all.map(({ nick }) => [nick, { beacon: nick }]),
      );
    }
    const took = Date.now() - before;
    assert.ok(took >= 900 && took < 5_000, `${took} ms`);
    await nothingMore(...all);
  });

  test('of the calm beacons of one sender the last comes, alone from its nick', async () => {
    const [alice, bob] = await kit.sealed('alice', 'bob');
    await kit.atOnce(async () => {
      for (const text of ['one', 'two', 'three']) await alice.endpointMessage(calm(text));
    });
    assert.deepEqual(await next(bob), { from: 'alice', content: { beacon: 'three' } });
    await wait(1_200);
    assert.deepEqual(rest(bob), []);
  });

  test('an urgent beacon passes at once, and takes the one that waits away', async () => {
    const [alice, bob, carol] = await kit.sealed('alice', 'bob', 'carol');
    await kit.atOnce(async () => {
      await alice.endpointMessage(calm('old'));
      await bob.endpointMessage(calm('calm'));
      await alice.endpointMessage(urgent('new'));
    });
    assert.deepEqual(await next(carol), { from: 'alice', content: { beacon: 'new' } });
    assert.deepEqual(await next(carol), { from: 'bob', content: { beacon: 'calm' } });
    await wait(1_200);
    assert.deepEqual(rest(carol), []);
  });

  test('what is called calm and is no beacon passes as it is', async () => {
    const [alice, bob] = await kit.sealed('alice', 'bob');
    await alice.endpointMessage({ ...calm('words in it'), more: 1 });
    assert.deepEqual(await next(bob), {
      from: 'alice',
      content: { beacon: 'words in it', calm: true, more: 1 },
    });
  });

  test('who has left meanwhile is left out, and who comes under its nick says nothing of it', async () => {
    const [alice, bob, carol] = await kit.sealed('alice', 'bob', 'carol');
    await quiet(alice, bob, carol);
    const another = await kit.connect();
    await kit.atOnce(async () => {
      await bob.endpointMessage(calm('stays'));
      await alice.endpointMessage(olm({ carol: 'QUMx' }));
      await alice.endpointMessage(calm('left'));
      await alice.send(xml('presence', { to: `${alice.room}/alice`, type: 'unavailable' }));
    });
    await carol.next(
      (stanza) => stanza.attrs.from === `${alice.room}/alice` && stanza.attrs.type === 'unavailable',
      'the leaving',
    );
    await another.join(alice.room, 'alice', bundle('another'));
    assert.deepEqual(await next(carol), { from: 'bob', content: { beacon: 'stays' } });
    await nothingMore(carol);
  });

  test('who shows another bundle is another', async () => {
    const [alice, bob] = await kit.sealed('alice', 'bob');
    await kit.atOnce(async () => {
      await alice.endpointMessage(calm('old'));
      await alice.update([xml('jitsi_participant_sealmeet', {}, bundle('z'))]);
    });
    await wait(1_500);
    assert.deepEqual(rest(bob), []);
  });

  test('a room made again under its name hears nothing of the former one', async () => {
    const [alice] = await kit.sealed('alice');
    await alice.endpointMessage(calm('former'));
    await alice.leave();
    await alice.join(alice.room, 'alice');
    await wait(1_500);
    assert.deepEqual(rest(alice), []);
  });

  for (const [what, later] of [
    ['reloading', `reload("conference.meet.localhost", "muc_e2ee")`],
    ['unloading', `unload("conference.meet.localhost", "muc_e2ee")`],
  ] as const) {
    test(`${what} the module loses nothing that waits`, async () => {
      const [alice, bob, carol] = await kit.sealed('alice', 'bob', 'carol');
      // Soon after the first beacon, so that both wait when the module goes.
      kit.prosody.shell(
        `> local name, events = "muc-occupant-groupchat", prosody.hosts["conference.meet.localhost"].events;
        local function first()
          events.remove_handler(name, first);
          require"util.timer".add_task(0.3, function () require"core.modulemanager".${later} end);
        end
        events.add_handler(name, first, 100)`.replaceAll('\n', ' '),
      );
      await kit.atOnce(async () => {
        await alice.endpointMessage(calm('a'));
        await bob.endpointMessage(calm('b'));
      });
      const { content } = await next(carol);
      assert.deepEqual(bySender(content), [
        ['alice', { beacon: 'a' }],
        ['bob', { beacon: 'b' }],
      ]);
      await wait(1_200);
      assert.deepEqual(rest(carol), []);
      if (what === 'unloading')
        kit.prosody.shell('module\u0000load\u0000muc_e2ee\u0000conference.meet.localhost');
      await alice.endpointMessage(calm('later'));
      assert.deepEqual(await next(carol), { from: 'alice', content: { beacon: 'later' } });
    });
  }

  test('in breakout rooms too', async () => {
    const [alice, bob, carol] = await kit.gather(
      kit.newRoom('breakout', kit.prosody.breakout),
      'alice',
      'bob',
      'carol',
    );
    await kit.atOnce(async () => {
      await alice.endpointMessage(calm('a'));
      await bob.endpointMessage(calm('b'));
    });
    assert.equal(entries((await next(carol)).content).length, 2);
  });

  test('after all that there is no error in the log', async () => {
    const errors = kit.prosody
      .log()
      .split('\n')
      .filter((line) => /\terror\t/.test(line) && !/certmanager/.test(line));
    assert.deepEqual(errors, []);
  });
});
