// Which cards stay when there are more than a person reads.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Troubles } from '../../../web-plugin/src/jitsi/troubles.ts';

test('many small troubles drive no alarm out: the oldest of the least severe goes', () => {
  const troubles = new Troubles();
  const ids = () => troubles.list().map(({ id }) => id);
  const has = (...wanted: string[]) => wanted.filter((id) => ids().includes(id));
  troubles.report('view', { kind: 'different-rosters', names: ['Bob'] });
  troubles.report('first silent', { kind: 'silent', name: 'Bob' });
  troubles.report('second silent', { kind: 'silent', name: 'Tom' });
  for (let n = 0; n < 48; n += 1) troubles.report(`incapable ${n}`, { kind: 'incapable', name: `${n}` });
  assert.equal(ids().length, 50);
  assert.deepEqual(has('view', 'first silent', 'second silent', 'incapable 0'), [
    'view',
    'second silent',
    'incapable 0',
  ]);
  for (let n = 48; n < 100; n += 1) troubles.report(`incapable ${n}`, { kind: 'incapable', name: `${n}` });
  assert.deepEqual(has('view', 'second silent', 'incapable 50', 'incapable 51'), ['view', 'incapable 51']);
  for (let n = 0; n < 49; n += 1) troubles.report(`unsealed ${n}`, { kind: 'unsealed', name: `${n}` });
  assert.deepEqual(has('view', 'incapable 99', 'unsealed 0'), ['view', 'unsealed 0']);
  troubles.report('silent again', { kind: 'silent', name: 'Bob' });
  assert.deepEqual(has('view', 'silent again'), ['view'], 'it is the least severe itself');
  troubles.report('one more', { kind: 'unsealed', name: 'x' });
  assert.deepEqual(has('view', 'unsealed 0', 'one more'), ['unsealed 0', 'one more']);
  assert.equal(ids().length, 50);
});
