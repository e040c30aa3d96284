// Every method of a conference by which the page sends something of people, and what becomes of it in a sealed room.
//
// Not here, as it passes: what runs the meeting (joining, roles, the lobby's door, breakout rooms, moderation of sound and
// picture, display names, the room's title), what tells of the connection, and requests to record, stream, transcribe,
// translate or dial: they carry nothing that was said, nobody can hear what is sealed, and the room's module refuses them.

import type { Payload } from '../ui/index.ts';
import { type DataKind, MESSAGE_TYPE } from '../wire/index.ts';
import { methodsOf } from './guard.ts';
import type { JitsiConference } from './library.ts';
import { passesCommand, passesMetadata, passesProperty } from './passing.ts';
import { bodyOf, kindOf } from './payloads.ts';
import { newPoll, vote } from './polls.ts';

/** Something that the page wants to send and that is not Sealmeet's own. */
export interface Outgoing {
  what: Payload;
  /** How it can be sealed; null: it cannot. */
  say: { kind: DataKind; body: string; to: string | null } | null;
  /** Sent by itself, unasked: held back without a word. */
  isSilent?: boolean;
  /** What the call gives back when it is held back. */
  answer?(): unknown;
}

/** Null for what passes. */
type Judge = (...args: unknown[]) => Outgoing | null;

const held =
  (what: Payload): Judge =>
  () => ({ what, say: null });
const passing =
  (passes: (name: unknown) => boolean): Judge =>
  (name) =>
    passes(name) ? null : { what: 'other', say: null };
const silent: Judge = () => ({ what: 'other', say: null, isSilent: true });

const CONFERENCE: Record<string, Judge> = {
  sendTextMessage: (text, element) => outgoingText(text, element, null),
  sendPrivateTextMessage: (to, text, element) => outgoingText(text, element, to),
  sendMessage: (payload, to) =>
    typeof payload === 'string' ? outgoingText(payload, 'body', to) : outgoingPayload(payload, to),
  sendEndpointMessage: (to, payload) => outgoingPayload(payload, to),
  broadcastEndpointMessage: (payload) => outgoingPayload(payload, null),
  sendReaction: held('reaction'),
  sendMessageRetraction: held('chat'),
  sendLobbyMessage: held('other'),
  sendLobbyMessageRetraction: held('other'),
  // The browser makes packets of these by itself (RFC 4733), past what seals.
  sendTones: held('other'),
  sendCommand: passing(passesCommand),
  sendCommandOnce: passing(passesCommand),
  setLocalParticipantProperties: (properties, isRaw) =>
    Object.keys(properties ?? {}).every(isRaw ? passesCommand : passesProperty)
      ? null
      : { what: 'other', say: null },
  // What a face looks like, as the page guesses it.
  sendFaceLandmarks: silent,
  sendFacialExpression: silent,
  // By these files go to another server before anything is said of them in the room.
  getShortTermCredentials: () => ({
    what: 'other',
    say: null,
    answer: () => Promise.reject(new Error('Sealmeet: this cannot be sealed, so it is held back')),
  }),
};

const POLLS: Record<string, Judge> = {
  createPoll: (...args) => outgoingPayload(newPoll(args[0], args[1], args[2]), null),
  answerPoll: (...args) => outgoingPayload(vote(args[0], args[1]), null),
};

/** Nothing leaves by these, or it takes away what was sent before the seal; `_sendMessage` is how the others send. */
const HARMLESS: ReadonlySet<string> = new Set([
  'isSupported',
  'getIdentityType',
  'dispose',
  'removeFile',
  '_handleMessages',
  '_sendMessage',
]);

export interface Guarded {
  target: object;
  name: string;
  judge: Judge;
}

export function outgoingOf(conference: JitsiConference): Guarded[] {
  const metadata = conference.getMetadataHandler?.();
  return [
    ...Object.entries(CONFERENCE).map(([name, judge]) => ({ target: conference, name, judge })),
    ...everyMethod(conference.getPolls?.(), POLLS, held('poll')),
    ...everyMethod(conference.getFileSharing?.(), {}, held('other')),
    ...(metadata ? [{ target: metadata, name: 'setMetadata', judge: passing(passesMetadata) }] : []),
  ];
}

/** A closed list: a method that a later version adds is held back. */
function everyMethod(
  target: object | null | undefined,
  known: Record<string, Judge>,
  other: Judge,
): Guarded[] {
  if (!target) return [];
  return methodsOf(target)
    .filter((name) => !HARMLESS.has(name))
    .map((name) => ({ target, name, judge: known[name] ?? other }));
}

function outgoingText(text: unknown, element: unknown, to: unknown): Outgoing | null {
  // `sendMessage` of an object goes through the text methods, as JSON in an element of its own.
  if (element === 'json-message') return outgoingPayload(parsed(text), to);
  return { what: 'chat', say: { kind: 'chat', body: String(text), to: recipient(to) } };
}

/** What the library sends by itself to measure connections, and the page of faces: nobody asked for it. */
const UNASKED: ReadonlySet<unknown> = new Set([
  'stats',
  'e2e-ping-request',
  'e2e-ping-response',
  'face-box',
  'face-landmarks',
]);

function outgoingPayload(payload: unknown, to: unknown): Outgoing | null {
  const type = (payload as { type?: unknown } | null)?.type;
  if (type === MESSAGE_TYPE) return null;
  const kind = kindOf(payload);
  if (!kind) return { what: 'other', say: null, isSilent: UNASKED.has(type) };
  const what = kind === 'lower-hand' ? 'other' : kind;
  const body = bodyOf(payload, recipient(to));
  return { what, say: body === null ? null : { kind, body, to: recipient(to) } };
}

const recipient = (to: unknown): string | null => (typeof to === 'string' && to !== '' ? to : null);

function parsed(text: unknown): unknown {
  try {
    return JSON.parse(String(text));
  } catch {
    return null;
  }
}
