// Own keys out, others' keys in: between the sender-key rules, the channels and the worker. docs/protocol.md §5.

import { concat, fromBase64, Refusal } from '../wire/index.ts';
import type { Identity } from './events.ts';
import { EXCLUDES_MS, excludeOf, nameOf, REMEMBERED_LEAVES } from './leavers.ts';
import type { KeyGift } from './link.ts';
import type { Outbox } from './outbox.ts';
import { type KeyOutcome, RETIRE_MS } from './receiving.ts';
import type { Peer, Roster } from './roster.ts';
import { type GivenKey, Sending } from './sending.ts';

const KEY_REQUEST_MS = 5000;
/** Keys whose time is over are erased together, so often. */
const ERASE_SPACING_MS = 5000;
/** No KEY names it. */
const NOBODY = '';

export interface KeyExchangeSetup {
  outbox: Outbox;
  roster: Roster;
  context: Uint8Array;
  random(length: number): Uint8Array;
  floors(): [number, number][];
  /** The channel with this peer is needed now. */
  wantChannel(peer: Peer): void;
  keyCame(peer: Peer): void;
}

interface Leave {
  identity: Identity;
  /** As KEYs name it (nameOf). */
  name: string;
  at: number;
  /** Among all leaves that this client saw, from 1. */
  place: number;
}

export class KeyExchange {
  readonly sending: Sending;
  private readonly setup: KeyExchangeSetup;
  /** When keys of somebody are to be erased. */
  private eraseAt = Number.POSITIVE_INFINITY;
  /** Who left a short time ago, in order. */
  private gone: Leave[] = [];
  /** The last of those that were too many to be remembered. */
  private forgotten: Leave | undefined;
  private leaves = 0;

  constructor(setup: KeyExchangeSetup) {
    const { outbox, context, random } = setup;
    this.setup = setup;
    this.sending = new Sending({
      random,
      give: (to, key) => this.give(to, key),
      use: ({ generation, step, base }, inMs) =>
        outbox.do({ type: 'use-key', generation, step, base, context, inMs }),
      expire: (generation, inMs) => outbox.do({ type: 'expire-sending', generation, inMs }),
      stop: () => outbox.do({ type: 'stop-sending' }),
      rotated: ({ generation, step, reason }) => outbox.tell({ type: 'rotated', generation, step, reason }),
    });
  }

  get deadline(): number {
    return Math.min(this.sending.deadline ?? Number.POSITIVE_INFINITY, this.eraseAt);
  }

  due(now: number): void {
    this.sending.due(now);
    if (this.eraseAt <= now) this.erase(now);
  }

  /** The key to go along with ACCEPT or CONFIRM. */
  giftFor(identity: Identity): KeyGift | null {
    const key = this.sending.gift(identity);
    return key && this.gift(key);
  }

  received(peer: Peer, key: KeyGift): void {
    const { outbox } = this.setup;
    const { accept, retire } = this.taken(peer, key);
    const owner = peer.participant.identity;
    const { generation, step, base, floors } = key;
    if (accept) {
      const leave = key.reason === 'leave';
      outbox.do({ type: 'accept-key', owner, generation, step, base, context: peer.context, floors, leave });
    }
    this.retire(peer, retire, 0);
    if (accept) this.retireForGone(peer, key.since);
    this.setup.keyCame(peer);
  }

  /** Throws a Refusal; one that is of no use, where a key was missing all along, has another asked for. */
  private taken(peer: Peer, key: KeyGift): KeyOutcome {
    const { lacksKey } = peer;
    peer.lacksKey = false;
    try {
      return peer.receiving.take(key, this.setup.outbox.now);
    } catch (refusal) {
      if (lacksKey) this.lacking(peer);
      throw refusal;
    }
  }

  /** How many leaves were seen so far: those before somebody came are none that it could know of. */
  get leavesSeen(): number {
    return this.leaves;
  }

  /**
   * A key that came after a leave, of a sender that had not seen it: whoever left may hold that key too. Once a sender
   * has shown that it saw a leave, its later keys need not be looked at, until somebody comes back as it says: it may be
   * the one who left, who then left once more.
   */
  private retireForGone(peer: Peer, since: number): void {
    const { outbox, roster } = this.setup;
    const { leaves } = peer;
    if (since > leaves.since) {
      leaves.since = since;
      leaves.known = leaves.before;
    }
    const isRecent = ({ at }: Leave) => at > outbox.now - EXCLUDES_MS;
    const { forgotten } = this;
    let isKnown = !forgotten || forgotten.place <= leaves.known || !isRecent(forgotten);
    if (!isKnown) this.retireForLeaver(peer, NOBODY);
    for (const leave of this.leavesAfter(leaves.known)) {
      const { identity, name, place } = leave;
      if (!isRecent(leave) || roster.peers.has(identity)) continue;
      isKnown = !this.retireForLeaver(peer, name) && isKnown;
      if (isKnown) leaves.known = place;
    }
  }

  /** Of those that are remembered. */
  private leavesAfter(place: number) {
    return this.gone.slice(Math.max(0, this.gone.length - (this.leaves - place)));
  }

  /** By its beacon: no generation of this peer up to this one is used any more. */
  dead(peer: Peer, upTo: number): void {
    const generations = peer.receiving.dead(upTo, this.setup.outbox.now);
    if (generations.length > 0) this.retire(peer, generations, RETIRE_MS);
  }

  /** KEYREQ came. */
  asked(peer: Peer, min: number): void {
    const { now } = this.setup.outbox;
    if (now - peer.answeredAt < KEY_REQUEST_MS) throw new Refusal('keyreq: too often');
    peer.answeredAt = now;
    this.sending.requested(peer.participant.identity, min, now);
  }

  /** Something came of this peer under a key that is not here. */
  lacking(peer: Peer): void {
    const { outbox, wantChannel } = this.setup;
    if (!peer.channel.isReady) {
      peer.lacksKey = true;
      wantChannel(peer);
      return;
    }
    if (outbox.now - peer.requestedAt >= KEY_REQUEST_MS) this.ask([peer]);
  }

  /** Keys may have been lost, of anybody, and what asked for them. */
  reconnected(): void {
    this.ask([...this.setup.roster.peers.values()].filter(({ channel }) => channel.isReady));
  }

  private ask(peers: Peer[]): void {
    const { outbox } = this.setup;
    for (const peer of peers) peer.requestedAt = outbox.now;
    outbox.send(peers.map(({ id, channel, receiving }) => [id, channel.requestKey(receiving.min)]));
  }

  /** A peer is gone: its keys are erased, and what it may hold of others is given a last time (rule M4). */
  left(peer: Peer): void {
    const { outbox, roster } = this.setup;
    const { identity, curve25519 } = peer.participant;
    peer.receiving.forget();
    outbox.do({ type: 'forget', owner: identity });
    this.sending.leave(identity, outbox.now);
    this.leaves += 1;
    const name = nameOf(curve25519);
    this.gone.push({ identity, name, at: outbox.now, place: this.leaves });
    while ((this.gone[0]?.at ?? outbox.now) <= outbox.now - EXCLUDES_MS) this.gone.shift();
    if (this.gone.length > REMEMBERED_LEAVES) this.forgotten = this.gone.shift();
    for (const other of roster.peers.values()) this.retireForLeaver(other, name);
  }

  /** Gives what this leaver may hold of the peer's keys a last time (rule M4). True if there was any. */
  private retireForLeaver(peer: Peer, leaver: string): boolean {
    const generations = peer.receiving.leaverSeen(leaver, this.setup.outbox.now);
    if (generations.length > 0) this.retire(peer, generations, RETIRE_MS);
    return generations.length > 0;
  }

  /** Tells the worker; and what is kept of the peer's keys may have to be erased earlier or later now. */
  private retire(peer: Peer, generations: number[], inMs: number): void {
    const owner = peer.participant.identity;
    if (generations.length > 0) this.setup.outbox.do({ type: 'retire', owner, generations, inMs });
    const at = peer.receiving.deadline ?? Number.POSITIVE_INFINITY;
    this.eraseAt = Math.min(this.eraseAt, Math.ceil(at / ERASE_SPACING_MS) * ERASE_SPACING_MS);
  }

  /** The new worker has no key at all: others mint, so that nothing old can be played to empty windows. */
  workerRestarted(): void {
    const { outbox, roster } = this.setup;
    this.sending.restart(outbox.now);
    for (const peer of roster.peers.values()) {
      if (!peer.receiving.hasKey) continue;
      peer.receiving.forget();
      peer.requestedAt = Number.NEGATIVE_INFINITY;
      this.lacking(peer);
    }
  }

  /** Every media key is forgotten, own and others'. */
  forgetAll(): void {
    const { outbox, roster } = this.setup;
    this.sending.deactivate();
    this.sending.reset();
    for (const [owner, peer] of roster.peers) {
      peer.receiving.forget();
      outbox.do({ type: 'forget', owner });
    }
  }

  /** Of everybody's keys those whose time is over. */
  private erase(now: number): void {
    this.eraseAt = Number.POSITIVE_INFINITY;
    for (const peer of this.setup.roster.peers.values()) this.retire(peer, peer.receiving.due(now), 0);
  }

  /** One broadcast with a part for each whose channel is there; says to whom. */
  private give(to: Identity[], key: GivenKey): Identity[] {
    const { outbox, roster } = this.setup;
    const gift = this.gift(key);
    const peers = to.flatMap((identity) => roster.peers.get(identity) ?? []);
    const reached = peers.filter(({ channel }) => channel.isReady);
    outbox.send(reached.map(({ id, channel }) => [id, channel.give(gift)]));
    return reached.map(({ participant }) => participant.identity);
  }

  private gift(key: GivenKey): KeyGift {
    const { floors } = this.setup;
    const { generation, step, base, reason, since } = key;
    const excludes = concat(...key.excludes.map((each) => excludeOf(fromBase64(each) ?? new Uint8Array(0))));
    return { generation, step, base, reason, since, excludes, floors: floors() };
  }
}
