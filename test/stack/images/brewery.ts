// The room in which Jitsi's bridges show themselves to Jicofo: who enters it, and who sees whom there.
import { client, type Element, type Entity, jid, xml } from '@xmpp/client';

const ROOM = 'jvbbrewery@internal-muc.meet.jitsi';
const RECONNECT_MS = 1000;

export interface BreweryOptions {
  server: string;
  port: number;
  user: string;
  password: string;
  nick: string;
  log: (line: string) => void;
  /** Who is there now, without oneself, by nick. */
  present?: (nicks: string[]) => void;
}

/** Logs in, enters, and comes back by itself; resolves with what leaves. */
export async function enterBrewery(options: BreweryOptions): Promise<() => Promise<void>> {
  const { server, port, user, password, nick, log, present } = options;
  const nicks = new Set<string>();
  const entity: Entity = client({
    service: `xmpp://${server}:${port}`,
    domain: 'auth.meet.jitsi',
    resource: `brewery-${nick}`,
    credentials: (authenticate) => authenticate({ username: user, password }, 'PLAIN'),
  });
  entity.reconnect.delay = RECONNECT_MS;
  entity.on('error', (error: Error) => log(`brewery: ${error.message}`));
  entity.on('online', () => {
    nicks.clear();
    entity
      .send(xml('presence', { to: `${ROOM}/${nick}` }, xml('x', { xmlns: 'http://jabber.org/protocol/muc' })))
      .catch(() => {});
  });
  entity.on('disconnect', () => {
    nicks.clear();
    present?.([]);
  });
  entity.on('stanza', (stanza: Element) => {
    const from = stanza.attrs.from;
    if (stanza.name !== 'presence' || !from) return;
    const address = jid(from);
    if (address.bare().toString() !== ROOM || address.resource === nick) return;
    if (stanza.attrs.type === 'unavailable') nicks.delete(address.resource);
    else if (!stanza.attrs.type) nicks.add(address.resource);
    present?.([...nicks]);
  });
  // The account is made a moment after the server answers: the first login may come too early.
  for (;;) {
    try {
      await entity.start();
      break;
    } catch (error) {
      log(`brewery: ${error instanceof Error ? error.message : String(error)}`);
      await entity.stop().catch(() => {});
      await new Promise((resolve) => setTimeout(resolve, RECONNECT_MS));
    }
  }
  return async () => {
    entity.reconnect.stop();
    await entity.stop().catch(() => {});
  };
}
