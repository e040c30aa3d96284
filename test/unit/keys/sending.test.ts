// When a sender mints, steps, switches and stops. docs/protocol.md §5.2; rules M1, M2, M3, M7, S7.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Sending, type SendingPorts } from '../../../web-plugin/src/keys/sending.ts';
import { random } from './rig.ts';

/** A sender with a log of what it does; everybody's channel is there unless named in `unreachable`. */
function sender() {
  const log: string[] = [];
  const unreachable = new Set<string>();
  let now = 0;
  const sending = new Sending({
    random,
    give(to, { generation, step, reason }) {
      const reached = to.filter((identity) => !unreachable.has(identity));
      if (reached.length > 0) log.push(`${now} give ${generation}.${step} ${reason} to ${reached.join(' ')}`);
      return reached;
    },
    use: ({ generation, step }, inMs) => log.push(`${now} use ${generation}.${step} in ${inMs}`),
    expire: (generation, inMs) => log.push(`${now} expire ${generation} in ${inMs}`),
    stop: () => log.push(`${now} stop`),
    rotated: () => undefined,
  });
  return {
    sending,
    unreachable,
    /** Goes there, letting each timer fire at its time. */
    at(time: number) {
      for (let due = sending.deadline; due !== null && due <= time && due > now; due = sending.deadline) {
        now = due;
        sending.due(now);
      }
      now = time;
      sending.due(now);
      return sending;
    },
    /** Goes there without a timer on the way: the page was busy. */
    late(time: number) {
      now = time;
      sending.due(now);
      return sending;
    },
    taken: () => log.splice(0),
  };
}

/** Where only what is given counts. */
function giving(give: SendingPorts['give']): Sending {
  const nothing = () => undefined;
  return new Sending({ random, give, use: nothing, expire: nothing, stop: nothing, rotated: nothing });
}

/** Two listeners, in use since time 0; now 1000. */
function running() {
  const rig = sender();
  rig.sending.join('bob', 0);
  rig.sending.join('carol', 0);
  rig.sending.activate(0);
  rig.at(1000);
  rig.taken();
  return rig;
}

test('the first key goes to all and is used at once', () => {
  const { sending, taken } = sender();
  sending.join('bob', 0);
  sending.activate(0);
  assert.deepEqual(taken(), ['0 give 1.0 start to bob', '0 use 1.0 in 0']);
});

test('a leave: deadline and fresh key to the worker at once, to the others too, in use after 100 ms', () => {
  const { at, taken } = running();
  at(1000).leave('bob', 1000);
  assert.equal(at(1099).current(1099)?.generation, 1);
  assert.equal(at(1100).current(1100)?.generation, 2);
  at(2000);
  assert.deepEqual(taken(), ['1000 expire 1 in 300', '1000 use 2.0 in 100', '1000 give 2.0 leave to carol']);
});

test('a page that is busy hands a second key out late; whoever comes after its use gets the next step', () => {
  const { at, late, taken } = running();
  at(1000).leave('bob', 1000);
  at(1010).leave('carol', 1010);
  late(1400).join('dave', 1400);
  late(1430);
  assert.deepEqual(taken(), [
    '1000 expire 1 in 300',
    '1000 use 2.0 in 100',
    '1000 give 2.0 leave to carol',
    '1010 expire 2 in 300',
    '1010 use 3.0 in 190',
    '1430 give 3.1 join to dave',
    '1430 use 3.1 in 0',
  ]);
});

test('a key that was drawn and never handed out is handed out when sending goes on, unless somebody came since', () => {
  for (const comes of [false, true]) {
    const { at, sending, taken } = running();
    at(900).join('erin', 900);
    at(1000).leave('bob', 1000);
    at(1001).leave('carol', 1001);
    taken();
    at(1010).deactivate();
    at(1500);
    if (comes) at(1500).join('dave', 1500);
    assert.equal(sending.current(1500), null);
    at(2000).activate(2000);
    assert.deepEqual(
      taken(),
      comes ? ['2000 give 4.0 leave to erin dave', '2000 use 4.0 in 0'] : ['2000 give 3.0 leave to erin'],
    );
  }
});

test('a join: a step after 30 ms, to the newcomer alone, used at once', () => {
  const { at, taken } = running();
  at(1000).join('dave', 1000);
  at(2000);
  assert.deepEqual(taken(), ['1030 give 1.1 join to dave', '1030 use 1.1 in 0']);
});

test('the window is opened by the first join and never extended; a leave in it ends it, with one generation for all', () => {
  const { at, taken } = running();
  at(1000).join('dave', 1000);
  at(1020).leave('bob', 1020);
  at(1029).join('erin', 1029);
  at(2000);
  assert.deepEqual(taken(), [
    '1020 expire 1 in 300',
    '1020 use 2.0 in 100',
    '1020 give 2.0 leave to carol dave',
    '1059 give 2.0 leave to erin',
  ]);
});

test('no later event pushes the deadline back', () => {
  const { at, taken } = running();
  for (let time = 1000; time < 1400; time += 10) {
    at(time).join(`n${time}`, time);
    if (time === 1000) at(time).leave('bob', time);
    // Somebody else who holds the generation goes while it is still in use.
    if (time === 1050) at(time).leave('carol', time);
    if (time % 50 === 0 && time > 1000) at(time).leave(`n${time - 10}`, time);
  }
  const lines = taken();
  assert.deepEqual(
    lines.filter((line) => line.includes('expire 1 ')),
    ['1000 expire 1 in 300'],
  );
  const uses = lines.filter((line) => / use [2-9]/.test(line)).map((line) => line.split(' '));
  const firstUse = Math.min(...uses.map(([told, , , , inMs]) => Number(told) + Number(inMs)));
  assert.ok(firstUse <= 1300, String(firstUse));
});

test('at most one fresh generation in 100 ms', () => {
  const { at, taken } = running();
  for (let n = 0; n < 40; n += 1) at(1000 + 10 * n).join(`n${n}`, 1000 + 10 * n);
  at(2000);
  taken();
  for (let n = 0; n < 40; n += 1) at(2000 + 10 * n).leave(`n${n}`, 2000 + 10 * n);
  at(3000);
  const mints = taken()
    .filter((line) => line.includes('leave to'))
    .map((line) => Number(line.split(' ')[0]));
  assert.ok(mints.length >= 4);
  for (const [index, time] of mints.entries())
    assert.ok(index === 0 || time - (mints[index - 1] ?? 0) >= 100);
});

test('a join while a sent generation is not in use: that generation at step 0, no step', () => {
  const { at, taken } = running();
  at(1000).leave('bob', 1000);
  at(1050).join('dave', 1050);
  at(2000);
  assert.deepEqual(taken(), [
    '1000 expire 1 in 300',
    '1000 use 2.0 in 100',
    '1000 give 2.0 leave to carol',
    '1080 give 2.0 leave to dave',
  ]);
});

test('a leave while a sent generation is not in use taints it too; the deadline of the one in use stays', () => {
  const { at, taken } = running();
  at(1000).join('dave', 1000);
  at(1040);
  taken();
  at(1050).leave('bob', 1050);
  at(1070).leave('carol', 1070);
  at(1120).leave('erin', 1120);
  at(3000);
  assert.deepEqual(taken(), [
    '1050 expire 1 in 300',
    '1050 use 2.0 in 100',
    '1050 give 2.0 leave to carol dave',
    '1070 expire 2 in 300',
    '1070 use 3.0 in 180',
    '1150 give 3.0 leave to dave',
  ]);
});

test('the step never wraps', () => {
  const { at, taken } = running();
  for (let n = 1; n <= 256; n += 1) at(1000 + 200 * n).join(`n${n}`, 1000 + 200 * n);
  at(100_000);
  const uses = taken().filter((line) => line.includes(' use '));
  assert.ok(uses.some((line) => line.endsWith('use 1.254 in 0')));
  assert.ok(uses.some((line) => line.endsWith('use 2.0 in 100')));
  assert.ok(!uses.some((line) => line.includes('.255 ')));
});

test('nothing on: nothing is sent, and the next start mints after a leave, steps after a join, else goes on', () => {
  const { at, sending, taken } = running();
  sending.deactivate();
  at(2000).join('dave', 2000);
  at(3000);
  assert.deepEqual(taken(), []);
  at(4000).activate(4000);
  assert.deepEqual(taken(), ['4000 give 1.1 join to dave', '4000 use 1.1 in 0']);
  sending.deactivate();
  at(5000).activate(5000);
  assert.deepEqual(taken(), []);
  sending.deactivate();
  at(6000).leave('bob', 6000);
  at(7000);
  assert.deepEqual(taken(), ['6000 expire 1 in 300']);
  at(8000).activate(8000);
  assert.deepEqual(taken(), ['8000 give 2.0 leave to carol dave', '8000 use 2.0 in 0']);
});

test('one whose channel comes later is given the newest key, and is not given one used before it joined', () => {
  const { at, sending, taken, unreachable } = running();
  unreachable.add('dave');
  at(1000).join('dave', 1000);
  at(1010).sendable('dave');
  at(1500);
  assert.deepEqual(taken(), ['1030 use 1.1 in 0']);
  unreachable.delete('dave');
  sending.sendable('dave');
  assert.deepEqual(taken(), ['1500 give 1.1 join to dave']);
  at(1600).join('erin', 1600);
  assert.equal(sending.gift('erin'), null);
  sending.sendable('erin');
  assert.deepEqual(taken(), []);
});

test('a request is answered with the current key alone, by a fresh one if it asks for more', () => {
  const { at, taken } = running();
  at(1000).requested('bob', 1, 1000);
  assert.deepEqual(taken(), ['1000 give 1.0 start to bob']);
  at(1000).requested('bob', 2, 1000);
  at(2000);
  assert.deepEqual(taken(), ['1030 give 2.0 leave to bob carol', '1030 use 2.0 in 100']);
  at(2000).join('dave', 2000);
  at(2001).requested('dave', 1, 2001);
  assert.deepEqual(taken(), []);
});

test('a request while nothing is on sends nothing; the next start mints', () => {
  const { at, sending, taken } = running();
  sending.deactivate();
  at(1000).requested('bob', 2, 1000);
  at(1500).requested('bob', 1, 1500);
  at(2000);
  assert.deepEqual(taken(), []);
  sending.activate(2000);
  assert.deepEqual(taken(), ['2000 give 2.0 leave to bob carol', '2000 use 2.0 in 0']);
});

test('a fresh generation every 15 minutes although nobody moves', () => {
  const { at, taken } = running();
  at(20 * 60_000);
  assert.deepEqual(taken(), ['900000 give 2.0 period to bob carol', '900000 use 2.0 in 100']);
});

test('a new worker gets a fresh generation, never an old key', () => {
  const { at, taken } = running();
  at(1000).restart(1000);
  assert.deepEqual(taken(), ['1000 stop', '1000 give 2.0 start to bob carol', '1000 use 2.0 in 0']);
});

test('an identity that comes back is given a fresh generation, never one whose KEY named it', () => {
  const given: { generation: number; since: number; excludes: string[]; to: string[] }[] = [];
  const sending = giving((to, { generation, since, excludes }) => {
    given.push({ generation, since, excludes, to });
    return to;
  });
  sending.join('bob', 0);
  sending.join('carol', 0);
  sending.activate(0);
  sending.leave('bob', 1000);
  sending.due(1030);
  sending.join('bob', 1040);
  sending.sendable('bob');
  assert.equal(sending.gift('bob'), null);
  for (const time of [1070, 1130, 1300, 2000]) sending.due(time);
  sending.leave('carol', 3000);
  sending.due(3030);
  assert.deepEqual(given.slice(1), [
    { generation: 2, since: 0, excludes: ['bob'], to: ['carol'] },
    { generation: 3, since: 3, excludes: [], to: ['carol', 'bob'] },
    { generation: 4, since: 3, excludes: ['carol'], to: ['bob'] },
  ]);
});

test('who comes after more left than can be remembered is taken for one who comes back', () => {
  for (const others of [4095, 4096]) {
    const given: { generation: number; since: number }[] = [];
    const sending = giving((to, { generation, since }) => {
      given.push({ generation, since });
      return to;
    });
    for (let n = 0; n <= others; n += 1) {
      sending.join(`guest ${n}`, 0);
      sending.leave(`guest ${n}`, 0);
    }
    sending.join('bob', 0);
    sending.activate(0);
    assert.deepEqual(given, [{ generation: 1, since: others === 4096 ? 1 : 0 }]);
  }
});

test('of more leavers than one KEY can name the next ones name the others', () => {
  const named: string[][] = [];
  const sending = giving((to, { excludes }) => {
    named.push(excludes);
    return to;
  });
  const leavers = Array.from({ length: 100 }, (_, n) => `guest ${n}`);
  for (const identity of ['bob', ...leavers]) sending.join(identity, 0);
  for (const identity of leavers) sending.leave(identity, 0);
  sending.activate(10_000);
  for (const at of [10_100, 16_000]) {
    sending.due(at);
    sending.requested('bob', named.length + 1, at);
    sending.due(at + 30);
  }
  assert.deepEqual(named[0], leavers.slice(0, 64));
  assert.deepEqual(named[1]?.slice(0, 36), leavers.slice(64));
});

test('a leaver whom the sender saw in the last 30 s is named', () => {
  const excludes: string[][] = [];
  const sending = giving((to, key) => {
    excludes.push(key.excludes);
    return to;
  });
  for (const identity of ['a', 'b', 'c', 'd']) sending.join(identity, 0);
  sending.leave('a', 1000);
  sending.leave('b', 20_000);
  sending.activate(40_000);
  sending.leave('c', 41_000);
  sending.due(41_030);
  sending.leave('d', 47_000);
  sending.join('e', 47_000);
  sending.due(47_030);
  assert.deepEqual(excludes, [['b'], ['c'], ['d']], 'named once, and again only for five seconds');
  excludes.length = 0;
  sending.join('c', 60_000);
  sending.due(60_030);
  assert.deepEqual(
    excludes.slice(0, 1),
    [['d']],
    'once more when somebody comes back: older namings count no more',
  );
});

test('what a leaver holds is dead, also where it was not given the newest', () => {
  const unreachable = new Set(['friend']);
  const sending = giving((to) => to.filter((identity) => !unreachable.has(identity)));
  for (const identity of ['bob', 'leaver', 'friend']) sending.join(identity, 0);
  sending.activate(0);
  sending.due(1000);
  unreachable.add('leaver');
  sending.leave('friend', 1000);
  for (let now = 1000; now <= 2000; now += 10) sending.due(now);
  assert.equal(sending.current(2000)?.generation, 2);
  sending.deactivate();
  sending.leave('leaver', 3000);
  assert.equal(sending.dead, 1);
  sending.leave('bob', 4000);
  assert.equal(sending.dead, 2);
});
