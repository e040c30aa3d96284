// The module's own words to people whom it does not let in, and what the interface makes of them.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { refusalOf } from '../../../web-plugin/src/jitsi/refusals.ts';

/** The sentences of `refusal` in words.lib.lua, by their names. */
function modulesWords(): Map<string, string> {
  const file = new URL('../../../prosody-module/mod_muc_e2ee/words.lib.lua', import.meta.url);
  const lua = readFileSync(file, 'utf8');
  const [, block = ''] = /refusal = \{(.*?)\n\t\};/su.exec(lua) ?? [];
  const entries = block.matchAll(
    /\["?([a-z-]+)"?\] = ((?:"[^"]*"[\s.]*)+);|\n\t\t([a-z]+) = ((?:"[^"]*"[\s.]*)+);/gu,
  );
  return new Map(
    [...entries].map((entry) => {
      const text = [...(entry[2] ?? entry[4] ?? '').matchAll(/"([^"]*)"/gu)].map(([, part]) => part).join('');
      return [entry[1] ?? entry[3] ?? '', text];
    }),
  );
}

test('every refusal of the module is known as one', () => {
  const words = modulesWords();
  assert.ok(words.size >= 4, [...words.keys()].join(', '));
  for (const [why, text] of words) {
    const reason = why === 'ill-formed' ? 'bad-bundle' : 'other';
    const detail = why === 'ill-formed' ? null : text;
    assert.deepEqual(refusalOf(text, null), { reason, detail }, why);
    assert.deepEqual(refusalOf(text, 'unsupported'), { reason: 'outdated-browser', detail: null }, why);
    assert.deepEqual(refusalOf(text, 'not-loaded'), { reason: 'no-plugin', detail: null }, why);
  }
});

test('what is not about the seal is left to Jitsi Meet', () => {
  for (const words of [null, '', 'The meeting was ended by a moderator', 'Room is full'])
    assert.equal(refusalOf(words, 'unsupported'), null);
});
