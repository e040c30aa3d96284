// Who is in the room as this client sees it, and what it remembers of identities that were. docs/protocol.md §3, §6.

import { compare, toBase64 } from '../wire/index.ts';
import type { Channel } from './channel.ts';
import type { ChannelMemory } from './channel-ports.ts';
import { ROSTER_PARTS, rosterHash, rosterPart, rosterPartHash, rosterRow } from './derive.ts';
import type { Identity, OccupantId } from './events.ts';
import type { Allowance } from './inbox.ts';
import { keysOf, type Participant } from './participant.ts';
import type { Receiving, ReceivingMemory } from './receiving.ts';
import type { Listener } from './talk.ts';

const REMEMBERED_IDENTITIES = 4096;

export type Memory = ChannelMemory & ReceivingMemory & { beacon: number };

/** An occupant with a good bundle. */
export interface Peer {
  id: OccupantId;
  participant: Participant;
  channel: Channel;
  /** What it proved in its channel. */
  proved: { transcript: Uint8Array; device: Uint8Array } | null;
  receiving: Receiving;
  listener: Listener;
  memory: Memory;
  context: Uint8Array;
  hasGivenEvidence: boolean;
  requestedAt: number;
  answeredAt: number;
  /** Its key was missing while there was no channel to ask for it. */
  lacksKey: boolean;
  /**
   * Of the leaves that this client saw, how many were before it came, and how many it has shown to know since (or, with
   * `since`, since somebody came back as it says). key-exchange.ts
   */
  leaves: { before: number; known: number; since: number };
}

export interface Occupant {
  id: OccupantId;
  /** The pinned property; null until the first comes, and once it is gone. */
  property: string | null;
  /** How many bundles it has shown. An honest client shows one. */
  bundles: number;
  peer: Peer | null;
  /** Keys of its bundle, of which somebody else present has one: it may have copied them, or been copied. */
  contested: string[];
  allowance: Allowance;
}

/** A part of the digest: its rows in order of curve25519, and their hash while it holds. */
interface Part {
  rows: { curve25519: Uint8Array; row: Uint8Array }[];
  hash: Uint8Array | null;
}

export class Roster {
  readonly occupants = new Map<OccupantId, Occupant>();
  readonly peers = new Map<Identity, Peer>();
  /** By both keys of the bundle: nobody proves the first, and who copied it must not be taken for its owner. */
  private readonly memories = new Map<string, { identity: Identity; memory: Memory }>();
  private readonly room: string;
  /** Oneself included. */
  private readonly parts = Array.from({ length: ROSTER_PARTS }, (): Part => ({ rows: [], hash: null }));
  /** Every public key in use, as no two may be the same (rule M13). */
  private readonly taken: Set<string>;
  private cached: Uint8Array | null = null;

  constructor(room: string, self: OccupantId, own: Participant) {
    this.room = room;
    this.insert(self, own);
    this.taken = new Set(keysOf(own));
  }

  /** Participants with a good bundle, oneself included. */
  get size(): number {
    return this.peers.size + 1;
  }

  get digest(): Uint8Array {
    this.cached ??= rosterHash(
      this.room,
      this.size,
      this.parts.map((part) => {
        part.hash ??= rosterPartHash(part.rows.map(({ row }) => row));
        return part.hash;
      }),
    );
    return this.cached;
  }

  isTaken = (key: string): boolean => this.taken.has(key);

  admit(occupant: Occupant, peer: Peer): void {
    occupant.peer = peer;
    this.peers.set(peer.participant.identity, peer);
    for (const key of keysOf(peer.participant)) this.taken.add(key);
    this.insert(peer.id, peer.participant);
  }

  dismiss(occupant: Occupant): void {
    if (occupant.peer === null) return;
    this.peers.delete(occupant.peer.participant.identity);
    for (const key of keysOf(occupant.peer.participant)) this.taken.delete(key);
    this.change(occupant.peer.participant.curve25519, 1);
    occupant.peer = null;
  }

  private insert(occupant: OccupantId, { curve25519, bundle }: Participant): void {
    this.change(curve25519, 0, { curve25519, row: rosterRow(occupant, bundle) });
  }

  /** Puts rows in the place of `removed` others where this key stands in the order, or would. */
  private change(curve25519: Uint8Array, removed: number, ...rows: Part['rows']): void {
    const part = this.parts[rosterPart(curve25519)];
    if (part === undefined) throw new Error('a key of no bytes');
    const after = part.rows.findIndex((row) => compare(row.curve25519, curve25519) >= 0);
    part.rows.splice(after < 0 ? part.rows.length : after, removed, ...rows);
    part.hash = null;
    this.cached = null;
  }

  remember({ identity, ed25519 }: Participant): Memory {
    const name = `${identity} ${toBase64(ed25519)}`;
    const memory = this.memories.get(name)?.memory ?? {
      ordinal: 0,
      sessions: new Set<string>(),
      dead: 0,
      beacon: 0,
    };
    this.memories.delete(name);
    this.memories.set(name, { identity, memory });
    for (const [old, { identity: other }] of this.memories) {
      if (this.memories.size <= REMEMBERED_IDENTITIES) break;
      if (!this.peers.has(other) && old !== name) this.memories.delete(old);
    }
    return memory;
  }
}
