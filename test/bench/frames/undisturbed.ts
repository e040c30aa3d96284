// A page in a browser that nothing is attached to: a debugger's hooks would make every exception dearer.
import { type ChildProcess, spawn } from 'node:child_process';
import { rmSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundle } from '../../unit/frames/page/chromium.ts';

export interface UndisturbedPage {
  /** Calls a function that the page's script put on `globalThis`; it gives something that JSON can carry. */
  call<T>(name: string, ...args: unknown[]): Promise<T>;
  close(): Promise<void>;
}

/** The page asks for what to call, and says what came of it. */
const ASK = `(async () => {
  for (;;) {
    const { name, args } = await (await fetch('/next')).json();
    const result = await globalThis[name](...args).then((value) => ({ value }), (error) => ({ error: String(error) }));
    await fetch('/done', { method: 'POST', body: JSON.stringify(result) });
  }
})();`;

type Outcome = { value: unknown } | { error: string };

/** `scripts` by path, as for `bundle`; `/page.js` is the page's own. */
export async function openUndisturbed(scripts: Record<string, string>): Promise<UndisturbedPage> {
  const files = new Map<string, string>([['/ask.js', ASK]]);
  for (const [path, entry] of Object.entries(scripts)) files.set(path, await bundle(entry));
  let asking: ServerResponse | null = null;
  let wanted: string | null = null;
  let done: (outcome: Outcome) => void = () => {};
  const give = () => {
    if (asking === null || wanted === null) return;
    asking.end(wanted);
    asking = wanted = null;
  };
  const server = createServer(async (request, response) => {
    // Isolated from other origins, so that the page may measure memory.
    response.setHeader('Cross-Origin-Opener-Policy', 'same-origin');
    response.setHeader('Cross-Origin-Embedder-Policy', 'require-corp');
    if (request.url === '/next') {
      asking = response;
      give();
    } else if (request.url === '/done') {
      let body = '';
      for await (const part of request) body += part;
      response.end();
      done(JSON.parse(body) as Outcome);
    } else {
      const script = files.get(request.url ?? '');
      response.setHeader('Content-Type', script === undefined ? 'text/html' : 'text/javascript');
      response.end(
        script ??
          '<!doctype html><title>frames</title><script src="/page.js"></script><script src="/ask.js"></script>',
      );
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const folder = await mkdtemp(join(tmpdir(), 'sealmeet-bench-'));
  const browser = start(folder, `http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
  process.on('exit', () => {
    if (browser.exitCode === null) browser.kill();
    rmSync(folder, { recursive: true, force: true });
  });
  const failed = new Promise<never>((_resolve, reject) => {
    browser.once('error', reject);
    browser.once('exit', (code) => reject(new Error(`the browser ended with ${code}`)));
  });
  failed.catch(() => {});
  return {
    async call<T>(name: string, ...args: unknown[]): Promise<T> {
      const finished = new Promise<Outcome>((resolve) => {
        done = resolve;
      });
      wanted = JSON.stringify({ name, args });
      give();
      const outcome = await Promise.race([finished, failed]);
      if ('error' in outcome) throw new Error(`${name}: ${outcome.error}`);
      return outcome.value as T;
    },
    async close() {
      const ended = new Promise((resolve) => browser.once('exit', resolve));
      if (browser.exitCode === null && browser.kill()) await ended;
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
      await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

function start(folder: string, url: string): ChildProcess {
  const args = [
    '--headless=new',
    '--no-sandbox',
    '--disable-gpu',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
    '--enable-blink-features=ForceEagerMeasureMemory',
    `--user-data-dir=${folder}`,
    url,
  ];
  return spawn('/usr/bin/chromium', args, { stdio: 'ignore' });
}
