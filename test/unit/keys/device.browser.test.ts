// The own device in a real browser: IndexedDB keeps it over a reload, nothing can take it out. Brief D7.

import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { Browser, BrowserContext, Page } from '@playwright/test';
import { build } from 'esbuild';
import { launchBrowser } from '../../stack/chromium.ts';
import { until } from '../../stack/until.ts';
import { olm } from './rig.ts';

const ENTRY = `
  import { openDevice } from './own-device.ts';
  import { openRecords } from './record-store.ts';
  import { openTrust } from './trust-store.ts';
  // Somebody is met while the storage is busy for 300 ms; resolves when a read that was asked for after that is answered.
  window.meetWhileBusy = async () => {
    const records = await openRecords();
    const trust = await openTrust(records);
    const { result: database } = await new Promise((resolve) => {
      const opening = indexedDB.open('sealmeet', 1);
      opening.onsuccess = () => resolve(opening);
    });
    const table = database.transaction('records', 'readonly').objectStore('records');
    const until = performance.now() + 300;
    const spin = () => {
      if (performance.now() < until) table.get('any').onsuccess = spin;
    };
    spin();
    trust.meet('someone', 'Someone', 1);
    return records.get('devices');
  };
  window.open = async () => { window.trust = await openTrust(await openRecords()); };
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

const PATIENCE = { withinMs: 10_000, everyMs: 50 };

let script = '';
let browser: Browser;
let url = '';
const server = createServer((_, response) =>
  response.setHeader('content-type', 'text/html').end('<!doctype html>'),
);

before(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const resolveDir = fileURLToPath(new URL('../../../web-plugin/src/keys/', import.meta.url));
  const { outputFiles } = await build({
    stdin: { contents: ENTRY, resolveDir, loader: 'ts' },
    bundle: true,
    write: false,
    format: 'iife',
  });
  script = outputFiles[0]?.text ?? '';
  browser = await launchBrowser();
});

after(async () => {
  await browser.close();
  server.close();
});

async function pageOf(context: BrowserContext): Promise<Page> {
  const page = await context.newPage();
  await page.goto(url);
  await page.addScriptTag({ content: script });
  return page;
}

test('a device comes back after a reload, cannot be exported, and is temporary where storage is refused', async () => {
  const context = await browser.newContext();
  const visit = async (call: string): Promise<Seen> => {
    const page = await pageOf(context);
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

test('whoever was met is written down in the order of the calls, so a later read tells that it is', async () => {
  const context = await browser.newContext();
  const page = await pageOf(context);
  const stored = (await page.evaluate('window.meetWhileBusy()')) as { device: string }[] | undefined;
  assert.deepEqual(
    stored?.map(({ device }) => device),
    ['someone'],
  );
  await context.close();
});

test('two tabs: who is verified in one is so in the other, and neither undoes what the other stored', async () => {
  const context = await browser.newContext();
  const [one, other] = [await pageOf(context), await pageOf(context)];
  const pages = [one, other] as const;
  for (const page of pages) await page.evaluate('window.open()');
  const known = () => Promise.all(pages.map((page) => page.evaluate('JSON.stringify(trust.records())')));
  const both = (has: RegExp) =>
    until(`both know ${has}`, async () => (await known()).every((all) => has.test(String(all))), PATIENCE);
  await one.evaluate("trust.meet('A', 'Ada', 1); trust.verify('A', 'Ada', 2)");
  await both(/"Ada".*"verifiedAt":2/);
  // In one moment: neither has heard of what the other does.
  const many = (name: string) => `for (let n = 0; n < 20; n += 1) trust.meet('${name} ' + n, '${name}', 3)`;
  await Promise.all([one.evaluate(many('Ben')), other.evaluate(many('Cleo'))]);
  await both(/^(?=.*"Ada".*"verifiedAt":2)(?=.*"Ben 19")(?=.*"Cleo 19")/);
  for (const all of await known()) assert.equal(JSON.parse(String(all)).length, 41);
  assert.deepEqual(await other.evaluate("trust.meet('C', 'Ada', 4)"), { kind: 'changed' });
  await both(/"C"/);
  await one.reload();
  await one.addScriptTag({ content: script });
  await one.evaluate('window.open()');
  await both(/"Ada".*"verifiedAt":2.*"C"/);
  await context.close();
});
