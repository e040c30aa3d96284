// What is said to one alone, while the channel to that person is being made. docs/protocol.md §9.

import { type Said, sayable } from '../wire/index.ts';
import type { Peer } from './roster.ts';

const WAITING = 8;
export const WAIT_MS = 10_000;

export interface WhisperPorts {
  /** The channel with this peer is needed now. */
  wantChannel(peer: Peer): void;
  /** Says it; the channel is there. */
  tell(peer: Peer, said: Said): void;
  /** It could not be said. */
  unsaid(reason: string): void;
}

export class Whispers {
  private readonly ports: WhisperPorts;
  private waiting: { peer: Peer; said: Said; until: number }[] = [];

  constructor(ports: WhisperPorts) {
    this.ports = ports;
  }

  get deadline(): number | null {
    return this.waiting[0]?.until ?? null;
  }

  /** Returns why it cannot be said, or null. */
  say(peer: Peer, said: Said, now: number): string | null {
    const reason = sayable(said.kind, said.body, true);
    if (reason !== null) return reason;
    if (peer.channel.isReady) {
      this.ports.tell(peer, said);
      return null;
    }
    if (this.waiting.length >= WAITING) return 'too much waits for a sealed channel';
    this.waiting.push({ peer, said, until: now + WAIT_MS });
    this.ports.wantChannel(peer);
    return null;
  }

  /** In the order in which it was said; what waited too long is given back. */
  due(now: number): void {
    const { waiting } = this;
    if (waiting.length === 0) return;
    this.waiting = waiting.filter(({ peer, until }) => !peer.channel.isReady && until > now);
    for (const { peer, said, until } of waiting) {
      if (peer.channel.isReady) this.ports.tell(peer, said);
      else if (until <= now) this.ports.unsaid('no sealed channel to this person came about');
    }
  }

  gone(peer: Peer): void {
    const lost = this.waiting.filter((one) => one.peer === peer);
    this.waiting = this.waiting.filter((one) => one.peer !== peer);
    for (const _ of lost) this.ports.unsaid('this person has left');
  }

  /** The room is not sealed any more. */
  silence(): void {
    for (const _ of this.waiting.splice(0)) this.ports.unsaid('the room is not sealed any more');
  }
}
