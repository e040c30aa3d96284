// What the measuring commands share: how their options are read, and how they end when they cannot run.
// Exit 0: ran, and every stated bound held; 1: a bound was missed, named on stderr; 2: could not run.

import { type ParseArgsConfig, parseArgs } from 'node:util';

type Options = NonNullable<ParseArgsConfig['options']>;

/** Ends the command: it could not run. */
export function stop(message: string): never {
  process.stderr.write(`${message}\n`);
  process.exit(2);
}

/** The same with what was thrown: in a browser, a server or this code. */
export function couldNotRun(error: unknown): never {
  stop(error instanceof Error ? error.message : String(error));
}

/** The command's options; an unknown one, or a word too many, ends it with a list of those that it knows. */
export function readOptions<const T extends Options>(options: T) {
  process.on('uncaughtException', couldNotRun);
  // Whatever was started is ended on `exit`.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(2));
  try {
    return parseArgs({ options, allowPositionals: false }).values;
  } catch (error) {
    const known = Object.keys(options).map((name) => `--${name}`);
    const message = error instanceof Error ? error.message.split('.', 1)[0] : String(error);
    return stop(`${message}. Known here: ${known.join(', ')}`);
  }
}

export function wholeNumber(text: string, option: string, least: number): number {
  const value = Number(text);
  if (text === '' || !Number.isSafeInteger(value) || value < least)
    stop(`${option}: expected a whole number from ${least}, came ${text === '' ? 'nothing' : text}`);
  return value;
}

export function oneOf<T extends string>(text: string, option: string, known: readonly T[]): T {
  return (
    known.find((one) => one === text) ?? stop(`${option}: expected one of ${known.join(', ')}, came ${text}`)
  );
}

/** Several, parted by commas. */
export function each<T>(text: string, read: (part: string) => T): T[] {
  return text.split(',').map(read);
}
