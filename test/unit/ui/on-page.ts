// A test on a freshly loaded page with the interface on it, in one browser for the whole file.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Browser } from '@playwright/test';
import { launchBrowser } from '../../stack/chromium.ts';
import { InterfacePage, type Look } from './page.ts';

let browser: Browser;
let shown: InterfacePage;
const errors: string[] = [];
before(async () => {
  browser = await launchBrowser();
  shown = await InterfacePage.open(browser);
  shown.page.on('pageerror', (error) => errors.push(String(error)));
  shown.page.on('console', (line) => line.type() === 'error' && errors.push(line.text()));
});
after(() => browser.close());

/** What comes true in its own time: tried again until it holds, or for five seconds. */
export async function eventually(check: () => Promise<void>): Promise<void> {
  for (let tries = 0; tries < 50; tries += 1) {
    try {
      await check();
      return;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
  await check();
}

export function onPage(name: string, look: Look, body: (shown: InterfacePage) => Promise<void>): void {
  test(name, async () => {
    errors.length = 0;
    await shown.load(look);
    await body(shown);
    assert.deepEqual(errors, [], 'the page reported errors');
  });
}
