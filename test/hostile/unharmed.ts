// What an attack that fails leaves behind: nothing that a person would notice.

import assert from 'node:assert/strict';
import {
  assertQuiet,
  type Person,
  pairsOf,
  seeAndHear,
  shownBy,
  troubleIds,
  troubleText,
  waitForPhase,
} from '../e2e/sealed-room.ts';
import type { Bundles } from './stanzas.ts';
import { assertTrueKeys } from './true-keys.ts';

/** All see and hear each other in a room that shows as sealed, and nobody has a key that is not its owner's. */
export async function assertUnharmed(people: Person[], bundles: Bundles): Promise<void> {
  await seeAndHear(pairsOf(people), { frames: 6, seconds: 0.4 });
  await waitForPhase(people, 'sealed');
  await assertTrueKeys(people, bundles);
  assertQuiet(people);
  for (const person of people) {
    const phases = (await shownBy(person)).map(({ phase }) => phase);
    assert.ok(
      !phases.includes('asking') && !phases.includes('broken'),
      `${person.name}: ${phases.join(' ')}`,
    );
    // Views of guests may differ from theirs: that is told, and true.
    const ofThem = people.map(({ endpoint }) => `view ${endpoint}`);
    const told = (await troubleIds(person)).filter((id) => !id.startsWith('view') || ofThem.includes(id));
    const texts = await Promise.all(told.map((id) => troubleText(person, id)));
    assert.deepEqual(texts, [], `what ${person.name} is told`);
  }
}
