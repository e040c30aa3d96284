// The jicofo stand-in: the test stack's focus, which finds its bridges in the brewery room as Jicofo does.
import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { BridgeClient } from '../../bridge/client.ts';
import { bridgeClient } from '../../bridge/client.ts';
import { Focus } from '../../focus/focus.ts';
import { enterBrewery } from '../brewery.ts';
import { flag, required, xmppServer } from '../environment.ts';

const RPC_PORT = 9091;
const COMPONENT_PORT = 5347;
const RETRY_MS = 1000;
/** Address of the bridge's web socket as browsers reach it: the small bridge has no data channel. */
const CHANNEL_FILE = '/run/jicofo/config/channel-url';

const log = (line: string) => console.log(line);
const password = required('JICOFO_AUTH_PASSWORD', 'Jicofo auth password');

let bridges: string[] = [];
/** Which bridge a conference is on, as long as that bridge is there. */
const assigned = new Map<string, string>();

function bridgeOf(conference: string): string {
  const before = assigned.get(conference);
  if (before && bridges.includes(before)) return before;
  const [first] = bridges;
  if (!first) throw new Error('no bridge is there');
  assigned.set(conference, first);
  return first;
}

const anyBridge: BridgeClient = {
  port: RPC_PORT,
  async call(method, params) {
    const { conference } = params as { conference: string };
    return bridgeClient(RPC_PORT, bridgeOf(conference)).call(method, params);
  },
};

const focus = new Focus(
  {
    server: xmppServer.server,
    c2sPort: xmppServer.port,
    componentPort: COMPONENT_PORT,
    authDomain: 'auth.meet.jitsi',
    mucDomain: 'muc.meet.jitsi',
    domain: 'focus.meet.jitsi',
    user: 'focus',
    secret: password,
    videoCodecs: ['AV1'],
    channelUrl: existsSync(CHANNEL_FILE)
      ? readFileSync(CHANNEL_FILE, 'utf8').trim()
      : 'wss://localhost:8443/colibri-ws/jvb',
  },
  anyBridge,
  log,
);

const server = createServer((request, response) => {
  const answer = (status: number) => response.writeHead(status).end();
  if (request.url === '/about/version') answer(200);
  else if (request.url === '/about/health' && flag('JICOFO_ENABLE_HEALTH_CHECKS', false))
    answer(bridges.length > 0 ? 200 : 500);
  else answer(404);
});
server.listen(8888, flag('JICOFO_ENABLE_REST', false) ? '0.0.0.0' : '127.0.0.1');

const leaveBrewery = await enterBrewery({
  ...xmppServer,
  user: 'focus',
  password,
  nick: 'focus',
  log,
  present: (nicks) => {
    for (const gone of bridges.filter((bridge) => !nicks.includes(bridge))) log(`bridge ${gone} is gone`);
    for (const come of nicks.filter((bridge) => !bridges.includes(bridge))) log(`bridge ${come} is there`);
    bridges = nicks;
  },
});
for (;;) {
  try {
    await focus.start();
    break;
  } catch (error) {
    log(`not logged in: ${error instanceof Error ? error.message : String(error)}`);
    await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
  }
}
log('ready');

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.once(signal, () => {
    Promise.allSettled([focus.stop(), leaveBrewery()]).finally(() => process.exit(0));
  });
}
