// libolm behind the little of it that is used, so that it can be replaced. docs/protocol.md §4; traps: rule M13.

import Olm from '@matrix-org/olm';
import { fromBase64, toBase64 } from '../wire/index.ts';

/** Two sessions of libolm, one for each direction (docs/protocol.md §4.6), that are used as one. */
export interface OlmSession {
  /** Equal at both ends: that of the initiator's session. */
  readonly id: string;
  encrypt(text: string): [type: 0 | 1, body: string];
  /** Throws if it does not open. */
  decrypt(type: 0 | 1, body: string): string;
  /** Does this pre-key message belong to this session? */
  matches(peer: Uint8Array, body: string): boolean;
  free(): void;
}

export interface OlmAccount {
  readonly curve25519: Uint8Array;
  readonly ed25519: Uint8Array;
  readonly fallback: Uint8Array;
  sign(message: Uint8Array): Uint8Array;
  /** Points must have been checked before: libolm takes anything. */
  outbound(peer: Uint8Array, peerFallback: Uint8Array): OlmSession;
  /** Throws unless `body` is a pre-key message from exactly this identity to this account. */
  inbound(peer: Uint8Array, peerFallback: Uint8Array, body: string): OlmSession;
  free(): void;
}

/** One key agreement of a short authentication string. */
export interface OlmSas {
  readonly publicKey: Uint8Array;
  /** The point must have been checked before. */
  setPeer(key: Uint8Array): void;
  bytes(info: string, length: number): Uint8Array;
  /** With `calculate_mac_fixed_base64`: `calculate_mac` is known to be wrong. */
  mac(input: string, info: string): string;
  free(): void;
}

/** libolm wipes byte arrays that it was given: it gets copies. */
export interface OlmLibrary {
  sas(): OlmSas;
  account(): OlmAccount;
  verify(ed25519: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean;
}

/** `options` goes to libolm's loader: `locateFile` tells where the WebAssembly file lies. */
export async function loadOlm(options?: { locateFile?: (file: string) => string }): Promise<OlmLibrary> {
  // libolm's loader assigns this global without declaring it, which strict code (a bundle) refuses.
  Object.assign(globalThis, { OLM_OPTIONS: undefined });
  await Olm.init(options);
  const utility = new Olm.Utility();
  return {
    account,
    sas,
    verify(ed25519, message, signature) {
      try {
        utility.ed25519_verify(toBase64(ed25519), message.slice(), toBase64(signature));
        return true;
      } catch {
        return false;
      }
    },
  };
}

function sas(): OlmSas {
  const own = new Olm.SAS();
  return {
    publicKey: bytes(own.get_pubkey()),
    setPeer: (key) => own.set_their_key(toBase64(key)),
    bytes: (info, length) => Uint8Array.from(own.generate_bytes(info, length)),
    mac: (input, info) => own.calculate_mac_fixed_base64(input, info),
    free: () => own.free(),
  };
}

function account(): OlmAccount {
  const own = new Olm.Account();
  own.create();
  own.generate_fallback_key();
  const identity = JSON.parse(own.identity_keys()) as { curve25519: string; ed25519: string };
  const fallback = JSON.parse(own.unpublished_fallback_key()) as { curve25519: Record<string, string> };
  const outbound = (peer: Uint8Array, peerFallback: Uint8Array) =>
    made((session) => session.create_outbound(own, toBase64(peer), toBase64(peerFallback)));
  const inbound = (peer: Uint8Array, body: string) =>
    made((session) => session.create_inbound_from(own, toBase64(peer), body));
  return {
    curve25519: bytes(identity.curve25519),
    ed25519: bytes(identity.ed25519),
    fallback: bytes(Object.values(fallback.curve25519)[0]),
    sign: (message) => bytes(own.sign(message.slice())),
    outbound: (peer, peerFallback) =>
      initiated(outbound(peer, peerFallback), (body) =>
        made((session) => {
          session.create_inbound_from(own, toBase64(peer), body);
          session.decrypt(0, body);
        }),
      ),
    inbound: (peer, peerFallback, body) => answered(inbound(peer, body), () => outbound(peer, peerFallback)),
    free: () => own.free(),
  };
}

function made(create: (session: Olm.Session) => void): Olm.Session {
  const session = new Olm.Session();
  try {
    create(session);
  } catch (error) {
    session.free();
    throw error;
  }
  return session;
}

/**
 * In front of each text stands a line. It is empty but in what the responder says until it has heard the initiator on
 * the session that this line makes. docs/protocol.md §4.6.
 */
const joined = (line: string, text: string): string => `${line}\n${text}`;

function parted(plain: string): [line: string, text: string] {
  const at = plain.indexOf('\n');
  if (at < 0) throw new Error('expected a line in front of the text');
  return [plain.slice(0, at), plain.slice(at + 1)];
}

/** `own` is heard on, and makes the pre-key message; the other end's session, once it has come, is spoken on. */
function initiated(own: Olm.Session, inbound: (body: string) => Olm.Session): OlmSession {
  let others: Olm.Session | null = null;
  return {
    id: own.session_id(),
    encrypt(text) {
      const { type, body } = (others ?? own).encrypt(joined('', text));
      return [type, body];
    },
    decrypt(type, body) {
      const [line, text] = parted(own.decrypt(type, body));
      others ??= inbound(line);
      return text;
    },
    matches: () => false,
    free() {
      own.free();
      others?.free();
    },
  };
}

/** `others`, of the pre-key message, is spoken on; the own session is heard on, and made for the first answer. */
function answered(others: Olm.Session, outbound: () => Olm.Session): OlmSession {
  let own: Olm.Session | null = null;
  let isHeard = false;
  return {
    id: others.session_id(),
    encrypt(text) {
      own ??= outbound();
      const { type, body } = others.encrypt(joined(isHeard ? '' : own.encrypt('').body, text));
      return [type, body];
    },
    decrypt(type, body) {
      const session = type === 0 ? others : own;
      if (session === null) throw new Error('nothing was answered yet');
      const [, text] = parted(session.decrypt(type, body));
      isHeard ||= type === 1;
      return text;
    },
    matches(peer, body) {
      try {
        return others.matches_inbound_from(toBase64(peer), body);
      } catch {
        return false;
      }
    },
    free() {
      others.free();
      own?.free();
    },
  };
}

function bytes(base64: string | undefined): Uint8Array {
  const decoded = base64 === undefined ? null : fromBase64(base64);
  if (decoded === null) throw new Error('libolm gave something that is not base64');
  return decoded;
}
