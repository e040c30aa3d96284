// Checks of values that come from outside: each returns the value with its type, or says what was expected and what came.

export class BadInput extends Error {
  override readonly name = 'BadInput';
  constructor(where: string, expected: string, came: unknown) {
    super(`${where}: expected ${expected}, came ${shown(came)}`);
  }
}

function shown(value: unknown): string {
  const text = typeof value === 'string' ? JSON.stringify(value) : String(JSON.stringify(value));
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
}

export function record(value: unknown, where: string): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new BadInput(where, 'an object', value);
  }
  return value as Record<string, unknown>;
}

/** A string of 1 to `max` characters. */
export function text(value: unknown, where: string, max: number): string {
  if (typeof value !== 'string' || value.length === 0 || value.length > max) {
    throw new BadInput(where, `a string of 1 to ${max} characters`, value);
  }
  return value;
}

export function matching(value: unknown, where: string, pattern: RegExp): string {
  if (typeof value !== 'string' || !pattern.test(value)) {
    throw new BadInput(where, `a string like ${pattern.source}`, value);
  }
  return value;
}

export function integer(value: unknown, where: string, min: number, max: number): number {
  if (typeof value !== 'number' || !Number.isInteger(value) || value < min || value > max) {
    throw new BadInput(where, `a whole number from ${min} to ${max}`, value);
  }
  return value;
}

export function number(value: unknown, where: string, min: number, max: number): number {
  if (typeof value !== 'number' || !(value >= min && value <= max)) {
    throw new BadInput(where, `a number from ${min} to ${max}`, value);
  }
  return value;
}

export function flag(value: unknown, where: string): boolean {
  if (typeof value !== 'boolean') throw new BadInput(where, 'true or false', value);
  return value;
}

export function oneOf<T extends string>(value: unknown, where: string, choices: readonly T[]): T {
  const found = choices.find((choice) => choice === value);
  if (found === undefined) throw new BadInput(where, `one of ${choices.join(', ')}`, value);
  return found;
}

export function list<T>(
  value: unknown,
  where: string,
  max: number,
  item: (value: unknown, where: string) => T,
): T[] {
  if (!Array.isArray(value)) throw new BadInput(where, 'a list', value);
  if (value.length > max) throw new BadInput(where, `at most ${max} entries`, value.length);
  return value.map((one, n) => item(one, `${where}[${n}]`));
}
