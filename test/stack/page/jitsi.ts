// The public part of lib-jitsi-meet that the page uses; the library comes as a global script without types of its own.

export type Handler = (...values: never[]) => void;

export interface LocalTrack {
  getType(): 'audio' | 'video';
  isMuted(): boolean;
  mute(): Promise<void>;
  unmute(): Promise<void>;
  attach(element: HTMLMediaElement): void;
  dispose(): Promise<void>;
  getTrack(): MediaStreamTrack;
  setSourceName(name: string): void;
  on(event: string, handler: Handler): void;
}

export interface RemoteTrack {
  getType(): 'audio' | 'video';
  getParticipantId(): string;
  getTrack(): MediaStreamTrack;
  isMuted(): boolean;
  isLocal(): boolean;
  attach(element: HTMLMediaElement): void;
  detach(element: HTMLMediaElement): void;
  getVideoType(): string | undefined;
}

export interface Participant {
  getId(): string;
  getDisplayName(): string | undefined;
  getRole(): string;
  getTracks(): RemoteTrack[];
}

interface MediaSession {
  peerconnection?: { peerconnection?: RTCPeerConnection };
}

export interface Conference {
  on(event: string, handler: Handler): void;
  join(): void;
  leave(): Promise<unknown>;
  myUserId(): string;
  getRole(): string;
  getParticipants(): Participant[];
  getParticipantById(id: string): Participant | undefined;
  getLocalTracks(): LocalTrack[];
  addTrack(track: LocalTrack): Promise<unknown>;
  replaceTrack(oldTrack: LocalTrack | null, newTrack: LocalTrack | null): Promise<unknown>;
  setDisplayName(name: string): void;
  sendTextMessage(text: string): void;
  sendPrivateTextMessage(id: string, text: string): void;
  isP2PActive(): boolean;
  jvbJingleSession?: MediaSession | null;
  p2pJingleSession?: MediaSession | null;
}

export interface Connection {
  connect(): void;
  disconnect(): Promise<unknown> | undefined;
  addEventListener(event: string, handler: Handler): void;
  initJitsiConference(room: string, options: object): Conference;
}

export interface JitsiMeet {
  init(options: object): void;
  setLogLevel(level: string): void;
  logLevels: Record<string, string>;
  events: {
    conference: Record<string, string>;
    connection: Record<string, string>;
    track: Record<string, string>;
  };
  errors: { conference: Record<string, string>; connection: Record<string, string> };
  JitsiConnection: new (appId: null, token: null, options: object) => Connection;
  createLocalTracks(options: object): Promise<LocalTrack[]>;
}

/** What the stack's web server says in /config.js. */
export interface PageConfig {
  hosts: { domain: string; muc: string; focus: string };
  focusUserJid: string;
  videoCodecs: string[];
}

declare global {
  var JitsiMeetJS: JitsiMeet;
  var config: PageConfig;
}

/** The name of an event or error; a name that the library does not have would be listened to in vain. */
export function named(names: Record<string, string>, name: string): string {
  const value = names[name];
  if (value === undefined) throw new Error(`expected lib-jitsi-meet to know ${name}`);
  return value;
}
