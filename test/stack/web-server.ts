// The web server of the stack: the client page with Jitsi Meet's include slot, the library, the plugin's files, and
// the way to Prosody's web socket.
import { existsSync, readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { extname, join, resolve, sep } from 'node:path';
import type { Duplex } from 'node:stream';
import { createSecureContext } from 'node:tls';
import { build } from 'esbuild';
import { acceptBridgeChannel } from './bridge-channel.ts';
import type { Liar } from './liar.ts';
import { LOOPBACK } from './loopback.ts';
import { type ProxyTarget, proxySocket } from './socket-proxy.ts';

export interface WebSettings {
  root: string;
  /** Whether the page includes the plugin. */
  plugin: boolean;
  /** Absent: a free one. */
  port: number | undefined;
  tls: { cert: string; key: string } | undefined;
  /** Where Prosody serves its web socket, and under which host name. */
  xmpp: ProxyTarget;
  /** Stands between; null: nobody does. */
  liar: Liar | null;
  /** What the page finds as `config`. */
  config: Record<string, unknown>;
}

const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.map': 'application/json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.wasm': 'application/wasm',
  '.txt': 'text/plain; charset=utf-8',
};

const SLOT = '<!--#include virtual="plugin.head.html" -->';

function tlsOptions({ cert, key }: { cert: string; key: string }): { cert: Buffer; key: Buffer } {
  try {
    const options = { cert: readFileSync(cert), key: readFileSync(key) };
    createSecureContext(options);
    return options;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(
      `The certificate ${cert} with the key ${key} cannot be used (${reason}): expected two PEM files that belong together`,
    );
  }
}

/** The plain page, and the one that is built as Jitsi Meet's (`?like=jitsi`). */
const PAGES = {
  plain: { html: 'index.html', app: 'app.ts', served: '/page/app.js' },
  jitsi: { html: 'like-jitsi/index.html', app: 'like-jitsi/app.ts', served: '/page/like-jitsi.js' },
} as const;
type PageName = keyof typeof PAGES;

async function bundlePage(root: string, name: PageName): Promise<Buffer> {
  const result = await build({
    entryPoints: [join(root, 'test/stack/page', PAGES[name].app)],
    bundle: true,
    write: false,
    format: 'esm',
    target: 'es2022',
    logLevel: 'silent',
  });
  const [file] = result.outputFiles;
  if (!file) throw new Error('expected one bundle of the client page, came none');
  return Buffer.from(file.contents);
}

export class WebServer {
  #settings: WebSettings;
  #apps: Record<PageName, Buffer>;
  #server: Server;
  #sockets = new Set<Duplex>();
  #origin = '';

  private constructor(settings: WebSettings, apps: Record<PageName, Buffer>) {
    this.#settings = settings;
    this.#apps = apps;
    const handle = (request: IncomingMessage, response: ServerResponse) => this.#onRequest(request, response);
    this.#server = settings.tls ? createTlsServer(tlsOptions(settings.tls), handle) : createServer(handle);
    this.#server.on('upgrade', (request, socket, head) => this.#onUpgrade(request, socket, head));
    this.#server.on('connection', (socket) => this.#keep(socket));
  }

  static async start(settings: WebSettings): Promise<WebServer> {
    if (settings.plugin && !existsSync(pluginFragment(settings.root))) {
      throw new Error('config/web/plugin.head.html is missing: expected the fragment that loads the plugin');
    }
    const [plain, jitsi] = await Promise.all([
      bundlePage(settings.root, 'plain'),
      bundlePage(settings.root, 'jitsi'),
    ]);
    const server = new WebServer(settings, { plain, jitsi });
    await server.#listen();
    return server;
  }

  /** Scheme, host and port. A certificate is for a name, so TLS goes by `localhost`. */
  get origin(): string {
    return this.#origin;
  }

  /** The page of the bridge channel and of the web socket have the same host. */
  get socketOrigin(): string {
    return this.#origin.replace(/^http/, 'ws');
  }

  async #listen(): Promise<void> {
    const { port, tls } = this.#settings;
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', (error: NodeJS.ErrnoException) => {
        const taken = error.code === 'EADDRINUSE' || error.code === 'EACCES';
        reject(
          taken
            ? new Error(`Port ${port} on ${LOOPBACK} is taken: choose another one, or stop what uses it`)
            : error,
        );
      });
      this.#server.listen(port ?? 0, LOOPBACK, resolve);
    });
    const address = this.#server.address();
    if (address === null || typeof address === 'string')
      throw new Error('expected the web server to have a TCP address');
    this.#origin = `${tls ? 'https://localhost' : `http://${LOOPBACK}`}:${address.port}`;
  }

  async stop(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  #keep(socket: Duplex): void {
    this.#sockets.add(socket);
    socket.once('close', () => this.#sockets.delete(socket));
  }

  #onRequest(request: IncomingMessage, response: ServerResponse): void {
    try {
      const address = new URL(request.url ?? '/', 'http://page');
      const page = address.searchParams.get('like') === 'jitsi' ? 'jitsi' : 'plain';
      const found = this.#find(decodeURIComponent(address.pathname), page);
      if (found) this.#reply(response, 200, found.type, found.body);
      else this.#reply(response, 404, '.txt', Buffer.from('Not found\n'));
    } catch {
      this.#reply(response, 400, '.txt', Buffer.from('Bad request\n'));
    }
  }

  #reply(response: ServerResponse, status: number, type: string, body: Buffer): void {
    response.writeHead(status, {
      'content-type': TYPES[type] ?? 'application/octet-stream',
      'content-length': body.length,
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
    });
    response.end(body);
  }

  #find(path: string, page: PageName): { type: string; body: Buffer } | null {
    const { root, config } = this.#settings;
    if (path === '/config.js')
      return { type: '.js', body: Buffer.from(`var config = ${JSON.stringify(config)};\n`) };
    if (path === '/libs/lib-jitsi-meet.min.js') {
      return this.#file(join(root, 'node_modules/@solyd/lib-jitsi-meet/dist/umd'), 'lib-jitsi-meet.min.js');
    }
    for (const name of ['plain', 'jitsi'] as const)
      if (path === PAGES[name].served) return { type: '.js', body: this.#apps[name] };
    if (path.startsWith('/page/'))
      return this.#file(join(root, 'test/stack/page'), path.slice('/page/'.length));
    if (path.startsWith('/sealmeet/')) return this.#file(join(root, 'dist'), path.slice('/sealmeet/'.length));
    // The library asks for this address now and then to keep its web socket's proxies awake.
    if (path === '/xmpp-websocket') return { type: '.txt', body: Buffer.from('') };
    if (path === '/favicon.ico') return null;
    if (/^\/[^/]*$/.test(path)) return { type: '.html', body: this.#page(page) };
    return null;
  }

  #file(folder: string, name: string): { type: string; body: Buffer } | null {
    const file = resolve(folder, name);
    if (!file.startsWith(folder + sep)) return null;
    try {
      return { type: extname(file), body: readFileSync(file) };
    } catch {
      return null;
    }
  }

  /** The page, with the slot filled as nginx' server-side include fills Jitsi Meet's. */
  #page(page: PageName): Buffer {
    const { root, plugin } = this.#settings;
    const html = readFileSync(join(root, 'test/stack/page', PAGES[page].html), 'utf8');
    const [before, after] = html.split(SLOT);
    if (before === undefined || after === undefined)
      throw new Error(`expected ${SLOT} once in the client page`);
    const fragment = plugin ? readFileSync(pluginFragment(root), 'utf8') : '';
    return Buffer.from(before + fragment + after);
  }

  #onUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const { liar } = this.#settings;
    const path = (request.url ?? '').split('?')[0] ?? '';
    if (path === '/xmpp-websocket' && liar) liar.accept(request, socket, head);
    else if (path === '/xmpp-websocket')
      void proxySocket(request, socket, this.#settings.xmpp, (upstream) => this.#keep(upstream));
    else if (path.startsWith('/colibri-ws/')) acceptBridgeChannel(request, socket);
    else socket.end('HTTP/1.1 404 Not Found\r\nconnection: close\r\n\r\n');
  }
}

function pluginFragment(root: string): string {
  return join(root, 'config/web/plugin.head.html');
}
