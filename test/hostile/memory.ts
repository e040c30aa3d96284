// Memory of a browser's pages as the kernel counts it: what a page's own figures leave out is in it.

import { readFile } from 'node:fs/promises';
import type { Browser } from '@playwright/test';

const PAGE_BYTES = 4096;

/** Resident bytes of all processes that run pages (Linux, proc(5)), after garbage was collected. */
export async function memoryOfPages(browser: Browser): Promise<number> {
  for (const context of browser.contexts()) {
    for (const page of context.pages()) {
      const session = await context.newCDPSession(page);
      await session.send('HeapProfiler.collectGarbage');
      await session.detach();
    }
  }
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
