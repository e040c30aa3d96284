// How others stand, from what the worker reports of their frames: nobody accused for what is under way, nobody left accused.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { People } from '../../../web-plugin/src/jitsi/people.ts';

const PICTURE = 1;
const SOUND = 2;

function withAda() {
  const people = new People();
  people.joined('ada', 0);
  people.beginAnew(0);
  people.reached('ada', 0);
  people.stated('ada', 2_000);
  let now = 10_000;
  const report = (transform: number, reasons: Record<string, number>, passed = 0, afterMs = 1_000) => {
    now += afterMs;
    return people.unopened('ada', { transform, reasons, passed }, now);
  };
  return { people, report };
}

test('three reports in a row of frames that do not open make somebody unreadable, and one that opens mends it', () => {
  const { people, report } = withAda();
  const found = [1, 2, 3, 4].map(() => report(PICTURE, { forged: 20 }));
  assert.deepEqual(found, [null, null, 'unreadable', null]);
  assert.equal(people.state('ada', true), 'unreadable');
  people.opened('ada', PICTURE);
  assert.equal(people.state('ada', true), 'sealed');
});

test('a shared screen of one picture a second that does not open is told too, but not a stray frame now and then', () => {
  const { people, report } = withAda();
  const found = Array.from({ length: 16 }, () => report(PICTURE, { forged: 1 }));
  assert.deepEqual(found, [...Array(14).fill(null), 'unreadable', null]);
  people.opened('ada', PICTURE);
  for (let n = 0; n < 16; n += 1) assert.equal(report(PICTURE, { forged: 4 }, 0, 10_000), null);
  assert.equal(people.state('ada', true), 'sealed');
});

test('what was dropped before frames opened again, and is reported after it, keeps nobody unreadable', () => {
  const { people, report } = withAda();
  report(SOUND, { forged: 20 });
  people.opened('ada', SOUND);
  report(SOUND, { forged: 20 }, 5);
  for (let n = 0; n < 3; n += 1) report(PICTURE, { forged: 20 });
  assert.equal(people.state('ada', true), 'unreadable');
  people.opened('ada', PICTURE);
  assert.equal(people.state('ada', true), 'sealed');
});

test('what did not open and has ended keeps nobody unreadable; what goes on does', () => {
  const { people, report } = withAda();
  for (let n = 0; n < 3; n += 1) report(PICTURE, { forged: 20 });
  report(SOUND, { forged: 4 });
  people.opened('ada', SOUND);
  assert.equal(people.state('ada', true), 'unreadable');
  people.routed(() => 'ada');
  assert.equal(people.state('ada', true), 'unreadable');
  people.routed((transform) => (transform === PICTURE ? null : 'ada'));
  assert.equal(people.state('ada', true), 'sealed');
  people.swapped('ada');
  people.routed(() => null);
  assert.equal(people.state('ada', true), 'swapped', 'a warning of another kind stays');
});

test('old frames alone are told once, change nothing, and are nothing to tell among new ones', () => {
  const { people, report } = withAda();
  const found = [1, 2, 3, 4].map(() => report(SOUND, { replayed: 50, 'source-off': 50 }));
  assert.deepEqual(found, [null, null, 'replayed', null]);
  assert.equal(people.state('ada', true), 'sealed');
  for (let n = 0; n < 5; n += 1) assert.equal(report(PICTURE, { replayed: 50 }, 1), null);
});

test('silence of somebody who muted before this client came accuses nobody, however late the word of it comes', () => {
  const people = new People();
  people.beginAnew(0);
  for (const id of ['ada', 'ben', 'cleo']) people.joined(id, 0);
  people.reached('ada', 200);
  const silence = (now: number, reason = 'unknown-key') =>
    people.unopened('ada', { transform: SOUND, reasons: { [reason]: 50 }, passed: 0 }, now);
  for (let now = 1_000; now <= 5_000; now += 1_000) assert.equal(silence(now), null);
  people.stated('ada', 5_500);
  for (let now = 6_000; now <= 8_000; now += 1_000) assert.equal(silence(now), null);
  assert.deepEqual([silence(9_000), silence(10_000)], [null, null]);
  assert.equal(silence(11_000), 'unreadable', 'what still does not open does not open');
  assert.equal(silence(12_000, 'source-off'), 'off');
  assert.equal(people.state('ada', true), 'sealed');
  assert.equal(silence(13_000, 'source-off'), null);
});

test('somebody of whom no word comes is not waited for any longer than a first beacon takes', () => {
  const found = (others: number) => {
    const people = new People();
    people.beginAnew(0);
    for (let n = 0; n < others; n += 1) people.joined(`other ${n}`, 0);
    people.reached('other 0', 0);
    for (let now = 500; ; now += 1_000) {
      const dropped = { transform: PICTURE, reasons: { 'unknown-key': 50 }, passed: 0 };
      if (people.unopened('other 0', dropped, now) !== null) return now;
    }
  };
  assert.deepEqual([found(2), found(99)], [8_500, 16_500]);
});

test('whoever’s channel ended is waited for, whatever frames still open, until there is another', () => {
  const { people } = withAda();
  people.lost('ada');
  people.opened('ada', PICTURE);
  assert.equal(people.state('ada', true), 'waiting');
  people.reached('ada', 20_000);
  assert.equal(people.state('ada', true), 'sealed');
});

test('nor does a channel that ended while nothing opened leave anybody sealed', () => {
  const { people, report } = withAda();
  for (let n = 0; n < 3; n += 1) report(PICTURE, { forged: 20 });
  people.lost('ada');
  people.opened('ada', PICTURE);
  people.routed(() => null);
  assert.equal(people.state('ada', true), 'waiting');
  people.swapped('ada');
  people.lost('ada');
  people.opened('ada', PICTURE);
  assert.equal(people.state('ada', true), 'swapped');
});

test('whoever lost its key stays unable to take part, whatever late frames open, until it is reached again', () => {
  const { people, report } = withAda();
  people.incapable('ada');
  people.opened('ada', PICTURE);
  assert.equal(report(SOUND, { replayed: 1 }, 40), null);
  assert.equal(people.state('ada', true), 'incapable');
  people.reached('ada', 20_000);
  assert.equal(people.state('ada', true), 'sealed');
});

test('who has just come is waited for a little later, unless it came in the place of another', () => {
  const people = new People();
  people.joined('ada', 1_000);
  assert.deepEqual(
    [1_000, 3_999, 4_000].map((now) => people.isArriving('ada', now)),
    [true, true, false],
  );
  people.replaced('ada');
  assert.equal(people.isArriving('ada', 1_000), false);
  people.joined('ada', 5_000);
  people.incapable('ada');
  assert.equal(people.isArriving('ada', 5_000), false, 'nobody waits for who cannot take part');
  assert.equal(people.isArriving('nobody', 5_000), false);
});
