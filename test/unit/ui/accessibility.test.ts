// axe-core over every state of the interface, light and dark, desktop and phone size.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { onPage } from './on-page.ts';
import type { InterfacePage } from './page.ts';
import * as states from './states.ts';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** WCAG 2.2 A and AA, and what axe-core calls best practice. */
async function violations(shown: InterfacePage): Promise<string[]> {
  return await shown.page.evaluate(async () => {
    const { axe } = window as unknown as {
      axe: {
        run(
          context: object,
        ): Promise<{ violations: { id: string; nodes: { html: string; failureSummary: string }[] }[] }>;
      };
    };
    // Only the interface: the page around it is a stand-in.
    const { violations: found } = await axe.run({ include: [['sealmeet-interface']] });
    return found.flatMap(({ id, nodes }) =>
      nodes.map(({ html, failureSummary }) => `${id}: ${html} ${failureSummary}`),
    );
  });
}

for (const look of [
  { theme: 'light', width: 1280 },
  { theme: 'dark', width: 320, height: 640 },
] as const) {
  onPage(`axe-core finds nothing in any state, ${look.theme}, ${look.width} px`, look, async (shown) => {
    await shown.page.evaluate(axe);
    let checked = 0;
    for (const [name, state] of Object.entries(states)) {
      if (!('phase' in state)) continue;
      await shown.show(states.away);
      await shown.show(state);
      // Without the panel, an alarm has a card of its own.
      if (name === 'trouble') assert.deepEqual(await violations(shown), [], 'alert');
      await shown.holdTime();
      await shown.openPart('unseal');
      // A question that has just come takes no answer: look at it when it does.
      await shown.letTimePass();
      await shown.page.evaluate(() => {
        const root = document.querySelector('sealmeet-interface')?.shadowRoot;
        for (const card of root?.querySelectorAll('details') ?? []) card.open = true;
      });
      assert.deepEqual(await violations(shown), [], name);
      checked += 1;
    }
    assert.ok(checked >= 30, `${checked} states`);
    await shown.show(states.sealed);
    await shown.notify('One line.');
    assert.deepEqual(await violations(shown), [], 'notice');
  });
}
