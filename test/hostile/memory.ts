// Memory of a browser's pages as the kernel counts it: what a page's own figures leave out is in it.

import { readFile } from 'node:fs/promises';
import type { Browser, CDPSession, Page } from '@playwright/test';

const PAGE_BYTES = 4096;
const COLLECT = { id: 1, method: 'HeapProfiler.collectGarbage' };

/** Resident bytes of all processes that run pages (Linux, proc(5)), after they and their workers collected garbage. */
export async function memoryOfPages(browser: Browser): Promise<number> {
  for (const context of browser.contexts()) for (const page of context.pages()) await collectGarbage(page);
  const session = await browser.newBrowserCDPSession();
  const { processInfo } = await session.send('SystemInfo.getProcessInfo');
  await session.detach();
  let bytes = 0;
  for (const { type, id } of processInfo) {
    if (type !== 'renderer') continue;
    const [, resident] = (await readFile(`/proc/${id}/statm`, 'utf8')).split(' ');
    bytes += Number(resident) * PAGE_BYTES;
  }
  return bytes;
}

async function collectGarbage(page: Page): Promise<void> {
  const session = await page.context().newCDPSession(page);
  await session.send('HeapProfiler.collectGarbage');
  await Promise.all((await workersOf(session)).map((worker) => collectInWorker(session, worker)));
  await session.detach();
}

/** Sessions of the page's workers: the answer to `setAutoAttach` comes after they were told. */
async function workersOf(session: CDPSession): Promise<string[]> {
  const workers: string[] = [];
  session.on('Target.attachedToTarget', ({ sessionId }) => workers.push(sessionId));
  await session.send('Target.setAutoAttach', {
    autoAttach: true,
    waitForDebuggerOnStart: false,
    flatten: false,
  });
  return workers;
}

async function collectInWorker(session: CDPSession, sessionId: string): Promise<void> {
  const collected = new Promise<void>((resolve) => {
    session.on('Target.receivedMessageFromTarget', (answer) => {
      if (answer.sessionId === sessionId && JSON.parse(answer.message).id === COLLECT.id) resolve();
    });
  });
  await session.send('Target.sendMessageToTarget', { sessionId, message: JSON.stringify(COLLECT) });
  await collected;
}
