// What a channel is given and what it asks for.

import type { OlmPart, Said, SasMessage } from '../wire/index.ts';
import type { Proof, Prover } from './device.ts';
import type { KeyGift } from './link.ts';
import type { OlmAccount } from './olm.ts';
import type { Participant } from './participant.ts';

/** What outlives a channel: an identity may leave and return. */
export interface ChannelMemory {
  ordinal: number;
  /** Every session id this identity ever had with this account (rule M13). */
  sessions: Set<string>;
}

export interface ChannelPorts {
  send(part: OlmPart): void;
  /** A clear RESTART hint to the peer. */
  hint(): void;
  /** From now on keys can be given: the responder has sent ACCEPT, the initiator CONFIRM. */
  sendable(): void;
  /** The handshake is done; `proof` is null for a peer that proves no device. */
  open(transcript: Uint8Array, proof: Proof | null, name: string | null): void;
  /** It grew too old without having been made anew. */
  ended(): void;
  /** The peer was answered, and may hold keys, but has not confirmed for so long that it may be hiding its device. */
  unproved(): void;
  /** The peer says, authenticated, whether it holds the room to be sealed. */
  peerSealed(sealed: boolean): void;
  key(key: KeyGift): void;
  keyRequest(min: number): void;
  sas(message: SasMessage): void;
  /** Said to this client alone. */
  said(said: Said): void;
  /** The key to go along with ACCEPT or CONFIRM. */
  gift(): KeyGift | null;
  isSealed(): boolean;
  /** Emoji are being compared with this peer: another transcript would end it. */
  isComparing(): boolean;
}

export interface ChannelSetup {
  account: OlmAccount;
  room: string;
  self: { occupant: string; participant: Participant };
  peer: { occupant: string; participant: Participant };
  memory: ChannelMemory;
  random(length: number): Uint8Array;
  prover: Prover;
  ports: ChannelPorts;
}
