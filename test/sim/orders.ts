// What passes between `sim:xmpp` and the processes in which its members run.

import type { Identity } from '../../web-plugin/src/keys/index.ts';
import type { Kind } from './measure.ts';
import type { KeyCommand } from './seat.ts';
import type { MessageKind } from './stanza.ts';
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
  /** Answered with the identity. */
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

/** What went on with one member, in the order in which it did; `at`: milliseconds since the epoch, with fraction. */
export type Report = { id: string; at: number } & (
  | { type: 'saw'; kind: Kind; who: string }
  | { type: 'command'; command: KeyCommand }
  /** Its worker has begun to seal under a key that was given to it before. */
  | { type: 'switched' }
  | { type: 'sealed'; key: SealingKey; counter: number }
  | { type: 'bytes'; kind: MessageKind; up: number; down: number }
);

export type Answer = { of: number; value: string | number | null } | { of: number; failed: string };
export type FromClients = { reports: Report[] } | Answer;
export type ToClients = { number: number; order: Order };
