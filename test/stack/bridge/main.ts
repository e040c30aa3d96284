// The bridge as a process: one JSON argument (BridgeOptions), one JSON line on stdout when it is ready.
import { statSync } from 'node:fs';
import type { BridgeOptions } from './api.ts';
import { createBridge } from './bridge.ts';
import { integer, record, text } from './checks.ts';
import { serve } from './rpc.ts';

const DEFAULT_BITRATE = 2_000_000;
const PARENT_POLL_MS = 500;

function readOptions(argument: string | undefined): Required<BridgeOptions> {
  if (argument === undefined) throw new Error('expected one JSON argument {"directory": "…"}, came none');
  const options = record(JSON.parse(argument), 'argument');
  const directory = text(options.directory, 'directory', 4096);
  if (!statSync(directory).isDirectory())
    throw new Error(`directory: expected a folder, ${directory} is none`);
  return {
    directory,
    port: integer(options.port ?? 0, 'port', 0, 65535),
    bitrate: integer(options.bitrate ?? DEFAULT_BITRATE, 'bitrate', 30_000, 1_000_000_000),
  };
}

async function main(): Promise<void> {
  const { directory, port, bitrate } = readOptions(process.argv[2]);
  const log = (line: string) => process.stderr.write(`${new Date().toISOString()} ${line}\n`);
  const bridge = createBridge({ directory, bitrate, log });
  const listening = await serve(bridge.handlers, port);

  let stopping = false;
  const stop = () => {
    if (stopping) return;
    stopping = true;
    listening.server.close();
    bridge.close().finally(() => process.exit(0));
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
  // Whoever started the bridge may be killed without a word; then nobody needs it any more.
  const parent = process.ppid;
  setInterval(() => {
    if (process.ppid !== parent) stop();
  }, PARENT_POLL_MS).unref();

  // werift sends without listening for errors, and leaves promises of connections that ended; neither is fatal.
  process.on('uncaughtException', (error: NodeJS.ErrnoException) => {
    if (error.syscall !== 'send') throw error;
    log(`datagram not sent: ${error.message}`);
  });
  process.on('unhandledRejection', (reason) => {
    log(`rejection: ${reason instanceof Error ? (reason.stack ?? reason.message) : String(reason)}`);
  });

  process.stdout.write(`${JSON.stringify({ ready: true, port: listening.port })}\n`);
}

main().catch((error: unknown) => {
  process.stderr.write(`bridge: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
});
