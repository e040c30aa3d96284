// The one list of payload types and header extensions that every participant is offered, so that forwarding rewrites nothing.

export const VIDEO_CODECS = ['AV1', 'VP9', 'VP8', 'H264'] as const;
export type VideoCodec = (typeof VIDEO_CODECS)[number];
export type AudioCodec = 'opus' | 'red';
export type Codec = VideoCodec | AudioCodec;

export interface RtcpFeedback {
  type: string;
  subtype?: string;
}

export interface PayloadType {
  id: number;
  /** Encoding name as in SDP: "opus", "AV1", "rtx"… */
  name: string;
  clockrate: number;
  channels?: number;
  parameters: Record<string, string>;
  rtcpFeedback: RtcpFeedback[];
}

export interface HeaderExtension {
  id: number;
  uri: string;
}

export interface MediaCapabilities {
  payloadTypes: PayloadType[];
  headerExtensions: HeaderExtension[];
}

export interface Capabilities {
  audio: MediaCapabilities;
  video: MediaCapabilities;
}

export const EXTENSION_IDS = { audioLevel: 1, absSendTime: 3, dependencyDescriptor: 11 } as const;

const ABS_SEND_TIME: HeaderExtension = {
  id: EXTENSION_IDS.absSendTime,
  uri: 'http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time',
};

// No MID: a browser prefers it to the SSRC when it sorts packets into m-lines (RFC 8843 §9.2), and the sender's
// numbering of m-lines is not the receiver's. No transport-wide sequence number: this bridge answers with REMB.
const AUDIO_EXTENSIONS: HeaderExtension[] = [
  { id: EXTENSION_IDS.audioLevel, uri: 'urn:ietf:params:rtp-hdrext:ssrc-audio-level' },
  ABS_SEND_TIME,
];

const VIDEO_EXTENSIONS: HeaderExtension[] = [
  ABS_SEND_TIME,
  {
    id: EXTENSION_IDS.dependencyDescriptor,
    uri: 'https://aomediacodec.github.io/av1-rtp-spec/#dependency-descriptor-rtp-header-extension',
  },
];

const VIDEO_FEEDBACK: RtcpFeedback[] = [
  { type: 'ccm', subtype: 'fir' },
  { type: 'nack' },
  { type: 'nack', subtype: 'pli' },
  { type: 'goog-remb' },
];

const OPUS: PayloadType = {
  id: 111,
  name: 'opus',
  clockrate: 48000,
  channels: 2,
  parameters: { minptime: '10', useinbandfec: '1' },
  rtcpFeedback: [],
};

/** RFC 2198: each packet repeats the frame before. */
const RED: PayloadType = {
  id: 112,
  name: 'red',
  clockrate: 48000,
  channels: 2,
  parameters: { '': `${OPUS.id}/${OPUS.id}` },
  rtcpFeedback: [],
};

// Numbers as Jicofo's, so that a trace reads as one of a real Jitsi does.
const VIDEO: Record<VideoCodec, { id: number; rtx: number; parameters: Record<string, string> }> = {
  AV1: { id: 41, rtx: 42, parameters: {} },
  VP9: { id: 101, rtx: 97, parameters: { 'profile-id': '0' } },
  VP8: { id: 100, rtx: 96, parameters: {} },
  H264: {
    id: 107,
    rtx: 99,
    // Mode 1: a sealed frame is one large NAL, which only FU-A can carry (RFC 6184 §6.3).
    parameters: {
      'profile-level-id': '42e01f',
      'level-asymmetry-allowed': '1',
      'packetization-mode': '1',
    },
  },
};

/**
 * What to offer: Opus, preferably with redundancy if asked for, and the video codecs named, in that order, each with its
 * retransmission payload type.
 */
export function capabilities(videoCodecs: readonly VideoCodec[], audioRed = false): Capabilities {
  if (videoCodecs.length === 0) throw new Error('capabilities: expected at least one video codec, came none');
  const media: PayloadType[] = [];
  const retransmission: PayloadType[] = [];
  for (const name of videoCodecs) {
    const entry = VIDEO[name];
    if (!entry) throw new Error(`capabilities: expected one of ${VIDEO_CODECS.join(', ')}, came ${name}`);
    const { id, rtx, parameters } = entry;
    media.push({ id, name, clockrate: 90000, parameters, rtcpFeedback: VIDEO_FEEDBACK });
    retransmission.push({
      id: rtx,
      name: 'rtx',
      clockrate: 90000,
      parameters: { apt: String(id) },
      rtcpFeedback: [],
    });
  }
  return {
    audio: { payloadTypes: audioRed ? [RED, OPUS] : [OPUS], headerExtensions: AUDIO_EXTENSIONS },
    video: { payloadTypes: [...media, ...retransmission], headerExtensions: VIDEO_EXTENSIONS },
  };
}

const CODEC_OF = new Map<number, Codec>([
  [OPUS.id, 'opus'],
  [RED.id, 'red'],
]);
const MEDIA_OF_RTX = new Map<number, number>();
for (const name of VIDEO_CODECS) {
  CODEC_OF.set(VIDEO[name].id, name);
  MEDIA_OF_RTX.set(VIDEO[name].rtx, VIDEO[name].id);
}

export const isAudio = (codec: Codec): codec is AudioCodec => codec === 'opus' || codec === 'red';

/** As `RTCEncodedAudioFrame` and `RTCEncodedVideoFrame` name it. */
export const mimeTypeOf = (codec: Codec): string => (isAudio(codec) ? `audio/${codec}` : `video/${codec}`);

export function codecOf(payloadType: number): Codec | null {
  return CODEC_OF.get(payloadType) ?? null;
}

/** The media payload type that a retransmission payload type stands for (RFC 4588 §8.1, `apt`). */
export function mediaPayloadTypeOf(rtxPayloadType: number): number | null {
  return MEDIA_OF_RTX.get(rtxPayloadType) ?? null;
}
