// What people send each other beside sound and picture: which of it can be sealed, and how it looks to lib-jitsi-meet.

import type { DataKind } from '../wire/index.ts';

/** Endpoint payloads by which Jitsi Meet's own interface does such things; all others are held back (rule M20). */
const KINDS: Record<string, DataKind> = {
  'endpoint-reaction': 'reaction',
  'new-poll': 'poll',
  'answer-poll': 'poll',
  'lower-hand-message': 'lower-hand',
};

/** The kind of an endpoint payload; null: it cannot be sealed. */
export function kindOf(payload: unknown): DataKind | null {
  if (typeof payload !== 'object' || payload === null) return null;
  const { name, type } = payload as { name?: unknown; type?: unknown };
  for (const label of [name, type]) {
    if (typeof label === 'string' && Object.hasOwn(KINDS, label)) return KINDS[label] ?? null;
  }
  return null;
}

/** A payload as it came out of the seal; null when it is not of the kind that it was said to be. */
export function payloadOf(kind: DataKind, body: string): object | null {
  try {
    const payload: unknown = JSON.parse(body);
    return kindOf(payload) === kind ? (payload as object) : null;
  } catch {
    return null;
  }
}
