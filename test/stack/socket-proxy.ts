// Passes a browser's web socket on to Prosody's HTTP port. While Prosody restarts the browser waits a moment, as the
// library's next try may come as late as half a minute after one that was refused.
import type { IncomingMessage } from 'node:http';
import { connect, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { LOOPBACK } from './loopback.ts';

const PATIENCE_MS = 5000;
const RETRY_MS = 100;

export interface ProxyTarget {
  port: number;
  /** The host name under which the target serves. */
  host: string;
}

async function connectPatiently(port: number, wanted: () => boolean): Promise<Socket | null> {
  const deadline = Date.now() + PATIENCE_MS;
  while (wanted() && Date.now() < deadline) {
    const socket = await new Promise<Socket | null>((resolve) => {
      const attempt = connect({ port, host: LOOPBACK });
      attempt.once('connect', () => resolve(attempt));
      attempt.once('error', () => resolve(null));
    });
    if (socket) return socket;
    await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
  }
  return null;
}

export async function proxySocket(
  request: IncomingMessage,
  browser: Duplex,
  { port, host }: ProxyTarget,
  keep: (socket: Socket) => void,
): Promise<void> {
  // Without a listener an error would end the process.
  browser.on('error', () => browser.destroy());
  const target = await connectPatiently(port, () => !browser.destroyed);
  if (!target || browser.destroyed) {
    target?.destroy();
    browser.end('HTTP/1.1 502 Bad Gateway\r\nconnection: close\r\n\r\n');
    return;
  }
  keep(target);
  // As nginx does for web sockets: no stanza waits for the acknowledgement of what went before.
  target.setNoDelay(true);
  const headers: string[] = [`Host: ${host}`];
  for (let index = 0; index + 1 < request.rawHeaders.length; index += 2) {
    const name = request.rawHeaders[index];
    if (name?.toLowerCase() !== 'host') headers.push(`${name}: ${request.rawHeaders[index + 1]}`);
  }
  target.write(`GET ${request.url} HTTP/1.1\r\n${headers.join('\r\n')}\r\n\r\n`);
  target.on('error', () => target.destroy());
  target.on('close', () => browser.destroy());
  browser.on('close', () => target.destroy());
  target.pipe(browser).pipe(target);
}
