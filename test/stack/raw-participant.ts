// A participant without a browser: it speaks XMPP and Jingle as lib-jitsi-meet does, and sends no media.
import { randomBytes, randomInt } from 'node:crypto';
import { client, type Element, type Entity, xml } from '@xmpp/client';
import { NS } from './focus/namespaces.ts';
import { readPresence } from './focus/occupant.ts';
import { FOCUS_DOMAIN } from './prosody/config.ts';
import type { Stack } from './stack.ts';

export interface RawPerson {
  id: string;
  affiliation: string;
  role: string;
}

export interface JingleSeen {
  action: string;
  sid: string;
  /** Owners of the sources named, in their order; "jvb" is the bridge's placeholder. */
  owners: string[];
  ssrcs: number[];
  element: Element;
}

export interface RawSource {
  ssrc: number;
  media: 'audio' | 'video';
  name: string;
  rtx?: number;
}

const WAIT_MS = 30_000;

function seen(jingle: Element): JingleSeen {
  const sources = jingle
    .getChildren('content')
    .flatMap((content) => content.getChildren('description', NS.rtp))
    .flatMap((description) => description.getChildren('source', NS.sources));
  return {
    action: jingle.attrs.action ?? '',
    sid: jingle.attrs.sid ?? '',
    owners: sources.map((source) => source.getChild('ssrc-info', NS.jitmeet)?.attrs.owner ?? ''),
    ssrcs: sources.map((source) => Number(source.attrs.ssrc)),
    element: jingle,
  };
}

export class RawParticipant {
  readonly id = randomBytes(4).toString('hex');
  readonly roomJid: string;
  readonly people = new Map<string, RawPerson>();
  /** What the focus sent, oldest first. */
  readonly jingle: JingleSeen[] = [];
  readonly errors: Element[] = [];
  readonly entity: Entity;

  constructor(stack: Pick<Stack, 'xmpp'>, room: string) {
    const { domain, muc, c2sPort } = stack.xmpp;
    this.roomJid = `${room}@${muc}`;
    this.entity = client({ service: `xmpp://127.0.0.1:${c2sPort}`, domain });
    this.entity.reconnect.stop();
    // Its own default of two seconds is short for many who come at once, on a machine that does other things too.
    Object.assign(this.entity, { timeout: WAIT_MS });
    this.entity.on('error', () => {});
    // The package miscounts stanzas when many come at once, for which Prosody ends the stream (XEP-0198 §4).
    this.entity.prependListener('element', (element: Element) => {
      if (element.name === 'stream:features') element.remove('sm', 'urn:xmpp:sm:3');
    });
    this.entity.on('stanza', (stanza: Element) => this.#onStanza(stanza));
    this.entity.iqCallee.set(NS.jingle, 'jingle', ({ element }) => {
      this.jingle.push(seen(element));
      return true;
    });
  }

  #onStanza(stanza: Element): void {
    if (stanza.attrs.type === 'error') this.errors.push(stanza);
    if (stanza.name !== 'presence') return;
    const news = readPresence(stanza);
    if (news?.type === 'left') this.people.delete(news.id);
    if (news?.type === 'here') {
      const role = stanza.getChild('x', NS.mucUser)?.getChild('item')?.attrs.role ?? 'none';
      this.people.set(news.id, { id: news.id, affiliation: news.affiliation, role });
    }
  }

  /** Connects, asks the focus for the conference, and enters; the extra elements go into each presence. */
  async join(...extra: Element[]): Promise<void> {
    await this.entity.start();
    await this.requestConference();
    await this.enter(...extra);
    await this.until(() => this.people.has(this.id), 'to be in the room');
  }

  /** As the library does: asks until the conference is ready, also while the focus is away. */
  async requestConference(): Promise<void> {
    const deadline = Date.now() + WAIT_MS;
    for (;;) {
      try {
        const request = xml('conference', { xmlns: NS.focus, room: this.roomJid, 'machine-uid': this.id });
        if ((await this.entity.iqCaller.set(request, FOCUS_DOMAIN)).attrs.ready === 'true') return;
      } catch (error) {
        const { condition } = error as { condition?: string };
        if (condition !== 'remote-server-timeout' && condition !== 'service-unavailable') throw error;
      }
      if (Date.now() > deadline)
        throw new Error('expected a conference within 10 s, came "not ready" until then');
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }

  async enter(...extra: Element[]): Promise<void> {
    await this.entity.send(
      xml('presence', { to: `${this.roomJid}/${this.id}` }, xml('x', { xmlns: NS.muc }), ...extra),
    );
  }

  /** An endpoint message, to everybody or to one. */
  async say(payload: object, to: string | 'room' = 'room'): Promise<void> {
    const attributes =
      to === 'room' ? { to: this.roomJid, type: 'groupchat' } : { to: `${this.roomJid}/${to}`, type: 'chat' };
    const message = xml('json-message', { xmlns: NS.jitmeet }, JSON.stringify(payload));
    await this.entity.send(xml('message', { ...attributes, id: randomBytes(4).toString('hex') }, message));
  }

  async leave(): Promise<void> {
    await this.entity.send(xml('presence', { to: `${this.roomJid}/${this.id}`, type: 'unavailable' }));
    await this.entity.stop();
  }

  /** Whoever is in the room, without the focus. */
  others(): RawPerson[] {
    return [...this.people.values()].filter(({ id }) => id !== 'focus' && id !== this.id);
  }

  get isOwner(): boolean {
    return this.people.get(this.id)?.affiliation === 'owner';
  }

  get sid(): string {
    return this.jingle.findLast(({ action }) => action === 'session-initiate')?.sid ?? '';
  }

  sources(): RawSource[] {
    return [
      { ssrc: randomInt(1, 2 ** 31), media: 'audio', name: `${this.id}-a0` },
      { ssrc: randomInt(1, 2 ** 31), media: 'video', name: `${this.id}-v0`, rtx: randomInt(1, 2 ** 31) },
    ];
  }

  /** A Jingle IQ to the focus; rejects with the error that comes back. */
  send(action: string, sources: RawSource[], ...more: Element[]): Promise<Element> {
    const media = ['audio', 'video'] as const;
    const contents = media.map((kind) =>
      xml(
        'content',
        { creator: 'responder', name: kind },
        xml(
          'description',
          { xmlns: NS.rtp, media: kind },
          ...sources
            .filter((source) => source.media === kind)
            .flatMap((source) => this.#sourceElements(source)),
        ),
        ...(action === 'session-accept' ? [this.#transport()] : []),
      ),
    );
    const jingle = xml('jingle', { xmlns: NS.jingle, action, sid: this.sid }, ...contents, ...more);
    return this.entity.iqCaller.request(xml('iq', { type: 'set', to: `${this.roomJid}/focus` }, jingle));
  }

  #sourceElements({ ssrc, name, rtx, media }: RawSource): Element[] {
    const ssrcs = rtx === undefined ? [ssrc] : [ssrc, rtx];
    const msid = xml('parameter', { name: 'msid', value: `${this.id}-${media}-1 track` });
    const elements = ssrcs.map((value) =>
      xml('source', { xmlns: NS.sources, ssrc: String(value), name }, msid),
    );
    if (rtx === undefined) return elements;
    const members = ssrcs.map((value) => xml('source', { ssrc: String(value) }));
    return [...elements, xml('ssrc-group', { xmlns: NS.sources, semantics: 'FID' }, ...members)];
  }

  /** Well-formed, and nobody there: no connection comes about. */
  #transport(): Element {
    const fingerprint = [...randomBytes(32)]
      .map((byte) => byte.toString(16).padStart(2, '0').toUpperCase())
      .join(':');
    return xml(
      'transport',
      { xmlns: NS.iceUdp, ufrag: randomBytes(3).toString('hex'), pwd: randomBytes(12).toString('hex') },
      xml('fingerprint', { xmlns: NS.dtls, hash: 'sha-256', setup: 'active' }, fingerprint),
    );
  }

  async until(condition: () => boolean, what: string): Promise<void> {
    const deadline = Date.now() + WAIT_MS;
    while (!condition()) {
      if (Date.now() > deadline) {
        throw new Error(
          `${this.id} expected ${what} within 10 s; sees ${JSON.stringify([...this.people.values()])}`,
        );
      }
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}
