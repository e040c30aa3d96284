// The bundle of a participant: property value to fields and back. docs/protocol.md §3. Signatures are the caller's.

import { concat, fromBase64Url, toBase64Url, uint } from './bytes.ts';
import { LIMITS } from './limits.ts';
import { Refusal } from './parse.ts';

export interface Bundle {
  suites: number[];
  curve25519: Uint8Array;
  ed25519: Uint8Array;
  fallback: Uint8Array;
  nonce: Uint8Array;
  /** SHA-256 of the ML-KEM key, or empty. */
  kem: Uint8Array;
  signature: Uint8Array;
  /** Everything before the signature, and everything. */
  signed: Uint8Array;
  bytes: Uint8Array;
}

export type UnsignedBundle = Omit<Bundle, 'signature' | 'signed' | 'bytes'>;

const PREFIX = '1.';
const VERSION = 1;
const MAX_SUITES = 8;

/** The bytes that the signature covers (after its label and the room). */
export function bundleBody(bundle: UnsignedBundle): Uint8Array {
  return concat(
    Uint8Array.of(VERSION, bundle.suites.length, ...bundle.suites),
    bundle.curve25519,
    bundle.ed25519,
    bundle.fallback,
    bundle.nonce,
    uint(bundle.kem.length, 1),
    bundle.kem,
  );
}

export const encodeBundle = (body: Uint8Array, signature: Uint8Array): string =>
  PREFIX + toBase64Url(concat(body, signature));

/** Throws a Refusal unless `value` is a whole bundle and nothing more. */
export function parseBundle(value: string): Bundle {
  if (value.length > LIMITS.bundle) throw new Refusal(`bundle: longer than ${LIMITS.bundle} characters`);
  if (!value.startsWith(PREFIX)) throw new Refusal('bundle: expected version 1');
  const bytes = fromBase64Url(value.slice(PREFIX.length));
  if (bytes === null) throw new Refusal('bundle: not base64url');
  let at = 0;
  const take = (count: number, what: string): Uint8Array => {
    if (at + count > bytes.length) throw new Refusal(`bundle: ends before ${what}`);
    at += count;
    return bytes.slice(at - count, at);
  };
  const byte = (what: string): number => take(1, what)[0] ?? 0;
  if (byte('version') !== VERSION) throw new Refusal('bundle: expected version 1');
  const count = byte('suites');
  if (count < 1 || count > MAX_SUITES) throw new Refusal(`bundle: expected 1 to ${MAX_SUITES} suites`);
  const suites = [...take(count, 'suites')];
  if (suites.some((suite, index) => suite <= (suites[index - 1] ?? 0))) {
    throw new Refusal('bundle: suites must rise');
  }
  if (!suites.includes(1)) throw new Refusal('bundle: suite 1 is missing');
  const curve25519 = take(32, 'curve25519');
  const ed25519 = take(32, 'ed25519');
  const fallback = take(32, 'fallback');
  const nonce = take(16, 'nonce');
  const kemLength = byte('kem');
  if (kemLength !== 0 && kemLength !== 32) throw new Refusal('bundle: kem must be 0 or 32 bytes');
  const kem = take(kemLength, 'kem');
  const signed = bytes.slice(0, at);
  const signature = take(64, 'signature');
  if (at !== bytes.length) throw new Refusal('bundle: bytes after the signature');
  return { suites, curve25519, ed25519, fallback, nonce, kem, signature, signed, bytes };
}
