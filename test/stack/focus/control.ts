// What an operator asks of the focus over HTTP, as of Jicofo's "move-endpoints": that a conference goes on elsewhere.
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { LOOPBACK } from '../loopback.ts';

export interface Move {
  conference: string;
  /** Which of the stack's bridges; it may be the one where the conference is. */
  bridge: number;
}

const TIMEOUT_MS = 5_000;

/** On a free port of 127.0.0.1, which is returned. The stack alone asks, so what it asks is not checked. */
export async function serveMoves(move: (request: Move) => void): Promise<number> {
  const server = createServer((request, response) => {
    read(request)
      .then((body) => move(JSON.parse(body) as Move))
      .then(
        () => response.end(),
        (error: unknown) => response.writeHead(400).end(String(error)),
      );
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, LOOPBACK, resolve);
  });
  return (server.address() as AddressInfo).port;
}

async function read(request: IncomingMessage): Promise<string> {
  let body = '';
  for await (const chunk of request) body += String(chunk);
  return body;
}

export async function askToMove(port: number, move: Move): Promise<void> {
  const response = await fetch(`http://${LOOPBACK}:${port}/`, {
    method: 'POST',
    body: JSON.stringify(move),
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  if (!response.ok) throw new Error(`the focus does not move ${move.conference}: ${await response.text()}`);
}
