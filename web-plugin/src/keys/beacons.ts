// The own beacon and those of others: signed, checked, handed to who compares them. docs/protocol.md §8.

import {
  type Beacon,
  beaconBody,
  beaconMessage,
  beaconMessageBytes,
  encodeBeacon,
  parseBeacon,
  Refusal,
  type SourceState,
} from '../wire/index.ts';
import { Agreement } from './agreement.ts';
import type { OlmAccount, OlmLibrary } from './olm.ts';
import type { Outbox } from './outbox.ts';
import type { Peer, Roster } from './roster.ts';

export interface BeaconsSetup {
  olm: OlmLibrary;
  account: OlmAccount;
  outbox: Outbox;
  roster: Roster;
  room: string;
  self: string;
  /** What this participant calls itself; empty if nothing. */
  name(): string;
  random(length: number): Uint8Array;
  isSealed(): boolean;
  /** Of the own generations. */
  dead(): number;
  peerDead(peer: Peer, upTo: number): void;
  peerSealed(peer: Peer, sealed: boolean): void;
}

export class Beacons {
  readonly agreement: Agreement;
  private readonly setup: BeaconsSetup;
  private readonly sources = new Map<number, SourceState>();
  private readonly latest = new WeakMap<Peer, Beacon>();
  private seq = 0;

  constructor(setup: BeaconsSetup) {
    const { outbox, roster, random } = setup;
    this.setup = setup;
    this.agreement = new Agreement({
      chance: () => (random(1)[0] ?? 0) / 256,
      send: (isCalm) => this.send(isCalm),
      digest: () => roster.digest,
      participants: () => roster.size,
      view: (identity, view, participants) => {
        const peer = roster.peers.get(identity);
        if (peer !== undefined) outbox.tell({ type: 'view', occupant: peer.id, view, participants });
      },
    });
  }

  /** Counters that no receiver takes any more, for KEY. */
  floors(): [number, number][] {
    return this.states().map(({ source, floor }) => [source, floor]);
  }

  /** An own source went on or off. */
  source({ source, on, floor }: SourceState): void {
    this.sources.set(source, { source, on, floor });
    this.agreement.stateChanged(this.setup.outbox.now);
  }

  hear(peer: Peer, text: string): void {
    const { olm, outbox, room, peerSealed, peerDead } = this.setup;
    const { beacon, body, signature } = parseBeacon(text);
    if (beacon.seq <= peer.memory.beacon) throw new Refusal('beacon: seq must rise');
    if (!olm.verify(peer.participant.ed25519, beaconMessageBytes(room, peer.id, body), signature)) {
      throw new Refusal('beacon: the signature does not hold');
    }
    peer.memory.beacon = beacon.seq;
    const owner = peer.participant.identity;
    peerSealed(peer, beacon.sealed);
    this.agreement.hear(owner, beacon, outbox.now);
    peerDead(peer, beacon.dead);
    const isNamed = beacon.name !== this.latest.get(peer)?.name;
    this.latest.set(peer, beacon);
    if (isNamed) outbox.tell({ type: 'name', occupant: peer.id, name: beacon.name });
    this.tellWorker(peer);
  }

  /** The new worker knows of nobody what is off. */
  workerRestarted(): void {
    for (const peer of this.setup.roster.peers.values()) this.tellWorker(peer);
  }

  private tellWorker(peer: Peer): void {
    const sources = this.latest.get(peer)?.sources ?? [];
    const owner = peer.participant.identity;
    if (sources.length > 0) this.setup.outbox.do({ type: 'source-states', owner, sources });
  }

  private states(): SourceState[] {
    return [...this.sources.values()].sort((a, b) => a.source - b.source);
  }

  private send(isCalm: boolean): void {
    const { account, outbox, roster, room, self, name, isSealed, dead } = this.setup;
    this.seq += 1;
    const body = beaconBody({
      seq: this.seq,
      roster: roster.digest,
      participants: roster.size,
      sealed: isSealed(),
      dead: dead(),
      sources: this.states(),
      name: name(),
    });
    const signature = account.sign(beaconMessageBytes(room, self, body));
    outbox.post('room', beaconMessage(encodeBeacon(body, signature), isCalm));
  }
}
