// The languages: none lacks a text, none says English by oversight, and every name comes out where it went in.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EMOJI } from '../../../web-plugin/src/ui/emoji.ts';
import { cleanName, nameInSentence } from '../../../web-plugin/src/ui/names.ts';
import { languages, type Texts, textsFor } from '../../../web-plugin/src/ui/texts/index.ts';

/** What functions among the texts are tried with: each gives words for all of them. */
const SAMPLES: unknown[] = [
  {
    kind: '-',
    name: 'Zoë',
    seen: 'Kim',
    names: ['Zoë', 'Kim'],
    why: 'Zoë',
    codec: 'Zoë',
    what: 'chat',
    seconds: 7,
    count: 3,
  },
  'Zoë',
  3,
];

/** Every text by its path. A function is called, where it takes a record, a name or a number. */
function flatten(value: unknown, path: string, found: Map<string, string>): Map<string, string> {
  if (typeof value === 'string') found.set(path, value);
  else if (typeof value === 'function') {
    const sample =
      SAMPLES[
        /causes|lines/u.test(path)
          ? 0
          : /people|messages|repeated|covers|code\.connecting/u.test(path)
            ? 2
            : 1
      ];
    flatten(value(/\.(list|alsoHere)$/u.test(path) ? ['Zoë', 'Kim'] : sample, 'Kim'), path, found);
  } else if (value !== null && typeof value === 'object') {
    for (const [name, inner] of Object.entries(value)) flatten(inner, `${path}.${name}`, found);
  }
  return found;
}

const english = flatten(languages.en, '', new Map());

/** Words that are the same in both languages. */
const SAME =
  /^\.(direction|language)$|^\.emoji\.|part\.chat|trouble\.repeated|alarm$|\.code\.digits|severity|payload|panel\.messages|refused\.means/u;

for (const texts of Object.values<Texts>(languages)) {
  test(`${texts.language}: every text is there`, () => {
    const own = flatten(texts, '', new Map());
    assert.deepEqual([...own.keys()].sort(), [...english.keys()].sort());
    for (const [path, text] of own) {
      assert.ok(text.trim() !== '', `${path} is empty`);
      assert.doesNotMatch(text, /undefined|\[object|NaN/u, path);
      if (texts.language !== 'en' && !SAME.test(path))
        assert.notEqual(text, english.get(path), `${path} is English`);
      // What names a person in English names it in every language.
      for (const name of ['Zoë', 'Kim']) {
        assert.equal(text.includes(name), english.get(path)?.includes(name), `${name} in ${path}: ${text}`);
      }
    }
  });

  test(`${texts.language}: 64 pictures with 64 different names`, () => {
    assert.equal(EMOJI.length, 64);
    assert.equal(new Set(EMOJI).size, 64);
    assert.equal(texts.emoji.length, 64);
    assert.equal(new Set(texts.emoji).size, 64);
  });

  test(`${texts.language}: words without a name`, () => {
    assert.doesNotMatch(texts.asking.title(null), /null/u);
    for (const change of Object.values(texts.panel.keyChange))
      assert.doesNotMatch(change('9:41', null), /null/u);
    const { mismatch, swapped } = texts.causes;
    assert.doesNotMatch(mismatch({ kind: 'mismatch', name: null }).happened, /null/u);
    assert.doesNotMatch(swapped({ kind: 'swapped', name: 'Zoë', seen: null }).happened, /null/u);
    assert.doesNotMatch(texts.refusal.other(null).means, /null/u);
    for (const line of Object.values(texts.lines).slice(0, 2)) {
      assert.doesNotMatch((line as (line: { name: null }) => string)({ name: null }), /null/u);
    }
  });
}

test("Jitsi Meet's language tags find their language, others English", () => {
  const found = ['de', 'de-AT', 'frCA', 'es-US', 'en-GB', 'ja', '', '__proto__', undefined].map(
    (tag) => textsFor(tag).language,
  );
  assert.deepEqual(found, ['de', 'de', 'fr', 'es', 'en', 'en', 'en', 'en', 'en']);
});

test('a name cannot turn or break the sentence it stands in', () => {
  assert.equal(cleanName('  Ma\u202era\u2069\n '), 'Ma ra');
  assert.equal(cleanName('\u2066\u200b'), null);
  assert.equal(nameInSentence('\u202e', 'Someone'), '\u2068Someone\u2069');
  const long = cleanName(`e${'\u0301'.repeat(900)}`);
  assert.ok(long !== null && long.length <= 200);
  assert.equal([...(cleanName('👨‍👩‍👧‍👦'.repeat(80)) ?? '')].filter((one) => one === '…').length, 1);
});
