// What participants call themselves: in the channel, and in beacons when that changes. docs/protocol.md §7.1, §8; rule S9.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { sayableName } from '../../../web-plugin/src/keys/index.ts';
import { cleanText } from '../../../web-plugin/src/ui/names.ts';
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

test('a name is compared as the interface shows it, whatever is in it, and cleaning it twice changes nothing', () => {
  for (let code = 0; code <= 0x10ffff; code += 1) {
    const name = `a${String.fromCodePoint(code)}b`;
    if (sayableName(name) !== cleanText(name, 48)) assert.fail(`differs at ${code.toString(16)}`);
  }
  const odd = fc.constantFrom(
    'a',
    ' ',
    '\n',
    '\u200b',
    '\u200d',
    '\u3164',
    '\ufe0f',
    '\u0301',
    '\u{1f600}',
    '\u{e0041}',
  );
  fc.assert(
    fc.property(fc.string({ unit: odd, maxLength: 200 }), (name) => {
      const said = sayableName(name);
      assert.equal(sayableName(said), said);
      const shown = cleanText(name, 1000);
      assert.ok(shown === said || (said !== null && said.length > 120 && shown?.startsWith(said)));
    }),
  );
  assert.equal(sayableName(' Ma\u202era\u2069\n\t B. '), 'Ma ra B.');
  for (const nothing of ['\u200b\u2066', '\u3164', '\u200d', ' \ufe0f'])
    assert.equal(sayableName(nothing), null);
  for (const kept of ['\u{1f469}\u200d\u{1f52c}', '\u2764\ufe0f', 'مي\u200cخواهم', 'Zoe\u0308'])
    assert.equal(sayableName(kept), kept);
});
