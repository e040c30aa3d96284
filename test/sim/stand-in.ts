// libolm's place taken by something that keeps account of who may open what, at no cost: same sizes, same refusals, no
// secrecy at all. With it hundreds of members can be simulated many times; state machine and wire are the real ones.

import { createHash } from 'node:crypto';
import {
  forgetOldest,
  type OlmAccount,
  type OlmLibrary,
  type OlmSession,
} from '../../web-plugin/src/keys/index.ts';
import { equal, toBase64 } from '../../web-plugin/src/wire/index.ts';
import type { Chance } from './chance.ts';
import type { Device } from './device.ts';

/** What libolm puts around a text that it has padded to whole blocks, and around a pre-key message besides. */
const NORMAL_BYTES = 48;
const PRE_KEY_BYTES = 106;
const BLOCK = 16;
/** In front of a text: the line's end, and in the responder's first messages a pre-key message in base64. */
const LINE_END = 1;
const LINE = Math.ceil(((NORMAL_BYTES + BLOCK + PRE_KEY_BYTES) * 4) / 3);
/** Session, ends, direction, number, length; and a check at the end. */
const ID = 16;
const ENDS = 8;
const HEAD = ID + ENDS + 1 + 4 + 2;
const CHECK = 8;
/** As libolm: a message so far ahead, or so far behind, is not opened. */
const GAP = 2000;

const digest = (...parts: Uint8Array[]): Buffer => {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest();
};

/** Cannot be made by whoever only sees messages of the simulation, which is all that is asked of it. */
const signature = (ed25519: Uint8Array, message: Uint8Array): Uint8Array => {
  const half = digest(ed25519, message);
  return Uint8Array.from([...half, ...half]);
};

/** Of 32 bytes of chance: the public key of a point's form, and signatures as those of an account. */
export function standInDevice(secret: Uint8Array): Device {
  const publicKey = point(secret);
  return { publicKey, sign: (message) => signature(publicKey, message) };
}

function point(bytes: Uint8Array): Uint8Array {
  bytes[31] = (bytes[31] ?? 0) & 63;
  return bytes;
}

export function standIn(chance: Chance): OlmLibrary {
  const drawn = (): Uint8Array => point(chance.bytes(32));
  return {
    account: () => account(drawn(), drawn(), drawn(), () => chance.bytes(ID)),
    verify: (ed25519, message, signed) => equal(signature(ed25519, message), signed),
    sas: () => {
      throw new Error('nobody compares emoji in a simulation with stand-ins');
    },
  };
}

function account(
  curve25519: Uint8Array,
  ed25519: Uint8Array,
  fallback: Uint8Array,
  sessionId: () => Uint8Array,
): OlmAccount {
  return {
    curve25519,
    ed25519,
    fallback,
    sign: (message) => signature(ed25519, message),
    outbound: (peer, peerFallback) =>
      new Session(sessionId(), true, digest(curve25519, peer, peerFallback).subarray(0, ENDS)),
    inbound(peer, _fallback, body) {
      const { session, ends } = read(0, body);
      if (!equal(ends, digest(peer, curve25519, fallback).subarray(0, ENDS)))
        throw new Error('not from this one');
      return new Session(session, false, ends);
    },
    free: () => undefined,
  };
}

class Session implements OlmSession {
  readonly id: string;
  private readonly session: Uint8Array;
  private readonly isInitiator: boolean;
  /** Of the three keys that the session was made with. */
  private readonly ends: Uint8Array;
  private sent = 0;
  private hasHeard = false;
  private highest = 0;
  private readonly opened = new Set<number>();

  constructor(session: Uint8Array, isInitiator: boolean, ends: Uint8Array) {
    this.id = toBase64(session);
    this.session = session;
    this.isInitiator = isInitiator;
    this.ends = ends;
  }

  encrypt(text: string): [type: 0 | 1, body: string] {
    this.sent += 1;
    const type = this.isInitiator && !this.hasHeard ? 0 : 1;
    const length = Buffer.byteLength(text);
    const inside = length + LINE_END + (this.isInitiator || this.opened.size > 1 ? 0 : LINE);
    const padded = inside + BLOCK - (inside % BLOCK);
    const whole = Buffer.alloc(padded + NORMAL_BYTES + (type === 0 ? PRE_KEY_BYTES : 0));
    whole.set(this.session, 0);
    whole.set(this.ends, ID);
    whole.writeUInt8(this.isInitiator ? 1 : 0, ID + ENDS);
    whole.writeUInt32BE(this.sent, ID + ENDS + 1);
    whole.writeUInt16BE(length, ID + ENDS + 5);
    whole.write(text, HEAD);
    const end = whole.length - CHECK;
    whole.set(digest(whole.subarray(0, end)).subarray(0, CHECK), end);
    return [type, whole.toString('base64').replace(/=+$/, '')];
  }

  decrypt(type: 0 | 1, body: string): string {
    const { session, ends, fromInitiator, number, text } = read(type, body);
    if (!equal(session, this.session) || !equal(ends, this.ends)) throw new Error('of another session');
    if (fromInitiator === this.isInitiator) throw new Error('of this end itself');
    if (this.opened.has(number) || Math.abs(number - this.highest) > GAP)
      throw new Error('was opened, or too far');
    this.highest = Math.max(this.highest, number);
    this.hasHeard = true;
    this.opened.add(number);
    forgetOldest(this.opened, 2 * GAP);
    return text;
  }

  matches(_peer: Uint8Array, body: string): boolean {
    return equal(read(0, body).session, this.session);
  }

  free(): void {
    this.opened.clear();
  }
}

function read(type: 0 | 1, body: string) {
  const whole = Buffer.from(body, 'base64');
  const end = whole.length - CHECK;
  const isWhole = whole.length >= NORMAL_BYTES + (type === 0 ? PRE_KEY_BYTES : 0);
  if (!isWhole || !equal(digest(whole.subarray(0, end)).subarray(0, CHECK), whole.subarray(end)))
    throw new Error('was changed');
  return {
    session: whole.subarray(0, ID),
    ends: whole.subarray(ID, ID + ENDS),
    fromInitiator: whole.readUInt8(ID + ENDS) === 1,
    number: whole.readUInt32BE(ID + ENDS + 1),
    text: whole.toString('utf8', HEAD, HEAD + whole.readUInt16BE(ID + ENDS + 5)),
  };
}
