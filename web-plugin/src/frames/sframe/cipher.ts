// One SFrame key: seals and opens messages of one key id under one suite, RFC 9605 §4.4.3, §4.4.4 and §4.5.1.
import { type Bytes, concat, equalInConstantTime, lend } from '../bytes.ts';
import { decodeHeader, encodeHeader, shared, type Uint64 } from './header.ts';
import { deriveKeyMaterial, type KeyMaterial } from './schedule.ts';
import { NONCE_LENGTH, SUITES, type Suite, type SuiteId } from './suites.ts';

/** The imported keys are not extractable. */
interface Aead {
  /**
   * Ciphertext followed by the tag. All arguments have been read when this returns (WebCrypto copies them in the
   * call), so that a caller may use one buffer for every frame. The same holds of nonce and aad of `decrypt`.
   */
  encrypt(nonce: Bytes, aad: Bytes, plaintext: Bytes): Promise<ArrayBuffer>;
  /** Rejects or gives null when the tag does not hold. */
  decrypt(nonce: Bytes, aad: Bytes, sealed: Bytes): Promise<ArrayBuffer | null>;
}

export class SFrameKey {
  readonly kid: Uint64;
  readonly suite: Suite;
  readonly #salt: Bytes;
  readonly #nonce: Bytes;
  #aead: Aead | null = null;
  readonly #importing: Promise<Aead>;

  private constructor(suite: Suite, kid: Uint64, material: KeyMaterial) {
    this.kid = kid;
    this.suite = suite;
    this.#salt = material.salt;
    this.#nonce = material.salt.slice();
    this.#importing = importAead(suite, material.key).then((aead) => {
      this.#aead = aead;
      material.key.fill(0);
      return aead;
    });
    // Awaited at the first use; a key that never is must not count as an unhandled failure.
    this.#importing.catch(() => {});
  }

  /** `baseKey` is the base_key of RFC 9605 §4.4.2. Returns at once; the cipher is imported behind it. */
  static derive(suite: SuiteId, kid: Uint64, baseKey: Uint8Array): SFrameKey {
    return new SFrameKey(SUITES[suite], kid, deriveKeyMaterial(SUITES[suite], kid, baseKey));
  }

  /** The header, and behind it room for metadata. Good until the next one is made: see `shared`. */
  header(ctr: Uint64, room = 0): Bytes {
    return encodeHeader({ kid: this.kid, ctr }, shared, room);
  }

  /**
   * Ciphertext and tag, without the header. `aad` is the header, and after it the metadata.
   * The caller answers for never using `ctr` twice. `aad` and `plaintext` may be overwritten when this returns.
   */
  encrypt(ctr: Uint64, aad: Bytes, plaintext: Bytes): Promise<ArrayBuffer> {
    if (this.#aead !== null) return this.#aead.encrypt(this.nonce(ctr), aad, plaintext);
    const [header, copy] = [aad.slice(), plaintext.slice()];
    return this.#importing.then((aead) => aead.encrypt(this.nonce(ctr), header, copy));
  }

  /** Whether `decrypt` has read all it is given when it returns, so that the memory may be given back. */
  get readsAtOnce(): boolean {
    return this.#aead !== null && this.suite.cipher === 'AES-GCM';
  }

  /** Of what `encrypt` returned. Rejects or gives null when it is not authentic. Only `aad` is free at once. */
  decrypt(ctr: Uint64, aad: Bytes, sealed: Bytes): Promise<ArrayBuffer | null> {
    if (this.#aead !== null) return this.#aead.decrypt(this.nonce(ctr), aad, sealed);
    const header = aad.slice();
    return this.#importing.then((aead) => aead.decrypt(this.nonce(ctr), header, sealed));
  }

  /** The whole message: header, ciphertext, tag. */
  async seal(ctr: Uint64, plaintext: Bytes, metadata?: Bytes): Promise<Bytes> {
    const header = this.header(ctr).slice();
    const aad = metadata === undefined ? header : concat(header, metadata);
    return concat(header, new Uint8Array(await this.encrypt(ctr, aad, plaintext)));
  }

  /** Null when the message was not sealed with this key, or was changed since. */
  async open(message: Bytes, metadata?: Bytes): Promise<Bytes | null> {
    const header = decodeHeader(message);
    if (header === null || header.kid.high !== this.kid.high || header.kid.low !== this.kid.low) return null;
    if (message.length < header.length + this.suite.tag) return null;
    const encoded = message.subarray(0, header.length);
    const aad = metadata === undefined ? encoded : concat(encoded, metadata);
    try {
      const plaintext = await this.decrypt(header.ctr, aad, message.subarray(header.length));
      return plaintext === null ? null : new Uint8Array(plaintext);
    } catch {
      return null;
    }
  }

  /** Salt XOR counter, RFC 9605 §4.4.3. The same array every time: good until the next call. */
  nonce({ high, low }: Uint64): Bytes {
    const nonce = this.#nonce;
    for (let i = 0; i < 8; i++) {
      const at = NONCE_LENGTH - 1 - i;
      nonce[at] = (this.#salt[at] ?? 0) ^ (((i < 4 ? low : high) >>> ((i & 3) * 8)) & 0xff);
    }
    return nonce;
  }
}

export function importAead(suite: Suite, key: Bytes): Promise<Aead> {
  return suite.cipher === 'AES-GCM' ? importGcm(key) : importCtrHmac(suite, key);
}

/** WebCrypto's own tag length is the 16 bytes that both GCM suites have. */
async function importGcm(bytes: Bytes): Promise<Aead> {
  const key = await crypto.subtle.importKey('raw', bytes, 'AES-GCM', false, ['encrypt', 'decrypt']);
  return {
    encrypt: (iv, additionalData, plaintext) =>
      crypto.subtle.encrypt({ name: 'AES-GCM', iv, additionalData }, key, lend(plaintext)),
    decrypt: (iv, additionalData, sealed) =>
      crypto.subtle.decrypt({ name: 'AES-GCM', iv, additionalData }, key, lend(sealed)),
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
  /** What the HMAC covers in front of the ciphertext. */
  const prefix = (nonce: Bytes, aad: Bytes, ciphertextLength: number) =>
    concat(lengths(aad.length, ciphertextLength, suite.tag), nonce, aad);
  const tagOf = async (before: Bytes, ciphertext: Bytes) => {
    const signature = await crypto.subtle.sign('HMAC', authenticationKey, concat(before, ciphertext));
    return new Uint8Array(signature, 0, suite.tag);
  };
  return {
    async encrypt(nonce, aad, plaintext) {
      const before = prefix(nonce, aad, plaintext.length);
      const ciphertext = new Uint8Array(
        await crypto.subtle.encrypt(counter(nonce), encryptionKey, plaintext),
      );
      return concat(ciphertext, await tagOf(before, ciphertext)).buffer;
    },
    async decrypt(nonce, aad, sealed) {
      const algorithm = counter(nonce);
      const end = sealed.length - suite.tag;
      const ciphertext = sealed.subarray(0, end);
      const tag = await tagOf(prefix(nonce, aad, end), ciphertext);
      // WebCrypto's verify takes whole tags only, hence sign and compare (rule S4).
      if (!equalInConstantTime(tag, sealed.subarray(end))) return null;
      return crypto.subtle.decrypt(algorithm, encryptionKey, ciphertext);
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
