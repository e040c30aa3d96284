// What the page offers to tests and to the demo as `window.call`.
import type { Conference } from './jitsi.ts';

export interface PersonInCall {
  id: string;
  name: string;
  role: string;
  audioMuted: boolean;
  videoMuted: boolean;
  /** Whether the picture is a screen. */
  screen: boolean;
}

export interface ChatLine {
  from: string;
  name: string;
  text: string;
  private: boolean;
}

/** Of one remote participant, over the connection in use now; frames count from that connection's start. */
export interface ReceiveStatistics {
  videoFramesDecoded: number;
  width: number;
  height: number;
  /** Such as "AV1", as the browser names it; empty before the first frame. */
  codec: string;
  /** Seconds in which any tone was heard since the page was opened. */
  audioSeconds: number;
  /** The strongest tone a moment ago, null if there was none. */
  toneHz: number | null;
}

export interface Call {
  readonly joined: boolean;
  readonly id: string;
  readonly role: string;
  /** Whether media goes directly to the only other participant. */
  readonly peerToPeer: boolean;
  readonly messages: readonly ChatLine[];
  /** What the person was told went wrong, oldest first. */
  readonly errors: readonly string[];
  readonly conference: Conference | null;
  participants(): PersonInCall[];
  muteAudio(muted: boolean): Promise<void>;
  muteVideo(muted: boolean): Promise<void>;
  shareScreen(on: boolean): Promise<void>;
  /** To everyone, or to one. Whether it was delivered shows in `messages` or in `errors`. */
  sendChat(text: string, to?: string): void;
  /** To another room on the same connection. */
  moveTo(room: string): Promise<void>;
  leave(): Promise<void>;
  stats(): Promise<Record<string, ReceiveStatistics>>;
  /** Seconds in which this tone was found in the participant's sound, looked for every tenth of a second. */
  toneHeard(participantId: string, hz: number): number;
}

declare global {
  interface Window {
    call: Call;
  }
}
