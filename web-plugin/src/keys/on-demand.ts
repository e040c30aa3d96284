// Channels that a person asks for while no key needs them: to compare emoji with somebody, or a meeting code with all.
// docs/protocol.md §4.1, §7.3, §7.4.

import type { Peer, Roster } from './roster.ts';
import type { ComparisonStep } from './sas.ts';

/** A meeting code is read aloud for half a minute, so these take their time beside calls that run. */
const AT_ONCE = 4;
const SPACING_MS = 100;
/** So long a person is left to wait for a channel to compare over. */
export const CONNECTING_MS = 15_000;

export interface OnDemandPorts {
  roster: Roster;
  want(peer: Peer): void;
  show(occupant: string, step: ComparisonStep): void;
  /** A comparison runs, with whomever. */
  isComparing(): boolean;
  /** The channel stands, with a proof. */
  compare(peer: Peer): void;
}

export class OnDemand {
  private readonly ports: OnDemandPorts;
  private wanted: Peer[] = [];
  private wantAt: number | null = null;
  private awaited: { peer: Peer; until: number } | null = null;

  constructor(ports: OnDemandPorts) {
    this.ports = ports;
  }

  get deadline(): number | null {
    const until = this.awaited?.until ?? null;
    return until === null || this.wantAt === null ? (until ?? this.wantAt) : Math.min(until, this.wantAt);
  }

  /** With everybody who is here now. */
  everybody(now: number): void {
    this.wanted = [...this.ports.roster.peers.values()];
    this.wantAt = now;
  }

  /** With this one, to compare emoji as soon as it stands. */
  compare(peer: Peer, now: number): void {
    this.awaited = { peer, until: now + CONNECTING_MS };
    this.ports.show(peer.id, { step: 'connecting' });
    this.ports.want(peer);
  }

  /** The local user does not want to compare any more. */
  stop(): void {
    this.endWaiting({ step: 'interrupted', why: 'stopped' });
  }

  /** The room is not sealed any more. */
  forget(): void {
    this.wanted = [];
    this.wantAt = null;
    this.stop();
  }

  due(now: number): void {
    if (this.wantAt !== null && this.wantAt <= now) this.wantNext(now);
    if (this.awaited === null) return;
    const { peer, until } = this.awaited;
    if (!this.isHere(peer)) this.endWaiting({ step: 'interrupted', why: 'left' });
    else if (peer.channel.isReady && peer.proved !== null) {
      this.awaited = null;
      this.ports.compare(peer);
    } else if (until <= now) this.endWaiting({ step: 'interrupted', why: 'unreachable' });
  }

  private wantNext(now: number): void {
    const lacking = this.wanted.filter((peer) => this.isHere(peer) && !peer.channel.isReady);
    this.wanted = lacking.slice(AT_ONCE);
    this.wantAt = this.wanted.length === 0 ? null : now + SPACING_MS;
    for (const peer of lacking.slice(0, AT_ONCE)) this.ports.want(peer);
  }

  private endWaiting(step: ComparisonStep): void {
    if (this.awaited === null) return;
    const { peer } = this.awaited;
    this.awaited = null;
    // Somebody else has asked meanwhile: that is what is shown.
    if (!this.ports.isComparing()) this.ports.show(peer.id, step);
  }

  private isHere(peer: Peer): boolean {
    return this.ports.roster.peers.get(peer.participant.identity) === peer;
  }
}
