// Jingle elements that participants send: their transport and their sources, bounded and checked.
import type { Element } from '@xmpp/client';
import type { Candidate, Fingerprint, TransportDescription } from '../bridge/api.ts';
import type { Media, OwnedSource } from './jingle-offer.ts';
import { NS } from './namespaces.ts';

/** What came is not what Jingle allows here; the text says what was expected and what came. */
export class BadJingle extends Error {
  override readonly name = 'BadJingle';
}

const MAX_CANDIDATES = 50;
const MAX_SOURCES = 20;

function attribute(element: Element, name: string): string {
  const value = element.attrs[name];
  if (value === undefined || value === '' || value.length > 512) {
    throw new BadJingle(
      `expected <${element.name}> with a ${name} of 1 to 512 characters, came ${value?.length ?? 'none'}`,
    );
  }
  return value;
}

function number(element: Element, name: string, max: number): number {
  const text = attribute(element, name);
  const value = Number(text);
  if (!/^\d{1,10}$/.test(text) || value > max) {
    throw new BadJingle(`expected ${name} of <${element.name}> between 0 and ${max}, came ${text}`);
  }
  return value;
}

function candidate(element: Element): Candidate {
  return {
    foundation: attribute(element, 'foundation'),
    component: number(element, 'component', 256),
    protocol: attribute(element, 'protocol').toLowerCase(),
    priority: number(element, 'priority', 0xffffffff),
    ip: attribute(element, 'ip'),
    port: number(element, 'port', 65535),
    type: attribute(element, 'type'),
  };
}

const transports = (jingle: Element) =>
  jingle.getChildren('content').flatMap((content) => content.getChildren('transport', NS.iceUdp));

export function candidatesOf(jingle: Element): Candidate[] {
  const elements = transports(jingle).flatMap((transport) => transport.getChildren('candidate'));
  if (elements.length > MAX_CANDIDATES) {
    throw new BadJingle(`expected at most ${MAX_CANDIDATES} candidates, came ${elements.length}`);
  }
  return elements.map(candidate);
}

function fingerprintOf(element: Element): Fingerprint {
  const setup = attribute(element, 'setup');
  if (setup !== 'active' && setup !== 'passive' && setup !== 'actpass') {
    throw new BadJingle(`expected setup active, passive or actpass, came ${setup}`);
  }
  const value = element.getText().trim();
  if (!/^([0-9A-Fa-f]{2}:){15,63}[0-9A-Fa-f]{2}$/.test(value))
    throw new BadJingle('expected a fingerprint in hex pairs');
  return { hash: attribute(element, 'hash').toLowerCase(), value, setup };
}

/** The transport of a session-accept: all contents are bundled, so the first with a fingerprint counts. */
export function transportOf(jingle: Element): TransportDescription {
  for (const transport of transports(jingle)) {
    const fingerprint = transport.getChild('fingerprint', NS.dtls);
    if (!fingerprint) continue;
    return {
      ufrag: attribute(transport, 'ufrag'),
      pwd: attribute(transport, 'pwd'),
      fingerprint: fingerprintOf(fingerprint),
      candidates: candidatesOf(jingle),
    };
  }
  throw new BadJingle('expected a transport with a fingerprint, came none');
}

interface Group {
  semantics: string;
  ssrcs: number[];
}

function mediaOf(description: Element): Media {
  const media = attribute(description, 'media');
  if (media !== 'audio' && media !== 'video')
    throw new BadJingle(`expected media audio or video, came ${media}`);
  return media;
}

function sourcesOfDescription(description: Element, owner: string): OwnedSource[] {
  const media = mediaOf(description);
  const elements = description.getChildren('source', NS.sources);
  if (elements.length > MAX_SOURCES)
    throw new BadJingle(`expected at most ${MAX_SOURCES} SSRCs, came ${elements.length}`);
  const groups: Group[] = description.getChildren('ssrc-group', NS.sources).map((group) => ({
    semantics: attribute(group, 'semantics'),
    ssrcs: group.getChildren('source').map((source) => number(source, 'ssrc', 0xffffffff)),
  }));
  const retransmissionOf = new Map<number, number>();
  for (const { semantics, ssrcs } of groups) {
    const [primary, rtx] = ssrcs;
    if (semantics === 'FID' && primary !== undefined && rtx !== undefined) retransmissionOf.set(primary, rtx);
  }
  const layersOf = new Map<number, number[]>();
  for (const { semantics, ssrcs } of groups) {
    if (semantics === 'SIM' && ssrcs[0] !== undefined) layersOf.set(ssrcs[0], ssrcs);
  }
  const secondary = new Set([
    ...retransmissionOf.values(),
    ...[...layersOf.values()].flatMap((layers) => layers.slice(1)),
  ]);

  const sources: OwnedSource[] = [];
  for (const element of elements) {
    const ssrc = number(element, 'ssrc', 0xffffffff);
    const msid = element.getChildren('parameter').find((parameter) => parameter.attrs.name === 'msid')
      ?.attrs.value;
    // A source without msid belongs to an m-line that sends nothing.
    if (!msid || secondary.has(ssrc)) continue;
    const index = sources.length;
    const rtx = retransmissionOf.get(ssrc);
    const layers = layersOf.get(ssrc);
    sources.push({
      ssrc,
      media,
      kind: media === 'audio' ? 'microphone' : 'camera',
      name: element.attrs.name ?? `${owner}-${media === 'audio' ? 'a' : 'v'}${index}`,
      owner,
      msid: msid.slice(0, 200),
      ...(rtx === undefined ? {} : { rtx }),
      ...(layers === undefined ? {} : { simulcast: layers }),
    });
  }
  return sources;
}

/** The sources in session-accept, source-add or source-remove. Kinds are the default ones: presence knows better. */
export function sourcesOf(jingle: Element, owner: string): OwnedSource[] {
  const sources = jingle
    .getChildren('content')
    .flatMap((content) => content.getChildren('description', NS.rtp))
    .flatMap((description) => sourcesOfDescription(description, owner));
  if (sources.length > MAX_SOURCES)
    throw new BadJingle(`expected at most ${MAX_SOURCES} sources, came ${sources.length}`);
  return sources;
}

/** Every SSRC that is named, layers and retransmissions included. */
export function ssrcsIn(jingle: Element): Set<number> {
  const elements = jingle
    .getChildren('content')
    .flatMap((content) => content.getChildren('description', NS.rtp))
    .flatMap((description) => description.getChildren('source', NS.sources));
  return new Set(elements.map((element) => number(element, 'ssrc', 0xffffffff)));
}
