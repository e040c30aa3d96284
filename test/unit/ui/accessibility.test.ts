// axe-core over every state of the interface, light and dark, desktop and phone size.

import assert from 'node:assert/strict';
import { violations } from './checks.ts';
import { onPage } from './on-page.ts';
import * as states from './states.ts';

for (const look of [
  { theme: 'light', width: 1280 },
  { theme: 'dark', width: 320, height: 640 },
] as const) {
  onPage(`axe-core finds nothing in any state, ${look.theme}, ${look.width} px`, look, async (shown) => {
    let checked = 0;
    for (const [name, state] of Object.entries(states)) {
      if (!('phase' in state)) continue;
      await shown.show(states.away);
      await shown.show(state);
      // Without the panel, an alarm has a card of its own.
      if (name === 'trouble') assert.deepEqual(await violations(shown.page), [], 'alert');
      await shown.holdTime();
      await shown.openPart('unseal');
      // A question that has just come takes no answer: look at it when it does.
      await shown.letTimePass();
      await shown.page.evaluate(() => {
        const root = document.querySelector('sealmeet-interface')?.shadowRoot;
        for (const card of root?.querySelectorAll('details') ?? []) card.open = true;
      });
      assert.deepEqual(await violations(shown.page), [], name);
      checked += 1;
    }
    assert.ok(checked >= 30, `${checked} states`);
    await shown.show(states.sealed);
    await shown.notify('One line.');
    assert.deepEqual(await violations(shown.page), [], 'notice');
  });
}
