// One Olm session with its transcript: the envelope checks of docs/protocol.md §4.2 and the wrap of §5.3.

import {
  encodePlaintext,
  type KeyBody,
  type OlmPart,
  type Plaintext,
  parsePlaintext,
  Refusal,
} from '../wire/index.ts';
import { type ChannelKeys, unwrapBase, wrapBase } from './derive.ts';
import type { OlmSession } from './olm.ts';

export type KeyGift = Omit<KeyBody, 'wrapped'> & { base: Uint8Array };

/** How far below the highest `seq` a message may come late. */
const SEQ_WINDOW = 64;

export interface Opened {
  seq: number;
  content: Plaintext;
}

interface Ends {
  room: string;
  self: string;
  peer: string;
  /** Of the one at this end. */
  isInitiator: boolean;
}

export interface LinkStart {
  stage: 'offered' | 'signing';
  ordinal: number;
  nonce: Uint8Array;
  /** When HELLO went out or came. */
  at: number;
}

export class Link {
  readonly bornAt: number;
  readonly ordinal: number;
  /** Read before open: what overtook ACCEPT or CONFIRM. */
  readonly early: Opened[] = [];
  stage: 'offered' | 'signing' | 'accepted' | 'open';
  keys: ChannelKeys | null = null;
  /** HELLO or ACCEPT, until the other end's next word: it may have to be sent again. */
  unanswered: OlmPart | null = null;
  /** How often it was. */
  repeats = 0;
  readonly ownNonce: Uint8Array;
  private sent = 0;
  private highest = 0;
  private readonly seen = new Set<number>();
  private readonly session: OlmSession;
  private readonly ends: Ends;

  constructor(session: OlmSession, ends: Ends, start: LinkStart) {
    this.bornAt = start.at;
    this.session = session;
    this.ends = ends;
    this.stage = start.stage;
    this.ordinal = start.ordinal;
    this.ownNonce = start.nonce;
  }

  get id(): string {
    return this.session.id;
  }

  /** `make` gets the seq that the plaintext will have: the nonce of a wrapped key. */
  seal(make: (seq: number) => Plaintext): OlmPart {
    this.sent += 1;
    const { room, self, peer } = this.ends;
    return this.session.encrypt(encodePlaintext({ room, from: self, to: peer }, this.sent, make(this.sent)));
  }

  /** Null if this session does not open it; throws a Refusal if it does and the content is not acceptable. */
  open([type, body]: OlmPart): Opened | null {
    let plain: string;
    try {
      plain = this.session.decrypt(type, body);
    } catch {
      return null;
    }
    const { seq, ends, content } = parsePlaintext(plain);
    const { room, self, peer } = this.ends;
    if (ends !== null && ends.room !== room) throw new Refusal('plaintext: made for another room');
    if (ends !== null && ends.from !== peer) throw new Refusal('plaintext: names another sender');
    if (ends !== null && ends.to !== self) throw new Refusal('plaintext: made for somebody else');
    if (seq + SEQ_WINDOW < this.highest || this.seen.has(seq)) throw new Refusal('plaintext: seq was seen');
    this.highest = Math.max(this.highest, seq);
    this.seen.add(seq);
    if (this.seen.size > SEQ_WINDOW)
      for (const old of this.seen) if (old + SEQ_WINDOW < this.highest) this.seen.delete(old);
    return { seq, content };
  }

  matches(peer: Uint8Array, body: string): boolean {
    return this.session.matches(peer, body);
  }

  wrap(seq: number, gift: KeyGift): KeyBody {
    const { base, ...rest } = gift;
    return { ...rest, wrapped: wrapBase(this.wrapKey(true), seq, gift.generation, gift.step, base) };
  }

  unwrap(seq: number, key: KeyBody): KeyGift {
    const { wrapped, ...rest } = key;
    const base = unwrapBase(this.wrapKey(false), seq, key.generation, key.step, wrapped);
    if (base === null) throw new Refusal('key: the wrap does not open');
    return { ...rest, base };
  }

  private wrapKey(isOwn: boolean): Uint8Array {
    if (this.keys === null) throw new Error('the link has no transcript yet');
    return isOwn === this.ends.isInitiator ? this.keys.initiatorWrap : this.keys.responderWrap;
  }

  free(): void {
    this.session.free();
  }
}
