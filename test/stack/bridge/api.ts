// The bridge's RPC as types: one entry a method, parameters and result.
import type { Codec } from './capabilities.ts';
import type { HostileParams, HostileResult } from './hostile-api.ts';

export type { Capabilities, Codec, VideoCodec } from './capabilities.ts';
export type { Attack, HostileParams, HostileResult, SourceRef } from './hostile-api.ts';

export interface Fingerprint {
  /** Hash name as in SDP: "sha-256". */
  hash: string;
  value: string;
  setup: 'actpass' | 'active' | 'passive';
}

export interface Candidate {
  foundation: string;
  component: number;
  protocol: string;
  priority: number;
  ip: string;
  port: number;
  type: string;
}

export interface TransportDescription {
  ufrag: string;
  pwd: string;
  fingerprint: Fingerprint;
  candidates: Candidate[];
}

export type SourceKind = 'microphone' | 'camera' | 'screen' | 'screen-audio';

export interface Source {
  ssrc: number;
  media: 'audio' | 'video';
  kind: SourceKind;
  /** Unique within the endpoint. */
  name: string;
  /** SSRC of the retransmission stream (RFC 4588), if there is one. */
  rtx?: number;
  /** SSRCs of all simulcast layers, lowest first. The highest that is sent is forwarded, always under `ssrc`. */
  simulcast?: number[];
}

export interface RecordedSource {
  endpoint: string;
  name: string;
  media: 'audio' | 'video';
  /** null: no frame of a known codec came. */
  codec: Codec | null;
  frames: number;
  packets: number;
  /** Frames that could not be put together because packets of them were missing. */
  incomplete: number;
  /** The file reached its size limit, and later frames are not in it. */
  truncated: boolean;
  /** Absolute path; one JSON object a line, see frame-file.ts. */
  file: string;
}

/** One frame as it arrived: when, and its first and last bytes, where an SFrame header may stand. */
export interface ObservedFrame {
  /** Milliseconds since the epoch, with fraction: when its last packet arrived. */
  time: number;
  timestamp: number;
  keyFrame: boolean;
  size: number;
  /** Hex of the first 64 bytes at most. */
  head: string;
  /** Hex of the last 64 bytes at most. */
  tail: string;
}

export interface ObservedSource {
  name: string;
  media: 'audio' | 'video';
  kind: SourceKind;
  codec: Codec | null;
  /** Oldest first; the last 4,000 at most. */
  frames: ObservedFrame[];
}

export interface SourceStatistics {
  packets: number;
  bytes: number;
  frames: number;
  /** Packets handed to receivers' connections: one for each receiver. */
  forwardedPackets: number;
  incompleteFrames: number;
}

export interface EndpointStatistics {
  connected: boolean;
  /** RTP packets whose SSRC no source of this endpoint has. */
  unknownPackets: number;
  sources: Record<string, SourceStatistics>;
}

export interface Statistics {
  conferences: Record<string, { endpoints: Record<string, EndpointStatistics> }>;
}

interface OfEndpoint {
  conference: string;
  endpoint: string;
}

interface OfConference {
  conference: string;
}

export interface BridgeMethods {
  /** A new transport for this endpoint; one that it had is closed. Its sources stay listed. */
  allocate: { params: OfEndpoint; result: TransportDescription };
  connect: { params: OfEndpoint & { remote: TransportDescription }; result: Record<string, never> };
  addCandidates: { params: OfEndpoint & { candidates: Candidate[] }; result: Record<string, never> };
  /** The full list of what the endpoint sends from now on. */
  sources: { params: OfEndpoint & { sources: Source[] }; result: Record<string, never> };
  release: { params: OfEndpoint; result: Record<string, never> };
  record: { params: OfConference & { label: string }; result: { directory: string } };
  stopRecording: { params: OfConference; result: { label: string; sources: RecordedSource[] } };
  /** Asks every video sender for a key frame; the number asked. */
  keyFrames: { params: OfConference; result: { requested: number } };
  observe: { params: OfEndpoint; result: { sources: ObservedSource[] } };
  statistics: { params: Record<string, never>; result: Statistics };
  hostile: { params: HostileParams; result: HostileResult };
}

export type BridgeMethod = keyof BridgeMethods;

/** The one JSON argument of main.ts. */
export interface BridgeOptions {
  /** Where recordings go; must exist. */
  directory: string;
  /** Port of the RPC server on 127.0.0.1; 0 or absent: a free one. */
  port?: number;
  /** Bits a second that each sender is told it may send (REMB); absent: 2,000,000. */
  bitrate?: number;
}
