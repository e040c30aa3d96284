// What passes between `sim:xmpp` and the processes in which its members run.

import type { Identity } from '../../web-plugin/src/keys/index.ts';
import type { Kind } from './measure.ts';
import type { Bytes } from './person.ts';
import type { KeyCommand } from './seat.ts';
import type { SealingKey } from './worker-model.ts';

/** What a process is told on its command line, as JSON. */
export interface ClientsSetup {
  room: string;
  domain: string;
  port: number;
  /** Of this process alone. */
  seed: number;
}

/** Each is answered once it is done. */
export type Order =
  /** Answered with the identity and the device's public key in base64, a space between. */
  | { type: 'add'; id: string }
  | { type: 'connect'; id: string }
  | { type: 'enter'; id: string; isActive: boolean }
  | { type: 'seal'; id: string }
  | { type: 'leave'; id: string }
  | { type: 'forget'; id: string }
  | { type: 'missing-key'; id: string; owner: Identity; generation: number }
  | { type: 'start-clock' }
  /** Answered with the CPU time of all cores since, milliseconds. */
  | { type: 'stop-clock' }
  /** Lets go of all cores, and is answered with the bytes that they held. */
  | { type: 'weigh' }
  | { type: 'end' };

/** As it passes between processes: keys in hexadecimal. */
export type Spelled<T> = T extends unknown
  ? { [K in keyof T]: T[K] extends Uint8Array ? string : T[K] }
  : never;

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const bytes = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, 'hex'));

/** Without the context of the frame keys, which nobody asks for here. */
export const spellKey = ({ generation, step, base }: SealingKey): Spelled<SealingKey> => ({
  generation,
  step,
  base: hex(base),
});

export const readKey = ({ generation, step, base }: Spelled<SealingKey>): SealingKey => ({
  generation,
  step,
  base: bytes(base),
});

export const spell = (command: KeyCommand): Spelled<KeyCommand> =>
  'base' in command ? { ...command, base: hex(command.base), context: '' } : command;

export const read = (command: Spelled<KeyCommand>): KeyCommand =>
  'base' in command ? { ...command, base: bytes(command.base), context: bytes(command.context) } : command;

/** What went on with one member, in the order in which it did; `at`: milliseconds since the epoch, with fraction. */
export type Report = { id: string; at: number } & (
  | { type: 'saw'; kind: Kind; who: string }
  | { type: 'command'; command: Spelled<KeyCommand> }
  | { type: 'shown'; owner: Identity; device: string | null }
  /** Its worker has begun to seal under a key that was given to it before. */
  | { type: 'switched' }
  | { type: 'sealed'; key: Spelled<SealingKey>; counter: number }
  | ({ type: 'bytes' } & Bytes)
);

export type Answer = { of: number; value: string | number | null } | { of: number; failed: string };
/** `until`: all that went on up to this moment has been told. */
export type FromClients = { reports: Report[]; until: number } | Answer;
export type ToClients = { number: number; order: Order };
