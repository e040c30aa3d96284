// The device of a simulated member: a long-lived Ed25519 key pair, which signs outside of the core and takes its time.

import { createPrivateKey, createPublicKey, sign } from 'node:crypto';
import { toBase64 } from '../../web-plugin/src/wire/index.ts';
import type { Chance } from './chance.ts';
import type { Seat } from './seat.ts';

export interface Device {
  publicKey: Uint8Array;
  sign(message: Uint8Array): Uint8Array;
}

/** RFC 8410 §7: what stands before the 32 bytes of a private key, and before those of a public one. */
const PKCS8 = Buffer.from('302e020100300506032b657004220420', 'hex');
const SPKI_BYTES = 12;

/** Of 32 bytes of chance. Ed25519 draws none for a signature (RFC 8032 §5.1.6), so a seed gives the same ones again. */
export function deviceFrom(secret: Uint8Array): Device {
  const key = createPrivateKey({ key: Buffer.concat([PKCS8, secret]), format: 'der', type: 'pkcs8' });
  const spki = createPublicKey(key).export({ format: 'der', type: 'spki' });
  return {
    publicKey: Uint8Array.from(spki.subarray(SPKI_BYTES)),
    sign: (message) => Uint8Array.from(sign(null, message, key)),
  };
}

/** WebCrypto answers within milliseconds; a browser that is busy, or asks its user, does not. */
const PROMPT_MS = 3;
const LATE_MS = { from: 200, to: 5000 };

/** `late`: the chance that this one takes so long that peers may have left, or tried again, meanwhile. */
export const signingMs = (chance: Chance, late: number): number =>
  chance.unit() < late ? chance.integer(LATE_MS.from, LATE_MS.to) : chance.integer(0, PROMPT_MS);

/** A channel is finished: everybody here has a device, so it is proved, and is the one of that member. */
export function wronglyShown(observer: Seat, shown: Seat, device: string | null): string | null {
  if (device === toBase64(shown.device)) return null;
  const what = device === null ? 'no device' : 'another device than its own';
  return `${observer.id} finished a channel with ${shown.id} that proves ${what}`;
}

/** Between which a channel must have been finished when all is calm, and at which end no device was proved. */
export function unprovedPairs(
  present: readonly Seat[],
  needsChannel: (a: Seat, b: Seat) => boolean,
): string[] {
  const problems: string[] = [];
  for (const observer of present) {
    for (const other of present) {
      if (other !== observer && needsChannel(observer, other) && !observer.proved.has(other.identity))
        problems.push(`${observer.id} was proved no device of ${other.id}`);
    }
  }
  return problems;
}
