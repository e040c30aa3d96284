// What an embedding page may say, and what it hears: one small, closed format.

import type { Openable, SealmeetState } from './api.ts';

/** `id`, if given, comes back with the answer. */
export type Request =
  | { sealmeet: 1; id?: string; request: 'state' | 'seal' }
  | { sealmeet: 1; id?: string; request: 'open'; what: Openable; person?: string };

/** `done`: something was opened or requested; whether a person agrees to it is seen in the state. */
export interface Answer {
  sealmeet: 1;
  id?: string;
  done: boolean;
}

export interface StateMessage {
  sealmeet: 1;
  state: SealmeetState;
}

const LONGEST = 128;
const OPENABLE: ReadonlySet<unknown> = new Set(['panel', 'unseal', 'verify']);
const KEYS: Record<string, readonly string[]> = {
  state: ['sealmeet', 'id', 'request'],
  seal: ['sealmeet', 'id', 'request'],
  open: ['sealmeet', 'id', 'request', 'what', 'person'],
};

/** Null for whatever is not exactly a request. */
export function readRequest(data: unknown): Request | null {
  if (typeof data !== 'object' || data === null || Object.getPrototypeOf(data) !== Object.prototype)
    return null;
  const { sealmeet, id, request, what, person } = data as Record<string, unknown>;
  if (sealmeet !== 1 || typeof request !== 'string' || !isOptionalText(id)) return null;
  if (!Object.hasOwn(KEYS, request)) return null;
  const allowed = KEYS[request] ?? [];
  if (Object.keys(data).some((key) => !allowed.includes(key))) return null;
  const ticket = id === undefined ? {} : { id };
  if (request === 'state' || request === 'seal') return { sealmeet: 1, ...ticket, request };
  if (!OPENABLE.has(what) || !isOptionalText(person)) return null;
  return {
    sealmeet: 1,
    ...ticket,
    request: 'open',
    what: what as Openable,
    ...(person === undefined ? {} : { person }),
  };
}

const isOptionalText = (value: unknown): value is string | undefined =>
  value === undefined || (typeof value === 'string' && value.length <= LONGEST);
