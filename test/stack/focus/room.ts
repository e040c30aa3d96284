// One room as the focus sees it: who is in it, who owns it, and a session with each as soon as there are two.
import { type Element, jid, xml } from '@xmpp/client';
import type { BridgeClient } from '../bridge/client.ts';
import { NS } from './namespaces.ts';
import { namedKinds, type Occupant, type PresenceNews, readPresence } from './occupant.ts';
import { FOCUS_NICK, type JingleAnswer, type RoomSurroundings, Sessions } from './sessions.ts';

/** As long as Jicofo's single-participant-timeout: who comes back soon finds the session as it was. */
const ALONE_MS = 20_000;

export class Room {
  readonly jid: string;
  /** Its name at the bridge: the local part of its address. */
  readonly conference: string;
  readonly joined: Promise<void>;
  #world: RoomSurroundings;
  #occupants = new Map<string, Occupant>();
  #sessions: Sessions;
  #resolveJoined: () => void = () => {};
  #rejectJoined: (reason: Error) => void = () => {};
  #aloneTimer: NodeJS.Timeout | null = null;
  #granted: string | null = null;
  #entered = false;

  constructor(roomJid: string, world: RoomSurroundings) {
    this.jid = roomJid;
    this.conference = jid(roomJid).local;
    this.#world = world;
    this.#sessions = new Sessions(roomJid, this.conference, this.#occupants, world);
    this.joined = new Promise((resolve, reject) => {
      this.#resolveJoined = resolve;
      this.#rejectJoined = reject;
    });
    this.joined.catch(() => {});
  }

  get occupantCount(): number {
    return this.#occupants.size;
  }

  /** Endpoints that have a transport at a bridge, and at which. */
  get endpoints(): { id: string; bridge: BridgeClient }[] {
    return [...this.#occupants.values()].flatMap(({ id, session }) =>
      session.state === 'none' ? [] : [{ id, bridge: session.bridge }],
    );
  }

  move(bridge: BridgeClient): void {
    this.#sessions.move(bridge);
  }

  async enter(): Promise<void> {
    await this.#world.send(
      xml(
        'presence',
        { to: `${this.jid}/${FOCUS_NICK}` },
        xml('x', { xmlns: NS.muc }),
        xml(
          'conference-properties',
          { xmlns: NS.focus },
          xml('property', { key: 'support-terminate-restart', value: 'true' }),
        ),
      ),
    );
  }

  /** The room is over for the focus; the `endpoints` that it has at bridges are the caller's to release. */
  close(reason: string): void {
    this.#sessions.sequence.close();
    if (this.#aloneTimer) clearTimeout(this.#aloneTimer);
    this.#rejectJoined(new Error(reason));
  }

  async leave(): Promise<void> {
    this.close('the focus left');
    await this.#world.send(xml('presence', { to: `${this.jid}/${FOCUS_NICK}`, type: 'unavailable' }));
  }

  /** Returns whether the focus itself is no longer in the room. */
  onPresence(presence: Element): { gone: boolean } {
    if (presence.attrs.type === 'error') {
      this.close(`the room refused the focus: ${presence.getChild('error')?.toString() ?? 'no reason'}`);
      return { gone: true };
    }
    const news = readPresence(presence);
    if (!news) return { gone: false };
    if (news.id === FOCUS_NICK) return this.#onOwnPresence(news);
    const known = this.#occupants.get(news.id);
    if (news.type === 'left') {
      if (known) this.#remove(known);
      return { gone: false };
    }
    if (known?.realJid === news.realJid) this.#update(known, news);
    else {
      if (known) this.#remove(known);
      const { id, realJid, affiliation, videoTypes } = news;
      const session = { state: 'none' as const };
      this.#occupants.set(id, { id, realJid, affiliation, videoTypes, session, sources: [] });
      this.#world.log(`${this.conference}: ${id} joined`);
    }
    this.#sessions.sequence.add(() => this.#settle());
    return { gone: false };
  }

  onJingle(id: string, jingle: Element): JingleAnswer {
    const occupant = this.#occupants.get(id);
    if (!occupant) return { ok: false, condition: 'item-not-found' };
    return this.#sessions.onJingle(occupant, jingle);
  }

  #onOwnPresence(news: PresenceNews): { gone: boolean } {
    if (!news.self) return { gone: false };
    if (news.type === 'here') {
      this.#entered = true;
      this.#resolveJoined();
      return { gone: false };
    }
    // Before that it is the echo of an earlier stay.
    if (!this.#entered) return { gone: false };
    this.close('the focus was removed from the room');
    return { gone: true };
  }

  #update(occupant: Occupant, { affiliation, videoTypes }: PresenceNews & { type: 'here' }): void {
    const before = JSON.stringify(namedKinds(occupant));
    occupant.affiliation = affiliation;
    occupant.videoTypes = videoTypes;
    if (JSON.stringify(namedKinds(occupant)) === before) return;
    this.#sessions.sequence.add(() => this.#sessions.tellBridge(occupant));
  }

  #remove(occupant: Occupant): void {
    this.#occupants.delete(occupant.id);
    this.#world.log(`${this.conference}: ${occupant.id} left`);
    if (this.#granted === occupant.id) this.#granted = null;
    this.#sessions.end(occupant);
    this.#sessions.sequence.add(() => this.#settle());
  }

  async #settle(): Promise<void> {
    this.#grantOwner();
    if (this.#occupants.size < 2) {
      this.#aloneTimer ??= setTimeout(() => this.#endLonelySession(), ALONE_MS);
      return;
    }
    if (this.#aloneTimer) clearTimeout(this.#aloneTimer);
    this.#aloneTimer = null;
    for (const occupant of [...this.#occupants.values()]) await this.#sessions.invite(occupant);
  }

  #endLonelySession(): void {
    this.#aloneTimer = null;
    if (this.#occupants.size >= 2) return;
    for (const occupant of this.#occupants.values()) this.#sessions.terminate(occupant, 'expired');
  }

  /** Jicofo keeps one owner among those present: the first, and when it leaves the one longest here. */
  #grantOwner(): void {
    const occupants = [...this.#occupants.values()];
    const [first] = occupants;
    if (!first || occupants.some(({ affiliation }) => affiliation === 'owner')) return;
    if (this.#granted === first.id) return;
    this.#granted = first.id;
    const owner = jid(first.realJid).bare().toString();
    const item = xml('item', { affiliation: 'owner', jid: owner });
    this.#world
      .request(this.jid, xml('query', { xmlns: NS.mucAdmin }, item))
      .then(() => this.#world.log(`${this.conference}: ${first.id} is owner`))
      .catch((error: unknown) => {
        this.#granted = null;
        this.#world.log(`${this.conference}: could not make ${first.id} owner: ${String(error)}`);
      });
  }
}
