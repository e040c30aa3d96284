// The seal of one conference: when this client seals, and that nobody but its own user ends it. Rule M21, brief D5.
//
// Pure: events and the time go in, actions come out. Sealing is monotone: the server's word, a peer's word or a
// remembered latch all close the gate; only a click of the local user opens it again.

import type { Gate } from '../frames/commands.ts';
import type { Phase } from '../ui/state.ts';
import type { OccupantId } from './events.ts';

export const REQUEST_MS = 5000;
/** A click on "unseal" waits this long for the server to announce it. */
export const UNSEAL_MS = 10_000;

export type SealEvent =
  /** In the room. `remembered`: a latch is stored for it, or it was entered from a sealed one; `link`: the link says `#sealed`. */
  | { type: 'joined'; remembered: boolean; link: boolean }
  /** What the server says the room is: on joining, after a reconnection, or because there is no module (`module` false). */
  | { type: 'server-state'; sealed: boolean; module: boolean }
  /** The server announces a change, and who made it. */
  | { type: 'server-change'; sealed: boolean; by: OccupantId | null }
  /** The stream to the server broke; the call may go on. */
  | { type: 'disconnected' }
  /** An occupant's presence property: `1` or not. Proves nothing, and so can only seal. */
  | { type: 'presence'; occupant: OccupantId; sealed: boolean }
  | { type: 'gone'; occupant: OccupantId }
  /** The key core's notice, or a sealed frame that opened. */
  | { type: 'evidence'; occupant: OccupantId }
  | { type: 'owner'; isOwner: boolean }
  /** Everything this client sends is sealed, and keys have come from those who send. */
  | { type: 'ready'; isReady: boolean }
  /** The worker died or the browser cannot seal. */
  | { type: 'broken'; isBroken: boolean }
  /** Clicks. */
  | { type: 'seal' }
  | { type: 'unseal' }
  | { type: 'agree' }
  /** In a round in which everybody is asked, the local user clicked that the seal may end: until then, for all. */
  | { type: 'consented'; until: number }
  /** The server refused what was requested last, or what was agreed to in a round holds no more. */
  | { type: 'request-refused' }
  | { type: 'left' }
  | { type: 'timer' };

export type SealAction =
  | { type: 'gate'; gate: Gate }
  /** Feed this to the key core. */
  | { type: 'core'; event: 'sealed' | 'unsealed' }
  /** Store or drop the latch of this room. */
  | { type: 'latch'; remember: boolean }
  /** Ask the server to seal or unseal. */
  | { type: 'request'; sealed: boolean }
  /** Own presence property. */
  | { type: 'announce'; sealed: boolean }
  | { type: 'wake'; at: number };

export interface SealView {
  phase: Phase;
  isEnforced: boolean;
  sealedSince: number | null;
  unsealedBy: OccupantId | null;
  /** `agree` would do something: the server does not (or no longer) hold the room to be sealed. */
  canAgree: boolean;
}

/** Under what a latch is stored: one room of one host. */
export const latchKey = (host: string, room: string): string => `${host.toLowerCase()} ${room.toLowerCase()}`;

type Server = 'unknown' | 'none' | 'unsealed' | 'sealed';

export class Seal {
  private isJoined = false;
  private isLatched = false;
  /** Something that seals came before this client was in the room: it seals on joining, as it may not come again. */
  private isTold = false;
  /** The local user agreed on this visit: words of peers that are not new latch no more. */
  private hasAgreed = false;
  /** An announced unseal waits for the local user. */
  private isAsking = false;
  private isOwner = false;
  private isReady = false;
  private isBroken = false;
  private server: Server = 'unknown';
  private unsealedBy: OccupantId | null = null;
  private sealedSince: number | null = null;
  /** Until then an announced unseal is what the local user clicked for. */
  private unsealUntil: number | null = null;
  /** It was the local user's own wish, not only an agreement with somebody else's. */
  private isOwnUnseal = false;
  private requestedAt = Number.NEGATIVE_INFINITY;
  /** The server, this browser's memory, the link or a click said so, and not peers alone, who may not seal for all. */
  private isRoomsSeal = false;
  private readonly sealedPeers = new Map<OccupantId, boolean>();
  private gate: Gate = 'drop';
  private actions: SealAction[] = [];

  get view(): SealView {
    return {
      phase: this.phase(),
      isEnforced: this.isLatched && this.server === 'sealed',
      sealedSince: this.sealedSince,
      unsealedBy: this.unsealedBy,
      canAgree: this.canAgree(),
    };
  }

  handle(event: SealEvent, now: number): SealAction[] {
    if (this.unsealUntil !== null && this.unsealUntil <= now) this.unsealUntil = null;
    this.apply(event, now);
    if (this.phase() === 'sealed') this.sealedSince ??= now;
    this.repeatRequest(now);
    this.setGate();
    const { actions } = this;
    this.actions = [];
    return actions;
  }

  private apply(event: SealEvent, now: number): void {
    switch (event.type) {
      case 'joined':
        this.isJoined = true;
        if (event.remembered || event.link) this.latch(true);
        else if (this.isTold) this.latch(false);
        this.isTold = false;
        break;
      case 'server-state':
        this.server = event.sealed ? 'sealed' : event.module ? 'unsealed' : 'none';
        if (event.sealed) this.latch(true);
        break;
      case 'server-change':
        this.changed(event.sealed, event.by);
        break;
      case 'disconnected':
        this.server = 'unknown';
        break;
      case 'presence':
        this.presence(event.occupant, event.sealed);
        break;
      case 'gone':
        this.sealedPeers.delete(event.occupant);
        break;
      case 'evidence':
        if (!this.hasAgreed) this.latch(false);
        break;
      case 'owner':
        this.isOwner = event.isOwner;
        break;
      case 'ready':
        this.isReady = event.isReady;
        break;
      case 'broken':
        this.isBroken = event.isBroken;
        break;
      case 'seal':
        this.requestedAt = now;
        this.isRoomsSeal = true;
        this.actions.push({ type: 'request', sealed: true });
        break;
      case 'unseal':
        if (!this.isLatched) break;
        this.unsealUntil = now + UNSEAL_MS;
        this.isOwnUnseal = true;
        this.actions.push({ type: 'request', sealed: false }, { type: 'wake', at: this.unsealUntil });
        break;
      case 'consented':
        if (!this.isLatched) break;
        if (this.unsealUntil === null) this.isOwnUnseal = false;
        this.unsealUntil = event.until;
        this.actions.push({ type: 'wake', at: event.until });
        break;
      case 'agree':
        if (this.canAgree()) this.unlatch();
        break;
      case 'request-refused':
        this.unsealUntil = null;
        break;
      case 'left':
        this.leave();
        break;
      case 'timer':
        break;
    }
  }

  private changed(sealed: boolean, by: OccupantId | null): void {
    this.server = sealed ? 'sealed' : 'unsealed';
    if (sealed) {
      this.isAsking = false;
      this.unsealedBy = null;
      this.latch(true);
    } else if (this.unsealUntil !== null) {
      // Who asked for it, or agreed when everybody was asked, need not be asked again.
      const isOwn = this.isOwnUnseal;
      this.unlatch();
      if (isOwn) this.actions.push({ type: 'latch', remember: false });
    } else if (this.isLatched || this.isTold) {
      this.isAsking = true;
      this.unsealedBy = by;
    }
  }

  private presence(occupant: OccupantId, sealed: boolean): void {
    const isNew = sealed && this.sealedPeers.get(occupant) === false;
    this.sealedPeers.set(occupant, sealed);
    if (sealed && (isNew || !this.hasAgreed)) this.latch(false);
  }

  /** `isRoomsSeal`: not by the word of a peer alone. */
  private latch(isRoomsSeal: boolean): void {
    this.isRoomsSeal ||= isRoomsSeal;
    if (!this.isJoined) this.isTold = true;
    if (this.isLatched || !this.isJoined) return;
    this.isLatched = true;
    this.hasAgreed = false;
    this.isReady = false;
    this.actions.push(
      { type: 'latch', remember: true },
      { type: 'core', event: 'sealed' },
      { type: 'announce', sealed: true },
    );
  }

  /** For this room and this visit; the stored latch stays, unless this user ended the seal for all. */
  private unlatch(): void {
    this.isLatched = false;
    this.hasAgreed = true;
    this.isRoomsSeal = false;
    this.isAsking = false;
    this.sealedSince = null;
    this.unsealUntil = null;
    this.actions.push({ type: 'core', event: 'unsealed' }, { type: 'announce', sealed: false });
  }

  private leave(): void {
    this.isJoined = false;
    this.isLatched = false;
    this.isTold = false;
    this.hasAgreed = false;
    this.isAsking = false;
    this.isReady = false;
    this.isOwner = false;
    this.isRoomsSeal = false;
    this.server = 'unknown';
    this.sealedSince = null;
    this.unsealedBy = null;
    this.unsealUntil = null;
    this.sealedPeers.clear();
  }

  private canAgree(): boolean {
    return this.isLatched && (this.isAsking || this.server === 'unsealed' || this.server === 'none');
  }

  private phase(): Phase {
    if (!this.isJoined) return 'away';
    if (this.isBroken) return 'broken';
    if (this.isAsking) return 'asking';
    if (this.isLatched) return this.isReady ? 'sealed' : 'sealing';
    return 'open';
  }

  /** A server that forgot the seal is told again by any owner that remembers it, without a click. */
  private repeatRequest(now: number): void {
    const isForgotten =
      this.isLatched && !this.isAsking && this.unsealUntil === null && this.server === 'unsealed';
    if (!isForgotten || !this.isOwner || !this.isRoomsSeal) return;
    if (now - this.requestedAt >= REQUEST_MS) {
      this.requestedAt = now;
      this.actions.push({ type: 'request', sealed: true });
    }
    this.actions.push({ type: 'wake', at: this.requestedAt + REQUEST_MS });
  }

  /**
   * Dropped: before anything is known, while asking, when broken. While asking nothing is sent at all, not even
   * sealed: those who agreed already could not read it, and the person must not believe to be heard.
   */
  private setGate(): void {
    const isKnown = this.server !== 'unknown' || this.hasAgreed || this.gate === 'clear';
    let gate: Gate = 'drop';
    if (this.isJoined && !this.isBroken && !this.isAsking) {
      if (this.isLatched) gate = 'sealed';
      else if (isKnown) gate = 'clear';
    }
    if (gate === this.gate) return;
    this.gate = gate;
    this.actions.push({ type: 'gate', gate });
  }
}
