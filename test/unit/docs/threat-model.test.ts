// Every test that docs/threat-model.md names is there: its file, and the words of its title.

import assert from 'node:assert/strict';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const text = readFileSync(`${ROOT}/docs/threat-model.md`, 'utf8');

interface Named {
  /** Below test/, without its ending. */
  file: string;
  titles: string[];
}

/** A file in backticks and the titles in quotes that follow it in the same cell or line. */
function namedIn(line: string): Named[] {
  const all: Named[] = [];
  for (const [, file, title] of line.matchAll(/`((?:unit|e2e|hostile)\/[^`]+)`|[“"]([^”"]+)[”"]|\|/g)) {
    if (file) all.push({ file, titles: [] });
    else if (title) all.at(-1)?.titles.push(title);
  }
  return all;
}

const lines = text.split('\n');

test('every file and every title named in the threat model exists', () => {
  const missing: string[] = [];
  const all = lines.flatMap(namedIn);
  assert.ok(all.length > 40, `${all.length} references were found`);
  for (const { file, titles } of all) {
    const folder = `${ROOT}/test/${file}`;
    if (existsSync(folder) && statSync(folder).isDirectory()) continue;
    if (!existsSync(`${folder}.test.ts`)) {
      missing.push(file);
      continue;
    }
    const source = readFileSync(`${folder}.test.ts`, 'utf8');
    for (const title of titles)
      if (!new RegExp(`\\w\\(\\s*['"\`][^\\n]*${title.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}`).test(source))
        missing.push(`${file} "${title}"`);
  }
  assert.deepEqual(missing, []);
});

test('every rule that the protocol was built from has a row', () => {
  const rules = lines.flatMap((line) => line.match(/^\| ([MS]\d+) [^|]+\|[^|]*[^|\s][^|]*\|/)?.[1] ?? []);
  const expected = [
    ...Array.from({ length: 21 }, (_, n) => `M${n + 1}`),
    ...Array.from({ length: 14 }, (_, n) => `S${n + 1}`),
  ];
  assert.deepEqual(rules, expected);
});

test('every promise names at least one test', () => {
  const promises = lines.filter((line) => /^\| \d+ \|/.test(line));
  assert.ok(promises.length >= 20);
  for (const promise of promises) assert.ok(namedIn(promise).length > 0 || /`sim`/.test(promise), promise);
});
