// What stands inside Olm: JSON with a closed schema for each type, and a short form of KEY. docs/protocol.md §4.2, §5.3.

import { toBase64Url, utf8 } from './bytes.ts';
import { parseSaid, type Said } from './data.ts';
import { encodeKey, type KeyBody, MAX_GENERATION, parseKey } from './key.ts';
import { LIMITS } from './limits.ts';
import { bytes, closed, type Fields, flag, integer, oneOf, Refusal, record, text } from './parse.ts';
import { encodeSas, parseSas, type SasMessage } from './sas.ts';

const MAX_SEQ = 2 ** 48 - 1;

/** Written on a plaintext and checked; none of it is ever believed, only compared. */
export interface Ends {
  room: string;
  from: string;
  to: string;
}

/** Device key and its signature over the transcript. */
export interface DeviceProof {
  device: Uint8Array;
  signature: Uint8Array;
}

export type Plaintext =
  | { type: 'hello'; ordinal: number; nonce: Uint8Array; sealed: boolean }
  | {
      type: 'accept';
      nonce: Uint8Array;
      sealed: boolean;
      confirm: Uint8Array;
      proof: DeviceProof | null;
      name: string | null;
      key: KeyBody | null;
    }
  | {
      type: 'confirm';
      sealed: boolean;
      confirm: Uint8Array;
      proof: DeviceProof | null;
      name: string | null;
      key: KeyBody | null;
    }
  | { type: 'key'; key: KeyBody }
  | { type: 'keyreq'; min: number }
  | { type: 'data'; said: Said }
  | { type: 'sas'; sas: SasMessage };

type LongPlaintext = Exclude<Plaintext, { type: 'key' }>;

const TYPES = ['hello', 'accept', 'confirm', 'keyreq', 'data', 'sas'] as const;
const SHORT = /^([1-9][0-9]{0,14})\.([A-Za-z0-9_-]+)$/;
const ENVELOPE = ['v', 'type', 'room', 'from', 'to', 'seq'];
export const MAX_NAME = 128;

/**
 * KEY is by far the most frequent, one for each member at each leave, so it does without the names of its ends: its wrap
 * opens under their transcript alone, which has them all.
 */
export function encodePlaintext({ room, from, to }: Ends, seq: number, content: Plaintext): string {
  if (content.type === 'key') return `${seq}.${encodeKey(content.key)}`;
  return JSON.stringify({ v: 1, type: content.type, room, from, to, seq, ...encodeContent(content) });
}

function encodeContent(content: LongPlaintext): Fields {
  switch (content.type) {
    case 'hello':
      return { ordinal: content.ordinal, nonce: toBase64Url(content.nonce), sealed: content.sealed };
    case 'accept':
      return { nonce: toBase64Url(content.nonce), ...encodeShared(content) };
    case 'confirm':
      return encodeShared(content);
    case 'keyreq':
      return { min: content.min };
    case 'data': {
      const { kind, body, sentAt } = content.said;
      return { said: { type: kind, sent: sentAt, body } };
    }
    case 'sas':
      return { sas: encodeSas(content.sas) };
  }
}

function encodeShared(content: Extract<Plaintext, { confirm: Uint8Array }>): Fields {
  return {
    sealed: content.sealed,
    confirm: toBase64Url(content.confirm),
    ...(content.proof === null
      ? {}
      : { dev: toBase64Url(content.proof.device), sig: toBase64Url(content.proof.signature) }),
    ...(content.name === null ? {} : { name: content.name }),
    ...(content.key === null ? {} : { key: encodeKey(content.key) }),
  };
}

export interface ParsedPlaintext {
  seq: number;
  /** Null for KEY, whose wrap proves them. */
  ends: Ends | null;
  content: Plaintext;
}

/** Throws a Refusal unless `plain` is a plaintext of ours, whole and without anything else. */
export function parsePlaintext(plain: string): ParsedPlaintext {
  if (plain.length > LIMITS.plaintext || utf8(plain).length > LIMITS.plaintext) {
    throw new Refusal(`plaintext: more than ${LIMITS.plaintext} bytes`);
  }
  const [, seq, key] = SHORT.exec(plain) ?? [];
  if (seq === undefined) return parseLong(plain);
  return {
    seq: integer(Number(seq), 'seq', 1, MAX_SEQ),
    ends: null,
    content: { type: 'key', key: parseKey(key) },
  };
}

function parseLong(json: string): ParsedPlaintext {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    throw new Refusal('plaintext: not JSON');
  }
  const fields = record(value, 'plaintext');
  if (fields.v !== 1) throw new Refusal('plaintext: expected version 1');
  const type = oneOf(fields.type, 'plaintext type', TYPES);
  const content = parseContent(type, fields);
  const ends = {
    room: text(fields.room, 'room', 3071),
    from: text(fields.from, 'from', LIMITS.occupant),
    to: text(fields.to, 'to', LIMITS.occupant),
  };
  return { seq: integer(fields.seq, 'seq', 1, MAX_SEQ), ends, content };
}

function parseContent(type: LongPlaintext['type'], fields: Fields): LongPlaintext {
  switch (type) {
    case 'hello':
      closed(fields, type, [...ENVELOPE, 'ordinal', 'nonce', 'sealed']);
      return {
        type,
        ordinal: integer(fields.ordinal, 'ordinal', 1, 2 ** 32 - 1),
        nonce: bytes(fields.nonce, 'nonce', 16),
        sealed: flag(fields.sealed, 'sealed'),
      };
    case 'accept':
      closed(fields, type, [...ENVELOPE, 'nonce', 'sealed', 'confirm'], ['dev', 'sig', 'name', 'key']);
      return { type, nonce: bytes(fields.nonce, 'nonce', 16), ...parseShared(fields) };
    case 'confirm':
      closed(fields, type, [...ENVELOPE, 'sealed', 'confirm'], ['dev', 'sig', 'name', 'key']);
      return { type, ...parseShared(fields) };
    case 'keyreq':
      closed(fields, type, [...ENVELOPE, 'min']);
      return { type, min: integer(fields.min, 'min', 1, MAX_GENERATION) };
    case 'data':
      closed(fields, type, [...ENVELOPE, 'said']);
      return { type, said: parseSaid(closed(fields.said, 'said', ['type', 'sent', 'body'])) };
    case 'sas':
      closed(fields, type, [...ENVELOPE, 'sas']);
      return { type, sas: parseSas(fields.sas) };
  }
}

function parseShared(fields: Fields) {
  if ((fields.dev === undefined) !== (fields.sig === undefined))
    throw new Refusal('dev and sig: expected both');
  return {
    sealed: flag(fields.sealed, 'sealed'),
    confirm: bytes(fields.confirm, 'confirm', 32),
    proof:
      fields.dev === undefined
        ? null
        : { device: bytes(fields.dev, 'dev', 32), signature: bytes(fields.sig, 'sig', 64) },
    name: fields.name === undefined ? null : text(fields.name, 'name', MAX_NAME),
    key: fields.key === undefined ? null : parseKey(fields.key),
  };
}
