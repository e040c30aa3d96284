// No frame passes a connection of the page without the worker, however its senders and receivers came to be.

import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { Browser, Page } from '@playwright/test';
import { build } from 'esbuild';
import { launchBrowser } from '../../stack/chromium.ts';

let browser: Browser;
let page: Page;
const server = createServer();

before(async () => {
  const entry = fileURLToPath(new URL('./connections.page.ts', import.meta.url));
  const bundle = await build({ entryPoints: [entry], bundle: true, write: false, format: 'iife' });
  const script = bundle.outputFiles[0]?.text;
  server.on('request', (_request, response) => {
    response.setHeader('content-type', 'text/html');
    response.end(`<!doctype html><script>${script}</script>`);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  browser = await launchBrowser();
  page = await browser.newPage();
  await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
});

after(async () => {
  await browser?.close();
  server.close();
});

interface PageTest {
  call(
    way: string,
    seconds: number,
  ): Promise<{
    sent: { packetsSent: number };
    received: { framesReceived: number; samples: number };
    seen: Record<string, number>;
  }>;
  sideDoors(): string[];
  closed: number[];
  replaced: string[];
}

const inPage = <T>(run: (page: PageTest) => T | Promise<T>): Promise<T> =>
  page.evaluate(`(${run.toString()})(globalThis.test)`) as Promise<T>;

for (const way of ['addTrack', 'addTransceiver', 'replaceTrack', 'answerer-first']) {
  test(`a transform that drops lets nothing out: ${way}`, async () => {
    const result = await (page.evaluate(`test.call('${way}', 2)`) as ReturnType<PageTest['call']>);
    assert.equal(result.sent.packetsSent, 0);
    assert.equal(result.received.framesReceived, 0);
    assert.ok((result.seen['frame send audio'] ?? 0) > 20, 'audio frames reach the worker');
    assert.ok((result.seen['frame send video'] ?? 0) > 5, 'video frames reach the worker');
  });
}

test('a worker that died and another in its place let nothing out between them', async () => {
  const result = await (page.evaluate(`test.call('addTrack', 2, 3)`) as ReturnType<PageTest['call']>);
  assert.equal(result.sent.packetsSent, 0);
  assert.equal(result.received.framesReceived, 0);
  assert.ok((result.seen['frame send audio'] ?? 0) > 20, 'audio frames reach the last worker');
  assert.ok((result.seen['frame send video'] ?? 0) > 5, 'video frames reach the last worker');
});

test('the page cannot take a transform out', async () => {
  assert.deepEqual(await inPage((page) => page.sideDoors()), []);
});

test('closed connections and replaced tracks are told', async () => {
  const closed = await inPage((page) => page.closed);
  assert.equal(new Set(closed).size, closed.length);
  assert.equal(closed.length, 5 * 2 * 4, 'two senders and two receivers on each of ten connections');
  const replaced = await inPage((page) => page.replaced);
  assert.deepEqual(replaced, ['before 1', 'after', 'before 2', 'after']);
});
