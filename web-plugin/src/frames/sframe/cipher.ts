// One SFrame key: seals and opens messages of one key id under one suite, RFC 9605 §4.4.3, §4.4.4 and §4.5.1.
import { type Bytes, concat, equalInConstantTime } from '../bytes.ts';
import { decodeHeader, encodeHeader } from './header.ts';
import { deriveKeyMaterial, type KeyMaterial } from './schedule.ts';
import { NONCE_LENGTH, SUITES, type Suite, type SuiteId } from './suites.ts';

const NO_METADATA: Bytes = new Uint8Array(0);

/** Two WebCrypto calls in the CTR suites, one in the GCM suites; the imported keys are not extractable. */
interface Aead {
  /** Ciphertext followed by the tag. */
  encrypt(nonce: Bytes, aad: Bytes, plaintext: Bytes): Promise<Uint8Array>;
  /** Null when the tag does not hold. */
  decrypt(nonce: Bytes, aad: Bytes, sealed: Bytes): Promise<Bytes | null>;
}

export class SFrameKey {
  readonly kid: bigint;
  readonly suite: Suite;
  readonly #salt: Bytes;
  #aead: Aead | null = null;
  readonly #importing: Promise<Aead>;

  private constructor(suite: Suite, kid: bigint, material: KeyMaterial) {
    this.kid = kid;
    this.suite = suite;
    this.#salt = material.salt;
    this.#importing = importAead(suite, material.key).then((aead) => {
      this.#aead = aead;
      material.key.fill(0);
      return aead;
    });
    // Awaited at the first use; a key that never is must not count as an unhandled failure.
    this.#importing.catch(() => {});
  }

  /** `baseKey` is the base_key of RFC 9605 §4.4.2. Returns at once; the cipher is imported behind it. */
  static derive(suite: SuiteId, kid: bigint, baseKey: Uint8Array): SFrameKey {
    return new SFrameKey(SUITES[suite], kid, deriveKeyMaterial(SUITES[suite], kid, baseKey));
  }

  /** The whole message: header, ciphertext, tag. The caller answers for never using `ctr` twice. */
  async seal(ctr: bigint, plaintext: Bytes, metadata: Bytes = NO_METADATA): Promise<Bytes> {
    const header = encodeHeader({ kid: this.kid, ctr });
    const aad = metadata.length === 0 ? header : concat(header, metadata);
    const aead = this.#aead ?? (await this.#importing);
    return concat(header, await aead.encrypt(this.nonce(ctr), aad, plaintext));
  }

  /** Null when the message was not sealed with this key, or was changed since. */
  async open(message: Bytes, metadata: Bytes = NO_METADATA): Promise<Bytes | null> {
    const header = decodeHeader(message);
    if (header === null || header.kid !== this.kid) return null;
    if (message.length < header.length + this.suite.tag) return null;
    const encoded = message.subarray(0, header.length);
    const aad = metadata.length === 0 ? encoded : concat(encoded, metadata);
    const aead = this.#aead ?? (await this.#importing);
    return aead.decrypt(this.nonce(header.ctr), aad, message.subarray(header.length));
  }

  /** Salt XOR counter, RFC 9605 §4.4.3. */
  nonce(ctr: bigint): Bytes {
    const nonce = this.#salt.slice();
    let high = Number(ctr >> 32n);
    let low = Number(ctr & 0xffffffffn);
    for (let i = NONCE_LENGTH - 1; i >= NONCE_LENGTH - 8; i--) {
      nonce[i] = (nonce[i] ?? 0) ^ (low & 0xff);
      low = ((low >>> 8) | ((high & 0xff) << 24)) >>> 0;
      high >>>= 8;
    }
    return nonce;
  }
}

export function importAead(suite: Suite, key: Bytes): Promise<Aead> {
  return suite.cipher === 'AES-GCM' ? importGcm(key, suite.tag) : importCtrHmac(suite, key);
}

async function importGcm(bytes: Bytes, tag: number): Promise<Aead> {
  const key = await crypto.subtle.importKey('raw', bytes, 'AES-GCM', false, ['encrypt', 'decrypt']);
  const parameters = (iv: Bytes, additionalData: Bytes) => ({
    name: 'AES-GCM',
    iv,
    additionalData,
    tagLength: tag * 8,
  });
  return {
    encrypt: async (nonce, aad, plaintext) =>
      new Uint8Array(await crypto.subtle.encrypt(parameters(nonce, aad), key, plaintext)),
    decrypt: (nonce, aad, sealed) =>
      crypto.subtle.decrypt(parameters(nonce, aad), key, sealed).then(
        (plaintext) => new Uint8Array(plaintext),
        () => null,
      ),
  };
}

async function importCtrHmac(suite: Suite, bytes: Bytes): Promise<Aead> {
  const [encryptionKey, authenticationKey] = await Promise.all([
    crypto.subtle.importKey('raw', bytes.slice(0, suite.encryptionKey), 'AES-CTR', false, [
      'encrypt',
      'decrypt',
    ]),
    crypto.subtle.importKey(
      'raw',
      bytes.slice(suite.encryptionKey),
      { name: 'HMAC', hash: suite.hash },
      false,
      ['sign'],
    ),
  ]);
  const counter = (nonce: Bytes) => {
    const block = new Uint8Array(16);
    block.set(nonce);
    return { name: 'AES-CTR', counter: block, length: 32 };
  };
  const tagOf = async (nonce: Bytes, aad: Bytes, ciphertext: Bytes) => {
    const input = concat(lengths(aad.length, ciphertext.length, suite.tag), nonce, aad, ciphertext);
    return new Uint8Array(await crypto.subtle.sign('HMAC', authenticationKey, input), 0, suite.tag);
  };
  return {
    async encrypt(nonce, aad, plaintext) {
      const encrypted = await crypto.subtle.encrypt(counter(nonce), encryptionKey, plaintext);
      const ciphertext = new Uint8Array(encrypted);
      return concat(ciphertext, await tagOf(nonce, aad, ciphertext));
    },
    async decrypt(nonce, aad, sealed) {
      const end = sealed.length - suite.tag;
      const ciphertext = sealed.subarray(0, end);
      // WebCrypto's verify takes whole tags only, hence sign and compare (rule S4).
      if (!equalInConstantTime(await tagOf(nonce, aad, ciphertext), sealed.subarray(end))) return null;
      return new Uint8Array(await crypto.subtle.decrypt(counter(nonce), encryptionKey, ciphertext));
    },
  };
}

/** The three 64-bit lengths in front of what the HMAC covers, RFC 9605 §4.5.1. */
function lengths(aad: number, ciphertext: number, tag: number): Bytes {
  const bytes = new Uint8Array(24);
  const view = new DataView(bytes.buffer);
  view.setUint32(4, aad);
  view.setUint32(12, ciphertext);
  view.setUint32(20, tag);
  return bytes;
}
