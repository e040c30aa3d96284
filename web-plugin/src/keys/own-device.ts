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
  const kept = records && (await keptIn(records, subtle).catch(() => null));
  return kept ? device(kept, false, subtle) : device(await generated(subtle), true, subtle);
}

/** Storage that fails now may work again: what may be in it is not written over. */
async function keptIn(records: RecordStore, subtle: SubtleCrypto): Promise<CryptoKeyPair> {
  const stored = pairOf(await records.get(RECORD));
  if (stored) return stored;
  let kept = await generated(subtle);
  // Another tab may have made one meanwhile; the first that is stored is this browser's.
  await records.update(RECORD, (value) => {
    kept = pairOf(value) ?? kept;
    return kept;
  });
  return kept;
}

async function generated(subtle: SubtleCrypto): Promise<CryptoKeyPair> {
  const made = await subtle.generateKey('Ed25519', false, ['sign', 'verify']);
  if (!('privateKey' in made)) throw new Error('this browser made no Ed25519 key pair');
  return { privateKey: made.privateKey, publicKey: made.publicKey };
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

function pairOf(record: unknown): CryptoKeyPair | null {
  if (typeof record !== 'object' || record === null) return null;
  const { privateKey, publicKey } = record as Partial<CryptoKeyPair>;
  const isPair = isKey(privateKey, 'private') && isKey(publicKey, 'public');
  return isPair && privateKey.usages.includes('sign') ? { privateKey, publicKey } : null;
}

const isKey = (value: unknown, type: KeyType): value is CryptoKey =>
  value instanceof CryptoKey && value.type === type && value.algorithm.name === 'Ed25519';

async function device(pair: CryptoKeyPair, isTemporary: boolean, subtle: SubtleCrypto): Promise<OwnDevice> {
  const publicKey = new Uint8Array(await subtle.exportKey('raw', pair.publicKey));
  return {
    publicKey,
    isTemporary,
    sign: async (message) =>
      new Uint8Array(await subtle.sign('Ed25519', pair.privateKey, Uint8Array.from(message))),
  };
}
