// Every vector of RFC 9605 (test/vectors/rfc9605.json), suites 6–8 of the later draft included where they exist.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { importAead, SFrameKey } from '../../../web-plugin/src/frames/sframe/cipher.ts';
import { decodeHeader, encodeHeader, type Uint64 } from '../../../web-plugin/src/frames/sframe/header.ts';
import { deriveKeyMaterial } from '../../../web-plugin/src/frames/sframe/schedule.ts';
import { SUITES, type Suite, type SuiteId } from '../../../web-plugin/src/frames/sframe/suites.ts';

type Vector = Record<string, string>;

// Numbers up to 2^64 − 1: quoted before parsing, because JSON.parse would round them.
const text = readFileSync(new URL('../../vectors/rfc9605.json', import.meta.url), 'utf8');
const vectors = JSON.parse(text.replace(/:\s*(\d+)/g, ': "$1"')) as Record<string, Vector[]>;

function section(name: string): Vector[] {
  const found = vectors[name];
  assert.ok(found !== undefined && found.length > 0, `no vectors called ${name}`);
  return found;
}

function field(vector: Vector, name: string): string {
  const value = vector[name];
  assert.ok(value !== undefined, `no field ${name}`);
  return value;
}

const bytes = (vector: Vector, name: string) => Uint8Array.from(Buffer.from(field(vector, name), 'hex'));
const number = (vector: Vector, name: string): Uint64 => {
  const value = BigInt(field(vector, name));
  return { high: Number(value >> 32n), low: Number(value & 0xffffffffn) };
};
const hex = (value: Uint8Array | null) => (value === null ? null : Buffer.from(value).toString('hex'));

/** Suites 6–8 are not RFC 9605's: AES-256 and SHA-512 in the CTR construction, tags as in 1–3. */
function suiteOf(id: number): Suite {
  if (id <= 5) return SUITES[id as SuiteId];
  return { ...SUITES[(id - 5) as SuiteId], hash: 'SHA-512', encryptionKey: 32, authenticationKey: 64 };
}

describe('RFC 9605 vectors', () => {
  it('reads and writes every header', () => {
    for (const vector of section('header')) {
      const kid = number(vector, 'kid');
      const ctr = number(vector, 'ctr');
      assert.equal(hex(encodeHeader({ kid, ctr })), vector.encoded);
      const encoded = bytes(vector, 'encoded');
      assert.deepEqual(decodeHeader(encoded), { kid, ctr, length: encoded.length });
    }
  });

  for (const vector of [...section('aes_ctr_hmac'), ...section('aes_256_ctr_hmac')]) {
    it(`AES-CTR with HMAC, suite ${vector.cipher_suite}`, async () => {
      const suite = suiteOf(Number(vector.cipher_suite));
      const aead = await importAead(suite, bytes(vector, 'key'));
      const [nonce, aad] = [bytes(vector, 'nonce'), bytes(vector, 'aad')];
      assert.equal(hex(new Uint8Array(await aead.encrypt(nonce, aad, bytes(vector, 'pt')))), vector.ct);
      const opened = await aead.decrypt(nonce, aad, bytes(vector, 'ct'));
      assert.equal(hex(opened && new Uint8Array(opened)), vector.pt);
      for (let i = 0; i < bytes(vector, 'ct').length; i++) {
        const changed = bytes(vector, 'ct');
        changed[i] = (changed[i] ?? 0) ^ 0x40;
        assert.equal(await aead.decrypt(nonce, aad, changed), null, `byte ${i} changed`);
      }
    });
  }

  for (const vector of section('sframe')) {
    it(`key schedule and message, suite ${vector.cipher_suite}`, async () => {
      const id = Number(vector.cipher_suite) as SuiteId;
      const kid = number(vector, 'kid');
      const ctr = number(vector, 'ctr');
      const material = deriveKeyMaterial(SUITES[id], kid, bytes(vector, 'base_key'));
      assert.equal(hex(material.key), vector.sframe_key);
      assert.equal(hex(material.salt), vector.sframe_salt);

      const key = SFrameKey.derive(id, kid, bytes(vector, 'base_key'));
      assert.equal(hex(key.nonce(ctr)), vector.nonce);
      const metadata = bytes(vector, 'metadata');
      assert.equal(hex(await key.seal(ctr, bytes(vector, 'pt'), metadata)), vector.ct);
      assert.equal(hex(await key.open(bytes(vector, 'ct'), metadata)), vector.pt);
      for (let i = 0; i < bytes(vector, 'ct').length; i++) {
        const changed = bytes(vector, 'ct');
        changed[i] = (changed[i] ?? 0) ^ 0x01;
        assert.equal(await key.open(changed, metadata), null, `byte ${i} changed`);
      }
    });
  }

  it('refuses headers that are cut or longer than need be', () => {
    const refused = ['', '80', '8005', '8000', '9000ff', '08', '0800', '0807', '0900ff', 'f0ffff', '8f01'];
    for (const encoded of refused) assert.equal(decodeHeader(Buffer.from(encoded, 'hex')), null, encoded);
  });
});
