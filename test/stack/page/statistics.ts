// Receive statistics of each remote participant, as the browser counts them.
import type { ReceiveStatistics } from './call.ts';
import type { Conference, RemoteTrack } from './jitsi.ts';
import type { ToneListener } from './tones.ts';

interface InboundVideo {
  type: string;
  kind?: string;
  framesDecoded?: number;
  frameWidth?: number;
  frameHeight?: number;
  codecId?: string;
}

function receiverOf(conference: Conference, track: MediaStreamTrack): RTCRtpReceiver | undefined {
  return [conference.p2pJingleSession, conference.jvbJingleSession]
    .flatMap((session) => session?.peerconnection?.peerconnection?.getReceivers() ?? [])
    .find((receiver) => receiver.track === track);
}

async function addVideo(conference: Conference, track: RemoteTrack, into: ReceiveStatistics): Promise<void> {
  const report = await receiverOf(conference, track.getTrack())?.getStats();
  if (!report) return;
  for (const entry of report.values() as Iterable<InboundVideo>) {
    if (entry.type !== 'inbound-rtp' || entry.kind !== 'video') continue;
    into.videoFramesDecoded += entry.framesDecoded ?? 0;
    into.width = entry.frameWidth ?? into.width;
    into.height = entry.frameHeight ?? into.height;
    const codec = entry.codecId
      ? (report.get(entry.codecId) as { mimeType?: string } | undefined)
      : undefined;
    into.codec = codec?.mimeType?.replace(/^video\//, '') ?? into.codec;
  }
}

export async function receiveStatistics(
  conference: Conference,
  tones: ToneListener,
): Promise<Record<string, ReceiveStatistics>> {
  const all: Record<string, ReceiveStatistics> = {};
  for (const participant of conference.getParticipants()) {
    const id = participant.getId();
    const statistics: ReceiveStatistics = {
      videoFramesDecoded: 0,
      width: 0,
      height: 0,
      codec: '',
      audioSeconds: tones.anySeconds(id),
      toneHz: tones.lastTone(id),
    };
    all[id] = statistics;
    for (const track of participant.getTracks()) {
      if (track.getType() === 'video') await addVideo(conference, track, statistics);
    }
  }
  return all;
}
