// RFC 9605's derivations: from a base key to the key and salt of one key id (§4.4.2), and one step on (§5.1).
import { expand, extract } from '@noble/hashes/hkdf.js';
import { sha256, sha512 } from '@noble/hashes/sha2.js';
import { ascii, type Bytes, concat } from '../bytes.ts';
import { type Uint64, writeBigEndian } from './header.ts';
import { NONCE_LENGTH, type Suite } from './suites.ts';

// Synchronous on purpose: rule M12 wants the key and the counter drawn before the first await.
const HASHES = { 'SHA-256': sha256, 'SHA-512': sha512 } as const;
const NO_SALT = new Uint8Array(0);
const KEY_LABEL = ascii('SFrame 1.0 Secret key ');
const SALT_LABEL = ascii('SFrame 1.0 Secret salt ');
const RATCHET_LABEL = ascii('SFrame 1.0 Ratchet');

export interface KeyMaterial {
  /** AES key, followed by the HMAC key in the CTR suites. */
  key: Bytes;
  salt: Bytes;
}

export function deriveKeyMaterial(suite: Suite, kid: Uint64, baseKey: Uint8Array): KeyMaterial {
  const hash = HASHES[suite.hash];
  const secret = extract(hash, baseKey, NO_SALT);
  // The labels end with the key id in 8 bytes and the suite in 2.
  const suffix = new Uint8Array(10);
  writeBigEndian(suffix, 0, 8, kid);
  suffix[9] = suite.id;
  const keyLength = suite.encryptionKey + suite.authenticationKey;
  return {
    key: new Uint8Array(expand(hash, secret, concat(KEY_LABEL, suffix), keyLength)),
    salt: new Uint8Array(expand(hash, secret, concat(SALT_LABEL, suffix), NONCE_LENGTH)),
  };
}

/** The base key of the next step; there is no way back. Always SHA-256, as docs/protocol.md fixes. */
export function ratchet(base: Uint8Array): Bytes {
  return new Uint8Array(expand(sha256, extract(sha256, base, NO_SALT), RATCHET_LABEL, 32));
}
