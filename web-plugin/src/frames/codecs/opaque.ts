// Opus, RED and VP9: nothing stands in clear. What packetizer, bridge and depacketizer want to know of such a
// frame they take from the payload descriptor or the header extensions, never from the frame.
import { type Codec, NO_STAND_IN } from './codec.ts';

function opaque(codec: Pick<Codec, 'name' | 'media' | 'mimeType' | 'id'>): Codec {
  return { ...codec, standIn: () => NO_STAND_IN, unwrap: (bytes) => bytes };
}

export const opus = opaque({ name: 'Opus', media: 'audio', mimeType: 'audio/opus', id: 1 });

/** RFC 2198 redundancy around Opus: the browser hands over the whole RED payload as one frame. */
export const red = opaque({ name: 'RED', media: 'audio', mimeType: 'audio/red', id: 2 });

export const vp9 = opaque({ name: 'VP9', media: 'video', mimeType: 'video/vp9', id: 2 });
