// One lib-jitsi-meet conference as the plugin sees it: who is there, what they say, what may pass.

import type { SourceId } from '../frames/index.ts';
import {
  BUNDLE_PROPERTY,
  type EndpointMessage,
  MESSAGE_TYPE,
  NAMESPACE,
  SEALED_PROPERTY,
} from '../wire/index.ts';
import type { JitsiConference, JitsiMeetLibrary, JitsiParticipant, JitsiTrack } from './library.ts';
import { type RoomState, readRoomState } from './room-state.ts';
import { localSource } from './sources.ts';

export interface RoomEvents {
  onJoined(): void;
  /** The conference is over for this page, whatever ended it. */
  onLeft(): void;
  onOccupant(id: string, bundle: string | null): void;
  onOccupantLeft(id: string, name: string): void;
  onBundle(id: string, bundle: string | null): void;
  /** What another participant's presence says: does it hold the room to be sealed? */
  onSealedPresence(id: string, isSealed: boolean): void;
  onMessage(from: string, payload: unknown): void;
  onRoomState(state: RoomState): void;
  /** Tracks, names or roles changed. */
  onChanged(): void;
  onTracksChanged(): void;
  /** May payloads that are not sealed pass? */
  isClear(direction: 'out' | 'in'): boolean;
  /** Something clear was held back; `what` names it for a person. */
  onHeldBack(direction: 'out' | 'in', what: string): void;
}

/** Payloads of participants that lib-jitsi-meet hands on in clear, with the words that name them to a person. */
const INCOMING: Record<string, string> = {
  MESSAGE_RECEIVED: 'chat',
  PRIVATE_MESSAGE_RECEIVED: 'private chat',
  REACTION_RECEIVED: 'reaction',
  MESSAGE_RETRACTED: 'chat',
};

export class Room {
  readonly jid: string;
  readonly #known = new Set<string>();
  #ownName = '';

  constructor(
    private readonly conference: JitsiConference,
    private readonly library: JitsiMeetLibrary,
    private readonly events: RoomEvents,
  ) {
    const jid = conference.room?.roomjid;
    if (!jid)
      throw new Error('lib-jitsi-meet made a conference without a room: this version is not supported');
    this.jid = jid.toLowerCase();
    this.#watchEvents();
    this.#guardSending();
    this.#watchOwnName();
    this.#listen();
  }

  get self(): string {
    const id = this.conference.myUserId();
    if (!id) throw new Error('lib-jitsi-meet has not named this participant yet');
    return id;
  }

  get isOwner(): boolean {
    return this.conference.isModerator() === true;
  }

  /** Everybody who is shown in the room: also the only ones who may be given keys (rule M16). */
  occupants(): JitsiParticipant[] {
    return this.conference.getParticipants();
  }

  name(id: string): string {
    return (
      this.conference
        .getParticipants()
        .find((one) => one.getId() === id)
        ?.getDisplayName() || id
    );
  }

  get ownName(): string {
    return this.#ownName;
  }

  holdsSealed(participant: JitsiParticipant): boolean {
    return textProperty(participant, SEALED_PROPERTY) === '1';
  }

  remoteTracks(): { owner: string; track: JitsiTrack }[] {
    return this.occupants().flatMap((one) => one.getTracks().map((track) => ({ owner: one.getId(), track })));
  }

  /** What this participant sends at the moment: its sources that are not muted. */
  sourcesOn(): Set<SourceId> {
    const on = this.conference.getLocalTracks().filter((track) => !track.isMuted() && track.getTrack());
    return new Set(on.map((track) => localSource(track.getTrack(), this.conference)));
  }

  publishBundle(bundle: string): void {
    this.conference.setLocalParticipantProperty(BUNDLE_PROPERTY, bundle);
  }

  publishSealed(isSealed: boolean): void {
    this.conference.setLocalParticipantProperty(SEALED_PROPERTY, isSealed ? '1' : '0');
  }

  send(to: string | 'room', message: EndpointMessage): void {
    if (to !== 'room' && !this.#known.has(to)) return;
    // A copy: lib-jitsi-meet writes into what it is given.
    this.conference.sendMessage({ ...message }, to === 'room' ? '' : to);
  }

  leave(): void {
    void this.conference.leave().catch(() => undefined);
  }

  /** An owner's request to the room. Rejects with the server's words. */
  async request(kind: 'seal' | 'unseal'): Promise<void> {
    await this.#ask('set', kind);
  }

  /** Does the room have the module? Also true when it does not answer in time: its announcement may still come. */
  async askState(): Promise<boolean> {
    try {
      await this.#ask('get', 'state');
      return true;
    } catch (error) {
      return error instanceof NoAnswer;
    }
  }

  #ask(type: 'get' | 'set', name: string): Promise<Element> {
    // Attributes by hand: Strophe serialises what it finds there, and knows nothing of namespaces.
    const iq = document.implementation.createDocument(null, 'iq').documentElement;
    iq.setAttribute('xmlns', 'jabber:client');
    iq.setAttribute('type', type);
    iq.setAttribute('to', this.jid);
    const child = iq.ownerDocument.createElementNS(null, name);
    child.setAttribute('xmlns', NAMESPACE);
    iq.append(child);
    return new Promise((resolve, reject) => {
      const onError = (error: Element | null) => {
        if (!error) return reject(new NoAnswer('The server did not answer.'));
        const text = error.getElementsByTagName('text')[0]?.textContent;
        reject(new Error(text || 'The server refused the request.'));
      };
      this.conference.xmpp.connection.sendIQ(iq, resolve, onError, 10_000);
    });
  }

  #event(name: string): string | undefined {
    return this.library.events.conference[name];
  }

  /** An exception in a listener would make Strophe drop all further stanzas of the kind. */
  #safely(action: () => void): void {
    try {
      action();
    } catch (error) {
      console.error('Sealmeet:', error);
    }
  }

  /** All events of a conference pass one emitter: ours are taken out, clear ones held back in a sealed room. */
  #watchEvents(): void {
    const emitter = this.conference.eventEmitter;
    const emit = emitter.emit;
    const endpointMessage = this.#event('ENDPOINT_MESSAGE_RECEIVED');
    const strangersMessage = this.#event('NON_PARTICIPANT_MESSAGE_RECEIVED');
    const clear = new Map<string, string>();
    for (const [name, what] of Object.entries(INCOMING)) {
      const event = this.#event(name);
      if (event) clear.set(event, what);
    }

    emitter.emit = (event: string, ...args: unknown[]) => {
      if (event === endpointMessage || event === strangersMessage) {
        const from =
          event === endpointMessage ? (args[0] as JitsiParticipant).getId() : (args[0] as string | null);
        if (this.#takeMessage(from, args[1])) return true;
      }
      const what = clear.get(event);
      if (what && !this.events.isClear('in')) {
        this.#safely(() => this.events.onHeldBack('in', what));
        return true;
      }
      return emit.call(emitter, event, ...args);
    };
  }

  /** True when the message stops here. A message without a sender comes from the room itself. */
  #takeMessage(from: string | null, payload: unknown): boolean {
    const type = (payload as { type?: unknown } | null)?.type;
    if (type === MESSAGE_TYPE) {
      this.#safely(() => {
        if (from) {
          if (from !== this.conference.myUserId()) this.events.onMessage(from, payload);
        } else {
          const state = readRoomState(payload);
          if (state) this.events.onRoomState(state);
        }
      });
      return true;
    }
    if (!from || this.events.isClear('in')) return false;
    if (!isOwnTalk(payload)) this.#safely(() => this.events.onHeldBack('in', 'message'));
    return true;
  }

  /** What the page sends: nothing clear in a sealed room. Arguments and results stay lib-jitsi-meet's. */
  #guardSending(): void {
    const { conference } = this;
    const guarded = {
      sendTextMessage: (args: unknown[]) => (isOwnJson(args[0], args[1]) ? null : 'chat'),
      sendPrivateTextMessage: (args: unknown[]) => (isOwnJson(args[1], args[2]) ? null : 'private chat'),
      sendMessage: (args: unknown[]) =>
        (args[0] as { type?: unknown })?.type === MESSAGE_TYPE ? null : 'message',
      sendEndpointMessage: () => 'message',
      broadcastEndpointMessage: () => 'message',
      sendReaction: () => 'reaction',
      sendLobbyMessage: () => 'message',
    };
    for (const [name, judge] of Object.entries(guarded)) {
      const native = (conference as unknown as Record<string, unknown>)[name];
      if (typeof native !== 'function') continue;
      Object.defineProperty(conference, name, {
        configurable: false,
        value: (...args: unknown[]) => {
          const what = judge(args);
          if (what && !this.events.isClear('out')) {
            if (!args.some(isOwnTalk)) this.#safely(() => this.events.onHeldBack('out', what));
            return undefined;
          }
          return Reflect.apply(native, conference, args);
        },
      });
    }
  }

  /** The library has no question for it. */
  #watchOwnName(): void {
    const { conference } = this;
    const setDisplayName = conference.setDisplayName;
    conference.setDisplayName = (name, ...rest) => {
      this.#ownName = String(name ?? '');
      this.#safely(() => this.events.onChanged());
      return Reflect.apply(setDisplayName, conference, [name, ...rest]);
    };
  }

  #listen(): void {
    const on = (name: string, listener: (...args: never[]) => void) => {
      const event = this.#event(name);
      if (event) this.conference.on(event, (...args: never[]) => this.#safely(() => listener(...args)));
    };
    on('CONFERENCE_JOINED', () => this.events.onJoined());
    for (const end of ['CONFERENCE_LEFT', 'KICKED']) on(end, () => this.events.onLeft());
    on('CONFERENCE_FAILED', (error: unknown) => {
      if (!this.#isPassing(error)) this.events.onLeft();
    });
    on('USER_JOINED', (id: string, participant: JitsiParticipant) => {
      // The properties of the same presence follow in the same turn (facts/lib-jitsi-meet.md §5).
      queueMicrotask(() =>
        this.#safely(() => {
          if (!this.occupants().some((one) => one.getId() === id)) return;
          this.#known.add(id);
          this.events.onOccupant(id, textProperty(participant, BUNDLE_PROPERTY));
          if (this.holdsSealed(participant)) this.events.onSealedPresence(id, true);
        }),
      );
    });
    on('USER_LEFT', (id: string, participant?: JitsiParticipant) => {
      if (this.#known.delete(id)) this.events.onOccupantLeft(id, participant?.getDisplayName() || id);
    });
    on('PARTICIPANT_PROPERTY_CHANGED', (participant: JitsiParticipant, name: string) => {
      const id = participant.getId();
      if (!this.#known.has(id)) return;
      if (name === BUNDLE_PROPERTY) this.events.onBundle(id, textProperty(participant, BUNDLE_PROPERTY));
      if (name === SEALED_PROPERTY) this.events.onSealedPresence(id, this.holdsSealed(participant));
    });
    for (const change of ['DISPLAY_NAME_CHANGED', 'USER_ROLE_CHANGED'])
      on(change, () => this.events.onChanged());
    on('TRACK_ADDED', (track: JitsiTrack) => {
      const videoType = this.library.events.track.TRACK_VIDEOTYPE_CHANGED;
      if (videoType && !track.isLocal())
        track.on?.(videoType, () => this.#safely(() => this.events.onTracksChanged()));
      this.events.onTracksChanged();
    });
    for (const change of ['TRACK_REMOVED', 'TRACK_MUTE_CHANGED'])
      on(change, () => this.events.onTracksChanged());
  }

  /** Failures after which the same conference object goes on: a lobby, a password, a bridge to be replaced. */
  #isPassing(error: unknown): boolean {
    const errors = this.library.errors.conference;
    return [
      errors.PASSWORD_REQUIRED,
      errors.MEMBERS_ONLY_ERROR,
      errors.DISPLAY_NAME_REQUIRED,
      errors.FOCUS_DISCONNECTED,
      errors.VIDEOBRIDGE_NOT_AVAILABLE,
      errors.ICE_FAILED,
      errors.CHAT_ERROR,
    ].includes(error as string);
  }
}

/** What lib-jitsi-meet itself tells the others, unasked, to measure the connection: held back without a word. */
const OWN_TALK: readonly unknown[] = ['stats', 'e2e-ping-request', 'e2e-ping-response'];

function isOwnTalk(payload: unknown): boolean {
  return OWN_TALK.includes((payload as { type?: unknown } | null)?.type);
}

class NoAnswer extends Error {}

/** `sendMessage` of an object goes through the text methods, as JSON in an element of its own. */
function isOwnJson(text: unknown, element: unknown): boolean {
  if (element !== 'json-message' || typeof text !== 'string') return false;
  try {
    return (JSON.parse(text) as { type?: unknown } | null)?.type === MESSAGE_TYPE;
  } catch {
    return false;
  }
}

function textProperty(participant: JitsiParticipant, name: string): string | null {
  const value = participant.getProperty(name);
  return typeof value === 'string' && value !== '' ? value : null;
}
