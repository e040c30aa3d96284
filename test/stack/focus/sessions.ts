// The Jingle sessions of one room: offers, answers, and who has been told of which sources.
import { randomBytes, randomInt } from 'node:crypto';
import type { Element } from '@xmpp/client';
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
import { namedKinds, type Occupant } from './occupant.ts';
import { Sequence } from './sequence.ts';

export const FOCUS_NICK = 'focus';
/** A bridge that is gone comes back, or another one is there. */
const INVITE_AGAIN_MS = 2000;

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

export type JingleAnswer = { ok: true } | { ok: false; condition: string };

export class Sessions {
  readonly sequence: Sequence;
  #roomJid: string;
  #conference: string;
  #occupants: ReadonlyMap<string, Occupant>;
  #world: RoomSurroundings;
  /** Where sessions begin. */
  #bridge: BridgeClient;
  /** Endpoints whose transport is still to be released, and the bridge that has it. */
  #ended = new Map<string, BridgeClient>();
  #mixedSsrcs = { audio: randomInt(1, 2 ** 31), video: randomInt(1, 2 ** 31) };

  constructor(
    roomJid: string,
    conference: string,
    occupants: ReadonlyMap<string, Occupant>,
    world: RoomSurroundings,
  ) {
    this.#roomJid = roomJid;
    this.#conference = conference;
    this.#occupants = occupants;
    this.#world = world;
    this.#bridge = world.bridge;
    this.sequence = new Sequence((line) => this.#log(line));
  }

  #log(line: string): void {
    this.#world.log(`${this.#conference}: ${line}`);
  }

  #endpoint(occupant: Occupant): { conference: string; endpoint: string } {
    return { conference: this.#conference, endpoint: occupant.id };
  }

  /** Whether this very occupant, not another of the same name, is still in the room. */
  #isHere(occupant: Occupant): boolean {
    return this.#occupants.get(occupant.id) === occupant;
  }

  /** A Jingle IQ of an occupant; what it asks for is done in the order in which it came. */
  onJingle(occupant: Occupant, jingle: Element): JingleAnswer {
    const { id, session } = occupant;
    const { action } = jingle.attrs;
    if (session.state === 'none' || session.sid !== jingle.attrs.sid) {
      return { ok: false, condition: 'item-not-found' };
    }
    try {
      switch (action) {
        case 'session-accept':
          return this.#onAccept(occupant, transportOf(jingle), sourcesOf(jingle, id));
        case 'transport-info': {
          const candidates = candidatesOf(jingle);
          this.sequence.add(async () => {
            if (occupant.session.state === 'none') return;
            const { bridge } = occupant.session;
            await bridge.call('addCandidates', { ...this.#endpoint(occupant), candidates });
          });
          return { ok: true };
        }
        case 'source-add':
          occupant.sources = [...without(occupant, ssrcsIn(jingle)), ...sourcesOf(jingle, id)];
          this.#sourcesChanged(occupant);
          return { ok: true };
        case 'source-remove':
          occupant.sources = without(occupant, ssrcsIn(jingle));
          this.#sourcesChanged(occupant);
          return { ok: true };
        case 'session-info':
          return { ok: true };
        case 'session-terminate': {
          const restart = jingle.getChild('bridge-session', NS.focus)?.attrs.restart === 'true';
          this.#log(`${id} ended its session${restart ? ' and wants another' : ''}`);
          this.end(occupant);
          if (restart) this.sequence.add(() => this.invite(occupant));
          return { ok: true };
        }
        default:
          return { ok: false, condition: 'feature-not-implemented' };
      }
    } catch (error) {
      if (!(error instanceof BadJingle)) throw error;
      this.#log(`refused ${action} of ${id}: ${error.message}`);
      return { ok: false, condition: 'bad-request' };
    }
  }

  #onAccept(occupant: Occupant, remote: TransportDescription, sources: OwnedSource[]): JingleAnswer {
    const { session } = occupant;
    if (session.state !== 'offered') return { ok: false, condition: 'unexpected-request' };
    occupant.session = { ...session, state: 'active' };
    occupant.sources = sources;
    this.sequence.add(async () => {
      if (occupant.session.state === 'none' || occupant.session.sid !== session.sid) return;
      await session.bridge.call('connect', { ...this.#endpoint(occupant), remote });
      this.#log(`${occupant.id} accepted, ${sources.length} sources`);
    });
    this.#sourcesChanged(occupant);
    return { ok: true };
  }

  #sourcesChanged(occupant: Occupant): void {
    this.sequence.add(async () => {
      await this.tellBridge(occupant);
      await this.#tellOthers();
    });
  }

  async tellBridge(occupant: Occupant): Promise<void> {
    if (occupant.session.state !== 'active') return;
    const sources = namedKinds(occupant).map(({ owner: _owner, msid: _msid, ...source }) => source);
    await occupant.session.bridge.call('sources', { ...this.#endpoint(occupant), sources });
  }

  /** Each with a session is told what is new to it, and what is no more though its owner is still here. */
  async #tellOthers(): Promise<void> {
    for (const occupant of this.#occupants.values()) {
      const { session } = occupant;
      if (session.state !== 'active') continue;
      const current = this.#sourcesFor(occupant);
      const currentSsrcs = new Set(current.map(({ ssrc }) => ssrc));
      const gone = [...session.told.values()].filter(({ ssrc }) => !currentSsrcs.has(ssrc));
      const added = current
        .filter(({ ssrc }) => !session.told.has(ssrc))
        .map((source) => toldAgain(source, session.timesTold));
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
    const { action } = jingle.attrs;
    this.#world.request(`${this.#roomJid}/${occupant.id}`, jingle).catch((error: unknown) => {
      if (!this.sequence.closed && this.#isHere(occupant)) {
        this.#log(`${occupant.id} refused ${action}: ${String(error)}`);
      }
    });
  }

  /** Nothing, if it has a session or left meanwhile. Tried again as long as no bridge takes it. */
  async invite(occupant: Occupant): Promise<void> {
    if (occupant.session.state !== 'none' || !this.#isHere(occupant)) return;
    // A presence may have asked for this before the session ended: what is released later would be the new transport.
    await this.#release(occupant).catch((error: Error) => this.#log(error.message));
    const bridge = this.#bridge;
    const local = await bridge.call('allocate', this.#endpoint(occupant)).catch((error: Error) => {
      this.#log(`no session for ${occupant.id} yet: ${error.message}`);
      setTimeout(() => this.sequence.add(() => this.invite(occupant)), INVITE_AGAIN_MS).unref();
      return null;
    });
    if (!local) return;
    if (!this.#isHere(occupant)) {
      await bridge.call('release', this.#endpoint(occupant));
      return;
    }
    const sid = randomBytes(8).toString('hex');
    const sources = this.#sourcesFor(occupant);
    occupant.session = {
      state: 'offered',
      sid,
      bridge,
      told: new Map(sources.map((source) => [source.ssrc, source])),
      timesTold: new Map(sources.map(({ ssrc }) => [ssrc, 1])),
    };
    const { capabilities, channelUrl } = this.#world;
    const initiator = `${this.#roomJid}/${FOCUS_NICK}`;
    const mixedSsrcs = this.#mixedSsrcs;
    const offer = {
      sid,
      initiator,
      capabilities,
      local,
      channelUrl,
      bridgeSession: sid,
      sources,
      mixedSsrcs,
    };
    this.#tell(occupant, sessionInitiate(offer));
    this.#log(`offered ${occupant.id} a session with ${sources.length} sources`);
  }

  /**
   * Everybody's session ends, and begins anew at this bridge: Jicofo's default. Its other way, a transport-replace, no
   * call of this lib-jitsi-meet survives: it first describes the new transport with a fingerprint of zeros, and its
   * translation to unified plan then keeps that one, as the ICE parameters do not change once more.
   */
  move(bridge: BridgeClient): void {
    this.sequence.add(async () => {
      this.#bridge = bridge;
      for (const occupant of [...this.#occupants.values()]) {
        if (occupant.session.state === 'none') continue;
        this.terminate(occupant, 'success');
        this.sequence.add(() => this.invite(occupant));
      }
    });
  }

  /** For one who is still here. */
  terminate(occupant: Occupant, reason: string): void {
    if (occupant.session.state === 'none') return;
    this.#tell(occupant, sessionTerminate(occupant.session.sid, reason));
    this.end(occupant);
  }

  end(occupant: Occupant): void {
    if (occupant.session.state === 'none') return;
    const { bridge } = occupant.session;
    occupant.session = { state: 'none' };
    occupant.sources = [];
    this.#ended.set(occupant.id, bridge);
    this.sequence.addEvenIfClosed(() => this.#release(occupant));
    this.sequence.add(() => this.#tellOthers());
  }

  async #release(occupant: Occupant): Promise<void> {
    const bridge = this.#ended.get(occupant.id);
    this.#ended.delete(occupant.id);
    await bridge?.call('release', this.#endpoint(occupant));
  }
}

function without(occupant: Occupant, ssrcs: Set<number>): OwnedSource[] {
  return occupant.sources.filter((source) => !ssrcsOf(source).some((ssrc) => ssrcs.has(ssrc)));
}

/**
 * A source that comes back gets another track name in its msid: lib-jitsi-meet leaves the first one in the m-line
 * that carried it, and Chromium refuses a description that has the same msid twice.
 */
function toldAgain(source: OwnedSource, timesTold: Map<number, number>): OwnedSource {
  const times = timesTold.get(source.ssrc) ?? 0;
  timesTold.set(source.ssrc, times + 1);
  return times === 0 ? source : { ...source, msid: `${source.msid}-${times}` };
}
