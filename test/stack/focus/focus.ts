// The small Jicofo: a component that answers conference requests, and a client that sits in the rooms.
import { type Context, client, type Element, type Entity, jid, xml } from '@xmpp/client';
import { component } from '@xmpp/component';
import type { VideoCodec } from '../bridge/api.ts';
import { capabilities } from '../bridge/capabilities.ts';
import type { BridgeClient } from '../bridge/client.ts';
import { LOOPBACK } from '../loopback.ts';
import { NS } from './namespaces.ts';
import { Room } from './room.ts';
import type { RoomSurroundings } from './sessions.ts';

export interface FocusSettings {
  /** Where the XMPP server is; this machine when absent. */
  server?: string;
  c2sPort: number;
  componentPort: number;
  authDomain: string;
  mucDomain: string;
  /** Domain of the component that answers conference requests. */
  domain: string;
  user: string;
  secret: string;
  videoCodecs: readonly VideoCodec[];
  /** Whether sound goes with redundancy by preference. */
  audioRed?: boolean;
  /** Address of the bridge's web socket, as browsers reach it. */
  channelUrl: string;
}

const LOGIN_MS = 30_000;
const RECONNECT_MS = 200;
const IQ_TIMEOUT_MS = 15_000;
/** An empty room is kept this long after the last request for it: whoever was told "ready" must find it. */
const LINGER_MS = 3000;
/** Browsers whose signalling broke go on with their media until they come back; who does not is let go. */
const ORPHAN_MS = 30_000;

interface Entry {
  room: Room;
  lastRequest: number;
  linger: NodeJS.Timeout | null;
}

export class Focus {
  #settings: FocusSettings;
  #log: (line: string) => void;
  #client: Entity;
  #component: Entity;
  #rooms = new Map<string, Entry>();
  /** Endpoints of rooms that went down with the server, by conference. */
  #orphans = new Map<string, { endpoints: Room['endpoints']; timer: NodeJS.Timeout }>();
  #surroundings: RoomSurroundings;
  #online = false;

  constructor(settings: FocusSettings, bridge: BridgeClient, log: (line: string) => void) {
    this.#settings = settings;
    this.#log = log;
    const { server = LOOPBACK, c2sPort, componentPort, authDomain, domain, user, secret } = settings;
    this.#client = client({
      service: `xmpp://${server}:${c2sPort}`,
      domain: authDomain,
      resource: 'focus',
      // PLAIN, on loopback or between containers: the packages' SCRAM takes a second of computing at each login.
      credentials: (authenticate) => authenticate({ username: user, password: secret }, 'PLAIN'),
    });
    this.#component = component({ service: `xmpp://${server}:${componentPort}`, domain, password: secret });
    this.#surroundings = {
      send: (stanza) => this.#client.send(stanza),
      request: (to, element) =>
        this.#client.iqCaller.request(xml('iq', { type: 'set', to }, element), IQ_TIMEOUT_MS),
      bridge,
      capabilities: capabilities(settings.videoCodecs, settings.audioRed),
      channelUrl: settings.channelUrl,
      log,
    };
    for (const [name, entity] of [
      ['client', this.#client],
      ['component', this.#component],
    ] as const) {
      entity.reconnect.delay = RECONNECT_MS;
      // The packages' own two seconds are short for a machine that does other things too.
      Object.assign(entity, { timeout: LOGIN_MS });
      entity.on('error', (error: Error) => log(`${name}: ${error.message}`));
    }
    this.#client.on('online', () => this.#onOnline());
    this.#client.on('disconnect', () => this.#onDisconnect());
    this.#client.on('stanza', (stanza: Element) => this.#onStanza(stanza));
    this.#client.iqCallee.set(NS.jingle, 'jingle', (context) => this.#onJingle(context));
    this.#component.iqCallee.set(NS.focus, 'conference', (context) => this.#onConferenceRequest(context));
  }

  async start(): Promise<void> {
    await Promise.all([this.#client.start(), this.#component.start()]);
  }

  async stop(): Promise<void> {
    for (const { timer } of this.#orphans.values()) clearTimeout(timer);
    for (const { room, linger } of this.#rooms.values()) {
      room.close('the focus stops');
      if (linger) clearTimeout(linger);
    }
    for (const entity of [this.#client, this.#component]) entity.reconnect.stop();
    await Promise.allSettled([this.#client.stop(), this.#component.stop()]);
  }

  #onOnline(): void {
    this.#online = true;
    this.#client.send(xml('presence')).catch(() => {});
    this.#log('online');
  }

  #onDisconnect(): void {
    if (!this.#online) return;
    this.#online = false;
    this.#log('lost the server');
    for (const [roomJid, entry] of this.#rooms) {
      entry.room.close('the server went away');
      this.#abandon(roomJid, entry, ORPHAN_MS);
    }
  }

  /** The focus is no longer in this room; what it had at the bridge is released after a while. */
  #abandon(roomJid: string, { room, linger }: Entry, releaseAfterMs: number): void {
    if (linger) clearTimeout(linger);
    this.#rooms.delete(roomJid);
    this.#releaseOrphans(room.conference);
    const timer = setTimeout(() => this.#releaseOrphans(room.conference), releaseAfterMs);
    this.#orphans.set(room.conference, { endpoints: room.endpoints, timer });
  }

  #releaseOrphans(conference: string): void {
    const orphans = this.#orphans.get(conference);
    if (!orphans) return;
    clearTimeout(orphans.timer);
    this.#orphans.delete(conference);
    for (const { id, bridge } of orphans.endpoints) {
      bridge
        .call('release', { conference, endpoint: id })
        .catch((error: unknown) => this.#log(`release of ${id}: ${String(error)}`));
    }
  }

  /** Throws when the focus has no such conference. */
  move(conference: string, bridge: BridgeClient): void {
    const entry = [...this.#rooms.values()].find(({ room }) => room.conference === conference);
    if (!entry) throw new Error(`conference ${conference} is not known here`);
    entry.room.move(bridge);
  }

  #onStanza(stanza: Element): void {
    const from = stanza.attrs.from;
    if (stanza.name !== 'presence' || !from) return;
    const roomJid = jid(from).bare().toString();
    const entry = this.#rooms.get(roomJid);
    if (!entry) return;
    const { gone } = entry.room.onPresence(stanza);
    if (gone) this.#abandon(roomJid, entry, 0);
    else if (entry.room.occupantCount === 0) this.#lingerThenLeave(roomJid, entry);
  }

  #lingerThenLeave(roomJid: string, entry: Entry): void {
    if (entry.linger) return;
    entry.linger = setTimeout(() => {
      entry.linger = null;
      if (this.#rooms.get(roomJid) !== entry || entry.room.occupantCount > 0) return;
      if (Date.now() - entry.lastRequest < LINGER_MS) return this.#lingerThenLeave(roomJid, entry);
      this.#log(`${entry.room.conference}: empty, left`);
      this.#rooms.delete(roomJid);
      entry.room.leave().catch(() => {});
    }, LINGER_MS);
  }

  #onJingle({ element, from }: Context): Element | true {
    const entry = from && this.#rooms.get(from.bare().toString());
    const answer = entry
      ? entry.room.onJingle(from.resource, element)
      : { ok: false as const, condition: 'item-not-found' };
    if (answer.ok) return true;
    return xml('error', { type: 'cancel' }, xml(answer.condition, NS.stanzas));
  }

  async #onConferenceRequest({ element }: Context): Promise<Element> {
    const { authDomain, mucDomain, user } = this.#settings;
    const asked = element.attrs.room ?? '';
    const address = /^[^@/]{1,200}@[^@/]{1,200}$/.test(asked) ? jid(asked) : null;
    if (address?.domain !== mucDomain) {
      const text = `expected a room at ${mucDomain}, came ${JSON.stringify(asked.slice(0, 100))}`;
      return xml('error', { type: 'modify' }, xml('bad-request', NS.stanzas), xml('text', NS.stanzas, text));
    }
    const roomJid = address.bare().toString();
    let ready = false;
    try {
      ready = this.#online && (await this.#ensure(roomJid));
    } catch (error) {
      this.#log(`${roomJid}: ${error instanceof Error ? error.message : String(error)}`);
    }
    return xml('conference', {
      xmlns: NS.focus,
      room: roomJid,
      ready: String(ready),
      focusjid: `${user}@${authDomain}`,
    });
  }

  async #ensure(roomJid: string): Promise<boolean> {
    let entry = this.#rooms.get(roomJid);
    if (entry) entry.lastRequest = Date.now();
    else {
      const room = new Room(roomJid, this.#surroundings);
      this.#releaseOrphans(room.conference);
      entry = { room, lastRequest: Date.now(), linger: null };
      this.#rooms.set(roomJid, entry);
      room.joined.catch(() => this.#rooms.get(roomJid) === entry && this.#rooms.delete(roomJid));
      await room.enter();
      this.#lingerThenLeave(roomJid, entry);
    }
    await entry.room.joined;
    return true;
  }
}
