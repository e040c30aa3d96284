// The long-lived device of this browser: Ed25519, not extractable, made on first use. docs/protocol.md §7.1; brief D7.

import { toBase64 } from '../wire/index.ts';
import type { RecordStore } from './record-store.ts';
import type { SeenDevice } from './trust.ts';

const RECORD = 'device';

export interface OwnDevice {
  publicKey: Uint8Array;
  /** Nothing could be stored: this device is gone when the page is. */
  isTemporary: boolean;
  sign(message: Uint8Array): Promise<Uint8Array>;
}

/** `records` null: no storage here, a private window or a broken one. */
export async function openDevice(
  records: RecordStore | null,
  subtle: SubtleCrypto = crypto.subtle,
): Promise<OwnDevice> {
  const stored = records && (await stillThere(records));
  if (stored) return device(stored, false, subtle);
  const fresh = await subtle.generateKey('Ed25519', false, ['sign', 'verify']);
  const pair = 'privateKey' in fresh ? fresh : null;
  if (pair === null) throw new Error('this browser made no Ed25519 key pair');
  const isKept = records !== null && (await kept(records, pair));
  return device(pair, !isKept, subtle);
}

/** From the next page on this browser is a new device: nobody who knew the old one knows it. */
export const resetDevice = (records: RecordStore): Promise<void> => records.delete(RECORD);

/**
 * What may leave this browser of its device and of those it knows, as JSON to keep or to compare: no secret is in it.
 * `{sealmeet: 'devices', v: 1, device, temporary, known: [{device, firstSeen, lastSeen, names, verifiedAt,
 * verifiedNames}]}`; keys in base64, times in milliseconds since the epoch.
 */
export const exportDevices = ({ publicKey, isTemporary }: OwnDevice, known: SeenDevice[]): string =>
  JSON.stringify(
    { sealmeet: 'devices', v: 1, device: toBase64(publicKey), temporary: isTemporary, known },
    null,
    2,
  );

async function stillThere(records: RecordStore): Promise<CryptoKeyPair | null> {
  try {
    const record = await records.get(RECORD);
    if (typeof record !== 'object' || record === null) return null;
    const { privateKey, publicKey } = record as Partial<CryptoKeyPair>;
    const isPair = isKey(privateKey, 'private') && isKey(publicKey, 'public');
    return isPair && privateKey.usages.includes('sign') ? { privateKey, publicKey } : null;
  } catch {
    return null;
  }
}

const isKey = (value: unknown, type: KeyType): value is CryptoKey =>
  value instanceof CryptoKey && value.type === type && value.algorithm.name === 'Ed25519';

async function kept(records: RecordStore, pair: CryptoKeyPair): Promise<boolean> {
  try {
    await records.put(RECORD, { privateKey: pair.privateKey, publicKey: pair.publicKey });
    return true;
  } catch {
    return false;
  }
}

async function device(pair: CryptoKeyPair, isTemporary: boolean, subtle: SubtleCrypto): Promise<OwnDevice> {
  const publicKey = new Uint8Array(await subtle.exportKey('raw', pair.publicKey));
  return {
    publicKey,
    isTemporary,
    sign: async (message) =>
      new Uint8Array(await subtle.sign('Ed25519', pair.privateKey, Uint8Array.from(message))),
  };
}
