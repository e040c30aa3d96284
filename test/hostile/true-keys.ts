// Whose keys a page has: each must be one that its owner's own page sealed with, and none may come a second time.

import assert from 'node:assert/strict';
import { stepBase } from '../../web-plugin/src/keys/derive.ts';
import { equal } from '../../web-plugin/src/wire/index.ts';
import type { Person } from '../e2e/sealed-room.ts';
import { type TappedKey, tappedKeys } from '../stack/key-tap.ts';
import type { Bundles } from './stanzas.ts';

/** Fails if a page took a key under the name of another of these people that this one never made or had before. */
export async function assertTrueKeys(people: Person[], bundles: Bundles): Promise<void> {
  const tapped = await Promise.all(people.map(({ page }) => tappedKeys(page)));
  for (const [n, owner] of people.entries()) {
    const identity = bundles.identityOf(owner);
    const own = tapped[n]?.filter((key) => key.owner === null) ?? [];
    for (const [m, receiver] of people.entries()) {
      const got = tapped[m]?.filter((key) => key.owner === identity) ?? [];
      const where = `${receiver.name} of ${owner.name}`;
      assert.ok(
        got.every((key) => own.some((one) => equal(one.context, key.context))),
        `${where}: a key bound to somebody else`,
      );
      for (const key of got) {
        const used = own.find((one) => one.generation === key.generation);
        // One that was replaced before it was used cannot be compared.
        if (used) assert.ok(isSame(key, used), `${where}: generation ${key.generation} is not the owner's`);
      }
      const generations = got.map(({ generation }) => generation);
      assert.deepEqual(
        generations,
        generations.toSorted((a, b) => a - b),
        `${where}: an old one was taken`,
      );
      assert.equal(new Set(generations).size, generations.length, `${where}: one was taken twice`);
    }
  }
}

function isSame(a: TappedKey, b: TappedKey): boolean {
  const [early, late] = a.step <= b.step ? [a, b] : [b, a];
  let { base } = early;
  for (let step = early.step; step < late.step; step += 1) base = stepBase(base);
  return equal(base, late.base);
}
