// The own device in a real browser: IndexedDB keeps it over a reload, nothing can take it out. Brief D7.

import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { Browser } from '@playwright/test';
import { build } from 'esbuild';
import { launchBrowser } from '../../stack/chromium.ts';
import { olm } from './rig.ts';

const ENTRY = `
  import { openDevice } from './own-device.ts';
  import { openRecords } from './record-store.ts';
  import { openTrust } from './trust.ts';
  window.run = async (factory) => {
    const records = await openRecords(factory).catch(() => null);
    const device = await openDevice(records);
    const trust = await openTrust(records);
    const standing = trust.meet('someone', 'Someone', 1);
    const stored = await records?.get('device');
    const exported = await crypto.subtle.exportKey('pkcs8', stored?.privateKey).then(() => true, () => false);
    const signature = await device.sign(new TextEncoder().encode('hello'));
    return { key: [...device.publicKey], signature: [...signature], temporary: device.isTemporary, exported, standing };
  };
`;

interface Seen {
  key: number[];
  signature: number[];
  temporary: boolean;
  exported: boolean;
  standing: { kind: string };
}

let browser: Browser;
let url = '';
const server = createServer((_, response) =>
  response.setHeader('content-type', 'text/html').end('<!doctype html>'),
);

before(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  browser = await launchBrowser();
});

after(async () => {
  await browser.close();
  server.close();
});

test('a device comes back after a reload, cannot be exported, and is temporary where storage is refused', async () => {
  const resolveDir = fileURLToPath(new URL('../../../web-plugin/src/keys/', import.meta.url));
  const { outputFiles } = await build({
    stdin: { contents: ENTRY, resolveDir, loader: 'ts' },
    bundle: true,
    write: false,
    format: 'iife',
  });
  const script = outputFiles[0]?.text ?? '';
  const context = await browser.newContext();
  const visit = async (call: string): Promise<Seen> => {
    const page = await context.newPage();
    await page.goto(url);
    await page.addScriptTag({ content: script });
    const seen = (await page.evaluate(call)) as Seen;
    await page.close();
    return seen;
  };
  const first = await visit('window.run()');
  assert.deepEqual([first.temporary, first.exported, first.standing.kind], [false, false, 'new']);
  const message = new TextEncoder().encode('hello');
  assert.ok(olm.verify(Uint8Array.from(first.key), message, Uint8Array.from(first.signature)));
  const second = await visit('window.run()');
  assert.deepEqual(second.key, first.key);
  assert.equal(second.standing.kind, 'known');
  const refused = await visit("window.run({ open() { throw new DOMException('no', 'SecurityError'); } })");
  assert.equal(refused.temporary, true);
  assert.notDeepEqual(refused.key, first.key);
  await context.close();
});
