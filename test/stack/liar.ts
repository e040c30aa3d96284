// A server that lies: stands between the browsers' web sockets and Prosody, where every stanza can be read, changed,
// held back or invented (RFC 7395: one message, one stanza).
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type Element, jid, xml } from '@xmpp/client';
import { parse } from 'ltx';
import { WebSocket, WebSocketServer } from 'ws';
import { NS } from './focus/namespaces.ts';
import { LOOPBACK } from './loopback.ts';
import type { ProxyTarget } from './socket-proxy.ts';

const STREAM_MANAGEMENT = 'urn:xmpp:sm:3';

/** The connection of one browser. */
export interface Link {
  /** Bare JID of its room, and its nick there; empty until it enters one. */
  readonly room: string;
  readonly occupant: string;
  /** To the browser, as if it came from the server. No lie is asked about it. */
  send(stanza: Element): void;
}

/** What goes on in the place of this stanza: an empty list holds it back. Null: this lie is not about it. */
export type Lie = (stanza: Element, link: Link) => Element[] | null;

type Direction = 'to browser' | 'to server';

class Connection implements Link {
  room = '';
  occupant = '';

  constructor(
    readonly browser: WebSocket,
    readonly server: WebSocket,
  ) {}

  send(stanza: Element): void {
    if (this.browser.readyState !== WebSocket.OPEN) return;
    stanza.attrs.xmlns = 'jabber:client';
    this.browser.send(stanza.toString());
  }

  /** The nick is in the presence by which a browser enters. */
  note(stanza: Element): void {
    if (stanza.name !== 'presence' || !stanza.attrs.to || !stanza.getChild('x', NS.muc)) return;
    const to = jid(stanza.attrs.to);
    this.room = to.bare().toString();
    this.occupant = to.resource;
  }
}

export class Liar {
  readonly #lies: Record<Direction, Set<Lie>> = { 'to browser': new Set(), 'to server': new Set() };
  readonly #connections = new Set<Connection>();
  readonly #sockets = new WebSocketServer({ noServer: true, perMessageDeflate: false });

  constructor(private readonly target: ProxyTarget) {}

  /** The first lie that has an answer counts. Returns what takes it back. */
  tell(direction: Direction, lie: Lie): () => void {
    this.#lies[direction].add(lie);
    return () => this.#lies[direction].delete(lie);
  }

  /** The truth from here on. */
  stop(): void {
    for (const lies of Object.values(this.#lies)) lies.clear();
  }

  /** The browser that has this nick now. */
  link(occupant: string): Link {
    const link = [...this.#connections].findLast((one) => one.occupant === occupant);
    if (!link) throw new Error(`expected ${occupant} to be connected`);
    return link;
  }

  links(): Link[] {
    return [...this.#connections].filter(({ occupant }) => occupant !== '');
  }

  accept(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    this.#sockets.handleUpgrade(request, socket, head, (browser) => {
      const { host, port } = this.target;
      const server = new WebSocket(`ws://${LOOPBACK}:${port}${request.url}`, 'xmpp', {
        headers: { host },
        perMessageDeflate: false,
      });
      const connection = new Connection(browser, server);
      this.#connections.add(connection);
      const waiting: string[] = [];
      browser.on('message', (data) => {
        const text = String(data);
        if (server.readyState === WebSocket.CONNECTING) waiting.push(text);
        else this.#pass('to server', connection, text);
      });
      server.on('open', () => {
        for (const text of waiting.splice(0)) this.#pass('to server', connection, text);
      });
      server.on('message', (data) => this.#pass('to browser', connection, String(data)));
      for (const one of [browser, server]) {
        // Without a listener an error would end the process; a close follows it.
        one.on('error', () => undefined);
        one.on('close', () => {
          this.#connections.delete(connection);
          browser.terminate();
          server.terminate();
        });
      }
    });
  }

  #pass(direction: Direction, connection: Connection, text: string): void {
    const [from, to] =
      direction === 'to browser'
        ? [connection.server, connection.browser]
        : [connection.browser, connection.server];
    if (to.readyState !== WebSocket.OPEN) return;
    const stanza = parse(text);
    if (from === connection.browser) connection.note(stanza);
    // Stanzas that are invented or held back would not be counted alike at both ends (XEP-0198 §4).
    if (stanza.getChild('sm', STREAM_MANAGEMENT)) {
      stanza.remove('sm', STREAM_MANAGEMENT);
      to.send(stanza.toString());
      return;
    }
    const parts = direction === 'to browser' ? apart(stanza) : [];
    if (parts.length === 0) this.#tellOf(stanza, text, direction, connection, to);
    for (const part of parts) this.#tellOf(part, part.toString(), direction, connection, to);
  }

  #tellOf(stanza: Element, text: string, direction: Direction, connection: Connection, to: WebSocket): void {
    for (const lie of this.#lies[direction]) {
      const instead = lie(stanza, connection);
      if (!instead) continue;
      for (const one of instead) to.send(one.toString());
      return;
    }
    to.send(text);
  }
}

/** What the module hands on of several in one message, each as it would come alone, so that lies are about one each. */
function apart(stanza: Element): Element[] {
  const text = stanza.name === 'message' ? stanza.getChildText('json-message', NS.jitmeet) : null;
  if (!text?.includes('"relay"')) return [];
  const { relay, ...outer } = JSON.parse(text) as { relay?: [occupant: string, content: object][] };
  return (relay ?? []).map(([occupant, content]) =>
    xml(
      'message',
      { ...stanza.attrs, from: `${stanza.attrs.from}/${occupant}` },
      xml('json-message', { xmlns: NS.jitmeet }, JSON.stringify({ ...outer, ...content })),
    ),
  );
}
