// SDP (RFC 8866, RFC 8829) between the bridge's RPC and a browser: offers written, answers read.
import type { Source, TransportDescription } from '../../stack/bridge/api.ts';
import type { Capabilities, MediaCapabilities } from '../../stack/bridge/capabilities.ts';

export interface OfferOptions {
  transport: TransportDescription;
  capabilities: Capabilities;
  /** Of other endpoints: one m-line each, after the participant's own audio and video. */
  remote: RemoteSource[];
  /** Lets the browser be the controlling side of ICE. */
  iceLite?: boolean;
  /** Who opens DTLS: `active` makes the browser the server. */
  setup?: 'actpass' | 'active';
  version: number;
}

export interface RemoteSource {
  endpoint: string;
  source: Source;
  /** Its m-line stays, but nothing comes in it any more. */
  gone?: boolean;
}

export function writeOffer(options: OfferOptions): string {
  const lines: { media: 'audio' | 'video'; direction: string; extra: string[] }[] = [
    { media: 'audio', direction: 'recvonly', extra: [] },
    { media: 'video', direction: 'recvonly', extra: [] },
    ...options.remote.map((remote) => ({
      media: remote.source.media,
      direction: remote.gone ? 'inactive' : 'sendonly',
      extra: remote.gone ? [] : sourceLines(remote),
    })),
  ];
  const session = [
    'v=0',
    `o=- 4711 ${options.version} IN IP4 127.0.0.1`,
    's=-',
    't=0 0',
    'a=extmap-allow-mixed',
    'a=msid-semantic: WMS *',
    `a=group:BUNDLE ${lines.map((_, mid) => mid).join(' ')}`,
    ...(options.iceLite ? ['a=ice-lite'] : []),
  ];
  const media = lines.flatMap((line, mid) =>
    mediaLines(options, line.media, line.direction, mid, line.extra),
  );
  return [...session, ...media, ''].join('\r\n');
}

function mediaLines(
  { transport, capabilities, setup }: OfferOptions,
  media: 'audio' | 'video',
  direction: string,
  mid: number,
  extra: string[],
): string[] {
  const { payloadTypes, headerExtensions }: MediaCapabilities = capabilities[media];
  const { ufrag, pwd, fingerprint, candidates } = transport;
  return [
    `m=${media} 9 UDP/TLS/RTP/SAVPF ${payloadTypes.map(({ id }) => id).join(' ')}`,
    'c=IN IP4 127.0.0.1',
    `a=mid:${mid}`,
    `a=ice-ufrag:${ufrag}`,
    `a=ice-pwd:${pwd}`,
    `a=fingerprint:${fingerprint.hash} ${fingerprint.value}`,
    `a=setup:${setup ?? fingerprint.setup}`,
    ...candidates.map(
      (one) =>
        `a=candidate:${one.foundation} ${one.component} ${one.protocol} ${one.priority} ${one.ip} ${one.port} typ ${one.type}`,
    ),
    `a=${direction}`,
    'a=rtcp-mux',
    ...headerExtensions.map(({ id, uri }) => `a=extmap:${id} ${uri}`),
    ...payloadTypes.flatMap(({ id, name, clockrate, channels, parameters, rtcpFeedback }) => [
      `a=rtpmap:${id} ${name}/${clockrate}${channels ? `/${channels}` : ''}`,
      ...(Object.keys(parameters).length > 0
        ? [
            `a=fmtp:${id} ${Object.entries(parameters)
              .map(([key, value]) => `${key}=${value}`)
              .join(';')}`,
          ]
        : []),
      ...rtcpFeedback.map(({ type, subtype }) => `a=rtcp-fb:${id} ${type}${subtype ? ` ${subtype}` : ''}`),
    ]),
    ...extra,
  ];
}

function sourceLines({ endpoint, source }: RemoteSource): string[] {
  const msid = `${endpoint} ${endpoint}-${source.name}`;
  const ssrcs = source.rtx === undefined ? [source.ssrc] : [source.ssrc, source.rtx];
  return [
    `a=msid:${msid}`,
    ...(source.rtx === undefined ? [] : [`a=ssrc-group:FID ${source.ssrc} ${source.rtx}`]),
    ...ssrcs.flatMap((ssrc) => [`a=ssrc:${ssrc} cname:${endpoint}`, `a=ssrc:${ssrc} msid:${msid}`]),
  ];
}

/** What the bridge must know of a browser's answer. */
export function readAnswer(sdp: string): { remote: TransportDescription; sources: Source[] } {
  const sections = sdp.split(/^m=/m);
  const find = (text: string, pattern: RegExp): string => {
    const value = pattern.exec(text)?.[1];
    if (value === undefined) throw new Error(`answer: expected ${pattern.source} in\n${text}`);
    return value;
  };
  const remote: TransportDescription = {
    ufrag: find(sdp, /^a=ice-ufrag:(\S+)/m),
    pwd: find(sdp, /^a=ice-pwd:(\S+)/m),
    fingerprint: {
      hash: find(sdp, /^a=fingerprint:(\S+)/m),
      value: find(sdp, /^a=fingerprint:\S+ (\S+)/m),
      setup: find(sdp, /^a=setup:(\S+)/m) as 'active' | 'passive',
    },
    candidates: [],
  };
  const sources: Source[] = [];
  for (const section of sections.slice(1)) {
    const media = section.startsWith('audio') ? 'audio' : 'video';
    const kind = media === 'audio' ? 'microphone' : 'camera';
    const group = /^a=ssrc-group:FID (\d+) (\d+)/m.exec(section);
    const single = /^a=ssrc:(\d+)/m.exec(section);
    const simulcast = /^a=ssrc-group:SIM (.*)$/m.exec(section)?.[1]?.trim().split(' ').map(Number);
    const [lowest] = simulcast ?? [];
    if (simulcast && lowest !== undefined) sources.push({ ssrc: lowest, media, kind, name: kind, simulcast });
    else if (group) sources.push({ ssrc: Number(group[1]), rtx: Number(group[2]), media, kind, name: kind });
    else if (single) sources.push({ ssrc: Number(single[1]), media, kind, name: kind });
  }
  return { remote, sources };
}
