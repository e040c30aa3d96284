// What participants call themselves: in the channel, and in beacons when that changes. docs/protocol.md §7.1, §8; rule S9.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sayableName } from '../../../web-plugin/src/keys/index.ts';
import { Meeting, notices } from './rig.ts';

test('who is renamed says so to all in a beacon, once, and in every channel that is made later', () => {
  const meeting = new Meeting();
  for (const id of ['alice', 'bob']) meeting.addWithDevice(id);
  meeting.seal();
  meeting.advance(5000);
  const told = () =>
    notices(meeting.actionsOf('bob', 'notice'), 'name').map(({ occupant, name }) => [occupant, name]);
  assert.deepEqual(told(), [['alice', 'alice']]);
  meeting.feed('alice', { type: 'name', name: 'Alice B.' });
  meeting.advance(500);
  assert.deepEqual(told().at(-1), ['alice', 'Alice B.'], 'at once');
  meeting.advance(60_000);
  assert.equal(told().length, 2, 'and not with every beacon');
  meeting.addWithDevice('carol');
  meeting.feed('carol', { type: 'sealed' });
  meeting.advance(1000);
  const channel = notices(meeting.actionsOf('carol', 'notice'), 'channel').find(
    ({ occupant }) => occupant === 'alice',
  );
  assert.equal(channel?.name, 'Alice B.');
});

test('a name is cut to what messages take, between characters, and an empty one is none', () => {
  for (const nothing of [null, '']) assert.equal(sayableName(nothing), null);
  assert.equal(sayableName('x'.repeat(200)), 'x'.repeat(128));
  assert.equal(sayableName(`${'x'.repeat(127)}\u{1f600}`), 'x'.repeat(127));
  for (const letter of ['\u{1f600}', '\u4e2d', 'é']) {
    const cut = sayableName(letter.repeat(300)) ?? '';
    assert.ok(new TextEncoder().encode(cut).length <= 512 && cut.length <= 128 && cut.length > 100);
    assert.equal(cut.replaceAll(letter, ''), '');
  }
});
