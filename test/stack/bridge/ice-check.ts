// A connectivity check as the bridge sends it (RFC 8445 §7.2.4): a STUN binding request of the controlled side.
import { createHmac, randomBytes } from 'node:crypto';
import { crc32 } from 'node:zlib';

const BINDING_REQUEST = 0x0001;
const MAGIC_COOKIE = 0x2112a442;
const HEADER = 20;
const USERNAME = 0x0006;
const MESSAGE_INTEGRITY = 0x0008;
const PRIORITY = 0x0024;
const FINGERPRINT = 0x8028;
const ICE_CONTROLLED = 0x8029;
const FINGERPRINT_XOR = 0x5354554e;
/** Of a peer-reflexive candidate, RFC 8445 §5.1.2. */
const PEER_REFLEXIVE_PRIORITY = (110 << 24) | (0xffff << 8) | 255;

export interface CheckCredentials {
  localUfrag: string;
  remoteUfrag: string;
  remotePassword: string;
}

export function connectivityCheck({ localUfrag, remoteUfrag, remotePassword }: CheckCredentials): Buffer {
  const header = Buffer.alloc(HEADER);
  header.writeUInt16BE(BINDING_REQUEST, 0);
  header.writeUInt32BE(MAGIC_COOKIE, 4);
  randomBytes(12).copy(header, 8);
  const priority = Buffer.alloc(4);
  priority.writeUInt32BE(PEER_REFLEXIVE_PRIORITY >>> 0);
  let message = Buffer.concat([
    header,
    attribute(USERNAME, Buffer.from(`${remoteUfrag}:${localUfrag}`)),
    attribute(PRIORITY, priority),
    // Of two controlled sides the one with the larger tie-breaker takes control (§7.3.1.1): never this one.
    attribute(ICE_CONTROLLED, Buffer.alloc(8)),
  ]);
  // Each of the two covers all before it, with the length that the message has when it is in (RFC 8489 §14.5, §14.7).
  const integrity = () => createHmac('sha1', remotePassword).update(message).digest();
  setLength(message, 4 + 20);
  message = Buffer.concat([message, attribute(MESSAGE_INTEGRITY, integrity())]);
  setLength(message, 4 + 4);
  const fingerprint = Buffer.alloc(4);
  fingerprint.writeUInt32BE((crc32(message) ^ FINGERPRINT_XOR) >>> 0);
  return Buffer.concat([message, attribute(FINGERPRINT, fingerprint)]);
}

function attribute(type: number, value: Buffer): Buffer {
  const padded = Buffer.alloc(4 + 4 * Math.ceil(value.length / 4));
  padded.writeUInt16BE(type, 0);
  padded.writeUInt16BE(value.length, 2);
  value.copy(padded, 4);
  return padded;
}

function setLength(message: Buffer, toCome: number): void {
  message.writeUInt16BE(message.length - HEADER + toCome, 2);
}
