// Pictures of every state of the interface, as <state>-<theme>-<width>.png in the folder given, or docs/screenshots.

import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { InterfacePage, launchChromium } from './page.ts';
import * as states from './states.ts';

const folder = process.argv[2] ?? join('docs', 'screenshots');
const only = process.argv[3];
mkdirSync(folder, { recursive: true });

/** What to open before the picture is taken. */
const scenes: { name: string; state: states.UiState; after?: (shown: InterfacePage) => Promise<unknown> }[] =
  [
    { name: 'open', state: states.open },
    { name: 'open-panel', state: states.openOwner, after: (shown) => shown.part('shield').click() },
    { name: 'sealing', state: states.sealing, after: (shown) => shown.part('shield').click() },
    { name: 'sealed', state: states.sealed },
    { name: 'sealed-panel', state: states.sealedOwner, after: (shown) => shown.part('shield').click() },
    { name: 'not-enforced', state: states.notEnforced, after: (shown) => shown.part('shield').click() },
    {
      name: 'confirm-unseal',
      state: states.sealedOwner,
      after: async (shown) => {
        await shown.part('shield').click();
        await shown.part('unseal').click();
      },
    },
    { name: 'alert', state: states.trouble },
    { name: 'trouble', state: states.trouble, after: (shown) => shown.part('show-trouble').click() },
    { name: 'asking', state: states.asking },
    { name: 'broken', state: states.broken },
    { name: 'notice', state: states.sealed, after: (shown) => shown.notify('Mara sealed this room.') },
  ];

const sizes = [
  { width: 1280, height: 800 },
  { width: 320, height: 640 },
];

const browser = await launchChromium();
try {
  for (const theme of ['light', 'dark'] as const) {
    for (const size of sizes) {
      for (const { name, state, after } of scenes) {
        if (only && !name.includes(only)) continue;
        const shown = await InterfacePage.open(browser, { ...size, theme, reducedMotion: true });
        await shown.show(state);
        await after?.(shown);
        await shown.page.screenshot({ path: join(folder, `${name}-${theme}-${size.width}.png`) });
        await shown.close();
      }
    }
  }
} finally {
  await browser.close();
}
