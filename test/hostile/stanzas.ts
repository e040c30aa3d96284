// Stanzas of a room as its occupants get them: read, and made, by a server that lies.

import { type Element, jid, xml } from '@xmpp/client';
import { parse } from 'ltx';
import { BUNDLE_PROPERTY, MESSAGE_TYPE, parseBundle, toBase64 } from '../../web-plugin/src/wire/index.ts';
import { NS } from '../stack/focus/namespaces.ts';
import type { Lie, Link } from '../stack/liar.ts';

const BUNDLE = `jitsi_participant_${BUNDLE_PROPERTY}`;

export const nickElement = (name: string): Element =>
  xml('nick', { xmlns: 'http://jabber.org/protocol/nick' }, name);

export const bundleElement = (bundle: string): Element => xml(BUNDLE, {}, bundle);

/** The occupant that a stanza is from; empty when the room itself sent it, or nobody of a room. */
export const senderOf = ({ attrs }: Element): string => (attrs.from ? jid(attrs.from).resource : '');

export const isPresence = ({ name, attrs }: Element): boolean =>
  name === 'presence' && (attrs.type === undefined || attrs.type === 'unavailable');

/** An endpoint message of Sealmeet, or null. */
export function endpointMessage(stanza: Element): Record<string, unknown> | null {
  const text = stanza.name === 'message' ? stanza.getChildText('json-message', NS.jitmeet) : null;
  const payload = text ? (JSON.parse(text) as Record<string, unknown>) : null;
  return payload?.type === MESSAGE_TYPE ? payload : null;
}

export const endpointStanza = (from: string, to: Link, payload: object, isPrivate = false): Element =>
  xml(
    'message',
    { from, to: `${to.room}/${to.occupant}`, type: isPrivate ? 'chat' : 'groupchat' },
    xml('json-message', { xmlns: NS.jitmeet }, JSON.stringify(payload)),
  );

/** What the module handed on together (`relay`), each as it was sent; anything else as it is. */
export function unpacked(stanza: Element, to: Link): Element[] {
  const relay = endpointMessage(stanza)?.relay as [string, object][] | undefined;
  if (!relay) return [stanza];
  return relay.map(([from, content]) =>
    endpointStanza(`${to.room}/${from}`, to, { type: MESSAGE_TYPE, v: 1, ...content }),
  );
}

/** The announcement that only the room's module makes. */
export const announcement = (to: Link, room: Record<string, unknown>): Element =>
  endpointStanza(to.room, to, { type: MESSAGE_TYPE, v: 1, room });

export const bundleIn = (presence: Element): string => presence.getChildText(BUNDLE) ?? '';

/** Bundles as they pass, by occupant. */
export class Bundles {
  readonly #seen = new Map<string, string>();

  readonly lie: Lie = (stanza) => {
    if (isPresence(stanza) && bundleIn(stanza)) this.#seen.set(senderOf(stanza), bundleIn(stanza));
    return null;
  };

  of({ endpoint }: { endpoint: string }): string {
    const bundle = this.#seen.get(endpoint);
    if (!bundle) throw new Error(`expected a bundle of ${endpoint} to have passed`);
    return bundle;
  }

  curveOf(someone: { endpoint: string }): Uint8Array {
    return parseBundle(this.of(someone)).curve25519;
  }

  /** Under which receivers keep what comes from it. */
  identityOf(someone: { endpoint: string }): string {
    return toBase64(this.curveOf(someone));
  }
}

export function withBundle(presence: Element, bundle: string): Element {
  presence.remove(BUNDLE);
  presence.append(bundleElement(bundle));
  return presence;
}

export const leavePresence = (from: string, to: Link): Element =>
  xml(
    'presence',
    { from, to: `${to.room}/${to.occupant}`, type: 'unavailable' },
    xml('x', { xmlns: NS.mucUser }, xml('item', { affiliation: 'none', role: 'none' })),
  );

export const joinPresence = (from: string, to: Link, name: string, bundle: string): Element =>
  xml(
    'presence',
    { from, to: `${to.room}/${to.occupant}` },
    xml(
      'x',
      { xmlns: NS.mucUser },
      xml('item', { affiliation: 'none', role: 'participant', jid: `${jid(from).resource}@somewhere/else` }),
    ),
    nickElement(name),
    bundleElement(bundle),
  );

export const copyOf = (stanza: Element): Element => parse(stanza.toString());

/** As if it had never left, for that one. */
export const leaveHidden =
  (occupant: string, from: string): Lie =>
  (stanza, link) =>
    link.occupant === from && senderOf(stanza) === occupant && stanza.attrs.type === 'unavailable'
      ? []
      : null;

/** Hides this occupant, and all that it says, from that one. */
export const hidden =
  (occupant: string, from: string): Lie =>
  (stanza, link) =>
    link.occupant === from && senderOf(stanza) === occupant ? [] : null;
