// One participant's meeting over lib-jitsi-meet: connects, joins, and comes back by itself when the server was away.
import { type Conference, type Connection, type LocalTrack, named, type RemoteTrack } from './jitsi.ts';

export type MeetingState =
  | { at: 'connecting' }
  | { at: 'joined' }
  | { at: 'reconnecting' }
  | { at: 'left' }
  /** The room does not take us; trying again would not help. */
  | { at: 'refused'; reason: string };

export interface MeetingSettings {
  room: string;
  name: string;
  peerToPeer: boolean;
  /** Over the bridge and directly. */
  preferredCodec: string | null;
  /** Whether the camera is sent in several sizes at once. */
  simulcast?: boolean;
  video: VideoSize;
}

export interface VideoSize {
  width: number;
  height: number;
  framesASecond: number;
}

/** What the meeting tells the page. */
export interface MeetingObserver {
  state(state: MeetingState): void;
  /** Somebody came, went, or changed in a way that shows. */
  people(): void;
  trackAdded(track: RemoteTrack): void;
  trackRemoved(track: RemoteTrack): void;
  chat(from: string, text: string, isPrivate: boolean): void;
  error(text: string): void;
}

const RETRY_MS = 1000;
const MAX_RETRY_MS = 5000;
const MAX_ATTEMPTS = 20;

/** Such as `160x90@5`. */
export function videoSize(text: string | null): VideoSize {
  const [width, height, framesASecond] = (text ?? '320x180@15').split(/[x@]/).map(Number);
  if (!width || !height || !framesASecond)
    throw new Error(`expected a size such as 320x180@15, came ${text}`);
  return { width, height, framesASecond };
}

function constraintsOf({ width, height, framesASecond }: VideoSize): object {
  return {
    width: { ideal: width },
    height: { ideal: height },
    frameRate: { ideal: framesASecond, max: framesASecond },
  };
}

/** Failures after which the same page may try again: the server or the focus was away. */
const PASSING = ['FOCUS_LEFT', 'VIDEOBRIDGE_NOT_AVAILABLE', 'CONNECTION_ERROR'];

export class Meeting {
  #settings: MeetingSettings;
  #observer: MeetingObserver;
  #connection: Connection | null = null;
  #conference: Conference | null = null;
  #state: MeetingState = { at: 'connecting' };
  #muted = { audio: false, video: false };
  #tracks: { audio: LocalTrack | null; video: LocalTrack | null; screen: LocalTrack | null } = {
    audio: null,
    video: null,
    screen: null,
  };
  #screenWanted = false;
  /** How often it connected anew since it was last in the room. */
  #attempts = 0;
  /** Changes to local tracks, one after the other. */
  #changes: Promise<void> = Promise.resolve();

  constructor(settings: MeetingSettings, observer: MeetingObserver) {
    this.#settings = settings;
    this.#observer = observer;
  }

  get conference(): Conference | null {
    return this.#conference;
  }

  get state(): MeetingState {
    return this.#state;
  }

  get muted(): { audio: boolean; video: boolean } {
    return { ...this.#muted };
  }

  get sharing(): boolean {
    return this.#tracks.screen !== null;
  }

  get camera(): LocalTrack | null {
    return this.#tracks.screen ?? this.#tracks.video;
  }

  async start(): Promise<void> {
    const tracks = await JitsiMeetJS.createLocalTracks({
      devices: ['audio', 'video'],
      constraints: { video: constraintsOf(this.#settings.video) },
    });
    for (const track of tracks) this.#tracks[track.getType()] = track;
    this.#connect();
  }

  #setState(state: MeetingState): void {
    this.#state = state;
    this.#observer.state(state);
  }

  #connect(): void {
    const { hosts, focusUserJid } = config;
    const scheme = location.protocol === 'https:' ? 'wss' : 'ws';
    const connection = new JitsiMeetJS.JitsiConnection(null, null, {
      hosts,
      focusUserJid,
      serviceUrl: `${scheme}://${location.host}/xmpp-websocket`,
      clientNode: 'https://jitsi.org/jitsi-meet',
      enableWebsocketResume: true,
      testing: { disableE2EE: true },
      p2p: { enabled: this.#settings.peerToPeer, stunServers: [] },
    });
    this.#connection = connection;
    const { connection: events } = JitsiMeetJS.events;
    const current = () => this.#connection === connection;
    connection.addEventListener(named(events, 'CONNECTION_ESTABLISHED'), () => {
      if (current() && !this.#conference) this.#join(connection);
    });
    for (const event of ['CONNECTION_FAILED', 'CONNECTION_DISCONNECTED']) {
      connection.addEventListener(named(events, event), () => {
        if (current()) void this.#reconnect();
      });
    }
    connection.connect();
  }

  /** A new connection and a new conference with the same tracks, as the library offers no way back into the old one. */
  async #reconnect(): Promise<void> {
    if (this.#state.at === 'left' || this.#state.at === 'refused') return;
    const [connection, conference] = [this.#connection, this.#conference];
    this.#connection = null;
    this.#conference = null;
    this.#attempts += 1;
    if (this.#attempts > MAX_ATTEMPTS)
      this.#refuse('The room cannot be reached. Reload the page to try again.');
    else this.#setState({ at: 'reconnecting' });
    try {
      await conference?.leave();
    } catch {
      // The room cannot be told any more.
    }
    try {
      await connection?.disconnect();
    } catch {
      // Was not connected.
    }
    setTimeout(
      () => {
        if (this.#state.at === 'reconnecting') this.#connect();
      },
      Math.min(RETRY_MS * this.#attempts, MAX_RETRY_MS),
    );
  }

  #join(connection: Connection): void {
    const { room, name, peerToPeer, preferredCodec, simulcast, video } = this.#settings;
    const conference = connection.initJitsiConference(room, {
      testing: { disableE2EE: true },
      p2p: { enabled: peerToPeer, stunServers: [], ...(preferredCodec && { preferredCodec }) },
      disableSimulcast: !simulcast,
      enableLayerSuspension: false,
      openBridgeChannel: 'websocket',
      videoQuality: preferredCodec ? { preferredCodec } : {},
      resolution: video.height,
      constraints: { video: constraintsOf(video) },
      statisticsId: name,
    });
    this.#conference = conference;
    conference.setDisplayName(name);
    this.#listen(conference);
    for (const track of [this.#tracks.audio, this.#tracks.screen ?? this.#tracks.video]) {
      if (!track) continue;
      // A track that was in a conference before keeps the name that it had there.
      track.setSourceName(this.#sourceName(conference, track.getType()));
      void conference.addTrack(track);
    }
    conference.join();
  }

  /** As the library names the only source of its kind. */
  #sourceName(conference: Conference, kind: 'audio' | 'video'): string {
    return `${conference.myUserId()}-${kind === 'audio' ? 'a' : 'v'}0`;
  }

  #listen(conference: Conference): void {
    const names = JitsiMeetJS.events.conference;
    const on = <T extends unknown[]>(event: string, handle: (...values: T) => void) =>
      conference.on(named(names, event), (...values: unknown[]) => {
        if (this.#conference === conference) handle(...(values as T));
      });
    on('CONFERENCE_JOINED', () => {
      this.#attempts = 0;
      this.#setState({ at: 'joined' });
    });
    on('CONFERENCE_FAILED', (error: string, ...details: unknown[]) => this.#onFailed(error, details));
    on('CONFERENCE_ERROR', (error: string, text?: unknown) => {
      const isChat = error === JitsiMeetJS.errors.conference.CHAT_ERROR;
      this.#observer.error(
        isChat ? `Your message was not sent: ${String(text)}` : `${error} ${String(text ?? '')}`,
      );
    });
    on('KICKED', (_actor: unknown, reason: unknown) => {
      this.#refuse(
        `You were removed from the room${typeof reason === 'string' && reason ? `: ${reason}` : ''}`,
      );
    });
    for (const event of [
      'USER_JOINED',
      'USER_LEFT',
      'DISPLAY_NAME_CHANGED',
      'USER_ROLE_CHANGED',
      'TRACK_MUTE_CHANGED',
    ]) {
      on(event, () => this.#observer.people());
    }
    on('TRACK_ADDED', (track: RemoteTrack) => {
      if (!track.isLocal()) this.#observer.trackAdded(track);
    });
    on('TRACK_REMOVED', (track: RemoteTrack) => {
      if (!track.isLocal()) this.#observer.trackRemoved(track);
    });
    on('MESSAGE_RECEIVED', (from: string, text: string) => this.#observer.chat(from, text, false));
    on('PRIVATE_MESSAGE_RECEIVED', (from: string, text: string) => this.#observer.chat(from, text, true));
  }

  #onFailed(error: string, details: unknown[]): void {
    const names = JitsiMeetJS.errors.conference;
    // The library goes on asking by itself.
    if (error === names.FOCUS_DISCONNECTED) return;
    if (PASSING.some((name) => names[name] === error)) return void this.#reconnect();
    const reason = details.find((detail) => typeof detail === 'string' && detail !== '');
    this.#refuse(typeof reason === 'string' ? reason : `The room refused you (${error})`);
  }

  #refuse(reason: string): void {
    const [connection, conference] = [this.#connection, this.#conference];
    this.#setState({ at: 'refused', reason });
    this.#observer.error(reason);
    this.#connection = null;
    this.#conference = null;
    void conference?.leave().catch(() => {});
    void Promise.resolve(connection?.disconnect()).catch(() => {});
  }

  #change(work: () => Promise<void>): Promise<void> {
    const done = this.#changes.then(work);
    this.#changes = done.catch(() => {});
    return done;
  }

  mute(kind: 'audio' | 'video', muted: boolean): Promise<void> {
    return this.#change(async () => {
      const track = this.#tracks[kind];
      await (muted ? track?.mute() : track?.unmute());
      this.#muted[kind] = muted;
      this.#observer.people();
    });
  }

  shareScreen(on: boolean): Promise<void> {
    this.#screenWanted = on;
    return this.#change(async () => {
      const { screen, video } = this.#tracks;
      if (this.#screenWanted === (screen !== null)) return;
      if (screen) {
        this.#tracks.screen = null;
        await this.#conference?.replaceTrack(screen, video);
        await screen.dispose();
      } else {
        const tracks = await JitsiMeetJS.createLocalTracks({ devices: ['desktop'] });
        // Jitsi Meet mixes a screen's sound into the microphone; this page shares the picture alone.
        for (const track of tracks) if (track.getType() === 'audio') await track.dispose();
        const desktop = tracks.find((track) => track.getType() === 'video');
        if (!desktop) throw new Error('expected a screen to share, came none');
        desktop.on(
          named(JitsiMeetJS.events.track, 'LOCAL_TRACK_STOPPED'),
          () => void this.shareScreen(false),
        );
        // The library looks up by this name what the camera was allowed to send, and names the track too late.
        if (this.#conference) desktop.setSourceName(this.#sourceName(this.#conference, 'video'));
        await this.#conference?.replaceTrack(video, desktop);
        this.#tracks.screen = desktop;
      }
      this.#observer.people();
    });
  }

  sendChat(text: string, to?: string): void {
    if (to === undefined) this.#conference?.sendTextMessage(text);
    else this.#conference?.sendPrivateTextMessage(to, text);
  }

  /** As Jitsi Meet goes to a breakout room: another conference on the same connection. */
  async moveTo(room: string): Promise<void> {
    const [connection, conference] = [this.#connection, this.#conference];
    if (!connection || !conference) throw new Error('expected to be in a room, which this page is not');
    this.#conference = null;
    await conference.leave();
    this.#settings = { ...this.#settings, room };
    this.#join(connection);
  }

  async leave(): Promise<void> {
    const [connection, conference] = [this.#connection, this.#conference];
    this.#setState({ at: 'left' });
    this.#connection = null;
    this.#conference = null;
    try {
      await conference?.leave();
      await connection?.disconnect();
    } finally {
      for (const track of Object.values(this.#tracks)) await track?.dispose();
    }
  }
}
