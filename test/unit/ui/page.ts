// A real Chromium page with the interface on it, built in memory; every intent that is called is recorded.

import { readFileSync } from 'node:fs';
import type { Browser, Locator, Page } from '@playwright/test';
import { build } from 'esbuild';
import type { Interface, Line, UiState } from '../../../web-plugin/src/ui/index.ts';

import { focused } from './checks.ts';

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

const LIKE_JITSI = new URL('../../stack/page/like-jitsi/index.html', import.meta.url);

/** The page that is built as Jitsi Meet's, in one of its arrangements, without a call in it. */
export function jitsiLike(view: 'stage' | 'tiles' | 'prejoin'): string {
  const people = { b: 'Mara', c: 'Tom', d: 'Old phone', e: 'نورا' };
  const thumbnails = Object.entries(people).map(
    ([id, name]) => `<span class="videocontainer" id="participant_${id}">${name}</span>`,
  );
  const html = readFileSync(LIKE_JITSI, 'utf8')
    .replace(/<script.*<\/script>|<!--#.*-->/gu, '')
    .replace('data-view="stage"', `data-view="${view}"`)
    .replace('class="displayname">', 'class="displayname">Anna')
    .replace('id="filmstripRemoteVideos">', `id="filmstripRemoteVideos">${thumbnails.join('')}`)
    .replace(
      'id="notifications-container">',
      'id="notifications-container"><div class="notification">Mara has joined the meeting</div>',
    );
  return view === 'tiles' ? html.replace('class="vertical-filmstrip"', 'class="tile-view"') : html;
}

export class InterfacePage {
  readonly page: Page;

  #html = VIDEO_WALL;

  private constructor(page: Page) {
    this.page = page;
  }

  static async open(browser: Browser, look: Look = {}): Promise<InterfacePage> {
    const context = await browser.newContext({ locale: 'en-GB' });
    const opened = new InterfacePage(await context.newPage());
    await opened.page.route(`${ADDRESS}**`, (route) =>
      route.fulfill({
        contentType: 'text/html',
        // As strict as a careful admin would set it: the interface needs no inline style and no inline script.
        headers: { 'content-security-policy': "style-src 'nonce-page'; script-src-attr 'none'" },
        body: opened.#html,
      }),
    );
    await opened.load(look);
    return opened;
  }

  /** The page anew, with this look. */
  async load(look: Look): Promise<void> {
    this.#html = look.html ?? VIDEO_WALL;
    await this.page.setViewportSize({ width: look.width ?? 1280, height: look.height ?? 800 });
    await this.page.emulateMedia({
      colorScheme: look.theme ?? 'light',
      reducedMotion: look.reducedMotion ? 'reduce' : 'no-preference',
    });
    // Otherwise the pointer hovers where the last test left it.
    await this.page.mouse.move(0, 0);
    await this.page.goto(ADDRESS);
    await this.page.evaluate(await bundle());
  }

  async show(state: UiState): Promise<void> {
    await this.page.evaluate((next) => window.sealmeetTest.shown.show(next), state);
  }

  async notify(line: string | Line): Promise<void> {
    await this.page.evaluate((given) => window.sealmeetTest.shown.notify(given), line);
  }

  async openPart(what: 'panel' | 'unseal'): Promise<void> {
    await this.page.evaluate((given) => window.sealmeetTest.shown.open(given), what);
  }

  /** Timers of the page stand still, however slow the machine is, until `letTimePass`. */
  async holdTime(): Promise<void> {
    await this.page.evaluate(() => {
      const real = window.setTimeout;
      const held: (() => void)[] = [];
      window.setTimeout = ((run: () => void) => -held.push(run)) as typeof window.setTimeout;
      window.sealmeetTest.letTimePass = () => {
        window.setTimeout = real;
        for (const run of held) run();
      };
    });
  }

  async letTimePass(): Promise<void> {
    await this.page.evaluate(() => window.sealmeetTest.letTimePass?.());
  }

  /** Waits until the interface has found its place and takes answers. */
  async settled(): Promise<void> {
    await this.page.waitForFunction(() => {
      const root = document.querySelector('sealmeet-interface')?.shadowRoot;
      return !root?.querySelector('.button[aria-disabled="true"]');
    });
    await this.page.waitForTimeout(150);
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
    return await focused(this.page);
  }
}

let built: Promise<string> | undefined;

/** The interface with a recorder for its intents, as one script. */
function bundle(): Promise<string> {
  built ??= build({
    stdin: {
      contents: `
        import { mountInterface } from './web-plugin/src/ui/index.ts';
        const called = [];
        const record = (path) => new Proxy({}, { get: (_, name) => ['verification', 'ownDevice'].includes(name)
          ? record(name + '.')
          : (...given) => void called.push([path + name, ...given.map(String)].join(' ')) });
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
      shown: Interface;
      letTimePass?(): void;
    };
  }
}
