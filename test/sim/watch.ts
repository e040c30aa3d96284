// What is looked at again and again in virtual time: every frame that is sealed, and who does not hear whom.

import type { Invariants } from './invariants.ts';
import type { Retirement } from './retirement.ts';
import type { Seat } from './seat.ts';

const FRAME_MS = 20;
const LOOK_MS = 250;
/** Nobody who is there and sees the sender stays without its key for longer, on however bad a network. */
export const DEAF_MS = 60_000;

type Watched = Seat & { readonly joinedAt: number };

export interface WatchPorts<S extends Watched> {
  now(): number;
  at(time: number, run: () => void): void;
  present(): S[];
  areTogether(a: S, b: S): boolean;
  invariants: Invariants;
  retirement: Retirement;
}

export class Watch<S extends Watched = Watched> {
  /** Nobody may be deaf to somebody for longer; and for how long somebody was. */
  deafMs = DEAF_MS;
  longestDeafMs = 0;
  private readonly ports: WatchPorts<S>;

  constructor(ports: WatchPorts<S>) {
    this.ports = ports;
    ports.at(FRAME_MS, () => this.frames());
    ports.at(LOOK_MS, () => this.look());
  }

  private frames(): void {
    const { at, invariants, present } = this.ports;
    const now = this.ports.now();
    for (const sender of present()) {
      const frame = sender.sealing(now) === null ? null : sender.worker.seal(now);
      if (frame !== null) invariants.sealed(sender, frame.key, frame.counter, now);
    }
    at(now + FRAME_MS, () => this.frames());
  }

  /** Everybody hears everybody, or asks for the key; and nobody opens what is to be retired. */
  private look(): void {
    const { areTogether, at, invariants, present, retirement } = this.ports;
    const now = this.ports.now();
    retirement.due(now);
    for (const sender of present()) {
      const sealed = sender.sealing(now);
      if (sealed === null) continue;
      for (const receiver of present()) {
        if (receiver === sender) continue;
        if (!areTogether(sender, receiver)) {
          receiver.silent(sender.identity);
          continue;
        }
        const deafFor = receiver.hear(sender.identity, sealed, now);
        this.longestDeafMs = Math.max(this.longestDeafMs, deafFor);
        if (deafFor > this.deafMs) {
          invariants.violation(`${receiver.id} has not heard ${sender.id} for ${deafFor} ms`);
          receiver.silent(sender.identity);
        }
      }
    }
    at(now + LOOK_MS, () => this.look());
  }
}
