// Endpoint messages, the outer layer that the server sees. docs/protocol.md §2.2.

import { LIMITS } from './limits.ts';
import { MESSAGE_TYPE } from './names.ts';
import { Refusal, record, text } from './parse.ts';

/** Olm message type (0: pre-key) and body in standard base64 without padding. */
export type OlmPart = [0 | 1, string];

interface Outer {
  type: typeof MESSAGE_TYPE;
  v: 1;
}
export type OlmMessage = Outer & { olm: Record<string, OlmPart> };
export type RestartMessage = Outer & { restart: true };
/** `calm`: nothing in it is urgent, so the server may hand it on together with others. */
export type BeaconMessage = Outer & { beacon: string; calm?: true };
export type DataMessage = Outer & { data: string };
/** The server's announcement; the core never reads it. */
export type RoomMessage = Outer & { room: Record<string, unknown> };

export type EndpointMessage = OlmMessage | RestartMessage | BeaconMessage | DataMessage;

/** What one receiver may find in an endpoint message. */
export type Arrival =
  | { kind: 'olm'; part: OlmPart }
  /** Parts for others only. */
  | { kind: 'elsewhere' }
  | { kind: 'restart' }
  | { kind: 'beacon'; body: string }
  | { kind: 'data'; body: string }
  | { kind: 'room' };

export const isOccupantId = (value: unknown): value is string =>
  typeof value === 'string' && value.length > 0 && value.length <= LIMITS.occupant;

const outer = { type: MESSAGE_TYPE, v: 1 } as const;

/** Parts in the order given, at most LIMITS.entriesSent a message. */
export function olmMessages(parts: [occupant: string, part: OlmPart][]): OlmMessage[] {
  const messages: OlmMessage[] = [];
  for (let at = 0; at < parts.length; at += LIMITS.entriesSent) {
    messages.push({ ...outer, olm: Object.fromEntries(parts.slice(at, at + LIMITS.entriesSent)) });
  }
  return messages;
}

export const restartMessage = (): RestartMessage => ({ ...outer, restart: true });
export const beaconMessage = (beacon: string, isCalm = false): BeaconMessage =>
  isCalm ? { ...outer, beacon, calm: true } : { ...outer, beacon };
export const dataMessage = (data: string): DataMessage => ({ ...outer, data });

const KINDS = ['olm', 'restart', 'beacon', 'data', 'room'] as const;
const BASE64 = /^[A-Za-z0-9+/]+$/;

/** Throws a Refusal unless `payload` is one of ours; looks only at the part for `self`. */
export function parseEndpointMessage(payload: unknown, self: string): Arrival {
  const fields = record(payload, 'message');
  if (fields.type !== MESSAGE_TYPE) throw new Refusal(`message: expected type ${MESSAGE_TYPE}`);
  if (fields.v !== 1) throw new Refusal('message: expected version 1');
  const present = KINDS.filter((kind) => Object.hasOwn(fields, kind));
  const [kind] = present;
  if (kind === undefined || present.length > 1)
    throw new Refusal(`message: expected one of ${KINDS.join(', ')}`);
  switch (kind) {
    case 'olm': {
      const parts = record(fields.olm, 'olm');
      if (Object.keys(parts).length > LIMITS.entries)
        throw new Refusal(`olm: more than ${LIMITS.entries} entries`);
      return Object.hasOwn(parts, self) ? { kind, part: parsePart(parts[self]) } : { kind: 'elsewhere' };
    }
    case 'restart':
      if (fields.restart !== true) throw new Refusal('restart: expected true');
      return { kind };
    case 'beacon':
      return { kind, body: text(fields.beacon, 'beacon', LIMITS.beacon) };
    case 'data':
      return { kind, body: text(fields.data, 'data', LIMITS.data) };
    case 'room':
      return { kind };
  }
}

/**
 * What the server hands on of several occupants in one message; empty if `payload` is no such message. Each is read as
 * if its occupant had sent it alone: who sent it is as unproved there as here. Throws a Refusal for a broken one.
 */
export function parseRelay(payload: unknown): [occupant: string, message: object][] {
  if (typeof payload !== 'object' || payload === null || !Object.hasOwn(payload, 'relay')) return [];
  const { relay } = payload as { relay: unknown };
  if (!Array.isArray(relay)) throw new Refusal('relay: expected a list');
  if (relay.length > LIMITS.relayed) throw new Refusal(`relay: more than ${LIMITS.relayed} messages`);
  return relay.map((entry: unknown) => {
    const [occupant, message] = Array.isArray(entry) && entry.length === 2 ? entry : [];
    if (!isOccupantId(occupant)) throw new Refusal('relay: expected [occupant, message]');
    return [occupant, { ...record(message, 'relayed message'), ...outer }];
  });
}

function parsePart(value: unknown): OlmPart {
  if (!Array.isArray(value) || value.length !== 2) throw new Refusal('olm: expected [type, body]');
  const [type, content] = value;
  if (type !== 0 && type !== 1) throw new Refusal('olm type: expected 0 or 1');
  const body = text(content, 'olm body', LIMITS.olmBody);
  if (!BASE64.test(body) || body.length % 4 === 1) throw new Refusal('olm body: not base64');
  return [type, body];
}
