// What the plugin costs a page: bytes to load, time until Jitsi Meet can go on, and nothing at all while it is closed.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { after, before, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import type { Browser } from '@playwright/test';
import { launchBrowser } from '../../stack/chromium.ts';
import { InterfacePage, jitsiLike } from './page.ts';
import * as states from './states.ts';

/** Of the scripts that `make build` makes; Olm's WebAssembly comes besides. */
const MOST_BYTES = 120 * 1024;
/** Reading and running the script, while the page's own start waits. */
const MOST_MS = 80;
/** A slow machine may take more, but not more than so many times what the library takes there. */
const MOST_OF_LIBRARY = 2;

const built = (name: string) => readFileSync(new URL(`../../../dist/${name}`, import.meta.url));

let browser: Browser;
before(async () => {
  browser = await launchBrowser();
});
after(() => browser.close());

test('page script and worker are at most 120 KB compressed', () => {
  const bytes = ['plugin.js', 'worker.js'].reduce((sum, name) => sum + gzipSync(built(name)).length, 0);
  assert.ok(bytes <= MOST_BYTES, `${bytes} bytes`);
});

test('the page goes on at once after the script, and what takes longer comes by itself', async () => {
  const page = await browser.newPage();
  const library = createRequire(import.meta.url).resolve(
    '@solyd/lib-jitsi-meet/dist/umd/lib-jitsi-meet.min.js',
  );
  // In the page itself, so that the network is not measured.
  const inline = (text: string) => `<script>${text.replaceAll('</script', '<\\/script')}</script>`;
  const html = `<!doctype html><title>Start</title>${inline('window.entered = performance.now()')}
    ${inline(readFileSync(library, 'utf8'))}
    ${inline('window.begun = performance.now()')}${inline(built('plugin.js').toString())}
    ${inline('window.ended = performance.now()')}<body></body>`;
  const asked: string[] = [];
  await page.route('http://127.0.0.1:9/**', (route) => {
    const name = new URL(route.request().url()).pathname.slice(1);
    if (name === '') return route.fulfill({ contentType: 'text/html', body: html });
    asked.push(name);
    return route.fulfill({ body: built(name) });
  });
  const [libraryTimes, times]: [number[], number[]] = [[], []];
  for (let load = 0; load < 7; load += 1) {
    await page.goto('http://127.0.0.1:9/');
    const [entered, begun, ended] = await page.evaluate(() => {
      const at = window as unknown as { entered: number; begun: number; ended: number };
      return [at.entered, at.begun, at.ended] as const;
    });
    libraryTimes.push(begun - entered);
    times.push(ended - begun);
  }
  // The quickest: what a busy machine adds is not the script's.
  const most = Math.max(MOST_MS, MOST_OF_LIBRARY * Math.min(...libraryTimes));
  assert.ok(Math.min(...times) <= most, `${times.map(Math.round).join(', ')} ms, at most ${most}`);
  assert.ok(asked.includes('worker.js') && asked.includes('olm.wasm'), asked.join(', '));
  await page.close();
});

test('closed, the interface sets no timer, asks for no frame and draws nothing', async () => {
  const shown = await InterfacePage.open(browser, { html: jitsiLike('stage') });
  for (const state of [states.sealed, states.openOwner, states.verified, states.away]) {
    await shown.show(state);
    await shown.settled();
    const calls = await shown.page.evaluate(async () => {
      const counted: string[] = [];
      const later = window.setTimeout.bind(window);
      for (const name of ['setTimeout', 'setInterval', 'requestAnimationFrame'] as const) {
        const native = window[name].bind(window) as (...args: unknown[]) => unknown;
        (window as unknown as Record<string, unknown>)[name] = (...args: unknown[]) => {
          counted.push(name);
          return native(...args);
        };
      }
      const root = document.querySelector('sealmeet-interface')?.shadowRoot;
      if (!root) throw new Error('expected the interface');
      new MutationObserver((changes) => counted.push(`${changes.length} changes`)).observe(root, {
        subtree: true,
        childList: true,
        attributes: true,
      });
      await new Promise<void>((resolve) => later(resolve, 1500));
      const running = root.getAnimations().filter(({ playState }) => playState === 'running');
      if (running.length > 0) counted.push(`${running.length} animations`);
      return counted;
    });
    assert.deepEqual(calls, [], state.phase);
  }
  await shown.page.context().close();
});
