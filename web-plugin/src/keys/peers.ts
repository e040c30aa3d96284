// Occupants as they come, speak and go: presence, messages, one channel each. docs/protocol.md §3 and §4.

import {
  type Arrival,
  isOccupantId,
  LIMITS,
  parseEndpointMessage,
  Refusal,
  restartMessage,
  type Said,
  toBase64,
} from '../wire/index.ts';
import type { Beacons } from './beacons.ts';
import { Channel } from './channel.ts';
import type { ChannelPorts } from './channel-ports.ts';
import type { Conversation } from './conversation.ts';
import { senderContext } from './derive.ts';
import type { Prover } from './device.ts';
import type { OccupantId } from './events.ts';
import { Allowance, HeldMessages } from './inbox.ts';
import type { KeyExchange } from './key-exchange.ts';
import type { OlmAccount, OlmLibrary } from './olm.ts';
import type { Outbox } from './outbox.ts';
import { checkedParticipant, keysOf, type Participant, Taken } from './participant.ts';
import { Receiving } from './receiving.ts';
import type { Memory, Occupant, Peer, Roster } from './roster.ts';
import type { Comparisons, SasChannel } from './sas.ts';
import { Listener } from './talk.ts';
import type { Whispers } from './whispers.ts';

/** In rosters up to this size every pair makes its channel at once; in larger ones when it is needed. */
export const EAGER_ROSTER = 32;
/** Presences come in a burst: whoever has just come knows only after it how many are here. */
const BURST_MS = 30;
/** How often it is looked whether channels are old (channel.ts). */
const RENEW_LOOK_MS = 30_000;
/**
 * Whoever has just come offers to so many at a time: in a small room to all at once, before its page and those of the
 * others are busy with its media. In between its page goes on with that media, for which the keys are.
 */
const OFFERS_AT_ONCE = 4;
const OFFER_SPACING_MS = 1;

/** Each change is a leave and a join for everybody, and one occupant makes no more of them. */
const BUNDLES = 8;

export interface PeersSetup {
  olm: OlmLibrary;
  account: OlmAccount;
  room: string;
  self: OccupantId;
  own: Participant;
  random(length: number): Uint8Array;
  outbox: Outbox;
  roster: Roster;
  prover: Prover;
  /** What peers' messages are for. */
  parts(): {
    keys: KeyExchange;
    beacons: Beacons;
    conversation: Conversation;
    whispers: Whispers;
    comparisons: Comparisons;
  };
  isSealed(): boolean;
  /** Something is sent, or said, so that keys have to be handed out. */
  needsKeys(): boolean;
  comparable(peer: Peer): SasChannel;
  said(peer: Peer, said: Said, isPrivate: boolean, missed: number): void;
}

export class Peers {
  private readonly setup: PeersSetup;
  private readonly held = new HeldMessages();
  /** Peers whose channel may have a deadline. */
  private readonly waiting = new Set<Peer>();
  /** When to look which channels are to be made. */
  private lookAt = Number.POSITIVE_INFINITY;
  /** When to look which channels are old. */
  private renewAt = Number.POSITIVE_INFINITY;

  constructor(setup: PeersSetup) {
    this.setup = setup;
  }

  get deadline(): number | null {
    let at = Math.min(this.lookAt, this.renewAt);
    for (const peer of this.waiting) {
      const { deadline } = peer.channel;
      if (deadline === null) this.waiting.delete(peer);
      else at = Math.min(at, deadline);
    }
    return at === Number.POSITIVE_INFINITY ? null : at;
  }

  due(now: number): void {
    for (const peer of this.waiting) peer.channel.due(now);
    if (this.renewAt <= now) this.renew(now);
    if (this.lookAt > now) return;
    this.lookAt = Number.POSITIVE_INFINITY;
    this.makeChannels();
  }

  /** Those that are needed, or that the size of the roster allows to make before they are. */
  makeChannels(): void {
    const { isSealed, needsKeys, roster } = this.setup;
    const isLarge = roster.size > EAGER_ROSTER;
    if (!isSealed() || (isLarge && !needsKeys())) return;
    let offers = 0;
    for (const peer of roster.peers.values()) {
      if (this.wantChannel(peer, isLarge)) offers += 1;
      if (isLarge || offers < OFFERS_AT_ONCE) continue;
      this.lookAt = Math.min(this.lookAt, this.setup.outbox.now + OFFER_SPACING_MS);
      break;
    }
  }

  /** The first bundle of an occupant is pinned (rule M16). */
  presence(id: OccupantId, property: string | null): void {
    if (id === this.setup.self) return;
    if (!isOccupantId(id))
      throw new Refusal(`presence: expected an id of 1 to ${LIMITS.occupant} characters`);
    const known = this.setup.roster.occupants.get(id);
    if (known !== undefined && known.property === property) return;
    if (known === undefined && this.setup.roster.occupants.size >= LIMITS.occupants) {
      throw new Refusal(`presence: more than ${LIMITS.occupants} occupants`);
    }
    const allowance = known?.allowance ?? new Allowance(this.setup.outbox.now);
    const occupant = known ?? { id, property: null, bundles: 0, peer: null, contested: [], allowance };
    this.setup.roster.occupants.set(id, occupant);
    this.dismiss(occupant);
    occupant.property = property;
    if (property === null) {
      this.setup.outbox.tell({ type: 'incapable', occupant: id, reason: 'no bundle in the presence' });
      return;
    }
    if (occupant.bundles > 0) this.setup.outbox.tell({ type: 'replaced', occupant: id });
    occupant.bundles += 1;
    this.tryToAdmit(occupant, property);
    for (const arrival of this.held.release(id, this.setup.outbox.now)) {
      this.setup.outbox.guarded(id, () => this.arrived(occupant, arrival));
    }
  }

  private tryToAdmit(occupant: Occupant, property: string): void {
    occupant.contested = [];
    try {
      if (occupant.bundles > BUNDLES) throw new Refusal('bundle: changed too often');
      this.admit(occupant, property);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      if (error instanceof Taken) occupant.contested = error.keys;
      this.setup.outbox.tell({ type: 'incapable', occupant: occupant.id, reason: error.message });
    }
  }

  /** These keys are nobody's any more: whoever was refused for one of them is looked at again. */
  private freed(keys: string[]): void {
    const { occupants, isTaken } = this.setup.roster;
    for (const occupant of occupants.values()) {
      if (occupant.property === null || !occupant.contested.some((key) => keys.includes(key))) continue;
      // Of many with one bundle, the first has it again: a look at all the signatures would keep the page busy.
      if (occupant.contested.some(isTaken)) continue;
      this.tryToAdmit(occupant, occupant.property);
    }
  }

  private admit(occupant: Occupant, property: string): void {
    const participant = checkedParticipant(
      this.setup.olm,
      this.setup.room,
      property,
      this.setup.roster.isTaken,
    );
    const { identity, curve25519, ed25519 } = participant;
    const memory = this.setup.roster.remember(participant);
    const before = this.setup.parts().keys.leavesSeen;
    const peer: Peer = {
      id: occupant.id,
      participant,
      channel: this.channel(occupant.id, participant, memory),
      receiving: new Receiving(memory),
      proved: null,
      listener: new Listener(),
      memory,
      context: senderContext(this.setup.room, occupant.id, curve25519, ed25519),
      hasGivenEvidence: false,
      requestedAt: Number.NEGATIVE_INFINITY,
      answeredAt: Number.NEGATIVE_INFINITY,
      lacksKey: false,
      leaves: { before, known: before, since: 0 },
    };
    this.setup.roster.admit(occupant, peer);
    this.setup.parts().keys.sending.join(identity, this.setup.outbox.now);
    this.setup.parts().beacons.agreement.join(identity, this.setup.outbox.now);
    if (!this.setup.isSealed()) return;
    if (this.setup.needsKeys() && peer.channel.isInitiator) this.wantChannel(peer, false);
    else this.lookAt = Math.min(this.lookAt, this.setup.outbox.now + BURST_MS);
  }

  left(id: OccupantId): void {
    const occupant = this.setup.roster.occupants.get(id);
    this.held.release(id, this.setup.outbox.now);
    if (occupant === undefined) return;
    this.setup.roster.occupants.delete(id);
    this.dismiss(occupant);
  }

  private renew(now: number): void {
    const { peers } = this.setup.roster;
    this.renewAt = peers.size > 0 ? now + RENEW_LOOK_MS : Number.POSITIVE_INFINITY;
    for (const peer of peers.values()) if (peer.channel.renew(now)) this.waiting.add(peer);
  }

  /** The identity behind this occupant is gone: for good, or in favour of another. */
  private dismiss(occupant: Occupant): void {
    const { peer } = occupant;
    if (peer === null) return;
    this.setup.roster.dismiss(occupant);
    this.waiting.delete(peer);
    this.setup.parts().comparisons.gone(occupant.id);
    this.setup.parts().conversation.gone(peer);
    this.setup.parts().whispers.gone(peer);
    peer.channel.free();
    this.setup.parts().keys.left(peer);
    this.setup.parts().beacons.agreement.leave(peer.participant.identity, this.setup.outbox.now);
    this.freed(keysOf(peer.participant));
  }

  message(from: OccupantId, payload: unknown): void {
    const { self, outbox } = this.setup;
    if (from === self) return;
    if (!isOccupantId(from)) throw new Refusal('message: no sender');
    const arrival = parseEndpointMessage(payload, self);
    if (arrival.kind === 'room' || arrival.kind === 'elsewhere') return;
    const occupant = this.setup.roster.occupants.get(from);
    if (occupant === undefined || occupant.property === null) this.held.hold(from, arrival, outbox.now);
    else this.arrived(occupant, arrival);
  }

  private arrived(occupant: Occupant, arrival: Arrival): void {
    const { now } = this.setup.outbox;
    const { peer } = occupant;
    if (peer === null) throw new Refusal('message: from an occupant without a good bundle');
    this.watch(peer);
    occupant.allowance.spend(arrival.kind === 'olm' && arrival.part[0] === 0, now);
    switch (arrival.kind) {
      case 'olm':
        peer.channel.receive(arrival.part, now);
        break;
      case 'restart':
        peer.channel.hinted(now);
        break;
      case 'beacon':
        this.setup.parts().beacons.hear(peer, arrival.body);
        break;
      case 'data':
        this.setup.parts().conversation.hear(peer, arrival.body, now);
        break;
    }
  }

  private channel(occupant: OccupantId, participant: Participant, memory: Memory): Channel {
    const { account, own, outbox, prover, random, room, self } = this.setup;
    const { identity } = participant;
    const withPeer = (act: (peer: Peer) => void) => {
      const peer = this.setup.roster.peers.get(identity);
      if (peer !== undefined) act(peer);
    };
    const ports: ChannelPorts = {
      send: (part) => outbox.send([[occupant, part]]),
      hint: () => outbox.post(occupant, restartMessage()),
      sendable: () => this.setup.parts().keys.sending.sendable(identity),
      gift: () => this.setup.parts().keys.giftFor(identity),
      isSealed: this.setup.isSealed,
      isComparing: () => this.setup.parts().comparisons.isWith(occupant),
      peerSealed: (sealed) => withPeer((peer) => this.evidence(peer, sealed)),
      keyRequest: (min) =>
        withPeer((peer) => {
          const { keys, beacons } = this.setup.parts();
          keys.asked(peer, min);
          // Whoever has missed a key may have missed a beacon too.
          beacons.agreement.asked(outbox.now);
        }),
      said: (said) => withPeer((peer) => this.setup.said(peer, said, true, 0)),
      sas: (message) =>
        withPeer((peer) =>
          this.setup.parts().comparisons.receive(this.setup.comparable(peer), message, outbox.now),
        ),
      key: (key) =>
        withPeer((peer) => {
          this.evidence(peer, true);
          this.setup.parts().keys.received(peer, key);
        }),
      ended: () => outbox.tell({ type: 'channel-ended', occupant }),
      unproved: () => outbox.tell({ type: 'unproved', occupant }),
      open: (transcript, proof, name) =>
        withPeer((peer) => {
          this.setup.parts().comparisons.gone(occupant);
          peer.proved = proof && { transcript, device: proof.device };
          const device = proof && toBase64(proof.device);
          outbox.tell({ type: 'channel', occupant, identity, device, name });
        }),
    };
    return new Channel({
      account,
      room,
      self: { occupant: self, participant: own },
      peer: { occupant, participant },
      memory,
      random,
      prover,
      ports,
    });
  }

  evidence(peer: Peer, sealed: boolean): void {
    if (!sealed || this.setup.isSealed() || peer.hasGivenEvidence) return;
    peer.hasGivenEvidence = true;
    this.setup.outbox.tell({ type: 'evidence', occupant: peer.id });
  }

  /** True if that took a HELLO. */
  wantChannel(peer: Peer, isUrgent: boolean): boolean {
    this.watch(peer);
    return peer.channel.want(this.setup.outbox.now, isUrgent);
  }

  /** Its channel may have a deadline, and grows old. */
  private watch(peer: Peer): void {
    this.waiting.add(peer);
    this.renewAt = Math.min(this.renewAt, this.setup.outbox.now + RENEW_LOOK_MS);
  }
}
