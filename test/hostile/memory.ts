// Memory of a browser's pages: as the kernel counts it, and as a page, its workers and libolm count their own.

import { readFile } from 'node:fs/promises';
import type { Browser, CDPSession, Page } from '@playwright/test';

const PAGE_BYTES = 4096;

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

export interface Kept {
  /** Objects and buffers of the page, and of its workers. */
  page: number;
  workers: number;
  /** WebAssembly memories of the page, which only ever grow: libolm's. */
  olm: number;
}

/** Bytes that a page keeps, after it and its workers collected garbage; `noteWasm` must have run in it. */
export async function keptBy(page: Page): Promise<Kept> {
  const session = await page.context().newCDPSession(page);
  await session.send('HeapProfiler.collectGarbage');
  const { usedSize, backingStorageSize } = await session.send('Runtime.getHeapUsage');
  const workers = await Promise.all(
    (await workersOf(session)).map(async (worker) => {
      await inWorker(session, worker, 'HeapProfiler.collectGarbage');
      const own = (await inWorker(session, worker, 'Runtime.getHeapUsage')) as typeof HEAP;
      return own.usedSize + own.backingStorageSize;
    }),
  );
  const olm = await wasmBytes(page);
  await session.detach();
  const sum = workers.reduce((all, one) => all + one, 0);
  return { page: usedSize + backingStorageSize, workers: sum, olm };
}

const HEAP = { usedSize: 0, backingStorageSize: 0 };

/** An init script: notes the memories of WebAssembly that a page gets, before it gets any. */
export function noteWasm(): void {
  const memories: WebAssembly.Memory[] = [];
  for (const name of ['instantiate', 'instantiateStreaming'] as const) {
    const native = WebAssembly[name] as (...args: unknown[]) => Promise<unknown>;
    const noting = async (...args: unknown[]) => {
      const made = await native(...args);
      const { exports } =
        made instanceof WebAssembly.Instance ? made : (made as { instance: WebAssembly.Instance }).instance;
      for (const one of Object.values(exports)) if (one instanceof WebAssembly.Memory) memories.push(one);
      return made;
    };
    Object.defineProperty(WebAssembly, name, { value: noting });
  }
  Object.assign(globalThis, { wasmMemories: memories });
}

const wasmBytes = (page: Page): Promise<number> =>
  page.evaluate(() => {
    const { wasmMemories } = globalThis as unknown as { wasmMemories: WebAssembly.Memory[] };
    return wasmMemories.reduce((sum, { buffer }) => sum + buffer.byteLength, 0);
  });

async function collectGarbage(page: Page): Promise<void> {
  const session = await page.context().newCDPSession(page);
  await session.send('HeapProfiler.collectGarbage');
  await Promise.all(
    (await workersOf(session)).map((worker) => inWorker(session, worker, 'HeapProfiler.collectGarbage')),
  );
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

let asked = 0;

async function inWorker(session: CDPSession, sessionId: string, method: string): Promise<unknown> {
  asked += 1;
  const id = asked;
  const answered = new Promise<unknown>((resolve) => {
    session.on('Target.receivedMessageFromTarget', (answer) => {
      const message = JSON.parse(answer.message);
      if (answer.sessionId === sessionId && message.id === id) resolve(message.result);
    });
  });
  await session.send('Target.sendMessageToTarget', { sessionId, message: JSON.stringify({ id, method }) });
  return answered;
}
