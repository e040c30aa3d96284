// What a page does before somebody joins, so that joining is quick: it must go all the way, and may be left at any point.

import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { before, test } from 'node:test';
import { loadOlm, type OlmAccount, type OlmLibrary } from '../../../web-plugin/src/keys/index.ts';
import { rehearsal } from '../../../web-plugin/src/keys/rehearsal.ts';

const random = (length: number) => Uint8Array.from(randomBytes(length));
let olm: OlmLibrary;
/** Accounts of libolm that were not given back. */
let accounts = 0;

before(async () => {
  const real = await loadOlm();
  const counted = (account: OlmAccount): OlmAccount => {
    accounts += 1;
    const free = () => {
      accounts -= 1;
      account.free();
    };
    return { ...account, free };
  };
  olm = { ...real, account: () => counted(real.account()) };
});

test('both get the key of the other, in pieces between which the page may do something else', () => {
  const steps = rehearsal(olm, random);
  let pieces = 0;
  let step = steps.next();
  while (!step.done) {
    pieces += 1;
    step = steps.next();
  }
  assert.ok(step.value >= 2, `${step.value} keys`);
  assert.ok(pieces > 10, `${pieces} pieces`);
  assert.equal(accounts, 0);
});

test('who joins meanwhile ends it, and nothing is kept', () => {
  for (const _ of rehearsal(olm, random)) {
    assert.equal(accounts, 2);
    break;
  }
  assert.equal(accounts, 0);
});
