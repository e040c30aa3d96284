// The jvb stand-in: the test stack's bridge behind one UDP port, shown in the brewery room as the videobridge is.
import { mkdirSync } from 'node:fs';
import { createServer } from 'node:http';
import { hostname } from 'node:os';
import { createBridge } from '../../bridge/bridge.ts';
import { serve } from '../../bridge/rpc.ts';
import { acceptBridgeChannel } from '../../bridge-channel.ts';
import { enterBrewery } from '../brewery.ts';
import { required, xmppServer } from '../environment.ts';
import { SinglePort } from './single-port.ts';

const RPC_PORT = 9091;
const CHANNEL_PORT = 9090;
const REST_PORT = 8080;
const BITRATE = 2_000_000;

const log = (line: string) => console.log(line);
const password = required('JVB_AUTH_PASSWORD', 'JVB auth password');
const port = Number(process.env.JVB_PORT || 10000);
/** `address` or `address#port`, as ice4j's static mappings. */
const addresses = (process.env.JVB_ADVERTISE_IPS ?? '')
  .split(',')
  .filter((one) => one !== '')
  .map((one) => {
    const [ip = '', publicPort] = one.split('#');
    return { ip, port: publicPort ? Number(publicPort) : port };
  });

const directory = '/tmp/bridge';
mkdirSync(directory, { recursive: true });
const bridge = createBridge({ directory, bitrate: BITRATE, log });
const single = await SinglePort.listen(port);
const { allocate } = bridge.handlers;
const handlers = {
  ...bridge.handlers,
  async allocate(params: Parameters<typeof allocate>[0]) {
    const description = await allocate(params);
    const [own] = description.candidates;
    if (!own) throw new Error('expected a candidate of the transport, came none');
    single.register(description.ufrag, own.port);
    return {
      ...description,
      candidates: addresses.map((address, n) => ({ ...own, ...address, foundation: `mapped${n}` })),
    };
  },
};
await serve(handlers, RPC_PORT, '0.0.0.0');

const channel = createServer((_request, response) => response.writeHead(404).end());
channel.on('upgrade', (request, socket) => acceptBridgeChannel(request, socket));
channel.listen(CHANNEL_PORT, '0.0.0.0');

const rest = createServer((request, response) => {
  if (request.url === '/about/health') response.writeHead(200).end();
  else if (request.url === '/metrics') {
    const { conferences } = bridge.handlers.statistics({}) as {
      conferences: Record<string, { endpoints: object }>;
    };
    const endpoints = Object.values(conferences).reduce(
      (sum, one) => sum + Object.keys(one.endpoints).length,
      0,
    );
    response.writeHead(200, { 'content-type': 'text/plain; version=0.0.4' });
    response.end(
      `jitsi_jvb_conferences ${Object.keys(conferences).length}\njitsi_jvb_current_endpoints ${endpoints}\n`,
    );
  } else response.writeHead(404).end();
});
rest.listen(REST_PORT, '0.0.0.0');

// werift sends without listening for errors, and leaves promises of connections that ended; neither is fatal.
process.on('uncaughtException', (error: NodeJS.ErrnoException) => {
  if (error.syscall !== 'send') throw error;
  log(`datagram not sent: ${error.message}`);
});
process.on('unhandledRejection', (reason) => log(`rejection: ${String(reason)}`));

const leaveBrewery = await enterBrewery({
  ...xmppServer,
  user: 'jvb',
  password,
  nick: process.env.JVB_MUC_NICKNAME || hostname(),
  log,
});
log(
  `ready on UDP ${port}, advertising ${addresses.map(({ ip, port: at }) => `${ip}:${at}`).join(' ') || 'nothing'}`,
);

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.once(signal, () => {
    leaveBrewery()
      .then(() => bridge.close())
      .finally(() => process.exit(0));
  });
}
