// What passes in a sealed room although it is not sealed, because the meeting needs it. Closed lists (rule M20): what is
// not here, or among the kinds of docs/protocol.md §9, is held back in both directions.

import type { Payload } from '../ui/index.ts';
import { BUNDLE_PROPERTY, SEALED_PROPERTY } from '../wire/index.ts';

/** Presence commands: how somebody is shown, and how a moderator arranges the view. Not: shared videos, documents. */
const COMMANDS: ReadonlySet<unknown> = new Set([
  'avatar-id',
  'avatar-url',
  'custom-role',
  'email',
  'follow-me',
  'mute-reactions',
]);

/** Participant properties: what somebody's client can do and is about to do, and raised hands. */
const PROPERTIES: ReadonlySet<string> = new Set([
  BUNDLE_PROPERTY,
  SEALED_PROPERTY,
  'codecList',
  'codecType',
  'e2ee.enabled',
  'localRecording',
  'raisedHand',
  'region',
  'remoteControlSessionStatus',
  // Wishes for what needs a server that hears; the room's module refuses the thing itself.
  'requestingTranscription',
  'transcription_language',
  'translation_language',
]);
const PROPERTY_FAMILIES = ['e2ee.idKey', 'features_'];

/** Of the room's metadata, what owners and the server switch. Not: the key of a whiteboard, lists of files. */
const METADATA: ReadonlySet<string> = new Set([
  'allownersEnabled',
  'asyncTranscription',
  'audioTranslationRequests',
  'authenticatedCount',
  'conferencePresetsServiceEnabled',
  'dialinEnabled',
  'lobbyEnabled',
  'mainMeetingParticipants',
  'moderators',
  'participants',
  'participantsSoftLimit',
  'permissions',
  'recording',
  'services',
  'startMuted',
  'transcriberType',
  'transcription',
  'visitors',
  'visitorsEnabled',
]);

/** lib-jitsi-meet writes participant properties as commands of this name. */
const PROPERTY_COMMAND = 'jitsi_participant_';

export const passesCommand = (name: unknown): boolean =>
  COMMANDS.has(name) ||
  (typeof name === 'string' &&
    name.startsWith(PROPERTY_COMMAND) &&
    passesProperty(name.slice(PROPERTY_COMMAND.length)));

export const passesProperty = (name: unknown): boolean =>
  typeof name === 'string' &&
  (PROPERTIES.has(name) || PROPERTY_FAMILIES.some((family) => name.startsWith(family)));

export const passesMetadata = (key: unknown): boolean => typeof key === 'string' && METADATA.has(key);

/** What the room tells of the lobby, in the name of whoever did it. */
const LOBBY_EVENTS: ReadonlySet<unknown> = new Set([
  'LOBBY-ENABLED',
  'LOBBY-ACCESS-GRANTED',
  'LOBBY-ACCESS-DENIED',
]);

/** Names and addresses are shorter. */
const LONGEST_FIELD = 256;

/** The page acts by these whatever the type is; in a word of the lobby it is what somebody is called. */
const LABEL = /^endpoint-|-(message|reaction|result)$|^remote-control/;

/** What the page may hear of an endpoint payload that is not sealed: a copy with nothing but what is known; null: nothing. */
export function passingPayload(payload: unknown): object | null {
  const { type, event, value, name } = (payload ?? {}) as Record<string, unknown>;
  if (type !== 'lobby-notify' || !LOBBY_EVENTS.has(event)) return null;
  if (value !== undefined && typeof value !== 'boolean' && !isField(value)) return null;
  if (name !== undefined && (!isField(name) || LABEL.test(name))) return null;
  return { type, event, ...(value !== undefined && { value }), ...(name !== undefined && { name }) };
}

const isField = (value: unknown): value is string =>
  typeof value === 'string' && value.length <= LONGEST_FIELD;

/** Metadata without what does not pass, and the keys of that. */
export function passingMetadata(metadata: unknown): { passing: unknown; held: string[] } {
  if (typeof metadata !== 'object' || metadata === null) return { passing: metadata, held: [] };
  const held = Object.keys(metadata).filter((key) => !METADATA.has(key));
  if (held.length === 0) return { passing: metadata, held };
  return { passing: Object.fromEntries(Object.entries(metadata).filter(([key]) => METADATA.has(key))), held };
}

/** Conference events by which lib-jitsi-meet hands on what people say, by the beginning of their names. */
const CONTENT: [string, Payload][] = [
  ['MESSAGE_', 'chat'],
  ['PRIVATE_MESSAGE_', 'chat'],
  ['REACTION_', 'reaction'],
  ['POLL_', 'poll'],
  ['FILE_SHARING_', 'other'],
  // Words of the server's own choice, which the page shows at somebody's picture.
  ['USER_STATUS_CHANGED', 'other'],
];

/** What an event says of people in clear; null for all that tells of the conference itself. */
export function contentOf(eventName: string): Payload | null {
  // Takes away what was shown before the seal.
  if (eventName === 'FILE_SHARING_FILE_REMOVED') return null;
  return CONTENT.find(([beginning]) => eventName.startsWith(beginning))?.[1] ?? null;
}
