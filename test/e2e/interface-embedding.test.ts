// A page that embeds the call in an iframe: the listed one reads the state and asks for a seal; all others, whatever
// they send and from wherever, are not even answered.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, test } from 'node:test';
import type { Browser, BrowserContext, Frame, Page } from '@playwright/test';
import { launchBrowser } from '../stack/browser.ts';
import { type Stack, startStack } from '../stack/stack.ts';
import { until } from './sealed-room.ts';

/** Two pages that embed the call; they differ by their origins alone. */
let listed: Server;
let stranger: Server;
let stack: Stack;
let browser: Browser;
let context: BrowserContext;

/** Longer than any answer takes. */
const QUIET_MS = 700;

/** On loopback, where the embedded page stays a secure context. */
async function embedder(): Promise<Server> {
  const server = createServer((request, response) => {
    const { searchParams } = new URL(request.url ?? '/', 'http://page');
    response.setHeader('content-type', 'text/html');
    response.end(`<!doctype html><title>Embedder</title><link rel="icon" href="data:,">
      <script>window.heard = []; addEventListener('message', (event) => heard.push(event.data));</script>
      <iframe allow="camera; microphone" width="1000" height="600"
        src="${stack.url}/embedded?like=jitsi&${searchParams}"></iframe>`);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

const originOf = (server: Server): string => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

before(async () => {
  const embedders: unknown[] = ['*', 'null', 7];
  [listed, stranger] = [await embedder(), await embedder()];
  embedders.push(originOf(listed));
  stack = await startStack({ plugin: true, module: true, pageConfig: { sealmeet: { embedders } } });
  browser = await launchBrowser();
  context = await browser.newContext({ permissions: ['camera', 'microphone'] });
});
after(async () => {
  await browser?.close();
  listed?.close();
  stranger?.close();
  await stack?.stop();
});

async function embed(server: Server, query = 'prejoin=1'): Promise<{ page: Page; frame: Frame }> {
  const page = await context.newPage();
  await page.goto(`${originOf(server)}/?${query}`);
  const element = await page.locator('iframe').elementHandle();
  const frame = await element?.contentFrame();
  if (!frame) throw new Error('expected the embedded page in the iframe');
  await frame.waitForFunction(() => 'sealmeet' in window);
  return { page, frame };
}

interface Heard {
  id?: string;
  done?: boolean;
  state?: { phase: string; shield: string; isOwner: boolean; people: unknown[] };
}

const say = (page: Page, ...messages: unknown[]) =>
  page.evaluate((all) => {
    for (const message of all) frames[0]?.postMessage(message, '*');
  }, messages);
const heardBy = (page: Page): Promise<Heard[]> =>
  page.evaluate(() => (window as unknown as { heard: Heard[] }).heard);

test('the listed page asks and is answered', async () => {
  const { page } = await embed(listed);
  await say(page, { sealmeet: 1, id: 'a', request: 'state' }, { sealmeet: 1, id: 'b', request: 'seal' });
  await until('both are answered', async () => (await heardBy(page)).length >= 3);
  const heard = await heardBy(page);
  assert.equal(heard[0]?.state?.phase, 'away');
  assert.deepEqual(
    heard.filter(({ id }) => id).map(({ id, done }) => [id, done]),
    [
      ['a', true],
      ['b', false],
    ],
    'outside a call there is nothing to seal',
  );
  await page.close();
});

test('a page that is not listed hears nothing and moves nothing', async () => {
  const { page, frame } = await embed(stranger);
  await say(
    page,
    { sealmeet: 1, id: 'a', request: 'state' },
    { sealmeet: 1, request: 'open', what: 'panel' },
  );
  await page.waitForTimeout(QUIET_MS);
  assert.deepEqual(await heardBy(page), []);
  // Nor does it help to send from the embedded page itself, or from a frame inside it.
  await frame.evaluate(() => {
    window.postMessage({ sealmeet: 1, id: 'self', request: 'state' }, '*');
    const inner = document.createElement('iframe');
    inner.srcdoc = `<script>parent.postMessage({ sealmeet: 1, id: 'inner', request: 'state' }, '*')</script>`;
    document.body.append(inner);
  });
  await page.waitForTimeout(QUIET_MS);
  assert.deepEqual(await heardBy(page), []);
  await page.close();
});

test('a frame beside it in the listed page is not the parent', async () => {
  const { page } = await embed(listed);
  await page.evaluate(() => {
    const sibling = document.createElement('iframe');
    sibling.srcdoc = `<script>parent.frames[0].postMessage({ sealmeet: 1, id: 'sibling', request: 'state' }, '*')</script>`;
    document.body.append(sibling);
  });
  await page.waitForTimeout(QUIET_MS);
  assert.deepEqual(await heardBy(page), []);
  await page.close();
});

test('what is not exactly a request is dropped, of whatever size, and the page goes on', async () => {
  const { page, frame } = await embed(listed);
  const errors: string[] = [];
  page.on('pageerror', (error) => errors.push(error.message));
  const long = 'x'.repeat(200);
  await say(
    page,
    null,
    'state',
    7,
    [],
    {},
    { sealmeet: 2, request: 'state' },
    { sealmeet: 1 },
    { sealmeet: 1, request: 'unseal' },
    { sealmeet: 1, request: '__proto__' },
    { sealmeet: 1, request: 'toString' },
    { sealmeet: 1, request: ['state'] },
    { sealmeet: 1, request: 'state', id: 7 },
    { sealmeet: 1, request: 'state', id: long },
    { sealmeet: 1, request: 'state', more: 1 },
    { sealmeet: 1, request: 'open' },
    { sealmeet: 1, request: 'open', what: 'agree' },
    { sealmeet: 1, request: 'open', what: 'verify', person: long },
    { sealmeet: 1, request: 'open', what: 'verify', person: {} },
  );
  // They count as well: the allowance of what may follow at once is used up, and comes back with time.
  await page.waitForTimeout(QUIET_MS);
  assert.deepEqual(await heardBy(page), []);
  await say(page, { sealmeet: 1, request: 'state', id: 'x'.repeat(5_000_000) });
  await page.evaluate(() =>
    frames[0]?.postMessage({ sealmeet: 1, request: 'state', id: new Map([[1, 2]]) }, '*'),
  );
  await page.waitForTimeout(3 * QUIET_MS);
  await say(page, { sealmeet: 1, request: 'state', id: 'fine' });
  await until('it answers again', async () => (await heardBy(page)).some(({ id }) => id === 'fine'));
  assert.deepEqual(errors, []);
  assert.equal(await frame.evaluate(() => window.sealmeet.state.phase), 'away');
  await page.close();
});

test('a flood is answered a few times, and then no more until it is over', async () => {
  const { page } = await embed(listed);
  await page.evaluate(() => {
    for (let n = 0; n < 5000; n += 1)
      frames[0]?.postMessage({ sealmeet: 1, id: String(n), request: 'state' }, '*');
  });
  await page.waitForTimeout(2 * QUIET_MS);
  const answered = (await heardBy(page)).filter(({ id }) => id).length;
  assert.ok(answered >= 20 && answered <= 45, `${answered} of 5000 answered`);
  await page.close();
});

test('in a call: it hears of each state, asks for the seal, opens the question, and cannot answer it', async () => {
  const { page, frame } = await embed(listed, 'name=Ada&tone=440');
  await frame.waitForFunction(() => window.call?.joined, undefined, { timeout: 40_000 });
  await say(page, { sealmeet: 1, id: 'now', request: 'state' });
  const last = async () => (await heardBy(page)).filter(({ state }) => state).at(-1)?.state;
  // The focus makes the first one the owner after the join; before that, a request to seal is refused.
  await until('it hears that the room is open, and Ada its owner', async () => {
    const state = await last();
    return state?.phase === 'open' && state.isOwner;
  });
  await say(page, { sealmeet: 1, id: 'seal', request: 'seal' });
  await until('it hears that the room is sealed', async () => (await last())?.phase === 'sealed');
  await say(page, { sealmeet: 1, id: 'open', request: 'open', what: 'unseal' });
  const question = frame.locator('sealmeet-interface [data-sealmeet="confirm-unseal"]');
  await question.waitFor();
  await page.waitForTimeout(QUIET_MS);
  await say(page, { sealmeet: 1, id: 'no', request: 'unseal' }, { sealmeet: 1, request: 'confirm-unseal' });
  await page.waitForTimeout(QUIET_MS);
  assert.equal((await last())?.phase, 'sealed');
  await question.click();
  await until('the click of a hand ends the seal', async () => (await last())?.phase === 'open');
  await page.close();
});
