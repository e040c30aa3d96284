// One lib-jitsi-meet conference as the plugin sees it: who is there, what they send, what the room says.

import type { SourceId } from '../frames/index.ts';
import { sayableName } from '../keys/index.ts';
import { BUNDLE_PROPERTY, type DataKind, type EndpointMessage, SEALED_PROPERTY } from '../wire/index.ts';
import { Conversation, type ConversationEvents } from './conversation.ts';
import type { JitsiConference, JitsiMeetLibrary, JitsiParticipant, JitsiTrack } from './library.ts';
import { askRoom, NoAnswer, type RoomRequest } from './room-requests.ts';
import { type RoomState, readRoomState, readStateAnswer } from './room-state.ts';
import { safely } from './safely.ts';
import { localSource } from './sources.ts';

/** Not among the events that the library names to others; the same since there is one. */
const MEMBER_LEFT = 'xmpp.muc_member_left';

export interface RoomEvents extends Omit<ConversationEvents, 'onOwnMessage' | 'nameOf'> {
  onJoined(): void;
  /** The conference is over for this page, whatever ended it. */
  onLeft(): void;
  /** The room does not let this page in, or not any more; `reason`: the server's words, null when it gave none. */
  onRefused(reason: string | null): void;
  onOccupant(id: string, bundle: string | null): void;
  /** The server says that this occupant is gone; `onOccupantLeft` follows when the library has taken it away. */
  onLeave(id: string): void;
  onOccupantLeft(id: string, name: string): void;
  onBundle(id: string, bundle: string | null): void;
  /** What another participant's presence says: does it hold the room to be sealed? */
  onSealedPresence(id: string, isSealed: boolean): void;
  /** `from` is null when the room itself sent it: what it hands on of several. */
  onMessage(from: string | null, payload: unknown): void;
  onRoomState(state: RoomState): void;
  /** Names or roles changed. */
  onChanged(): void;
  onTracksChanged(): void;
}

export class Room {
  readonly jid: string;
  readonly #known = new Set<string>();
  readonly #conversation: Conversation;
  #ownName = '';
  #self = '';

  constructor(
    private readonly conference: JitsiConference,
    private readonly library: JitsiMeetLibrary,
    private readonly events: RoomEvents,
  ) {
    const jid = conference.room?.roomjid;
    if (!jid)
      throw new Error('lib-jitsi-meet made a conference without a room: this version is not supported');
    this.jid = jid.toLowerCase();
    this.#conversation = new Conversation(conference, library.events.conference, {
      ...events,
      onOwnMessage: (from, payload) => this.#ownMessage(from, payload),
      nameOf: (id) => (id === this.self ? this.#ownName || id : this.name(id)),
    });
    this.#watchOwnName();
    this.#watchLeaves();
    this.#listen();
  }

  /** The library forgets it while it leaves. */
  get self(): string {
    this.#self = this.conference.myUserId() ?? this.#self;
    if (!this.#self) throw new Error('lib-jitsi-meet has not named this participant yet');
    return this.#self;
  }

  get ownName(): string {
    return this.#ownName;
  }

  get isOwner(): boolean {
    return this.conference.isModerator() === true;
  }

  /** Everybody who is shown in the room: also the only ones who may be given keys (rule M16). */
  occupants(): JitsiParticipant[] {
    return this.conference.getParticipants();
  }

  name(id: string): string {
    const participant = this.occupants().find((one) => one.getId() === id);
    return shownName(participant, id);
  }

  holdsSealed(participant: JitsiParticipant): boolean {
    return textProperty(participant, SEALED_PROPERTY) === '1';
  }

  remoteTracks(): { owner: string; track: JitsiTrack }[] {
    return this.occupants().flatMap((one) => one.getTracks().map((track) => ({ owner: one.getId(), track })));
  }

  /** Does this occupant send anything, as far as the server says? */
  isSending(participant: JitsiParticipant): boolean {
    return participant.getTracks().some((track) => !track.isMuted());
  }

  /** What this participant has to send, and whether it is on: a muted microphone goes on with silence. */
  sources(): Map<SourceId, boolean> {
    const sources = new Map<SourceId, boolean>();
    for (const track of this.conference.getLocalTracks()) {
      if (!track.getTrack()) continue;
      const source = localSource(track.getTrack(), this.conference);
      sources.set(source, !track.isMuted() || sources.get(source) === true);
    }
    return sources;
  }

  publishBundle(bundle: string): void {
    this.conference.setLocalParticipantProperty(BUNDLE_PROPERTY, bundle);
  }

  publishSealed(isSealed: boolean): void {
    this.#whileConnected(() =>
      this.conference.setLocalParticipantProperty(SEALED_PROPERTY, isSealed ? '1' : '0'),
    );
  }

  send(to: string | 'room', message: EndpointMessage): void {
    if (to !== 'room' && !this.#known.has(to)) return;
    // A copy: lib-jitsi-meet writes into what it is given.
    this.#whileConnected(() => this.conference.sendMessage({ ...message }, to === 'room' ? '' : to));
  }

  deliver(from: string, kind: DataKind, body: string, isPrivate: boolean): void {
    safely(() => this.#conversation.deliver(from, kind, body, isPrivate));
  }

  get isConnected(): boolean {
    return this.conference.xmpp.connection.connected;
  }

  /** lib-jitsi-meet throws when the stream is cut; what is lost then is asked for again when it is back. */
  #whileConnected(action: () => void): void {
    try {
      action();
    } catch (error) {
      console.warn('Sealmeet: not sent:', (error as Error).message);
    }
  }

  leave(): void {
    void this.conference.leave().catch(() => undefined);
  }

  /** A request to the room's module. Rejects with the server's words. */
  async request(request: RoomRequest): Promise<void> {
    await askRoom(this.conference, this.jid, 'set', request);
  }

  /**
   * What the module says of the room: `none` when there is no module, `unknown` when nobody answered; the module's
   * announcement may still come.
   */
  async askState(): Promise<RoomState | 'none' | 'unknown'> {
    try {
      const answer = await askRoom(this.conference, this.jid, 'get', { name: 'state' });
      return readStateAnswer(answer) ?? 'unknown';
    } catch (error) {
      return error instanceof NoAnswer ? 'unknown' : 'none';
    }
  }

  #ownMessage(from: string | null, payload: unknown): void {
    const state = from ? null : readRoomState(payload);
    if (state) this.events.onRoomState(state);
    else this.events.onMessage(from || null, payload);
  }

  /** The library has no question for it. */
  #watchOwnName(): void {
    const { conference } = this;
    const { setDisplayName } = conference;
    conference.setDisplayName = (name, ...rest) => {
      this.#ownName = String(name ?? '');
      safely(() => this.events.onChanged());
      return Reflect.apply(setDisplayName, conference, [name, ...rest]);
    };
  }

  /**
   * The library takes tracks, pictures and the connection's description apart before it tells of a leave, and a busy
   * page takes long over that. The room's own event comes before; where a version has none, the other has to do.
   */
  #watchLeaves(): void {
    const { room } = this.conference;
    const emitter = room?.eventEmitter;
    if (!emitter) return;
    const { emit } = emitter;
    emitter.emit = (event: string, ...args: unknown[]) => {
      if (event === MEMBER_LEFT && this.conference.room === room) {
        const id = String(args[0]).split('/').slice(1).join('/');
        if (this.#known.has(id)) safely(() => this.events.onLeave(id));
      }
      return Reflect.apply(emit, emitter, [event, ...args]);
    };
  }

  #on(name: string, listener: (...args: never[]) => void): void {
    const event = this.library.events.conference[name];
    if (event) this.conference.on(event, (...args: never[]) => safely(() => listener(...args)));
  }

  #listen(): void {
    this.#on('CONFERENCE_JOINED', () => this.events.onJoined());
    for (const end of ['CONFERENCE_LEFT', 'KICKED']) this.#on(end, () => this.events.onLeft());
    this.#on('CONFERENCE_FAILED', (error: unknown, reason: unknown) => {
      if (this.#isPassing(error)) return;
      if (error === this.library.errors.conference.CONFERENCE_DESTROYED)
        this.events.onRefused(typeof reason === 'string' ? reason : null);
      this.events.onLeft();
    });
    this.#on('USER_JOINED', (id: string, participant: JitsiParticipant) => {
      // The properties of the same presence follow in the same turn.
      queueMicrotask(() => safely(() => this.#joined(id, participant)));
    });
    this.#on('USER_LEFT', (id: string, participant?: JitsiParticipant) => {
      if (this.#known.delete(id)) this.events.onOccupantLeft(id, shownName(participant, id));
    });
    this.#on('PARTICIPANT_PROPERTY_CHANGED', (participant: JitsiParticipant, name: string) => {
      const id = participant.getId();
      if (!this.#known.has(id)) return;
      if (name === BUNDLE_PROPERTY) this.events.onBundle(id, textProperty(participant, BUNDLE_PROPERTY));
      if (name === SEALED_PROPERTY) this.events.onSealedPresence(id, this.holdsSealed(participant));
    });
    for (const change of ['DISPLAY_NAME_CHANGED', 'USER_ROLE_CHANGED'])
      this.#on(change, () => this.events.onChanged());
    this.#on('TRACK_ADDED', (track: JitsiTrack) => {
      const videoType = this.library.events.track.TRACK_VIDEOTYPE_CHANGED;
      if (videoType && !track.isLocal())
        track.on?.(videoType, () => safely(() => this.events.onTracksChanged()));
      this.events.onTracksChanged();
    });
    for (const change of ['TRACK_REMOVED', 'TRACK_MUTE_CHANGED'])
      this.#on(change, () => this.events.onTracksChanged());
  }

  #joined(id: string, participant: JitsiParticipant): void {
    if (!this.occupants().some((one) => one.getId() === id)) return;
    this.#known.add(id);
    this.events.onOccupant(id, textProperty(participant, BUNDLE_PROPERTY));
    if (this.holdsSealed(participant)) this.events.onSealedPresence(id, true);
  }

  /** Failures after which the same conference object goes on: a lobby, a password, waiting for the host, another bridge. */
  #isPassing(error: unknown): boolean {
    const errors = this.library.errors.conference;
    return [
      errors.PASSWORD_REQUIRED,
      errors.AUTHENTICATION_REQUIRED,
      errors.MEMBERS_ONLY_ERROR,
      errors.DISPLAY_NAME_REQUIRED,
      errors.FOCUS_DISCONNECTED,
      errors.VIDEOBRIDGE_NOT_AVAILABLE,
      errors.ICE_FAILED,
      errors.CHAT_ERROR,
    ].includes(error as string);
  }
}

/** What the server shows as its name, as it is read and compared (rule S9); its id where it shows none. */
export function shownName(participant: JitsiParticipant | undefined, id: string): string {
  return sayableName(participant?.getDisplayName() ?? null) ?? id;
}

function textProperty(participant: JitsiParticipant, name: string): string | null {
  const value = participant.getProperty(name);
  return typeof value === 'string' && value !== '' ? value : null;
}
