// The one way anything from outside becomes typed: it fits its schema or it is a Refusal that says why.

import { fromBase64Url } from './bytes.ts';

/** What was expected and what came; short, without the content. */
export class Refusal extends Error {
  override name = 'Refusal';
}

export type Fields = Record<string, unknown>;

export function record(value: unknown, what: string): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new Refusal(`${what}: expected an object`);
  }
  return value as Fields;
}

/** Refuses fields that are in neither list, and missing ones of the first. */
export function closed(value: unknown, what: string, required: string[], optional: string[] = []): Fields {
  const fields = record(value, what);
  for (const name of required)
    if (!Object.hasOwn(fields, name)) throw new Refusal(`${what}: ${name} is missing`);
  for (const name of Object.keys(fields)) {
    if (!required.includes(name) && !optional.includes(name))
      throw new Refusal(`${what}: a field not known here`);
  }
  return fields;
}

export function integer(value: unknown, what: string, from: number, to: number): number {
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < from || value > to) {
    throw new Refusal(`${what}: expected an integer from ${from} to ${to}`);
  }
  return value;
}

export function text(value: unknown, what: string, limit: number): string {
  if (typeof value !== 'string' || value.length === 0 || value.length > limit) {
    throw new Refusal(`${what}: expected 1 to ${limit} characters`);
  }
  return value;
}

export function flag(value: unknown, what: string): boolean {
  if (typeof value !== 'boolean') throw new Refusal(`${what}: expected true or false`);
  return value;
}

export function bytes(value: unknown, what: string, length: number): Uint8Array {
  const decoded =
    typeof value === 'string' && value.length <= Math.ceil((length * 4) / 3) ? fromBase64Url(value) : null;
  if (decoded?.length !== length) throw new Refusal(`${what}: expected ${length} bytes in base64url`);
  return decoded;
}

export function oneOf<T extends string>(value: unknown, what: string, choices: readonly T[]): T {
  const found = choices.find((choice) => choice === value);
  if (found === undefined) throw new Refusal(`${what}: expected one of ${choices.join(', ')}`);
  return found;
}
