// What people send each other beside sound and picture: which of it can be sealed, and what then stands in the body.
// docs/protocol.md §9.

import { type DataKind, sayable } from '../wire/index.ts';
import { readPoll } from './polls.ts';

type Fields = Record<string, unknown>;

interface Shape {
  kind: DataKind;
  /** Only the fields that are known, each checked: whoever seals may write anything. Null: it does not hold. */
  read(fields: Fields): object | null;
}

/** Endpoint payloads by which Jitsi Meet's own interface does such things; all others are held back (rule M20). */
const SHAPES: Record<string, Shape> = {
  'endpoint-reaction': { kind: 'reaction', read: readReaction },
  'new-poll': { kind: 'poll', read: readPoll },
  'answer-poll': { kind: 'poll', read: readPoll },
  'lower-hand-message': { kind: 'lower-hand', read: () => ({ name: 'lower-hand-message' }) },
};

/** More than anybody clicks in the half second that the interface gathers them for. */
const MOST_REACTIONS = 100;

function readReaction({ reactions, timestamp }: Fields): object | null {
  if (!Array.isArray(reactions) || reactions.length === 0 || reactions.length > MOST_REACTIONS) return null;
  if (!reactions.every((one) => typeof one === 'string' && /^[a-z_-]{1,32}$/.test(one) && !(one in {})))
    return null;
  return Number.isSafeInteger(timestamp) ? { name: 'endpoint-reaction', reactions, timestamp } : null;
}

/** The kind of an endpoint payload, well formed or not; null: it cannot be sealed. */
export const kindOf = (payload: unknown): DataKind | null => shapeOf(payload)?.kind ?? null;

function shapeOf(payload: unknown): Shape | null {
  if (typeof payload !== 'object' || payload === null) return null;
  const { name, type } = payload as Fields;
  for (const label of [name, type]) {
    if (typeof label === 'string' && Object.hasOwn(SHAPES, label)) return SHAPES[label] ?? null;
  }
  return null;
}

/** What is said under the seal in place of this payload; null when it cannot be said to `to` (null: to everybody). */
export function bodyOf(payload: unknown, to: string | null): string | null {
  const shape = shapeOf(payload);
  const fields = shape?.read(payload as Fields);
  if (!shape || !fields || (shape.kind === 'poll' && to !== null)) return null;
  const body = JSON.stringify(fields);
  return sayable(shape.kind, body, to !== null) === null ? body : null;
}

/** A payload as it came out of the seal; null when it is not what it was said to be, or not well formed. */
export function payloadOf(kind: DataKind, body: string): object | null {
  try {
    const payload: unknown = JSON.parse(body);
    const shape = shapeOf(payload);
    return shape?.kind === kind ? shape.read(payload as Fields) : null;
  } catch {
    return null;
  }
}
