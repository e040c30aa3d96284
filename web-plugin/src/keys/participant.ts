// Who takes part: an own account with its bundle, and the checks that a bundle of others must pass. docs/protocol.md §3.

import {
  type Bundle,
  bundleBody,
  concat,
  encodeBundle,
  lp,
  parseBundle,
  Refusal,
  toBase64,
  utf8,
} from '../wire/index.ts';
import type { Identity } from './events.ts';
import type { OlmAccount, OlmLibrary } from './olm.ts';
import { isSoundCurve25519, isSoundEd25519 } from './points.ts';

/** Channel suites of this build, rising. */
const SUITES = [1];

/** The public side of one participant of this meeting. */
export interface Participant {
  identity: Identity;
  curve25519: Uint8Array;
  ed25519: Uint8Array;
  fallback: Uint8Array;
  suites: number[];
  /** The whole bundle, as the transcript and the roster digest take it. */
  bundle: Uint8Array;
}

const bundleMessage = (room: string, body: Uint8Array): Uint8Array =>
  concat(utf8('Sealmeet 1 bundle'), lp(room), body);

/** Value of the presence property for an account. */
export function ownBundle(account: OlmAccount, room: string, nonce: Uint8Array): string {
  const { curve25519, ed25519, fallback } = account;
  const body = bundleBody({ suites: SUITES, curve25519, ed25519, fallback, nonce, kem: new Uint8Array(0) });
  return encodeBundle(body, account.sign(bundleMessage(room, body)));
}

/** Somebody else has one of these keys; once that one is gone the bundle may be good. */
export class Taken extends Refusal {
  readonly keys: string[];

  constructor(keys: string[]) {
    super('bundle: a key of another participant');
    this.keys = keys;
  }
}

/** Throws a Refusal that names what is wrong. `isTaken`: a key of somebody present, or one's own. */
export function checkedParticipant(
  olm: OlmLibrary,
  room: string,
  property: string,
  isTaken: (key: string) => boolean,
): Participant {
  const bundle = parseBundle(property);
  if (!isSoundCurve25519(bundle.curve25519)) throw new Refusal('bundle: curve25519 is not a sound point');
  if (!isSoundCurve25519(bundle.fallback)) throw new Refusal('bundle: fallback is not a sound point');
  if (!isSoundEd25519(bundle.ed25519)) throw new Refusal('bundle: ed25519 is not a sound point');
  const keys = keysOf(bundle);
  if (new Set(keys).size !== keys.length) throw new Refusal('bundle: one key stands twice');
  if (!olm.verify(bundle.ed25519, bundleMessage(room, bundle.signed), bundle.signature)) {
    throw new Refusal('bundle: the signature does not hold for this room');
  }
  if (keys.some(isTaken)) throw new Taken(keys);
  return participantOf(bundle);
}

export const keysOf = (of: Pick<Bundle, 'curve25519' | 'ed25519' | 'fallback'>): string[] =>
  [of.curve25519, of.ed25519, of.fallback].map(toBase64);

export function participantOf(bundle: Bundle): Participant {
  const { curve25519, ed25519, fallback, suites, bytes } = bundle;
  return { identity: toBase64(curve25519), curve25519, ed25519, fallback, suites, bundle: bytes };
}
