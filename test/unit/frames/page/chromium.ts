// Serves the page and the worker on loopback and opens them in Debian's Chromium.
import { readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Browser, Page } from '@playwright/test';
import { build } from 'esbuild';
import { launchBrowser } from '../../../stack/chromium.ts';
import type { CallOptions, CallResult } from './call.ts';

const ROOT = new URL('../../../../', import.meta.url).pathname;

export interface CallPage {
  page: Page;
  call(options: Partial<CallOptions> & { mimeType: string }): Promise<CallResult>;
  close(): Promise<void>;
}

/** One IIFE a source file; several are run one after the other in one script, a script from elsewhere as it is. */
export async function bundle(entries: string): Promise<string> {
  const parts: string[] = [];
  for (const entry of entries.split(' + ')) {
    parts.push(entry.endsWith('.js') ? await readFile(`${ROOT}${entry}`, 'utf8') : await bundleOne(entry));
  }
  return parts.join('\n');
}

async function bundleOne(entry: string): Promise<string> {
  const result = await build({
    entryPoints: [`${ROOT}${entry}`],
    bundle: true,
    format: 'iife',
    target: 'es2022',
    write: false,
  });
  return result.outputFiles[0]?.text ?? '';
}

export async function openPage(
  scripts: Record<string, string>,
): Promise<{ page: Page; close(): Promise<void> }> {
  const files = new Map<string, string>();
  for (const [path, entry] of Object.entries(scripts)) files.set(path, await bundle(entry));
  const server = createServer((request, response) => {
    const script = files.get(request.url ?? '');
    // Isolated from other origins, so that the page may measure memory.
    response.setHeader('Cross-Origin-Opener-Policy', 'same-origin');
    response.setHeader('Cross-Origin-Embedder-Policy', 'require-corp');
    response.setHeader('Content-Type', script === undefined ? 'text/html' : 'text/javascript');
    response.end(script ?? '<!doctype html><title>frames</title><script src="/page.js"></script>');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  let browser: Browser | null = null;
  try {
    browser = await launchBrowser('--enable-blink-features=ForceEagerMeasureMemory');
    const page = await browser.newPage();
    page.on('console', (message) => console.log(`page: ${message.text()}`));
    await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
    const opened = browser;
    return {
      page,
      async close() {
        await opened.close();
        await stop(server);
      },
    };
  } catch (error) {
    await browser?.close();
    await stop(server);
    throw error;
  }
}

export async function openCallPage(): Promise<CallPage> {
  const { page, close } = await openPage({
    '/page.js': 'test/unit/frames/page/call.ts',
    '/worker.js': 'web-plugin/src/worker.ts',
    '/any-bytes.js': 'test/unit/frames/page/any-bytes-worker.ts',
  });
  const call: CallPage['call'] = (options) =>
    page.evaluate(
      (all) => (globalThis as unknown as { call(options: CallOptions): Promise<CallResult> }).call(all),
      {
        sealed: true,
        withKey: true,
        receiverTransform: true,
        byStreams: false,
        anyBytes: null,
        untilFrames: 20,
        runMs: 30_000,
        ...options,
      },
    );
  return { page, call, close };
}

function stop(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise((resolve) => server.close(() => resolve()));
}
