// A client of the module tests: a real XMPP connection that joins rooms, asks, sends, and waits for what comes.

import { createHash } from 'node:crypto';
import { client, type Element, xml } from '@xmpp/client';
import { type Prosody, password } from './server.ts';

export { type Element, xml };

export const namespace = 'urn:sealmeet:e2ee:1';
export const mucUser = 'http://jabber.org/protocol/muc#user';

/** A bundle of the right form; what is in it is no business of the server. */
export const bundle = (seed = 'a') => `1.${Buffer.from(seed.repeat(8)).toString('base64url')}`;

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

/** The roster digest of people whose bundles are those of their nicks. */
export const digestOf = (nicks: string[]) =>
  sha256(
    [...nicks]
      .sort()
      .map((nick) => `${nick}\0${sha256(bundle(nick))}\0`)
      .join(''),
  );

export interface StanzaError {
  type: string;
  condition: string;
  text: string;
}

export function errorOf(stanza: Element): StanzaError {
  const error = stanza.getChild('error');
  if (stanza.attrs.type !== 'error' || !error) throw new Error(`expected an error, came ${stanza}`);
  const condition = error.children.find(
    (child): child is Element => typeof child !== 'string' && child.name !== 'text',
  );
  return {
    type: error.attrs.type ?? '',
    condition: condition?.name ?? '',
    text: error.getChildText('text') ?? '',
  };
}

/** The object in a <json-message>, null when the stanza has none. */
export function jsonOf(stanza: Element): Record<string, unknown> | null {
  const text = stanza.getChildText('json-message');
  return text ? JSON.parse(text) : null;
}

export interface RoomState {
  policy: string;
  sealed: boolean;
  by?: string;
  since?: number;
  unsealedBy?: string;
  epoch: number;
  digest: string;
  occupants: number;
  consent?: { id: string; by: string; until: number; state: string; agreed: number; asked: number };
}

/** The announcement in a message from the room itself, null for any other stanza. */
export function announcementOf(stanza: Element): RoomState | null {
  if (!stanza.is('message') || String(stanza.attrs.from).includes('/')) return null;
  const object = jsonOf(stanza);
  return object?.type === 'sealmeet' && object.room ? (object.room as RoomState) : null;
}

export class Person {
  jid = '';
  private unread: Element[] = [];
  private waiting: { matches: (stanza: Element) => boolean; resolve: (stanza: Element) => void }[] = [];
  private ids = 0;
  room = '';
  nick = '';

  private constructor(readonly xmpp: ReturnType<typeof client>) {}

  /** Anonymous by default, or with an account `user@host` of the test server. */
  static async connect(
    prosody: Prosody,
    account?: string,
    options: { websocket?: boolean; resource?: string; domain?: string } = {},
  ): Promise<Person> {
    const [user, host] = account?.split('@') ?? [];
    const xmpp = client({
      service: options.websocket
        ? `ws://127.0.0.1:${prosody.httpPort}/xmpp-websocket`
        : `xmpp://127.0.0.1:${prosody.c2sPort}`,
      domain: host ?? options.domain ?? prosody.domain,
      ...(options.resource ? { resource: options.resource } : {}),
      ...(user ? { username: user, password } : {}),
    });
    xmpp.reconnect.stop();
    // Its own default of two seconds is short for a machine that does other things too.
    (xmpp as unknown as { timeout: number }).timeout = 30_000;
    const person = new Person(xmpp);
    xmpp.on('error', () => {});
    xmpp.on('stanza', (stanza) => person.receive(stanza));
    const address = await xmpp.start();
    person.jid = String(address);
    return person;
  }

  private receive(stanza: Element) {
    const index = this.waiting.findIndex(({ matches }) => matches(stanza));
    if (index < 0) {
      this.unread.push(stanza);
      return;
    }
    const [waiter] = this.waiting.splice(index, 1);
    waiter?.resolve(stanza);
  }

  /** The next stanza that matches, come already or still to come; it is taken out of what is unread. */
  async next(matches: (stanza: Element) => boolean, what: string, withinMs = 20_000): Promise<Element> {
    const index = this.unread.findIndex(matches);
    if (index >= 0) {
      const [stanza] = this.unread.splice(index, 1);
      if (stanza) return stanza;
    }
    return await new Promise((resolve, reject) => {
      const waiter = {
        matches,
        resolve: (stanza: Element) => {
          clearTimeout(timer);
          resolve(stanza);
        },
      };
      const timer = setTimeout(() => {
        this.waiting.splice(this.waiting.indexOf(waiter), 1);
        const came = this.unread.map((stanza) => stanza.toString().slice(0, 300)).join('\n  ');
        reject(
          new Error(`${this.nick || this.jid} waited ${withinMs} ms for ${what}; came instead:\n  ${came}`),
        );
      }, withinMs);
      this.waiting.push(waiter);
    });
  }

  /** All that came and nobody waited for; empties it. */
  drain(): Element[] {
    return this.unread.splice(0);
  }

  announcement(matches: (state: RoomState) => boolean, what: string, withinMs?: number): Promise<RoomState> {
    return this.next(
      (stanza) => {
        const state = announcementOf(stanza);
        return state !== null && matches(state);
      },
      `the announcement of ${what}`,
      withinMs,
    ).then((stanza) => announcementOf(stanza) as RoomState);
  }

  async send(stanza: Element): Promise<void> {
    await this.xmpp.send(stanza);
  }

  /** Sends an IQ and gives back its answer, result or error. */
  async ask(type: 'get' | 'set', child: Element, to = this.room): Promise<Element> {
    const id = `iq-${++this.ids}`;
    await this.send(xml('iq', { type, to, id }, child));
    return await this.next((stanza) => stanza.is('iq') && stanza.attrs.id === id, `the answer to ${child}`);
  }

  request(name: string, attributes: Record<string, string> = {}): Promise<Element> {
    return this.ask('set', xml(name, { xmlns: namespace, ...attributes }));
  }

  async state(): Promise<Record<string, string | undefined>> {
    const answer = await this.ask('get', xml('state', { xmlns: namespace }));
    const state = answer.getChild('state');
    if (!state) throw new Error(`expected a state, came ${answer}`);
    return state.attrs;
  }

  presence(room: string, nick: string, children: Element[] = []): Element {
    return xml(
      'presence',
      { to: `${room}/${nick}` },
      xml('x', { xmlns: 'http://jabber.org/protocol/muc' }),
      ...children,
    );
  }

  /** Joins with a bundle, with none (null) or with this text in its place; resolves with the self-presence. */
  async join(
    room: string,
    nick: string,
    text: string | null = bundle(nick),
    children: Element[] = [],
  ): Promise<Element> {
    this.tryJoin(room, nick, text, children);
    return await this.next(
      (stanza) =>
        stanza.is('presence') &&
        stanza.attrs.from === `${room}/${nick}` &&
        stanza.attrs.type === undefined &&
        stanza.toString().includes('code="110"'),
      'the own presence',
    );
  }

  tryJoin(room: string, nick: string, text: string | null, children: Element[] = []): void {
    this.room = room;
    this.nick = nick;
    const property = text === null ? [] : [xml('jitsi_participant_sealmeet', {}, text)];
    void this.send(this.presence(room, nick, [...property, ...children]));
  }

  /** A later presence without muc x, as lib-jitsi-meet sends after each change. */
  update(children: Element[]): Promise<void> {
    return this.send(xml('presence', { to: `${this.room}/${this.nick}` }, ...children));
  }

  async leave(): Promise<void> {
    await this.send(xml('presence', { to: `${this.room}/${this.nick}`, type: 'unavailable' }));
    await this.next(
      (stanza) =>
        stanza.is('presence') &&
        stanza.attrs.type === 'unavailable' &&
        stanza.toString().includes('code="110"'),
      'the own leaving',
    );
  }

  groupchat(...children: Element[]): Promise<void> {
    return this.send(
      xml('message', { to: this.room, type: 'groupchat', id: `m-${++this.ids}` }, ...children),
    );
  }

  endpointMessage(object: unknown, to = ''): Promise<void> {
    const payload = xml('json-message', { xmlns: 'http://jitsi.org/jitmeet' }, JSON.stringify(object));
    if (!to) return this.groupchat(payload);
    return this.send(
      xml('message', { to: `${this.room}/${to}`, type: 'chat', id: `m-${++this.ids}` }, payload),
    );
  }

  error(what: string, withinMs?: number): Promise<StanzaError> {
    return this.next((stanza) => stanza.attrs.type === 'error', what, withinMs).then(errorOf);
  }

  /** Leaves in good order where the connection still stands; a dead one is dropped. */
  async close(): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, 1_000);
    });
    if (this.xmpp.status === 'online') await Promise.race([this.xmpp.stop().catch(() => {}), late]);
    clearTimeout(timer);
    this.cut();
  }

  /** Drops the connection without a word. */
  cut(): void {
    const socket = (this.xmpp as unknown as { socket?: { destroy?(): void; socket?: { destroy?(): void } } })
      .socket;
    (socket?.socket ?? socket)?.destroy?.();
  }
}
