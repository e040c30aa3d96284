// The key schedule: steps, sender context, transcript, wrap. docs/protocol.md §4.3, §4.4, §5.1.

import { chacha20poly1305 } from '@noble/ciphers/chacha.js';
import { expand, extract } from '@noble/hashes/hkdf.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { concat, lp, uint, utf8 } from '../wire/index.ts';

export const hash = (...parts: Uint8Array[]): Uint8Array => sha256(concat(...parts));

const expandLabel = (key: Uint8Array, label: string): Uint8Array => expand(sha256, key, utf8(label), 32);

/** base[g,s+1] from base[g,s] (RFC 9605 §5.1). */
export const stepBase = (base: Uint8Array): Uint8Array =>
  expandLabel(extract(sha256, base, new Uint8Array(0)), 'SFrame 1.0 Ratchet');

/** What binds a sender into its frame keys (rule M9). */
export const senderContext = (room: string, occupant: string, curve25519: Uint8Array, ed25519: Uint8Array) =>
  hash(lp('Sealmeet 1 sender'), lp(room), lp(occupant), lp(curve25519), lp(ed25519));

/** src[g,s,k]: the base of one source's frame keys. */
export const sourceBase = (base: Uint8Array, context: Uint8Array, source: number): Uint8Array =>
  expand(sha256, extract(sha256, base, context), concat(utf8('Sealmeet 1 source'), uint(source, 1)), 32);

export interface End {
  occupant: string;
  bundle: Uint8Array;
}

export interface Transcript {
  suite: number;
  room: string;
  initiator: End;
  responder: End;
  session: string;
  ordinal: number;
  initiatorNonce: Uint8Array;
  responderNonce: Uint8Array;
}

export const transcriptHash = (of: Transcript): Uint8Array =>
  hash(
    lp('Sealmeet 1 channel'),
    lp(Uint8Array.of(of.suite)),
    lp(of.room),
    lp(of.initiator.occupant),
    lp(of.initiator.bundle),
    lp(of.responder.occupant),
    lp(of.responder.bundle),
    lp(of.session),
    uint(of.ordinal, 4),
    lp(of.initiatorNonce),
    lp(of.responderNonce),
    lp(''),
    lp(''),
  );

export interface ChannelKeys {
  transcript: Uint8Array;
  initiatorWrap: Uint8Array;
  responderWrap: Uint8Array;
  accept: Uint8Array;
  confirm: Uint8Array;
}

/** Suite 1: nothing but zeros goes in beside the transcript; Olm around it carries the secrecy. */
export function channelKeys(transcript: Uint8Array): ChannelKeys {
  const wrap = extract(sha256, new Uint8Array(32), transcript);
  return {
    transcript,
    initiatorWrap: expandLabel(wrap, 'Sealmeet 1 wrap I to R'),
    responderWrap: expandLabel(wrap, 'Sealmeet 1 wrap R to I'),
    accept: expandLabel(wrap, 'Sealmeet 1 accept'),
    confirm: expandLabel(wrap, 'Sealmeet 1 confirm'),
  };
}

const WRAP_LABEL = utf8('Sealmeet 1 key');

/** ChaCha20-Poly1305 (RFC 8439): in JavaScript it looks up no tables, so that its time says nothing of the key. */
const wrapCipher = (wrap: Uint8Array, seq: number, generation: number, step: number) =>
  chacha20poly1305(wrap, uint(seq, 12), concat(WRAP_LABEL, uint(generation, 4), uint(step, 1)));

export const wrapBase = (wrap: Uint8Array, seq: number, generation: number, step: number, base: Uint8Array) =>
  wrapCipher(wrap, seq, generation, step).encrypt(base);

/** Null if it does not open. */
export function unwrapBase(
  wrap: Uint8Array,
  seq: number,
  generation: number,
  step: number,
  wrapped: Uint8Array,
): Uint8Array | null {
  try {
    return wrapCipher(wrap, seq, generation, step).decrypt(wrapped);
  } catch {
    return null;
  }
}

/** The digest is made of this many parts, so that a join or leave in a large room has one of them computed anew. */
export const ROSTER_PARTS = 16;

/** In which of them a participant stands. */
export const rosterPart = (curve25519: Uint8Array): number => ((curve25519[0] ?? 0) * ROSTER_PARTS) >> 8;

/** One participant's row. */
export const rosterRow = (occupant: string, bundle: Uint8Array): Uint8Array =>
  concat(lp(occupant), hash(bundle));

/** `rows` of one part, in order of curve25519. */
export const rosterPartHash = (rows: Uint8Array[]): Uint8Array => hash(lp('Sealmeet 1 roster part'), ...rows);

/** `parts`: the hash of each; `count`: participants in all of them. */
export const rosterHash = (room: string, count: number, parts: Uint8Array[]): Uint8Array =>
  hash(lp('Sealmeet 1 roster'), lp(room), uint(count, 2), ...parts);
