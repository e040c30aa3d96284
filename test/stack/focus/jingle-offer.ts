// Jingle elements that the focus sends: the offer of a session, and sources that come and go. XEP-0166, 0167, 0176,
// 0293, 0294, 0320, 0338, 0339, in the form in which lib-jitsi-meet reads them.
import { type Element, xml } from '@xmpp/client';
import type { Capabilities, Source, TransportDescription } from '../bridge/api.ts';
import type { MediaCapabilities } from '../bridge/capabilities.ts';
import { NS } from './namespaces.ts';

export type Media = 'audio' | 'video';

/** A source as the focus keeps it: what the bridge needs, its owner, and what receivers' SDP needs. */
export interface OwnedSource extends Source {
  owner: string;
  msid: string;
}

function payloadTypes({ payloadTypes }: MediaCapabilities): Element[] {
  return payloadTypes.map(({ id, name, clockrate, channels, parameters, rtcpFeedback }) =>
    xml(
      'payload-type',
      {
        id: String(id),
        name,
        clockrate: String(clockrate),
        ...(channels ? { channels: String(channels) } : {}),
      },
      ...Object.entries(parameters).map(([key, value]) => xml('parameter', { name: key, value })),
      ...rtcpFeedback.map(({ type, subtype }) =>
        xml('rtcp-fb', { xmlns: NS.rtcpFeedback, type, ...(subtype ? { subtype } : {}) }),
      ),
    ),
  );
}

function transport(local: TransportDescription, channelUrl: string): Element {
  const { hash, value, setup } = local.fingerprint;
  return xml(
    'transport',
    { xmlns: NS.iceUdp, ufrag: local.ufrag, pwd: local.pwd },
    xml('fingerprint', { xmlns: NS.dtls, hash, setup }, value),
    // Without an address for its bridge channel the library opens a data channel that was never offered, and
    // negotiates for ever.
    xml('web-socket', { xmlns: NS.colibri, url: channelUrl }),
    ...local.candidates.map((candidate) =>
      xml('candidate', {
        foundation: candidate.foundation,
        component: String(candidate.component),
        protocol: candidate.protocol,
        priority: String(candidate.priority),
        ip: candidate.ip,
        port: String(candidate.port),
        type: candidate.type,
        generation: '0',
        network: '0',
        id: `${candidate.ip}-${candidate.port}`,
      }),
    ),
  );
}

const parameter = (name: string, value: string) => xml('parameter', { name, value });

/** The SSRCs of a source, layers first, then the retransmissions. */
export function ssrcsOf(source: Source): number[] {
  const layers = source.simulcast ?? [source.ssrc];
  return source.rtx === undefined ? layers : [...layers, source.rtx];
}

/** Only `ssrc` and its retransmissions are told to receivers: the bridge forwards no other layer. */
function sourceElements(source: OwnedSource): Element[] {
  const ssrcs = source.rtx === undefined ? [source.ssrc] : [source.ssrc, source.rtx];
  const elements = ssrcs.map((ssrc) =>
    xml(
      'source',
      { xmlns: NS.sources, ssrc: String(ssrc), name: source.name },
      parameter('msid', source.msid),
      parameter('cname', source.owner),
      xml('ssrc-info', { xmlns: NS.jitmeet, owner: source.owner }),
    ),
  );
  if (source.rtx !== undefined) {
    elements.push(
      xml(
        'ssrc-group',
        { xmlns: NS.sources, semantics: 'FID' },
        ...ssrcs.map((ssrc) => xml('source', { xmlns: NS.sources, ssrc: String(ssrc) })),
      ),
    );
  }
  return elements;
}

/** The library keeps its own sendrecv m-line free of participants if a source without an owner stands first. */
function mixedSource(media: Media, ssrc: number): Element {
  return xml(
    'source',
    { xmlns: NS.sources, ssrc: String(ssrc), name: `jvb-${media === 'audio' ? 'a' : 'v'}0` },
    parameter('msid', `mixedmslabel mixedlabel${media}0`),
    parameter('cname', 'mixed'),
    xml('ssrc-info', { xmlns: NS.jitmeet, owner: 'jvb' }),
  );
}

export interface Offer {
  sid: string;
  initiator: string;
  capabilities: Capabilities;
  local: TransportDescription;
  channelUrl: string;
  bridgeSession: string;
  sources: readonly OwnedSource[];
  mixedSsrcs: Record<Media, number>;
}

export function sessionInitiate(offer: Offer): Element {
  const content = (media: Media) =>
    xml(
      'content',
      { creator: 'initiator', name: media, senders: 'both' },
      xml(
        'description',
        { xmlns: NS.rtp, media },
        ...payloadTypes(offer.capabilities[media]),
        ...offer.capabilities[media].headerExtensions.map(({ id, uri }) =>
          xml('rtp-hdrext', { xmlns: NS.headerExtensions, id: String(id), uri }),
        ),
        xml('rtcp-mux'),
        mixedSource(media, offer.mixedSsrcs[media]),
        ...offer.sources.filter((source) => source.media === media).flatMap(sourceElements),
      ),
      transport(offer.local, offer.channelUrl),
    );
  return xml(
    'jingle',
    { xmlns: NS.jingle, action: 'session-initiate', sid: offer.sid, initiator: offer.initiator },
    xml(
      'group',
      { xmlns: NS.grouping, semantics: 'BUNDLE' },
      xml('content', { name: 'audio' }),
      xml('content', { name: 'video' }),
    ),
    content('audio'),
    content('video'),
    xml('bridge-session', { xmlns: NS.focus, id: offer.bridgeSession }),
  );
}

export function sourceChange(
  action: 'source-add' | 'source-remove',
  sid: string,
  sources: readonly OwnedSource[],
): Element {
  const media: Media[] = ['audio', 'video'];
  return xml(
    'jingle',
    { xmlns: NS.jingle, action, sid },
    ...media
      .map((kind) => ({ kind, of: sources.filter((source) => source.media === kind) }))
      .filter(({ of }) => of.length > 0)
      .map(({ kind, of }) =>
        xml(
          'content',
          { creator: 'initiator', name: kind, senders: 'both' },
          xml('description', { xmlns: NS.rtp, media: kind }, ...of.flatMap(sourceElements)),
        ),
      ),
  );
}

export function sessionTerminate(sid: string, reason: string): Element {
  return xml(
    'jingle',
    { xmlns: NS.jingle, action: 'session-terminate', sid },
    xml('reason', {}, xml(reason)),
  );
}
