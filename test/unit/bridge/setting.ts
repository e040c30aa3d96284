// What the bridge's browser tests stand on: the bridge's process, a page server, headless Chromium; all gone after `stop`.
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Browser } from '@playwright/test';
import { build } from 'esbuild';
import { type BridgeClient, bridgeClient } from '../../stack/bridge/client.ts';
import { launchBrowser } from '../../stack/chromium.ts';

export interface Setting {
  bridge: BridgeClient;
  browser: Browser;
  url: string;
  stop(): Promise<void>;
}

const MAIN = fileURLToPath(new URL('../../stack/bridge/main.ts', import.meta.url));
const PAGE = fileURLToPath(new URL('page.ts', import.meta.url));
const WORKER = fileURLToPath(new URL('tagging-worker.ts', import.meta.url));
const READY_MS = 15_000;

export interface BridgeProcess {
  child: ChildProcess;
  bridge: BridgeClient;
  stop(): Promise<void>;
}

export async function startBridge(): Promise<BridgeProcess> {
  const directory = await mkdtemp(join(tmpdir(), 'sealmeet-bridge-test-'));
  const child = spawn(process.execPath, ['--import', 'tsx', MAIN, JSON.stringify({ directory })], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const log: string[] = [];
  child.stderr.on('data', (chunk: Buffer) => {
    log.push(chunk.toString());
    if (process.env.BRIDGE_LOG) process.stderr.write(chunk);
  });
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const ready = await new Promise<{ port: number }>((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`bridge not ready:\n${log.join('')}`)), READY_MS);
    createInterface({ input: child.stdout }).once('line', (line) => {
      clearTimeout(timer);
      resolve(JSON.parse(line) as { port: number });
    });
    exited.then(() => reject(new Error(`bridge ended:\n${log.join('')}`)));
  });
  return {
    child,
    bridge: bridgeClient(ready.port),
    async stop() {
      child.kill('SIGTERM');
      await exited;
      await rm(directory, { recursive: true, force: true });
    },
  };
}

async function bundled(path: string): Promise<string> {
  const { outputFiles } = await build({ entryPoints: [path], bundle: true, write: false, format: 'iife' });
  return outputFiles[0]?.text ?? '';
}

export async function startSetting(): Promise<Setting> {
  const [script, worker] = await Promise.all([bundled(PAGE), bundled(WORKER)]);
  const server = createServer((request, response) => {
    const isWorker = request.url === '/tagging-worker.js';
    response.setHeader('content-type', isWorker ? 'text/javascript' : 'text/html');
    response.end(isWorker ? worker : `<!doctype html><body><script>${script}</script>`);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  const [bridge, browser] = await Promise.all([startBridge(), launchBrowser()]);
  return {
    bridge: bridge.bridge,
    browser,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    async stop() {
      await browser.close();
      await bridge.stop();
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}
