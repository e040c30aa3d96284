// The table of the contract says what is tested, and all of it: its rows are the tests' names, in their order.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { ROWS } from '../../compose/contract.ts';

test('each row of the table in test/stack/images/README.md is a test, and each test a row', () => {
  const table = readFileSync(new URL('../../stack/images/README.md', import.meta.url), 'utf8');
  const rows = [...table.matchAll(/^\| ([^|]+) \| [^|]+ \| [^|]+ \|$/gm)].map(([, name]) => name?.trim());
  assert.deepEqual(rows.slice(1), ['---', ...ROWS.map(({ name }) => name)].slice(1));
});
