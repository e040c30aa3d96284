// Debian's Chromium with the options that every test needs, whatever it looks at.
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type Browser, chromium } from '@playwright/test';

const CHROMIUM = '/usr/bin/chromium';
const LAUNCHER = fileURLToPath(new URL('./chromium.sh', import.meta.url));

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
  // Pages in the background must go on as if somebody looked at them.
  '--disable-renderer-backgrounding',
  '--disable-background-timer-throttling',
  '--disable-backgrounding-occluded-windows',
];

/** Starts a browser; `more` are further command line arguments. */
export async function launchBrowser(...more: string[]): Promise<Browser> {
  if (!existsSync(CHROMIUM)) {
    throw new Error(
      `Chromium is not installed (expected ${CHROMIUM}): run "apt-get install chromium", or "make setup"`,
    );
  }
  return chromium.launch({ executablePath: LAUNCHER, args: [...ARGUMENTS, ...more] });
}
