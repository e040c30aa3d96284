// What the focus knows of one occupant of a room, read from its presence.
import { type Element, jid } from '@xmpp/client';
import type { BridgeClient } from '../bridge/client.ts';
import type { OwnedSource } from './jingle-offer.ts';
import { NS } from './namespaces.ts';

export type Session =
  | { state: 'none' }
  /** `told`: the sources this occupant has been told of, by SSRC; `timesTold`: how often so far. */
  | {
      state: 'offered' | 'active';
      sid: string;
      bridge: BridgeClient;
      told: Map<number, OwnedSource>;
      timesTold: Map<number, number>;
    };

export interface Occupant {
  readonly id: string;
  readonly realJid: string;
  affiliation: string;
  session: Session;
  sources: OwnedSource[];
  videoTypes: VideoTypes;
}

/** Which video sources are screens: by source name where the client says so, else one word for its only source. */
interface VideoTypes {
  bySource: Map<string, string>;
  any: string | null;
}

export type PresenceNews =
  | { type: 'left'; id: string; self: boolean }
  | { type: 'here'; id: string; self: boolean; realJid: string; affiliation: string; videoTypes: VideoTypes };

function videoTypesOf(presence: Element): VideoTypes {
  const bySource = new Map<string, string>();
  const text = presence.getChildText('SourceInfo');
  if (text && text.length < 10_000) {
    try {
      const parsed: unknown = JSON.parse(text);
      for (const [name, info] of Object.entries(parsed ?? {})) {
        const type = (info as { videoType?: unknown } | null)?.videoType;
        bySource.set(name, typeof type === 'string' ? type : 'camera');
      }
    } catch {
      // Not JSON: as if it were not there. A client's presence must not stop the focus.
    }
  }
  return { bySource, any: presence.getChildText('videoType') };
}

/** null: not a presence of an occupant. */
export function readPresence(presence: Element): PresenceNews | null {
  const from = presence.attrs.from;
  const x = presence.getChild('x', NS.mucUser);
  if (!from || !x) return null;
  const id = jid(from).resource;
  if (!id) return null;
  const codes = x.getChildren('status').map((status) => status.attrs.code);
  const self = codes.includes('110');
  if (presence.attrs.type === 'unavailable') return { type: 'left', id, self };
  if (presence.attrs.type !== undefined) return null;
  const item = x.getChild('item');
  return {
    type: 'here',
    id,
    self,
    realJid: item?.attrs.jid ?? '',
    affiliation: item?.attrs.affiliation ?? 'none',
    videoTypes: videoTypesOf(presence),
  };
}

/** The sources with the kinds that the occupant's presence tells. */
export function namedKinds({ sources, videoTypes }: Occupant): OwnedSource[] {
  return sources.map((source) => {
    if (source.media === 'audio') return source;
    const type = videoTypes.bySource.get(source.name) ?? videoTypes.any;
    return { ...source, kind: type === 'desktop' ? 'screen' : 'camera' };
  });
}
