// Comparing emoji and the meeting code. docs/protocol.md §7.3 and §7.4; rules S8, M19, brief D10.

import assert from 'node:assert/strict';
import { scryptSync } from 'node:crypto';
import { test } from 'node:test';
import { RENEW_MS } from '../../../web-plugin/src/keys/channel.ts';
import { type ComparisonStep, meetingCode } from '../../../web-plugin/src/keys/index.ts';
import { Comparisons, type SasChannel } from '../../../web-plugin/src/keys/sas.ts';
import { type SasMessage, toBase64 } from '../../../web-plugin/src/wire/index.ts';
import { Meeting, notices, olm, random } from './rig.ts';

function party() {
  const meeting = new Meeting();
  for (const id of ['alice', 'bob', 'carol']) meeting.addWithDevice(id);
  meeting.seal();
  meeting.advance(500);
  const told = <T extends 'comparison' | 'verified'>(id: string, type: T) =>
    notices(
      meeting.log.filter((entry) => entry.id === id).map(({ action }) => action),
      type,
    );
  const steps = (id: string) => told(id, 'comparison').map(({ comparison }) => comparison.step);
  const last = (id: string): ComparisonStep | undefined => told(id, 'comparison').at(-1)?.comparison;
  return { meeting, told, steps, last };
}

const emoji = (step: ComparisonStep | undefined) => (step && 'emoji' in step ? step.emoji : null);

test('two people see the same seven emoji and verify each other’s device', () => {
  const { meeting, told, steps, last } = party();
  meeting.feed('alice', { type: 'compare', occupant: 'bob' });
  meeting.feed('bob', { type: 'compare-answer', accept: true });
  const [a, b] = [emoji(last('alice')), emoji(last('bob'))];
  assert.equal(a?.length, 7);
  assert.ok(a?.every((number) => number >= 0 && number < 64));
  assert.deepEqual(a, b);
  meeting.feed('alice', { type: 'compare-confirm', isSame: true });
  assert.equal(last('alice')?.step, 'confirming');
  assert.deepEqual(told('bob', 'verified'), []);
  meeting.feed('bob', { type: 'compare-confirm', isSame: true });
  assert.deepEqual(steps('alice'), ['waiting', 'compare', 'confirming', 'match']);
  assert.deepEqual(steps('bob'), ['incoming', 'waiting', 'compare', 'confirming', 'match']);
  const device = (id: string) => toBase64(meeting.devices.get(id)?.ed25519 ?? new Uint8Array(0));
  assert.deepEqual(told('alice', 'verified'), [{ type: 'verified', occupant: 'bob', device: device('bob') }]);
  assert.deepEqual(told('bob', 'verified'), [
    { type: 'verified', occupant: 'alice', device: device('alice') },
  ]);
});

test('both ask at once: the smaller number goes on and nobody is asked again', () => {
  const { meeting, last, steps } = party();
  const late = meeting.hold();
  meeting.feed('alice', { type: 'compare', occupant: 'bob' });
  meeting.feed('bob', { type: 'compare', occupant: 'alice' });
  meeting.passes = () => true;
  for (const deliver of late) deliver();
  assert.deepEqual(emoji(last('alice')), emoji(last('bob')));
  assert.ok(emoji(last('alice')) !== null);
  assert.ok(!steps('alice').includes('incoming') && !steps('bob').includes('incoming'));
});

test('a difference that one sees is shown to both, and the other cannot ask again by itself', () => {
  const { meeting, last, told } = party();
  meeting.feed('alice', { type: 'compare', occupant: 'bob' });
  meeting.feed('bob', { type: 'compare-answer', accept: true });
  meeting.feed('alice', { type: 'compare-confirm', isSame: false });
  assert.equal(last('alice')?.step, 'mismatch');
  assert.equal(last('bob')?.step, 'mismatch');
  const before = told('alice', 'comparison').length;
  meeting.feed('bob', { type: 'compare', occupant: 'alice' });
  assert.equal(told('alice', 'comparison').length, before);
  assert.deepEqual(last('bob'), { step: 'interrupted', why: 'declined' });
});

test('declined, stopped, left, timed out and busy each say so', () => {
  const declined = party();
  declined.meeting.feed('alice', { type: 'compare', occupant: 'bob' });
  declined.meeting.feed('bob', { type: 'compare-answer', accept: false });
  assert.deepEqual(declined.last('alice'), { step: 'interrupted', why: 'declined' });

  const stopped = party();
  stopped.meeting.feed('alice', { type: 'compare', occupant: 'bob' });
  stopped.meeting.feed('alice', { type: 'compare-stop' });
  assert.deepEqual(stopped.last('bob'), { step: 'interrupted', why: 'stopped' });

  const left = party();
  left.meeting.feed('alice', { type: 'compare', occupant: 'bob' });
  left.meeting.remove('bob');
  assert.deepEqual(left.last('alice'), { step: 'interrupted', why: 'left' });

  const slow = party();
  slow.meeting.feed('alice', { type: 'compare', occupant: 'bob' });
  slow.meeting.advance(5 * 60_000);
  assert.deepEqual(slow.last('alice'), { step: 'interrupted', why: 'timeout' });
  assert.deepEqual(slow.last('bob'), { step: 'interrupted', why: 'timeout' });

  const busy = party();
  busy.meeting.feed('alice', { type: 'compare', occupant: 'bob' });
  busy.meeting.feed('carol', { type: 'compare', occupant: 'bob' });
  assert.deepEqual(busy.last('carol'), { step: 'interrupted', why: 'declined' });
  assert.equal(busy.last('bob')?.step, 'incoming');
});

test('without a proved device there is nothing to compare', () => {
  const meeting = new Meeting();
  meeting.add('alice');
  meeting.add('bob');
  meeting.seal();
  const actions = meeting.feed('alice', { type: 'compare', occupant: 'bob' });
  assert.equal(notices(actions, 'refused')[0]?.reason, 'sas: a device was not proved');
});

/** Two comparisons over a wire that may change what it carries. */
function wire(
  change: (message: SasMessage, from: number) => SasMessage,
  views: Partial<SasChannel>[] = [{}, {}],
) {
  const devices = [random(32), random(32)] as const;
  const shared = random(32);
  const shown: ComparisonStep[][] = [[], []];
  const verified: string[] = [];
  const errors: string[] = [];
  const ends: Comparisons[] = [];
  const channel = (n: number): SasChannel => ({
    occupant: `peer of ${n}`,
    isInitiator: n === 0,
    transcript: shared,
    ownDevice: devices[n] ?? shared,
    peerDevice: devices[1 - n] ?? shared,
    ...views[n],
  });
  for (const n of [0, 1]) {
    ends.push(
      new Comparisons({
        olm,
        random,
        send: (_, message) => {
          try {
            ends[1 - n]?.receive(channel(1 - n), change(message, n), 0);
          } catch (error) {
            errors.push(String(error));
          }
        },
        show: (_, step) => shown[n]?.push(step),
        verified: (occupant) => verified.push(occupant),
      }),
    );
  }
  ends[0]?.start(channel(0), 0);
  ends[1]?.answer(true);
  const emojis = shown.map((steps) =>
    steps.flatMap((step) => (step.step === 'compare' ? [step.emoji.join()] : [])),
  );
  for (const end of ends) {
    try {
      end.confirm(true);
    } catch (error) {
      errors.push(String(error));
    }
  }
  return { shown, emojis, verified, errors };
}

test('a key other than the one committed to is found out before any emoji', () => {
  const other = olm.sas().publicKey;
  const { shown, emojis, errors } = wire((message, from) =>
    message.step === 'key' && from === 1 ? { ...message, key: other } : message,
  );
  assert.deepEqual(emojis[0], []);
  assert.equal(shown[0]?.at(-1)?.step, 'mismatch');
  assert.match(errors.join(), /not the one committed to/);
});

test('another transcript or another device gives other emoji, and the MACs do not hold even if people say yes', () => {
  for (const views of [
    [{ transcript: random(32) }, {}],
    [{ peerDevice: random(32) }, {}],
    [{ isInitiator: false }, {}],
  ]) {
    const { emojis, verified } = wire((message) => message, views);
    assert.notEqual(emojis[0]?.[0], emojis[1]?.[0]);
    assert.deepEqual(verified, []);
  }
});

test('after a difference it takes a click of each to try again; who was declined twice does not ask again by itself', () => {
  const { meeting, last } = party();
  const ask = (from: string, to: string) => meeting.feed(from, { type: 'compare', occupant: to });
  ask('alice', 'bob');
  meeting.feed('bob', { type: 'compare-answer', accept: true });
  meeting.feed('alice', { type: 'compare-confirm', isSame: false });
  ask('alice', 'bob');
  assert.deepEqual(last('alice'), { step: 'interrupted', why: 'declined' }, 'bob has not clicked');
  ask('bob', 'alice');
  assert.equal(last('alice')?.step, 'incoming');
  meeting.feed('alice', { type: 'compare-answer', accept: true });
  assert.deepEqual(emoji(last('alice')), emoji(last('bob')));
  assert.ok(emoji(last('alice')) !== null);
  meeting.feed('alice', { type: 'compare-stop' });
  for (let n = 0; n < 2; n += 1) {
    ask('carol', 'alice');
    assert.equal(last('alice')?.step, 'incoming');
    meeting.feed('alice', { type: 'compare-answer', accept: false });
  }
  ask('carol', 'alice');
  assert.deepEqual(last('carol'), { step: 'interrupted', why: 'declined' });
  assert.equal(last('alice')?.step, 'interrupted', 'and nothing is shown');
});

test('an invitation that nobody answers keeps nobody from comparing with somebody else', () => {
  const { meeting, last } = party();
  meeting.feed('carol', { type: 'compare', occupant: 'alice' });
  assert.equal(last('alice')?.step, 'incoming');
  meeting.feed('alice', { type: 'compare', occupant: 'bob' });
  assert.equal(last('bob')?.step, 'incoming');
  assert.deepEqual(last('carol'), { step: 'interrupted', why: 'declined' });
});

test('of 256 devices with which a comparison failed none is forgotten for another but the oldest', () => {
  const answers: string[] = [];
  const end = new Comparisons({
    olm,
    random,
    send: (_, message) => answers.push(message.step === 'cancel' ? message.reason : message.step),
    show: () => undefined,
    verified: () => undefined,
  });
  const channelTo = (n: number): SasChannel => ({
    occupant: `p${n}`,
    isInitiator: true,
    transcript: new Uint8Array(32),
    ownDevice: new Uint8Array(32),
    peerDevice: new Uint8Array(32).fill(n % 256).fill(n >> 8, 16),
  });
  const asked = (n: number) => {
    answers.length = 0;
    end.receive(channelTo(n), { tx: random(16), step: 'start' }, 0);
    const isBusy = answers[0] === 'busy';
    end.stop();
    return isBusy;
  };
  for (let n = 0; n <= 256; n += 1) {
    const tx = random(16);
    end.receive(channelTo(n), { tx, step: 'start' }, 0);
    end.receive(channelTo(n), { tx, step: 'cancel', reason: 'mismatch' }, 0);
  }
  assert.deepEqual([asked(0), asked(1), asked(200), asked(256)], [false, true, true, true]);
});

test('keys of small order and one’s own key reflected are refused', () => {
  const zero = wire((message) =>
    message.step === 'key' ? { ...message, key: new Uint8Array(32) } : message,
  );
  assert.match(zero.errors.join(), /not a sound point/);
  assert.deepEqual(zero.verified, []);

  const own: Uint8Array[] = [];
  const steps: string[] = [];
  const end = new Comparisons({
    olm: {
      ...olm,
      sas: () => {
        const sas = olm.sas();
        own.push(sas.publicKey);
        return sas;
      },
    },
    random,
    send: () => undefined,
    show: (_, { step }) => steps.push(step),
    verified: () => undefined,
  });
  const [tx, device] = [random(16), random(32)];
  const channel = {
    occupant: 'bob',
    isInitiator: false,
    transcript: random(32),
    ownDevice: device,
    peerDevice: random(32),
  };
  end.receive(channel, { tx, step: 'start' }, 0);
  end.answer(true);
  assert.throws(() => end.receive(channel, { tx, step: 'key', key: own[0] ?? tx }, 0), /not a sound point/);
  assert.deepEqual(steps, ['incoming', 'waiting']);
});

test('a MAC of the other role does not hold', () => {
  let first = '';
  const { verified, errors } = wire((message) => {
    if (message.step !== 'mac') return message;
    first ||= message.mac;
    return { ...message, mac: first };
  });
  assert.equal(verified.length <= 1, true);
  assert.match(errors.join(), /the mac does not hold/);
});

test('messages out of turn are refused', () => {
  const { meeting } = party();
  meeting.feed('alice', { type: 'compare', occupant: 'bob' });
  const tx = random(16);
  const end = new Comparisons({
    olm,
    random,
    send: () => undefined,
    show: () => undefined,
    verified: () => undefined,
  });
  const channel: SasChannel = {
    occupant: 'bob',
    isInitiator: true,
    transcript: tx,
    ownDevice: random(32),
    peerDevice: random(32),
  };
  assert.throws(() => end.receive(channel, { tx, step: 'mac', mac: 'x' }, 0), /no such comparison/);
  end.receive(channel, { tx, step: 'start' }, 0);
  assert.throws(() => end.receive(channel, { tx, step: 'key', key: random(32) }, 0), /not expected now/);
  assert.throws(
    () => end.receive(channel, { tx, step: 'accept', commit: random(32) }, 0),
    /not expected now/,
  );
  assert.throws(() => end.receive(channel, { tx, step: 'mac', mac: 'x' }, 0), /not expected now/);
});

test('the meeting code is the same for all who see the same people, and another for who sees others', async () => {
  const { meeting } = party();
  const codes = async () => {
    const all = [...meeting.cores.values()].map((core) => meetingCode(core.roster().digest));
    return Promise.all(all);
  };
  const same = await codes();
  assert.match(same[0] ?? '', /^\d{30}$/);
  assert.equal(new Set(same).size, 1);
  const digest = meeting.cores.get('alice')?.roster().digest ?? random(32);
  const stretched = scryptSync(digest, 'Sealmeet 1 code', 30, { N: 2 ** 15, r: 8, p: 1, maxmem: 2 ** 26 });
  const expected = Array.from({ length: 6 }, (_, n) =>
    String(stretched.readUIntBE(5 * n, 5) % 100_000).padStart(5, '0'),
  ).join('');
  assert.equal(same[0], expected);
  meeting.feed('alice', { type: 'left', occupant: 'carol' });
  const different = await codes();
  assert.notEqual(different[0], different[1]);
  assert.equal(different[1], different[2]);
});

test('a snapshot names everybody with the device that was proved', () => {
  const { meeting } = party();
  const people = meeting.cores.get('alice')?.roster().people ?? [];
  assert.deepEqual(
    people.map(({ occupant, device }) => [occupant, device]),
    ['bob', 'carol'].map((id) => [id, toBase64(meeting.devices.get(id)?.ed25519 ?? random(1))]),
  );
});

test('a channel that is old is not made anew while emoji are compared on it, but after that', () => {
  const { meeting, told, last } = party();
  const opened = () =>
    notices(meeting.actionsOf('alice', 'notice'), 'channel').filter(({ occupant }) => occupant === 'bob')
      .length;
  meeting.advance(RENEW_MS - 60_000);
  const before = opened();
  meeting.feed('alice', { type: 'compare', occupant: 'bob' });
  meeting.feed('bob', { type: 'compare-answer', accept: true });
  meeting.advance(4.5 * 60_000);
  assert.equal(opened(), before);
  for (const id of ['alice', 'bob']) meeting.feed(id, { type: 'compare-confirm', isSame: true });
  assert.equal(last('alice')?.step, 'match');
  assert.equal(told('bob', 'verified').length, 1);
  meeting.advance(60_000);
  assert.equal(opened(), before + 1);
});
