// SRTP with AEAD_AES_128_GCM (RFC 3711, RFC 7714), the packet index decided by the caller's packets alone.
//
// werift's own session takes the last packet as the reference for the rollover counter, which retransmissions
// and replays upset. Here the highest index is the reference (RFC 3711 §3.3.1), and packets go out byte for byte.
import { createCipheriv, createDecipheriv } from 'node:crypto';
import { rtpHeaderLength } from './rtp.ts';

/** Protection profile of RFC 7714 §14.2. */
export const AEAD_AES_128_GCM = 0x0007;
export const MASTER_KEY_LENGTH = 16;
export const MASTER_SALT_LENGTH = 12;

const TAG = 16;
const INDEX_FIELD = 4;
/** Streams of one connection whose indices are remembered. */
const SSRC_LIMIT = 4096;

interface SessionKey {
  key: Buffer;
  salt: Buffer;
}

export interface MasterKeys {
  localKey: Buffer;
  localSalt: Buffer;
  remoteKey: Buffer;
  remoteSalt: Buffer;
}

/** Key derivation, RFC 3711 §4.3.3; the 96-bit salt is padded on the right (RFC 7714 §11). */
function derive(masterKey: Buffer, masterSalt: Buffer, label: number, length: number): Buffer {
  const iv = Buffer.alloc(16);
  masterSalt.copy(iv);
  iv.writeUInt8(iv.readUInt8(7) ^ label, 7);
  return createCipheriv('aes-128-ctr', masterKey, iv).update(Buffer.alloc(length));
}

function sessionKey(masterKey: Buffer, masterSalt: Buffer, keyLabel: number, saltLabel: number): SessionKey {
  return {
    key: derive(masterKey, masterSalt, keyLabel, MASTER_KEY_LENGTH),
    salt: derive(masterKey, masterSalt, saltLabel, MASTER_SALT_LENGTH),
  };
}

function xorSalt(iv: Buffer, salt: Buffer): Buffer {
  for (let i = 0; i < iv.length; i += 1) iv.writeUInt8(iv.readUInt8(i) ^ salt.readUInt8(i), i);
  return iv;
}

/** RFC 7714 §8.1. `index` is the 48-bit packet index, rollover counter and sequence number. */
function rtpIv(salt: Buffer, ssrc: number, index: number): Buffer {
  const iv = Buffer.alloc(12);
  iv.writeUInt32BE(ssrc, 2);
  iv.writeUIntBE(index, 6, 6);
  return xorSalt(iv, salt);
}

/** RFC 7714 §9.1. */
function rtcpIv(salt: Buffer, ssrc: number, index: number): Buffer {
  const iv = Buffer.alloc(12);
  iv.writeUInt32BE(ssrc, 2);
  iv.writeUInt32BE(index, 8);
  return xorSalt(iv, salt);
}

/** The highest packet index of each SSRC in one direction. */
class PacketIndices {
  private readonly highest = new Map<number, number>();

  /** The index that a sequence number most likely means, the one nearest to the highest so far; null if below 0. */
  guess(ssrc: number, sequenceNumber: number): number | null {
    const highest = this.highest.get(ssrc);
    if (highest === undefined) return sequenceNumber;
    const base = highest - (highest % 0x10000);
    let index = base + sequenceNumber;
    if (index < highest - 0x8000) index += 0x10000;
    else if (index > highest + 0x8000) index -= 0x10000;
    return index < 0 ? null : index;
  }

  seen(ssrc: number, index: number): void {
    const highest = this.highest.get(ssrc);
    if (highest === undefined) this.forgetOldest();
    if (highest === undefined || index > highest) this.highest.set(ssrc, index);
  }

  private forgetOldest(): void {
    if (this.highest.size < SSRC_LIMIT) return;
    const [oldest] = this.highest.keys();
    if (oldest !== undefined) this.highest.delete(oldest);
  }
}

export class SrtpSession {
  private readonly sendRtp: SessionKey;
  private readonly sendRtcp: SessionKey;
  private readonly receiveRtp: SessionKey;
  private readonly receiveRtcp: SessionKey;
  private readonly sent = new PacketIndices();
  private readonly received = new PacketIndices();
  private rtcpIndex = 0;

  constructor(keys: MasterKeys) {
    this.sendRtp = sessionKey(keys.localKey, keys.localSalt, 0, 2);
    this.sendRtcp = sessionKey(keys.localKey, keys.localSalt, 3, 5);
    this.receiveRtp = sessionKey(keys.remoteKey, keys.remoteSalt, 0, 2);
    this.receiveRtcp = sessionKey(keys.remoteKey, keys.remoteSalt, 3, 5);
  }

  /** null if the packet is from before the first that was sent of its SSRC: it has no index. */
  protectRtp(packet: Buffer, headerLength: number): Buffer | null {
    const ssrc = packet.readUInt32BE(8);
    const index = this.sent.guess(ssrc, packet.readUInt16BE(2));
    if (index === null) return null;
    this.sent.seen(ssrc, index);
    const header = packet.subarray(0, headerLength);
    const cipher = createCipheriv('aes-128-gcm', this.sendRtp.key, rtpIv(this.sendRtp.salt, ssrc, index));
    cipher.setAAD(header);
    const sealed = cipher.update(packet.subarray(headerLength));
    cipher.final();
    return Buffer.concat([header, sealed, cipher.getAuthTag()]);
  }

  /** null if the packet is malformed or not authentic. */
  unprotectRtp(bytes: Buffer): Buffer | null {
    const headerLength = rtpHeaderLength(bytes);
    if (headerLength === null || bytes.length < headerLength + TAG) return null;
    const ssrc = bytes.readUInt32BE(8);
    const index = this.received.guess(ssrc, bytes.readUInt16BE(2));
    if (index === null) return null;
    const header = bytes.subarray(0, headerLength);
    const iv = rtpIv(this.receiveRtp.salt, ssrc, index);
    const opened = open(this.receiveRtp.key, iv, header, bytes.subarray(headerLength));
    if (opened === null) return null;
    this.received.seen(ssrc, index);
    return Buffer.concat([header, opened]);
  }

  protectRtcp(packet: Buffer): Buffer {
    this.rtcpIndex += 1;
    const trailer = Buffer.alloc(INDEX_FIELD);
    trailer.writeUInt32BE((0x80000000 | this.rtcpIndex) >>> 0);
    const header = packet.subarray(0, 8);
    const iv = rtcpIv(this.sendRtcp.salt, packet.readUInt32BE(4), this.rtcpIndex);
    const cipher = createCipheriv('aes-128-gcm', this.sendRtcp.key, iv);
    cipher.setAAD(Buffer.concat([header, trailer]));
    const sealed = cipher.update(packet.subarray(8));
    cipher.final();
    return Buffer.concat([header, sealed, cipher.getAuthTag(), trailer]);
  }

  unprotectRtcp(bytes: Buffer): Buffer | null {
    if (bytes.length < 8 + TAG + INDEX_FIELD) return null;
    const end = bytes.length - INDEX_FIELD;
    const index = bytes.readUInt32BE(end);
    // Browsers always encrypt; the authenticated-only form of RFC 7714 §9.3 does not open here.
    const header = bytes.subarray(0, 8);
    const iv = rtcpIv(this.receiveRtcp.salt, bytes.readUInt32BE(4), index & 0x7fffffff);
    const opened = open(
      this.receiveRtcp.key,
      iv,
      Buffer.concat([header, bytes.subarray(end)]),
      bytes.subarray(8, end),
    );
    return opened === null ? null : Buffer.concat([header, opened]);
  }
}

function open(key: Buffer, iv: Buffer, additional: Buffer, sealed: Buffer): Buffer | null {
  const decipher = createDecipheriv('aes-128-gcm', key, iv);
  decipher.setAAD(additional);
  decipher.setAuthTag(sealed.subarray(sealed.length - TAG));
  const opened = decipher.update(sealed.subarray(0, sealed.length - TAG));
  try {
    decipher.final();
    return opened;
  } catch {
    return null;
  }
}
