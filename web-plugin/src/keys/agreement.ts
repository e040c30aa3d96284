// Does everybody see the same people? Beacons are sent and compared here. docs/protocol.md §8; rule M15, brief D9.

import { type Beacon, toBase64 } from '../wire/index.ts';
import type { Identity } from './events.ts';
import { forgetOldest } from './forget-oldest.ts';

const SETTLE_MS = 5000;
const STATE_SPACING_MS = 200;
/** A beacon for those who may have missed the last comes within this time. */
const SOON_MS = 5000;
const SILENT_PERIODS = 3;
const OWN_DIGESTS = 256;
/** A digest that comes back counts as the own one again after so long. */
const STANDS_MS = 3000;
/** A beacon of the end of a span arrives so late. */
const TRAVEL_MS = 1000;

/** Beacons after a change of the roster come at a random moment within this time. */
export const spanMs = (participants: number): number => Math.max(2000, 100 * participants);
/** By then they have come. */
export const arrivalMs = (participants: number): number => spanMs(participants) + TRAVEL_MS;
export const periodMs = (participants: number): number => Math.max(20_000, 300 * participants);

/** What is known of one peer's view. `silent` is never agreement. */
export type View = 'waiting' | 'agrees' | 'differs' | 'silent';

interface Claim {
  roster: string;
  participants: number;
  heardAt: number;
  judgeAt: number;
  isPutOff: boolean;
}

interface Heard {
  /** Since when a beacon may be expected, or when the last one came. */
  since: number;
  /** The oldest that is not judged; what comes meanwhile does not put that off, but once, as `putOff` says. */
  claim: Claim | null;
  view: View;
}

/** A digest that was the own one. */
interface Own {
  since: number;
  /** Until then it counts. */
  until: number;
  /** The same, of when it was given up first: it does not count for longer because it comes back for a moment. */
  lapsesAt: number | null;
}

export interface AgreementPorts {
  /** In [0, 1). */
  chance(): number;
  /** `isCalm`: no own source went on or off, so it may go out together with others'. */
  send(isCalm: boolean): void;
  digest(): Uint8Array;
  participants(): number;
  /** A peer's view is now known to be this. */
  view(identity: Identity, view: View, participants: number): void;
}

export class Agreement {
  private readonly ports: AgreementPorts;
  private readonly heard = new Map<Identity, Heard>();
  private isOn = false;
  private sendAt: number | null = null;
  private isCalm = true;
  private sentAt = Number.NEGATIVE_INFINITY;
  private lookAt: number | null = null;
  /** Own digests of the recent past: a peer may have sent its beacon just before or after a change. */
  private own = new Map<string, Own>();

  constructor(ports: AgreementPorts) {
    this.ports = ports;
  }

  get deadline(): number | null {
    if (!this.isOn) return null;
    if (this.sendAt === null || this.lookAt === null) return this.sendAt ?? this.lookAt;
    return Math.min(this.sendAt, this.lookAt);
  }

  /** Beacons are sent and compared in sealed rooms. */
  turn(on: boolean, now: number): void {
    if (on === this.isOn) return;
    this.isOn = on;
    if (!on) return;
    for (const heard of this.heard.values()) heard.since = now;
    this.changed(now);
  }

  join(identity: Identity, now: number): void {
    this.heard.set(identity, { since: now, claim: null, view: 'waiting' });
    this.changed(now);
  }

  leave(identity: Identity, now: number): void {
    this.heard.delete(identity);
    this.changed(now);
  }

  /** An own source went on or off: told to everybody soon. */
  stateChanged(now: number): void {
    this.sendBy(Math.max(now, this.sentAt + STATE_SPACING_MS));
    this.isCalm = false;
  }

  /** Somebody may have missed the last beacon: there is another soon, once in a span, for all who did. */
  asked(now: number): void {
    if (this.isOn) this.sendBy(Math.max(this.soon(now), this.sentAt + spanMs(this.ports.participants())));
  }

  /** The last beacon may be lost. */
  reconnected(now: number): void {
    if (this.isOn) this.sendBy(this.soon(now));
  }

  /** At a random moment, as hundreds may do so at once. */
  private soon(now: number): number {
    const within = Math.min(spanMs(this.ports.participants()), SOON_MS);
    return now + Math.floor(this.ports.chance() * within);
  }

  hear(identity: Identity, beacon: Beacon, now: number): void {
    const heard = this.heard.get(identity);
    if (heard === undefined) return;
    heard.since = now;
    const claim: Claim = {
      roster: toBase64(beacon.roster),
      participants: beacon.participants,
      heardAt: now,
      judgeAt: now + SETTLE_MS,
      isPutOff: false,
    };
    if (heard.claim === null || this.isKnown(claim, now)) heard.claim = claim;
    this.judge(identity, heard, now);
    if (heard.claim !== null) this.lookAt = Math.min(this.lookAt ?? heard.claim.judgeAt, heard.claim.judgeAt);
  }

  due(now: number): void {
    if (!this.isOn) return;
    if (this.sendAt !== null && this.sendAt <= now) this.send(now);
    if (this.lookAt === null || this.lookAt > now) return;
    this.lookAt = now + periodMs(this.ports.participants());
    for (const [identity, heard] of this.heard) {
      this.judge(identity, heard, now);
      if (heard.claim !== null) this.lookAt = Math.min(this.lookAt, heard.claim.judgeAt);
    }
  }

  /** Changes within one span share a beacon. */
  private changed(now: number): void {
    if (!this.isOn) return;
    const span = spanMs(this.ports.participants());
    this.note(now, span);
    this.putOff(now, span);
    if (this.sendAt === null || this.sendAt > now + span) {
      this.sendAt = now + Math.floor(this.ports.chance() * span);
    }
    this.lookAt ??= now + periodMs(this.ports.participants());
  }

  /**
   * The first change after a beacon has its sender send another within the span: that one is waited for, once, as what
   * was heard may be of a view that both had for a moment only.
   */
  private putOff(now: number, span: number): void {
    for (const { claim } of this.heard.values()) {
      if (claim === null || claim.isPutOff) continue;
      claim.isPutOff = true;
      const until = Math.min(now + arrivalMs(this.ports.participants()), claim.heardAt + span + SETTLE_MS);
      claim.judgeAt = Math.max(claim.judgeAt, until);
    }
  }

  /** Remembers the digest as it is from now on, and for how long the ones before it still count. */
  private note(now: number, span: number): void {
    const counts = span + SETTLE_MS;
    for (const own of this.own.values()) {
      if (own.until === Number.POSITIVE_INFINITY) {
        own.until = own.lapsesAt === null || now - own.since >= counts ? now + counts : own.lapsesAt;
        own.lapsesAt = own.until;
      }
    }
    // Not by time: who is taken away again and again would be new each time.
    forgetOldest(this.own, OWN_DIGESTS);
    const digest = toBase64(this.ports.digest());
    const lapsesAt = this.own.get(digest)?.lapsesAt ?? null;
    this.own.delete(digest);
    this.own.set(digest, { since: now, until: Number.POSITIVE_INFINITY, lapsesAt });
  }

  /** Counted from when it was heard: a view that was out of date by then does not agree because it is judged later. */
  private isKnown({ roster, heardAt }: Claim, now: number): boolean {
    const own = this.own.get(roster);
    if (own === undefined) return false;
    const isBack = own.until === Number.POSITIVE_INFINITY && now - own.since < STANDS_MS;
    return (isBack ? (own.lapsesAt ?? own.until) : own.until) > heardAt;
  }

  private sendBy(at: number): void {
    this.sendAt = Math.min(this.sendAt ?? at, at);
  }

  private send(now: number): void {
    this.sentAt = now;
    this.sendAt = now + periodMs(this.ports.participants());
    this.ports.send(this.isCalm);
    this.isCalm = true;
  }

  private judge(identity: Identity, heard: Heard, now: number): void {
    const { claim } = heard;
    let { view } = heard;
    if (claim !== null) {
      const isKnown = this.isKnown(claim, now);
      if (isKnown) view = 'agrees';
      else if (claim.judgeAt <= now) view = 'differs';
      if (isKnown || claim.judgeAt <= now) heard.claim = null;
    } else if (now - heard.since > SILENT_PERIODS * periodMs(this.ports.participants())) {
      view = 'silent';
    }
    if (view === heard.view) return;
    heard.view = view;
    this.ports.view(identity, view, claim?.participants ?? 0);
  }
}
