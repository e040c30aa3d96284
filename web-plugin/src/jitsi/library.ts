// The part of lib-jitsi-meet that the plugin uses: its public API, as far as versions 2022 to 2026 share it.
//
// Some members are not documented by the library but stand unchanged in both: `eventEmitter` (all events of a
// conference pass through it), `room.roomjid`, the room's own `eventEmitter`, and `xmpp.connection` with `sendIQ` and
// `connected`.

export interface JitsiParticipant {
  getId(): string;
  getDisplayName(): string | undefined;
  getProperty(name: string): unknown;
  getTracks(): JitsiTrack[];
  isHidden?(): boolean;
}

export interface JitsiTrack {
  getType(): string;
  getVideoType?(): string | undefined;
  getTrack(): MediaStreamTrack;
  isLocal(): boolean;
  isMuted(): boolean;
  getParticipantId?(): string;
  on?(event: string, listener: () => void): void;
}

export interface JitsiConference {
  on(event: string, listener: (...args: never[]) => void): void;
  eventEmitter: { emit(event: string, ...args: unknown[]): boolean };
  /** Null once this participant leaves. */
  room: { roomjid: string; eventEmitter?: { emit(event: string, ...args: unknown[]): boolean } } | null;
  xmpp: {
    connection: {
      readonly connected: boolean;
      sendIQ(
        iq: Element,
        onResult: (answer: Element) => void,
        onError: (error: unknown) => void,
        timeout?: number,
      ): void;
    };
  };
  myUserId(): string | null;
  getParticipants(): JitsiParticipant[];
  getLocalTracks(): JitsiTrack[];
  isModerator(): boolean | null;
  setDisplayName(name: string, ...rest: unknown[]): unknown;
  setLocalParticipantProperty(name: string, value: string): void;
  join(...args: unknown[]): unknown;
  leave(...args: unknown[]): Promise<unknown>;
  sendTextMessage(...args: unknown[]): unknown;
  sendPrivateTextMessage(...args: unknown[]): unknown;
  sendMessage(message: object, to?: string, throughBridge?: boolean): unknown;
  sendEndpointMessage(to: string, payload: object): unknown;
  broadcastEndpointMessage(payload: object): unknown;
  /** Objects of the room with methods of their own; versions differ in which they have. */
  getPolls?(): object | null | undefined;
  getMetadataHandler?(): object | null | undefined;
  getFileSharing?(): object | null | undefined;
}

export interface JitsiMeetLibrary {
  JitsiConnection: { prototype: { initJitsiConference(name: string, options: object): JitsiConference } };
  events: {
    conference: Record<string, string>;
    track: Record<string, string>;
  };
  errors: { conference: Record<string, string> };
}

/** The library that the page loaded before the plugin; absent on pages that have no call. */
export function findLibrary(): JitsiMeetLibrary | null {
  const library = (globalThis as { JitsiMeetJS?: JitsiMeetLibrary }).JitsiMeetJS;
  return typeof library?.JitsiConnection?.prototype?.initJitsiConference === 'function' ? library : null;
}
