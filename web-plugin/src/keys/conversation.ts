// Saying and hearing in a sealed room: what waits for an own key, what waits for somebody's key. docs/protocol.md §9.

import { type DataFrame, parseDataFrame, Refusal, type Said, sayable } from '../wire/index.ts';
import type { Peer } from './roster.ts';
import { dataKid, Speaker, type TalkKey } from './talk.ts';

/** Saying something counts as sending for this long, so that those without a channel can get the key (rule M7). */
export const TALK_MS = 10_000;
const OUTBOX = 32;
const UNREAD = 8;
const UNREAD_OF_ALL = 64;
const UNREAD_MS = 10_000;

export interface ConversationPorts {
  room: string;
  self: string;
  context: Uint8Array;
  sign(message: Uint8Array): Uint8Array;
  verify(ed25519: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean;
  /** The own key in use, if there is one. */
  key(): TalkKey | null;
  broadcast(data: string): void;
  said(peer: Peer, said: Said, missed: number): void;
  /** Runs `read`; what it refuses is counted for this peer. */
  guarded(peer: Peer, read: () => void): void;
  /** Something came under a key of the peer that is not here. */
  lacksKey(peer: Peer): void;
}

export class Conversation {
  private readonly ports: ConversationPorts;
  private readonly speaker = new Speaker();
  private outbox: Said[] = [];
  /** Said under keys that have not come yet. */
  private unread: { peer: Peer; frame: DataFrame; until: number }[] = [];
  private talksUntil = Number.NEGATIVE_INFINITY;

  constructor(ports: ConversationPorts) {
    this.ports = ports;
  }

  /** Whether own keys are needed for talking. */
  isTalking(now: number): boolean {
    return now < this.talksUntil;
  }

  get deadline(): number | null {
    return this.talksUntil === Number.NEGATIVE_INFINITY ? null : this.talksUntil;
  }

  /** Queues something for everybody; returns why it cannot be said, or null. Call `flush` once keys are wanted. */
  say(said: Said, now: number): string | null {
    const reason = sayable(said.kind, said.body, false);
    if (reason !== null) return reason;
    if (this.outbox.length >= OUTBOX) return 'too much waits to be said';
    this.outbox.push(said);
    this.talksUntil = now + TALK_MS;
    return null;
  }

  /** Says what waits, if there is a key. */
  flush(): void {
    const key = this.outbox.length === 0 ? null : this.ports.key();
    if (key === null) return;
    const { room, self, context, sign, broadcast } = this.ports;
    for (const said of this.outbox.splice(0)) {
      broadcast(this.speaker.seal(said, key, { room, occupant: self, context, sign }));
    }
  }

  /** True once when the time of talking is over. */
  isOver(now: number): boolean {
    if (this.talksUntil > now || this.talksUntil === Number.NEGATIVE_INFINITY) return false;
    this.talksUntil = Number.NEGATIVE_INFINITY;
    return true;
  }

  silence(): void {
    this.outbox = [];
    this.talksUntil = Number.NEGATIVE_INFINITY;
  }

  hear(peer: Peer, body: string, now: number): void {
    const frame = parseDataFrame(body);
    if (this.open(peer, frame, now)) return;
    this.unread = this.unread.filter(({ until }) => until > now);
    const own = this.unread.filter((entry) => entry.peer === peer);
    if (own.length >= UNREAD || this.unread.length >= UNREAD_OF_ALL) {
      throw new Refusal('data: too much waits for a key');
    }
    this.unread.push({ peer, frame, until: now + UNREAD_MS });
    this.ports.lacksKey(peer);
  }

  gone(peer: Peer): void {
    this.unread = this.unread.filter((entry) => entry.peer !== peer);
  }

  /** A key of this peer came: what waited for it is read. */
  keyCame(peer: Peer, now: number): void {
    const waiting = this.unread.filter((entry) => entry.peer === peer && entry.until > now);
    this.gone(peer);
    for (const entry of waiting) {
      this.ports.guarded(peer, () => {
        if (!this.open(peer, entry.frame, now)) this.unread.push(entry);
      });
    }
  }

  /** False if the key is not here. */
  private open(peer: Peer, frame: DataFrame, now: number): boolean {
    const [generation, step] = [Math.floor(frame.kid / 4096), Math.floor(frame.kid / 16) % 256];
    if (frame.kid >= 2 ** 32 || generation === 0 || step > 254 || dataKid(generation, step) !== frame.kid) {
      throw new Refusal('data: not a key of source 0');
    }
    const base = peer.receiving.baseFor(generation, step, now);
    if (base === null && generation < peer.receiving.min) {
      // Its sender may have seen no leave and go on with it: then nothing that it says could be read.
      if (!peer.receiving.hasKey) this.ports.lacksKey(peer);
      throw new Refusal('data: the key is retired');
    }
    if (base === null) return false;
    const { room, verify } = this.ports;
    const { content, missed } = peer.listener.open(frame, base, {
      room,
      occupant: peer.id,
      context: peer.context,
      verify: (message, signature) => verify(peer.participant.ed25519, message, signature),
    });
    this.ports.said(peer, content, missed);
    return true;
  }
}
