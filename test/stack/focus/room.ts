// One room: who is in it, who owns it, and a Jingle session with each as soon as there are two.
import { randomBytes, randomInt } from 'node:crypto';
import { type Element, jid, xml } from '@xmpp/client';
import type { Capabilities, TransportDescription } from '../bridge/api.ts';
import type { BridgeClient } from '../bridge/client.ts';
import { BadJingle, candidatesOf, sourcesOf, ssrcsIn, transportOf } from './jingle-answer.ts';
import {
  type OwnedSource,
  sessionInitiate,
  sessionTerminate,
  sourceChange,
  ssrcsOf,
} from './jingle-offer.ts';
import { NS } from './namespaces.ts';
import { namedKinds, type Occupant, readPresence } from './occupant.ts';

export const FOCUS_NICK = 'focus';

/** As long as Jicofo's single-participant-timeout: who comes back soon finds the session as it was. */
const ALONE_MS = 20_000;

/** What a room needs of the world. */
export interface RoomSurroundings {
  send(stanza: Element): Promise<void>;
  /** An IQ of type set; rejects with the error that came back. */
  request(to: string, element: Element): Promise<unknown>;
  bridge: BridgeClient;
  capabilities: Capabilities;
  channelUrl: string;
  log(line: string): void;
}

type JingleAnswer = { ok: true } | { ok: false; condition: string };

export class Room {
  readonly jid: string;
  /** Its name at the bridge: the local part of its address. */
  readonly conference: string;
  readonly joined: Promise<void>;
  #world: RoomSurroundings;
  #occupants = new Map<string, Occupant>();
  #queue: Promise<void> = Promise.resolve();
  #resolveJoined: () => void = () => {};
  #rejectJoined: (reason: Error) => void = () => {};
  #aloneTimer: NodeJS.Timeout | null = null;
  #closed = false;
  #granted: string | null = null;
  #mixedSsrcs = { audio: randomInt(1, 2 ** 31), video: randomInt(1, 2 ** 31) };

  constructor(roomJid: string, world: RoomSurroundings) {
    this.jid = roomJid;
    this.conference = jid(roomJid).local;
    this.#world = world;
    this.joined = new Promise((resolve, reject) => {
      this.#resolveJoined = resolve;
      this.#rejectJoined = reject;
    });
    this.joined.catch(() => {});
  }

  get occupantCount(): number {
    return this.#occupants.size;
  }

  /** Endpoints that have a transport at the bridge. */
  get endpoints(): string[] {
    return [...this.#occupants.values()]
      .filter(({ session }) => session.state !== 'none')
      .map(({ id }) => id);
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

  /** The room is over for the focus; what it had at the bridge is the caller's to release. */
  close(reason: string): void {
    this.#closed = true;
    if (this.#aloneTimer) clearTimeout(this.#aloneTimer);
    this.#rejectJoined(new Error(reason));
  }

  async leave(): Promise<void> {
    this.close('the focus left');
    await this.#world.send(xml('presence', { to: `${this.jid}/${FOCUS_NICK}`, type: 'unavailable' }));
  }

  /** Resolves when everything asked for so far is done. */
  settled(): Promise<void> {
    return this.#queue;
  }

  /** Returns whether the focus itself is no longer in the room. */
  onPresence(presence: Element): { gone: boolean } {
    if (presence.attrs.type === 'error') {
      this.close(`the room refused the focus: ${presence.getChild('error')?.toString() ?? 'no reason'}`);
      return { gone: true };
    }
    const news = readPresence(presence);
    if (!news) return { gone: false };
    if (news.id === FOCUS_NICK) {
      if (news.type === 'left' && news.self) {
        this.close('the focus was removed from the room');
        return { gone: true };
      }
      if (news.self) this.#resolveJoined();
      return { gone: false };
    }
    if (news.type === 'left') {
      const occupant = this.#occupants.get(news.id);
      if (occupant) this.#remove(occupant);
      return { gone: false };
    }
    const known = this.#occupants.get(news.id);
    if (known && known.realJid !== news.realJid) this.#remove(known);
    const occupant = this.#occupants.get(news.id);
    if (occupant) {
      const before = JSON.stringify(namedKinds(occupant));
      occupant.affiliation = news.affiliation;
      occupant.videoTypes = news.videoTypes;
      if (JSON.stringify(namedKinds(occupant)) !== before) this.#enqueue(() => this.#tellBridge(occupant));
    } else {
      const { id, realJid, affiliation, videoTypes } = news;
      this.#occupants.set(id, {
        id,
        realJid,
        affiliation,
        videoTypes,
        session: { state: 'none' },
        sources: [],
      });
      this.#world.log(`${this.conference}: ${id} joined`);
    }
    this.#enqueue(() => this.#settle());
    return { gone: false };
  }

  /** A Jingle IQ of the occupant `id`; what it asks for is done in the order in which it came. */
  onJingle(id: string, jingle: Element): JingleAnswer {
    const occupant = this.#occupants.get(id);
    const action = jingle.attrs.action;
    if (!occupant || occupant.session.state === 'none' || occupant.session.sid !== jingle.attrs.sid) {
      return { ok: false, condition: 'item-not-found' };
    }
    try {
      switch (action) {
        case 'session-accept':
          return this.#onAccept(occupant, transportOf(jingle), sourcesOf(jingle, id));
        case 'transport-info': {
          const candidates = candidatesOf(jingle);
          this.#enqueue(async () => {
            await this.#world.bridge.call('addCandidates', { ...this.#endpoint(occupant), candidates });
          });
          return { ok: true };
        }
        case 'source-add':
          occupant.sources = [...this.#without(occupant, ssrcsIn(jingle)), ...sourcesOf(jingle, id)];
          this.#sourcesChanged(occupant);
          return { ok: true };
        case 'source-remove':
          occupant.sources = this.#without(occupant, ssrcsIn(jingle));
          this.#sourcesChanged(occupant);
          return { ok: true };
        case 'session-info':
          return { ok: true };
        case 'session-terminate': {
          const restart = jingle.getChild('bridge-session', NS.focus)?.attrs.restart === 'true';
          this.#world.log(
            `${this.conference}: ${id} ended its session${restart ? ' and wants another' : ''}`,
          );
          this.#endSession(occupant);
          if (restart) this.#enqueue(() => this.#settle());
          return { ok: true };
        }
        default:
          return { ok: false, condition: 'feature-not-implemented' };
      }
    } catch (error) {
      if (!(error instanceof BadJingle)) throw error;
      this.#world.log(`${this.conference}: refused ${action} of ${id}: ${error.message}`);
      return { ok: false, condition: 'bad-request' };
    }
  }

  #endpoint(occupant: Occupant): { conference: string; endpoint: string } {
    return { conference: this.conference, endpoint: occupant.id };
  }

  /** One thing at a time, so that no one is told of sources in another order than they came. */
  #enqueue(work: () => Promise<void>): void {
    this.#queue = this.#queue.then(async () => {
      if (this.#closed) return;
      try {
        await work();
      } catch (error) {
        this.#world.log(`${this.conference}: ${error instanceof Error ? error.message : String(error)}`);
      }
    });
  }

  #without(occupant: Occupant, ssrcs: Set<number>): OwnedSource[] {
    return occupant.sources.filter((source) => !ssrcsOf(source).some((ssrc) => ssrcs.has(ssrc)));
  }

  #onAccept(occupant: Occupant, remote: TransportDescription, sources: OwnedSource[]): JingleAnswer {
    const { session } = occupant;
    if (session.state !== 'offered') return { ok: false, condition: 'unexpected-request' };
    occupant.session = { ...session, state: 'active' };
    occupant.sources = sources;
    this.#enqueue(async () => {
      if (occupant.session.state === 'none' || occupant.session.sid !== session.sid) return;
      await this.#world.bridge.call('connect', { ...this.#endpoint(occupant), remote });
      this.#world.log(`${this.conference}: ${occupant.id} accepted, ${sources.length} sources`);
    });
    this.#sourcesChanged(occupant);
    return { ok: true };
  }

  #sourcesChanged(occupant: Occupant): void {
    this.#enqueue(async () => {
      await this.#tellBridge(occupant);
      await this.#tellOthers();
    });
  }

  async #tellBridge(occupant: Occupant): Promise<void> {
    if (occupant.session.state !== 'active') return;
    const sources = namedKinds(occupant).map(({ owner: _owner, msid: _msid, ...source }) => source);
    await this.#world.bridge.call('sources', { ...this.#endpoint(occupant), sources });
  }

  /** Each with a session is told what is new to it, and what is no more though its owner is still here. */
  async #tellOthers(): Promise<void> {
    for (const occupant of this.#occupants.values()) {
      const { session } = occupant;
      if (session.state !== 'active') continue;
      const current = this.#sourcesFor(occupant);
      const currentSsrcs = new Set(current.map(({ ssrc }) => ssrc));
      const gone = [...session.told.values()].filter(({ ssrc }) => !currentSsrcs.has(ssrc));
      const added = current.filter(({ ssrc }) => !session.told.has(ssrc));
      for (const { ssrc } of gone) session.told.delete(ssrc);
      for (const source of added) session.told.set(source.ssrc, source);
      // The library removes by itself what belonged to someone who left.
      const removed = gone.filter(({ owner }) => this.#occupants.has(owner));
      if (removed.length > 0) this.#tell(occupant, sourceChange('source-remove', session.sid, removed));
      if (added.length > 0) this.#tell(occupant, sourceChange('source-add', session.sid, added));
    }
  }

  #sourcesFor(occupant: Occupant): OwnedSource[] {
    return [...this.#occupants.values()]
      .filter(({ id, session }) => id !== occupant.id && session.state === 'active')
      .flatMap(({ sources }) => sources);
  }

  #tell(occupant: Occupant, jingle: Element): void {
    const action = jingle.attrs.action;
    this.#world.request(`${this.jid}/${occupant.id}`, jingle).catch((error: unknown) => {
      if (this.#closed || this.#occupants.get(occupant.id) !== occupant) return;
      this.#world.log(`${this.conference}: ${occupant.id} refused ${action}: ${String(error)}`);
    });
  }

  async #settle(): Promise<void> {
    this.#grantOwner();
    if (this.#occupants.size < 2) {
      this.#aloneTimer ??= setTimeout(() => this.#enqueue(() => this.#endLonelySession()), ALONE_MS);
      return;
    }
    if (this.#aloneTimer) clearTimeout(this.#aloneTimer);
    this.#aloneTimer = null;
    for (const occupant of [...this.#occupants.values()]) {
      if (occupant.session.state === 'none' && this.#occupants.get(occupant.id) === occupant)
        await this.#invite(occupant);
    }
  }

  async #endLonelySession(): Promise<void> {
    this.#aloneTimer = null;
    if (this.#occupants.size >= 2) return;
    for (const occupant of this.#occupants.values()) {
      if (occupant.session.state === 'none') continue;
      this.#tell(occupant, sessionTerminate(occupant.session.sid, 'expired'));
      this.#endSession(occupant);
    }
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

  async #invite(occupant: Occupant): Promise<void> {
    const local = await this.#world.bridge.call('allocate', this.#endpoint(occupant));
    if (this.#occupants.get(occupant.id) !== occupant) {
      // It left meanwhile, before there was a session to end.
      await this.#world.bridge.call('release', this.#endpoint(occupant));
      return;
    }
    const sid = randomBytes(8).toString('hex');
    const sources = this.#sourcesFor(occupant);
    occupant.session = {
      state: 'offered',
      sid,
      told: new Map(sources.map((source) => [source.ssrc, source])),
    };
    this.#tell(
      occupant,
      sessionInitiate({
        sid,
        initiator: `${this.jid}/${FOCUS_NICK}`,
        capabilities: this.#world.capabilities,
        local,
        channelUrl: this.#world.channelUrl,
        bridgeSession: sid,
        sources,
        mixedSsrcs: this.#mixedSsrcs,
      }),
    );
    this.#world.log(`${this.conference}: offered ${occupant.id} a session with ${sources.length} sources`);
  }

  #endSession(occupant: Occupant): void {
    if (occupant.session.state === 'none') return;
    occupant.session = { state: 'none' };
    occupant.sources = [];
    this.#enqueue(async () => {
      await this.#world.bridge.call('release', this.#endpoint(occupant));
      await this.#tellOthers();
    });
  }

  #remove(occupant: Occupant): void {
    this.#occupants.delete(occupant.id);
    this.#world.log(`${this.conference}: ${occupant.id} left`);
    if (this.#granted === occupant.id) this.#granted = null;
    this.#endSession(occupant);
    this.#enqueue(() => this.#settle());
  }
}
