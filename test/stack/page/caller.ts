// What a page offers to tests and to the demo as `window.call`, over its meeting.
import type { Call, ChatLine, PersonInCall } from './call.ts';
import type { Meeting } from './meeting.ts';
import { receiveStatistics } from './statistics.ts';
import type { ToneListener } from './tones.ts';

export interface CallSources {
  meeting(): Meeting | null;
  tones: ToneListener;
  messages: ChatLine[];
  errors: string[];
}

/** What is shown of a participant, own or other. */
export function personOf(meeting: Meeting, id: string, ownName: string): PersonInCall {
  const { conference } = meeting;
  if (id === conference?.myUserId()) {
    return {
      id,
      name: ownName,
      role: conference.getRole(),
      audioMuted: meeting.muted.audio,
      videoMuted: meeting.muted.video && !meeting.sharing,
      screen: meeting.sharing,
    };
  }
  const participant = conference?.getParticipantById(id);
  const tracks = participant?.getTracks() ?? [];
  const muted = (type: string) =>
    tracks.filter((track) => track.getType() === type).every((track) => track.isMuted());
  const video = tracks.find((track) => track.getType() === 'video' && !track.isMuted());
  return {
    id,
    name: participant?.getDisplayName() ?? id,
    role: participant?.getRole() ?? 'none',
    audioMuted: muted('audio'),
    videoMuted: muted('video'),
    screen: video?.getVideoType() === 'desktop',
  };
}

export function othersIn(meeting: Meeting | null): PersonInCall[] {
  if (!meeting) return [];
  const others = meeting.conference?.getParticipants() ?? [];
  return others.map((participant) => personOf(meeting, participant.getId(), ''));
}

export function offerCall({ meeting, tones, messages, errors }: CallSources): void {
  const conference = () => meeting()?.conference ?? null;
  const call: Call = {
    get joined() {
      return meeting()?.state.at === 'joined';
    },
    get id() {
      return conference()?.myUserId() ?? '';
    },
    get role() {
      return conference()?.getRole() ?? 'none';
    },
    get peerToPeer() {
      return conference()?.isP2PActive() ?? false;
    },
    get conference() {
      return conference();
    },
    messages,
    errors,
    participants: () => othersIn(meeting()),
    muteAudio: async (muted) => meeting()?.mute('audio', muted),
    muteVideo: async (muted) => meeting()?.mute('video', muted),
    shareScreen: async (on) => meeting()?.shareScreen(on),
    sendChat: (text, to) => meeting()?.sendChat(text, to),
    moveTo: async (room) => meeting()?.moveTo(room),
    leave: async () => meeting()?.leave(),
    stats: async () => {
      const running = conference();
      return running ? receiveStatistics(running, tones) : {};
    },
    toneHeard: (participantId, hz) => tones.toneSeconds(participantId, hz),
  };
  window.call = call;
}

/** Sets the library up as every current Jitsi does: sources have names, and the screen is told by its entry in the presence. */
export function initLibrary(logLevel: string): void {
  JitsiMeetJS.setLogLevel(logLevel);
  JitsiMeetJS.init({
    disableAudioLevels: true,
    disableThirdPartyRequests: true,
    enableWindowOnErrorHandler: false,
    flags: { sourceNameSignaling: true },
  });
}
