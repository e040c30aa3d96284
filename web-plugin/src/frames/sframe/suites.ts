// The cipher suites of RFC 9605 §4.5 and their sizes.

export type SuiteId = 1 | 2 | 3 | 4 | 5;

interface Sizes {
  name: string;
  hash: 'SHA-256' | 'SHA-512';
  /** AES key, bytes. */
  encryptionKey: number;
  /** HMAC key, bytes; 0 where the cipher authenticates by itself. */
  authenticationKey: number;
  /** Nt, bytes. */
  tag: number;
}

export type Suite = Sizes & { id: SuiteId; cipher: 'AES-CTR-HMAC' | 'AES-GCM' };

/** Nn of every suite, bytes. */
export const NONCE_LENGTH = 12;

export const SUITES: Readonly<Record<SuiteId, Suite>> = {
  1: ctr(1, 'AES_128_CTR_HMAC_SHA256_80', 10),
  2: ctr(2, 'AES_128_CTR_HMAC_SHA256_64', 8),
  3: ctr(3, 'AES_128_CTR_HMAC_SHA256_32', 4),
  4: gcm(4, 'AES_128_GCM_SHA256_128', 'SHA-256', 16),
  5: gcm(5, 'AES_256_GCM_SHA512_128', 'SHA-512', 32),
};

function ctr(id: SuiteId, name: string, tag: number): Suite {
  return { id, name, cipher: 'AES-CTR-HMAC', hash: 'SHA-256', encryptionKey: 16, authenticationKey: 32, tag };
}

function gcm(id: SuiteId, name: string, hash: Suite['hash'], encryptionKey: number): Suite {
  return { id, name, cipher: 'AES-GCM', hash, encryptionKey, authenticationKey: 0, tag: 16 };
}
