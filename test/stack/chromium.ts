// Debian's Chromium with the options that every test needs, whatever it looks at.
import { existsSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type Browser, type BrowserContext, chromium } from '@playwright/test';
import { startServer } from './child-process.ts';
import { createFolder, removeLeftovers } from './data-folder.ts';

const CHROMIUM = '/usr/bin/chromium';
const LAUNCHER = fileURLToPath(new URL('./chromium.sh', import.meta.url));

const READY_MS = 30_000;
const LISTENING = /DevTools listening on (ws:\/\/\S+)/;

const ARGUMENTS: readonly string[] = [
  '--headless=new',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--use-fake-device-for-media-stream',
  '--use-fake-ui-for-media-stream',
  '--auto-accept-this-tab-capture',
  '--autoplay-policy=no-user-gesture-required',
  // Peers on loopback could not find each other by multicast DNS names.
  '--disable-features=WebRtcHideLocalIpsWithMdns',
  '--allow-loopback-in-peer-connection',
];

/** Pages in the background go on as if somebody looked at them. */
const NEVER_HIDDEN: readonly string[] = [
  '--disable-renderer-backgrounding',
  '--disable-background-timer-throttling',
  '--disable-backgrounding-occluded-windows',
];

/** Starts a browser; `more` are further command line arguments. */
export async function launchBrowser(...more: string[]): Promise<Browser> {
  assertInstalled();
  return chromium.launch({ executablePath: LAUNCHER, args: [...ARGUMENTS, ...NEVER_HIDDEN, ...more] });
}

function assertInstalled(): void {
  if (existsSync(CHROMIUM)) return;
  throw new Error(
    `Chromium is not installed (expected ${CHROMIUM}): run "apt-get install chromium", or "make setup"`,
  );
}

export interface BrowserWindow {
  context: BrowserContext;
  close(): Promise<void>;
}

/**
 * One window as a person has it: of its pages one is in front, and those behind it are hidden. In a browser that
 * Playwright starts, every page believes that it is looked at.
 */
export async function openWindow(): Promise<BrowserWindow> {
  assertInstalled();
  removeLeftovers();
  const profile = createFolder();
  const remove = () => rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
  let address = '';
  const child = startServer({
    name: 'Chromium',
    command: LAUNCHER,
    args: [...ARGUMENTS, '--remote-debugging-port=0', `--user-data-dir=${profile}`, 'about:blank'],
    log: (line) => {
      address ||= LISTENING.exec(line)?.[1] ?? '';
    },
  });
  const stop = async () => {
    await child.stop();
    remove();
  };
  try {
    await child.waitUntil(async () => address !== '', READY_MS);
    const browser = await chromium.connectOverCDP(address, { noDefaults: true });
    const [context] = browser.contexts();
    if (!context) throw new Error('expected Chromium to have a window, it has none');
    const close = async () => {
      await browser.close();
      await stop();
    };
    return { context, close };
  } catch (error) {
    await stop();
    throw error;
  }
}
