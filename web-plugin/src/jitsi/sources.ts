// Which source a track is: microphone, camera or screen (docs/protocol.md §5.1). Jitsi mixes a screen's sound into the
// microphone, or sends it in its place.

import type { SourceId } from '../frames/index.ts';
import type { JitsiConference } from './library.ts';

export const MICROPHONE: SourceId = 1;
export const CAMERA: SourceId = 2;
export const SCREEN: SourceId = 3;

const displayTracks = new WeakSet<MediaStreamTrack>();

/** Remembers what `getDisplayMedia` hands out: the track itself does not say so in every browser. */
export function hookDisplayMedia(devices: MediaDevices | undefined = navigator.mediaDevices): void {
  if (!devices?.getDisplayMedia) return;
  const native = devices.getDisplayMedia;
  devices.getDisplayMedia = async function (...args) {
    const stream = await native.apply(this, args);
    for (const track of stream.getTracks()) displayTracks.add(track);
    return stream;
  };
}

/** What a local track carries. lib-jitsi-meet's word comes first: it knows what an effect was made from. */
export function localSource(track: MediaStreamTrack, conference: JitsiConference | null): SourceId {
  if (track.kind === 'audio') return MICROPHONE;
  const isScreen = displayTracks.has(track) || 'displaySurface' in (track.getSettings?.() ?? {});
  const local = conference?.getLocalTracks().find((one) => one.getTrack() === track);
  const isDesktop = local ? local.getVideoType?.() === 'desktop' : isScreen;
  return isDesktop || isScreen ? SCREEN : CAMERA;
}

/** What the interface shows a remote track as. The server says so; the frame's KID has to agree (rule M10). */
export function remoteSource(track: { getType(): string; getVideoType?(): string | undefined }): SourceId {
  if (track.getType() === 'audio') return MICROPHONE;
  return track.getVideoType?.() === 'desktop' ? SCREEN : CAMERA;
}
