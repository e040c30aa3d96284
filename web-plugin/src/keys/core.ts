// The key core: (state, event) → (state, actions). No DOM, no clock, no randomness but what is passed in (brief D11).

import {
  type EndpointMessage,
  fromBase64,
  isOccupantId,
  type OlmPart,
  olmMessages,
  parseBundle,
  parseEndpointMessage,
  Refusal,
  restartMessage,
} from '../wire/index.ts';
import { Channel, type ChannelMemory } from './channel.ts';
import { rosterDigest, senderContext } from './derive.ts';
import { createProver, type Prover } from './device.ts';
import type { CoreAction, CoreEvent, Identity, Notice, OccupantId } from './events.ts';
import { Allowance, HeldMessages } from './inbox.ts';
import type { KeyGift } from './link.ts';
import type { OlmAccount, OlmLibrary } from './olm.ts';
import { checkedParticipant, ownBundle, type Participant, participantOf } from './participant.ts';
import { excludeOf, RETIRE_MS, Receiving, type ReceivingMemory } from './receiving.ts';
import { Refusals } from './refusals.ts';
import { type GivenKey, Sending } from './sending.ts';

/** In rosters up to this size every pair makes its channel at once; in larger ones when it is needed. */
const EAGER_ROSTER = 32;
const KEY_REQUEST_MS = 5000;
const REMEMBERED_IDENTITIES = 4096;

export interface CoreOptions {
  olm: OlmLibrary;
  /** Bare JID of the room, as this client joined it. */
  room: string;
  /** Own occupant id. */
  self: OccupantId;
  random(length: number): Uint8Array;
  /** Public key of the own device; without it nothing is proved. */
  device?: Uint8Array | null;
  /** Self-asserted name that goes along with the proof. */
  name?: string | null;
}

export interface Core {
  /** Value of the presence property `sealmeet`. */
  bundle(): string;
  /** Own identity: the owner under which others know this client's frames. */
  readonly identity: Identity;
  /** `now`: milliseconds of any clock that never goes back. */
  handle(event: CoreEvent, now: number): CoreAction[];
  /** Gives back libolm's memory; the core is of no use afterwards. */
  free(): void;
}

type Memory = ChannelMemory & ReceivingMemory;

/** An occupant with a good bundle. */
interface Peer {
  participant: Participant;
  channel: Channel;
  receiving: Receiving;
  context: Uint8Array;
  hasGivenEvidence: boolean;
  requestedAt: number;
  answeredAt: number;
}

interface Occupant {
  id: OccupantId;
  /** The pinned property; null until the first comes, and once it is gone. */
  property: string | null;
  hadBundle: boolean;
  peer: Peer | null;
  allowance: Allowance;
}

export const createCore = (options: CoreOptions): Core => new KeyCore(options);

class KeyCore implements Core {
  private readonly options: CoreOptions;
  private readonly room: string;
  private readonly account: OlmAccount;
  private readonly property: string;
  private readonly own: Participant;
  private readonly ownContext: Uint8Array;
  private readonly occupants = new Map<OccupantId, Occupant>();
  private readonly owners = new Map<Identity, Occupant>();
  private readonly memories = new Map<Identity, Memory>();
  private readonly held = new HeldMessages();
  private readonly refusals = new Refusals();
  private readonly sending: Sending;
  private readonly prover: Prover;
  private readonly signing = new Map<number, (signature: Uint8Array) => void>();
  private signatures = 0;
  private isSealed = false;
  private isSourceOn = false;
  private digest: Uint8Array | null = null;
  private now = 0;
  private wakeAt: number | null = null;
  private actions: CoreAction[] = [];

  constructor(options: CoreOptions) {
    this.options = options;
    this.room = options.room.toLowerCase();
    this.account = options.olm.account();
    this.property = ownBundle(this.account, this.room, options.random(16));
    this.own = participantOf(parseBundle(this.property));
    this.ownContext = senderContext(this.room, options.self, this.own.curve25519, this.own.ed25519);
    this.sending = new Sending({
      random: options.random,
      give: (to, key) => this.give(to, key),
      use: ({ generation, step, base }) =>
        this.do({ type: 'use-key', generation, step, base, context: this.ownContext }),
      expire: (generation, inMs) => this.do({ type: 'expire-sending', generation, inMs }),
      stop: () => this.do({ type: 'stop-sending' }),
      rotated: ({ generation, step, reason }) => this.tell({ type: 'rotated', generation, step, reason }),
    });
    this.prover = createProver({
      olm: options.olm,
      device: options.device ?? null,
      name: options.name ?? null,
      sign: (message, done) => {
        this.signatures += 1;
        this.signing.set(this.signatures, done);
        this.do({ type: 'sign', id: this.signatures, message });
      },
    });
  }

  get identity(): Identity {
    return this.own.identity;
  }

  bundle(): string {
    return this.property;
  }

  handle(event: CoreEvent, now: number): CoreAction[] {
    this.now = Math.max(this.now, now);
    this.due();
    this.apply(event);
    this.due();
    this.wake();
    const { actions } = this;
    this.actions = [];
    return actions;
  }

  free(): void {
    for (const { peer } of this.occupants.values()) peer?.channel.free();
    this.occupants.clear();
    this.owners.clear();
    this.account.free();
  }

  private apply(event: CoreEvent): void {
    switch (event.type) {
      case 'joined':
      case 'bundle':
        this.present(event.occupant, event.bundle);
        break;
      case 'left':
        this.left(event.occupant);
        break;
      case 'message':
        this.guarded(event.from, () => this.message(event.from, event.payload));
        break;
      case 'sealed':
        this.isSealed = true;
        this.activity();
        this.makeChannels();
        break;
      case 'unsealed':
        this.unsealed();
        break;
      case 'source':
        this.isSourceOn = event.on;
        this.activity();
        this.makeChannels();
        break;
      case 'missing-key':
        this.missingKey(event.owner);
        break;
      case 'worker-restarted':
        this.workerRestarted();
        break;
      case 'signed': {
        const done = this.signing.get(event.id);
        this.signing.delete(event.id);
        done?.(event.signature);
        break;
      }
      case 'timer':
        break;
    }
  }

  private due(): void {
    this.sending.due(this.now);
    for (const { peer } of this.occupants.values()) {
      if (peer !== null) peer.channel.due(this.now);
    }
  }

  private wake(): void {
    let at = this.sending.deadline ?? Number.POSITIVE_INFINITY;
    for (const { peer } of this.occupants.values()) at = Math.min(at, peer?.channel.deadline ?? at);
    if (at === this.wakeAt || at === Number.POSITIVE_INFINITY) return;
    this.wakeAt = at;
    this.do({ type: 'wake', at });
  }

  /** Presence: the first bundle of an occupant is pinned (rule M16). */
  private present(id: OccupantId, property: string | null): void {
    if (id === this.options.self || !isOccupantId(id)) return;
    const known = this.occupants.get(id);
    if (known !== undefined && known.property === property) return;
    const occupant = known ?? {
      id,
      property: null,
      hadBundle: false,
      peer: null,
      allowance: new Allowance(this.now),
    };
    this.occupants.set(id, occupant);
    this.dismiss(occupant);
    occupant.property = property;
    if (property === null) {
      this.tell({ type: 'incapable', occupant: id, reason: 'no bundle in the presence' });
      return;
    }
    if (occupant.hadBundle) this.tell({ type: 'replaced', occupant: id });
    occupant.hadBundle = true;
    try {
      this.admit(occupant, property);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      this.tell({ type: 'incapable', occupant: id, reason: error.message });
      return;
    }
    for (const payload of this.held.release(id, this.now)) {
      this.guarded(id, () => this.message(id, payload));
    }
  }

  private admit(occupant: Occupant, property: string): void {
    const present = [...this.owners.values()].flatMap(({ peer }) =>
      peer === null ? [] : [peer.participant],
    );
    const participant = checkedParticipant(this.options.olm, this.room, property, [this.own, ...present]);
    const memory = this.remember(participant.identity);
    const peer: Peer = {
      participant,
      channel: this.channel(occupant, participant, memory),
      receiving: new Receiving(memory),
      context: senderContext(this.room, occupant.id, participant.curve25519, participant.ed25519),
      hasGivenEvidence: false,
      requestedAt: Number.NEGATIVE_INFINITY,
      answeredAt: Number.NEGATIVE_INFINITY,
    };
    occupant.peer = peer;
    this.owners.set(participant.identity, occupant);
    this.digest = null;
    this.sending.join(participant.identity, this.now);
    this.makeChannel(peer);
  }

  private left(id: OccupantId): void {
    const occupant = this.occupants.get(id);
    this.held.release(id, this.now);
    if (occupant === undefined) return;
    this.occupants.delete(id);
    this.dismiss(occupant);
  }

  /** The identity behind this occupant is gone: for good, or in favour of another. */
  private dismiss(occupant: Occupant): void {
    const { peer } = occupant;
    if (peer === null) return;
    const { identity, curve25519 } = peer.participant;
    occupant.peer = null;
    this.owners.delete(identity);
    this.digest = null;
    peer.receiving.forget();
    peer.channel.free();
    this.do({ type: 'forget', owner: identity });
    this.sending.leave(identity, this.now);
    for (const [owner, { peer: other }] of this.owners) {
      const generations = other?.receiving.leaverSeen(curve25519) ?? [];
      if (generations.length > 0) this.do({ type: 'retire', owner, generations, inMs: RETIRE_MS });
    }
  }

  private message(from: OccupantId, payload: unknown): void {
    if (from === this.options.self) return;
    if (!isOccupantId(from)) throw new Refusal('message: no sender');
    const arrival = parseEndpointMessage(payload, this.options.self);
    if (arrival.kind === 'room' || arrival.kind === 'elsewhere') return;
    const occupant = this.occupants.get(from);
    if (occupant === undefined || occupant.property === null) {
      this.held.hold(from, payload, this.now);
      return;
    }
    if (occupant.peer === null) throw new Refusal('message: from an occupant without a good bundle');
    occupant.allowance.spend(arrival.kind === 'olm' && arrival.part[0] === 0, this.now);
    switch (arrival.kind) {
      case 'olm':
        occupant.peer.channel.receive(arrival.part, this.now);
        break;
      case 'restart':
        occupant.peer.channel.hinted(this.now);
        break;
      case 'beacon':
      case 'data':
        throw new Refusal(`${arrival.kind}: not known to this version`);
    }
  }

  private channel(occupant: Occupant, participant: Participant, memory: Memory): Channel {
    const { random, self } = this.options;
    const { identity } = participant;
    return new Channel({
      account: this.account,
      room: this.room,
      self: { occupant: self, participant: this.own },
      peer: { occupant: occupant.id, participant },
      memory,
      random,
      prover: this.prover,
      ports: {
        send: (part) => this.send([[occupant.id, part]]),
        hint: () => this.do({ type: 'send', to: occupant.id, message: restartMessage() }),
        sendable: () => this.sending.sendable(identity),
        open: () => this.tell({ type: 'channel', occupant: occupant.id, identity }),
        peerSealed: (sealed) => this.evidence(occupant, sealed),
        key: (key) => this.key(occupant, key),
        keyRequest: (min) => this.keyRequest(occupant, min),
        gift: () => {
          const key = this.sending.gift(identity);
          return key && this.gift(key);
        },
        isSealed: () => this.isSealed,
      },
    });
  }

  private evidence(occupant: Occupant, sealed: boolean): void {
    const { peer } = occupant;
    if (peer === null || !sealed || this.isSealed || peer.hasGivenEvidence) return;
    peer.hasGivenEvidence = true;
    this.tell({ type: 'evidence', occupant: occupant.id });
  }

  private key(occupant: Occupant, key: KeyGift): void {
    const { peer } = occupant;
    if (peer === null) return;
    this.evidence(occupant, true);
    const { accept, retire } = peer.receiving.take(key);
    const owner = peer.participant.identity;
    const { generation, step, base, floors } = key;
    if (accept) {
      const leave = key.reason === 'leave';
      this.do({ type: 'accept-key', owner, generation, step, base, context: peer.context, floors, leave });
    }
    if (retire.length > 0) this.do({ type: 'retire', owner, generations: retire, inMs: 0 });
  }

  private keyRequest({ peer }: Occupant, min: number): void {
    if (peer === null) return;
    if (this.now - peer.answeredAt < KEY_REQUEST_MS) throw new Refusal('keyreq: too often');
    peer.answeredAt = this.now;
    this.sending.requested(peer.participant.identity, min, this.now);
  }

  private missingKey(owner: Identity): void {
    const occupant = this.owners.get(owner);
    if (occupant?.peer) this.requestKey(occupant, occupant.peer);
  }

  private requestKey(occupant: Occupant, peer: Peer): void {
    if (!peer.channel.isReady) {
      peer.channel.want(this.now, true);
      return;
    }
    if (this.now - peer.requestedAt < KEY_REQUEST_MS) return;
    peer.requestedAt = this.now;
    this.send([[occupant.id, peer.channel.requestKey(peer.receiving.min)]]);
  }

  /** The new worker has no key at all: others mint, so that nothing old can be played to empty windows. */
  private workerRestarted(): void {
    this.sending.restart(this.now);
    for (const occupant of this.owners.values()) {
      const { peer } = occupant;
      if (!peer?.receiving.hasKey) continue;
      peer.receiving.forget();
      peer.requestedAt = Number.NEGATIVE_INFINITY;
      this.requestKey(occupant, peer);
    }
  }

  private unsealed(): void {
    this.isSealed = false;
    this.activity();
    this.sending.reset();
    for (const [owner, { peer }] of this.owners) {
      if (peer === null) continue;
      peer.hasGivenEvidence = false;
      peer.receiving.forget();
      this.do({ type: 'forget', owner });
    }
  }

  private activity(): void {
    if (this.isSealed && this.isSourceOn) this.sending.activate(this.now);
    else this.sending.deactivate();
  }

  private makeChannels(): void {
    for (const { peer } of this.occupants.values()) if (peer !== null) this.makeChannel(peer);
  }

  private makeChannel(peer: Peer): void {
    if (!this.isSealed) return;
    const isLarge = this.owners.size > EAGER_ROSTER;
    if (!isLarge || this.isSourceOn) peer.channel.want(this.now, isLarge && this.isSourceOn);
  }

  /** One broadcast with a part for each whose channel is there; says to whom. */
  private give(to: Identity[], key: GivenKey): Identity[] {
    const gift = this.gift(key);
    const parts: [OccupantId, OlmPart][] = [];
    const given: Identity[] = [];
    for (const identity of to) {
      const occupant = this.owners.get(identity);
      if (!occupant?.peer?.channel.isReady) continue;
      parts.push([occupant.id, occupant.peer.channel.give(gift)]);
      given.push(identity);
    }
    this.send(parts);
    return given;
  }

  private gift(key: GivenKey): KeyGift {
    const { generation, step, base, reason } = key;
    this.digest ??= rosterDigest(this.room, this.rosterEntries());
    const excludes = key.excludes.map((identity) => excludeOf(fromBase64(identity) ?? new Uint8Array(0)));
    return { generation, step, base, reason, excludes, floors: [], roster: this.digest };
  }

  private rosterEntries() {
    const others = [...this.owners.values()].flatMap(({ id, peer }) =>
      peer === null ? [] : [{ occupant: id, ...peer.participant }],
    );
    return [{ occupant: this.options.self, ...this.own }, ...others];
  }

  private remember(identity: Identity): Memory {
    const memory = this.memories.get(identity) ?? { ordinal: 0, sessions: new Set<string>(), dead: 0 };
    this.memories.delete(identity);
    this.memories.set(identity, memory);
    for (const old of this.memories.keys()) {
      if (this.memories.size <= REMEMBERED_IDENTITIES) break;
      if (!this.owners.has(old) && old !== identity) this.memories.delete(old);
    }
    return memory;
  }

  private send(parts: [OccupantId, OlmPart][]): void {
    for (const message of olmMessages(parts)) this.post(Object.keys(message.olm), message);
  }

  private post(recipients: OccupantId[], message: EndpointMessage): void {
    const [only, ...more] = recipients;
    if (only !== undefined) this.do({ type: 'send', to: more.length === 0 ? only : 'room', message });
  }

  /** Nothing that arrives can throw through (brief D8). */
  private guarded(from: OccupantId, read: () => void): void {
    try {
      read();
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      const notice = this.refusals.count(from, error.message, this.now);
      if (notice !== null) this.tell(notice);
    }
  }

  private do(action: CoreAction): void {
    this.actions.push(action);
  }

  private tell(notice: Notice): void {
    this.do({ type: 'notice', notice });
  }
}
