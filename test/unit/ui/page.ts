// A real Chromium page with the interface on it, built in memory; every intent that is called is recorded.

import { type Browser, chromium, type Locator, type Page } from '@playwright/test';
import { build } from 'esbuild';
import type { UiState } from '../../../web-plugin/src/ui/index.ts';

const ADDRESS = 'http://interface.test/';

export interface Look {
  width?: number;
  height?: number;
  theme?: 'light' | 'dark';
  /** What the page itself looks like. */
  html?: string;
  reducedMotion?: boolean;
}

const VIDEO_WALL = `<!doctype html><html lang="en"><title>A call</title><style nonce="page">
  body { margin: 0; min-height: 100vh; background: linear-gradient(135deg, #4a5568, #1a202c); }</style><body></body></html>`;

export class InterfacePage {
  readonly page: Page;

  private constructor(page: Page) {
    this.page = page;
  }

  static async open(browser: Browser, look: Look = {}): Promise<InterfacePage> {
    const context = await browser.newContext({
      viewport: { width: look.width ?? 1280, height: look.height ?? 800 },
      colorScheme: look.theme ?? 'light',
      reducedMotion: look.reducedMotion ? 'reduce' : 'no-preference',
      locale: 'en-GB',
    });
    const page = await context.newPage();
    await page.route(`${ADDRESS}**`, (route) =>
      route.fulfill({
        contentType: 'text/html',
        // As strict as a careful admin would set it: the interface needs no inline style and no inline script.
        headers: { 'content-security-policy': "style-src 'nonce-page'; script-src-attr 'none'" },
        body: look.html ?? VIDEO_WALL,
      }),
    );
    await page.goto(ADDRESS);
    const opened = new InterfacePage(page);
    await page.evaluate(await bundle());
    return opened;
  }

  async show(state: UiState): Promise<void> {
    await this.page.evaluate((next) => window.sealmeetTest.shown.show(next), state);
  }

  async notify(text: string): Promise<void> {
    await this.page.evaluate((line) => window.sealmeetTest.shown.notify(line), text);
  }

  /** The part of the interface with this hook. */
  part(hook: string): Locator {
    return this.page.locator(`sealmeet-interface [data-sealmeet="${hook}"]`);
  }

  /** The intents called so far, oldest first, each with its arguments. */
  async called(): Promise<string[]> {
    return await this.page.evaluate(() => window.sealmeetTest.called);
  }

  /** The hook of what has the focus inside the interface. */
  async focused(): Promise<string | null> {
    return await this.page.evaluate(() => {
      const inside = document.activeElement?.shadowRoot?.activeElement;
      return inside instanceof HTMLElement ? (inside.dataset.sealmeet ?? inside.tagName) : null;
    });
  }

  async close(): Promise<void> {
    await this.page.context().close();
  }
}

export async function launchChromium(): Promise<Browser> {
  return await chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-sync',
    ],
  });
}

let built: Promise<string> | undefined;

/** The interface with a recorder for its intents, as one script. */
function bundle(): Promise<string> {
  built ??= build({
    stdin: {
      contents: `
        import { mountInterface } from './web-plugin/src/ui/index.ts';
        const called = [];
        const record = (path) => new Proxy({}, { get: (_, name) => (...given) =>
          void called.push([path + name, ...given.map(String)].join(' ')) });
        const intents = record('');
        window.sealmeetTest = { called, shown: mountInterface(intents) };`,
      resolveDir: process.cwd(),
      loader: 'ts',
    },
    bundle: true,
    write: false,
    format: 'iife',
    target: 'es2022',
  }).then(({ outputFiles }) => {
    const [file] = outputFiles;
    if (!file) throw new Error('esbuild gave no bundle for web-plugin/src/ui');
    return file.text;
  });
  return built;
}

declare global {
  interface Window {
    sealmeetTest: {
      called: string[];
      shown: { show(state: UiState): void; notify(text: string): void; remove(): void };
    };
  }
}
