// Sealed payloads for everybody: the SFrame header and what stands inside. docs/protocol.md §9; rule M20.

import { concat, fromBase64Url, toBase64Url, uint, utf8 } from './bytes.ts';
import { LIMITS } from './limits.ts';
import { closed, integer, oneOf, Refusal, text } from './parse.ts';

/** The closed list of what may be said; anything else is blocked in both directions. */
export const DATA_KINDS = ['chat', 'reaction', 'poll', 'lower-hand'] as const;
export type DataKind = (typeof DATA_KINDS)[number];

export interface Said {
  kind: DataKind;
  /** Chat: the text. Others: JSON, checked by whoever shows it. */
  body: string;
  /** Sender's clock, milliseconds since the epoch. */
  sentAt: number;
}

export interface DataContent extends Said {
  room: string;
  from: string;
  seq: number;
}

const SIGNATURE = 64;
const MAX_BODY = 16_384;
const MAX_PRIVATE_BODY = 4000;

const bigEndian = (value: number): Uint8Array => {
  let size = 1;
  while (value >= 2 ** (8 * size)) size += 1;
  return uint(value, size);
};

/** RFC 9605 §4.3: config byte, KID, CTR, each in the fewest bytes. */
export function sframeHeader(kid: number, counter: number): Uint8Array {
  const [kidBytes, counterBytes] = [bigEndian(kid), bigEndian(counter)];
  const k = kid < 8 ? kid : 8 | (kidBytes.length - 1);
  const c = counter < 8 ? counter : 8 | (counterBytes.length - 1);
  const none = new Uint8Array(0);
  return concat(Uint8Array.of((k << 4) | c), kid < 8 ? none : kidBytes, counter < 8 ? none : counterBytes);
}

export interface DataFrame {
  kid: number;
  counter: number;
  header: Uint8Array;
  ciphertext: Uint8Array;
}

export function parseDataFrame(body: string): DataFrame {
  if (body.length > LIMITS.data) throw new Refusal(`data: longer than ${LIMITS.data} characters`);
  const bytes = fromBase64Url(body);
  if (bytes === null) throw new Refusal('data: not base64url');
  let at = 1;
  const config = bytes[0] ?? 0;
  const read = (nibble: number): number => {
    if (nibble < 8) return nibble;
    const length = (nibble & 7) + 1;
    const value = bytes.slice(at, at + length).reduce((sum, byte) => sum * 256 + byte, 0);
    at += length;
    return value;
  };
  const [kid, counter] = [read(config >> 4), read(config & 15)];
  if (at > bytes.length || !Number.isSafeInteger(kid) || !Number.isSafeInteger(counter)) {
    throw new Refusal('data: the header does not hold');
  }
  const header = bytes.slice(0, at);
  const canonical = sframeHeader(kid, counter);
  if (toBase64Url(header) !== toBase64Url(canonical)) throw new Refusal('data: the header is not minimal');
  return { kid, counter, header, ciphertext: bytes.slice(at) };
}

export const encodeDataFrame = (header: Uint8Array, ciphertext: Uint8Array): string =>
  toBase64Url(concat(header, ciphertext));

/** Signature first, then the JSON that it covers. */
export const dataPlaintext = (signature: Uint8Array, json: Uint8Array): Uint8Array => concat(signature, json);

export const encodeData = ({ room, from, seq, kind, body, sentAt }: DataContent): Uint8Array =>
  utf8(JSON.stringify({ v: 1, room, from, seq, type: kind, sent: sentAt, body }));

export function parseData(plaintext: Uint8Array): {
  content: DataContent;
  signature: Uint8Array;
  json: Uint8Array;
} {
  if (plaintext.length <= SIGNATURE) throw new Refusal('data: ends early');
  const json = plaintext.slice(SIGNATURE);
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(json));
  } catch {
    throw new Refusal('data: not JSON');
  }
  const fields = closed(value, 'data', ['v', 'room', 'from', 'seq', 'type', 'sent', 'body']);
  if (fields.v !== 1) throw new Refusal('data: expected version 1');
  const content = {
    room: text(fields.room, 'data room', 3071),
    from: text(fields.from, 'data from', LIMITS.occupant),
    seq: integer(fields.seq, 'data seq', 1, Number.MAX_SAFE_INTEGER),
    ...parseSaid(fields, MAX_BODY),
  };
  return { content, signature: plaintext.slice(0, SIGNATURE), json };
}

/** The fields that public and private payloads share. */
export function parseSaid(fields: Record<string, unknown>, limit = MAX_PRIVATE_BODY): Said {
  return {
    kind: oneOf(fields.type, 'data type', DATA_KINDS),
    sentAt: integer(fields.sent, 'data sent', 0, Number.MAX_SAFE_INTEGER),
    body: text(fields.body, 'data body', limit),
  };
}

/** Why this cannot be said, or null. */
export function sayable(kind: string, body: string, isPrivate: boolean): string | null {
  if (!DATA_KINDS.some((known) => known === kind)) return 'this kind of message cannot be sealed';
  if (body.length === 0) return 'the message is empty';
  const limit = isPrivate ? MAX_PRIVATE_BODY : MAX_BODY;
  const isTooLong = body.length > limit || utf8(JSON.stringify(body)).length > limit + 2;
  return isTooLong ? `the message is longer than ${limit} bytes` : null;
}
