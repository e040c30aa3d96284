// Participants of tests and demo: the embedded page in a browser, joined to a room.
import type { Browser, BrowserContext, Page } from '@playwright/test';
import type {} from './page/call.ts';
import type { Stack } from './stack.ts';

const JOIN_MS = 40_000;
/** A line of the library's logger: a time, and the file in brackets. */
const LIBRARY_LINE = /^\d{4}-\d\d-\d\dT[\d:.]+Z \[/;

export { launchBrowser } from './chromium.ts';

export interface ParticipantOptions {
  browser: Pick<Browser, 'newContext'>;
  stack: Pick<Stack, 'url'>;
  room: string;
  name: string;
  /** Frequency in Hz of its microphone. */
  tone?: number;
  peerToPeer?: boolean;
  codec?: string;
  /** Further query parameters of the page. */
  query?: Record<string, string>;
  /** Whether to wait until it is in the room; true when absent. */
  waitUntilJoined?: boolean;
  /** Runs in the page before anything else. */
  initScript?: () => void;
}

export interface BrowserParticipant {
  readonly name: string;
  readonly tone: number;
  readonly context: BrowserContext;
  readonly page: Page;
  /** Console errors and uncaught exceptions of the page so far, without the library's own log. */
  readonly consoleErrors: string[];
  /** What lib-jitsi-meet logged as an error: it does so in ordinary operation too, as when somebody leaves. */
  readonly libraryErrors: string[];
  /** Its endpoint id; of the present connection, as it changes when it joins again. */
  id(): Promise<string>;
  /** Closes page and context; without leaving first if it did not. */
  close(): Promise<void>;
}

/** Opens the page in a context of its own, and joins. */
export async function launchParticipant(options: ParticipantOptions): Promise<BrowserParticipant> {
  const { browser, stack, room, name, tone = 0, peerToPeer = false, codec, query = {} } = options;
  const context = await browser.newContext({
    ignoreHTTPSErrors: true,
    permissions: ['camera', 'microphone'],
  });
  const consoleErrors: string[] = [];
  const libraryErrors: string[] = [];
  try {
    const page = await context.newPage();
    page.on('console', (message) => {
      if (message.type() !== 'error') return;
      const text = message.text();
      (LIBRARY_LINE.test(text) ? libraryErrors : consoleErrors).push(text);
    });
    page.on('pageerror', (error) => consoleErrors.push(`uncaught: ${error.message}`));
    if (options.initScript) await page.addInitScript(options.initScript);
    const parameters = new URLSearchParams({
      name,
      ...(tone > 0 ? { tone: String(tone) } : {}),
      ...(peerToPeer ? { p2p: '1' } : {}),
      ...(codec ? { codec } : {}),
      ...query,
    });
    await page.goto(`${stack.url}/${room}?${parameters}`);
    if (options.waitUntilJoined ?? true) {
      await page.waitForFunction(() => window.call?.joined, undefined, { timeout: JOIN_MS, polling: 50 });
    }
    return {
      name,
      tone,
      context,
      page,
      consoleErrors,
      libraryErrors,
      id: () => page.evaluate(() => window.call.id),
      close: () => context.close(),
    };
  } catch (error) {
    await context.close();
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(
      `${name} could not join ${room}: ${reason}\nconsole:\n${[...consoleErrors, ...libraryErrors].join('\n')}`,
    );
  }
}
