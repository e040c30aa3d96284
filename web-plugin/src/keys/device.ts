// Proof of a long-lived device inside the channel. docs/protocol.md §7.1.

import { concat, type DeviceProof, utf8 } from '../wire/index.ts';
import type { OlmLibrary } from './olm.ts';
import { isSoundEd25519 } from './points.ts';

export type Proof = DeviceProof;
export type Role = 'initiator' | 'responder';

type Done = (proof: Proof | null, name: string | null) => void;

export interface Prover {
  /** Calls back with the own proof (null: this participant has no device), at once or later. */
  prove(role: Role, transcript: Uint8Array, done: Done): void;
  /** Calls back at once without a proof. */
  withhold(done: Done): void;
  /** Does the peer's proof hold? Null is somebody who proves nothing. */
  holds(role: Role, transcript: Uint8Array, proof: Proof | null): boolean;
}

/** What a device signs: its role, the transcript, itself. Never the peer's device (rule M18). */
export const deviceMessage = (role: Role, transcript: Uint8Array, device: Uint8Array): Uint8Array =>
  concat(utf8(`Sealmeet 1 device ${role}`), transcript, device);

export interface DeviceSetup {
  olm: OlmLibrary;
  /** Public key of the own device, or null. */
  device: Uint8Array | null;
  name(): string | null;
  /** Have `message` signed by the own device; the answer may come later. */
  sign(message: Uint8Array, done: (signature: Uint8Array) => void): void;
}

export function createProver({ olm, device, name, sign }: DeviceSetup): Prover {
  return {
    prove(role, transcript, done) {
      if (device === null) done(null, name());
      else sign(deviceMessage(role, transcript, device), (signature) => done({ device, signature }, name()));
    },
    withhold: (done) => done(null, name()),
    holds: (role, transcript, proof) =>
      proof === null ||
      (isSoundEd25519(proof.device) &&
        olm.verify(proof.device, deviceMessage(role, transcript, proof.device), proof.signature)),
  };
}
