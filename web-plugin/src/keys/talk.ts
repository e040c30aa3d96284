// What is said in a sealed room: sealed under source 0 of the sender key, signed, taken once. docs/protocol.md §9.

import { gcm } from '@noble/ciphers/aes.js';
import { expand, extract } from '@noble/hashes/hkdf.js';
import { sha256 } from '@noble/hashes/sha2.js';
import {
  concat,
  type DataContent,
  type DataFrame,
  dataPlaintext,
  encodeData,
  encodeDataFrame,
  lp,
  parseData,
  Refusal,
  type Said,
  sframeHeader,
  uint,
  utf8,
} from '../wire/index.ts';
import { sourceBase } from './derive.ts';

const SUITE = 4;
const SOURCE = 0;
/** Counters further below the highest than this are taken for repeated. */
const WINDOW = 1024;

/** AES_128_GCM_SHA256_128 with the key of one (base, KID): RFC 9605 §4.4.2 and §4.4.3. */
export function wordCipher(
  base: Uint8Array,
  context: Uint8Array,
  kid: number,
  counter: number,
  header: Uint8Array,
) {
  const secret = extract(sha256, sourceBase(base, context, SOURCE), new Uint8Array(0));
  const suffix = concat(uint(kid, 8), uint(SUITE, 2));
  const key = expand(sha256, secret, concat(utf8('SFrame 1.0 Secret key '), suffix), 16);
  const salt = expand(sha256, secret, concat(utf8('SFrame 1.0 Secret salt '), suffix), 12);
  const nonce = uint(counter, 12).map((byte, at) => byte ^ (salt[at] ?? 0));
  return gcm(key, nonce, concat(header, lp('Sealmeet 1 data')));
}

/** With the header: nobody who has the key seals these words a second time, under another counter or key. */
const signedBytes = (header: Uint8Array, json: Uint8Array): Uint8Array =>
  concat(utf8('Sealmeet 1 data'), lp(header), json);

export interface TalkKey {
  generation: number;
  step: number;
  base: Uint8Array;
}

export const dataKid = (generation: number, step: number): number => generation * 4096 + step * 16 + SOURCE;

/** The own side: counter and seq never go back while the account lives. */
export class Speaker {
  private counter = 0;
  private seq = 0;

  seal(
    said: Said,
    key: TalkKey,
    self: { room: string; occupant: string; context: Uint8Array; sign: (message: Uint8Array) => Uint8Array },
  ): string {
    this.seq += 1;
    const json = encodeData({ ...said, room: self.room, from: self.occupant, seq: this.seq });
    const kid = dataKid(key.generation, key.step);
    const header = sframeHeader(kid, this.counter);
    const plaintext = dataPlaintext(self.sign(signedBytes(header, json)), json);
    const ciphertext = wordCipher(key.base, self.context, kid, this.counter, header).encrypt(plaintext);
    this.counter += 1;
    return encodeDataFrame(header, ciphertext);
  }
}

/** What was heard of one sender. */
export class Listener {
  private highest = -1;
  private readonly seen = new Set<number>();
  private lastSeq: number | null = null;

  /** Throws a Refusal; `missed`: how many of this sender's messages between the last one and this did not come. */
  open(
    frame: DataFrame,
    base: Uint8Array,
    peer: {
      room: string;
      occupant: string;
      context: Uint8Array;
      verify: (message: Uint8Array, signature: Uint8Array) => boolean;
    },
  ): { content: DataContent; missed: number } {
    const { kid, counter, header, ciphertext } = frame;
    if (counter <= this.highest - WINDOW || this.seen.has(counter))
      throw new Refusal('data: was seen before');
    const { content, signature, json } = parseData(
      decrypted(() => wordCipher(base, peer.context, kid, counter, header).decrypt(ciphertext)),
    );
    if (!peer.verify(signedBytes(header, json), signature))
      throw new Refusal('data: the signature does not hold');
    if (content.room !== peer.room) throw new Refusal('data: made for another room');
    if (content.from !== peer.occupant) throw new Refusal('data: names another sender');
    this.highest = Math.max(this.highest, counter);
    this.seen.add(counter);
    for (const old of this.seen) if (old <= this.highest - WINDOW) this.seen.delete(old);
    const missed = this.lastSeq === null ? 0 : Math.max(0, content.seq - this.lastSeq - 1);
    this.lastSeq = Math.max(this.lastSeq ?? 0, content.seq);
    return { content, missed };
  }
}

function decrypted(open: () => Uint8Array): Uint8Array {
  try {
    return open();
  } catch {
    throw new Refusal('data: does not open');
  }
}
