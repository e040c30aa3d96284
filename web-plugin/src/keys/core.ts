// The key core: (state, event) → (state, actions). No DOM, no clock, no randomness but what is passed in (brief D11).

import {
  beaconBody,
  beaconMessage,
  beaconMessageBytes,
  dataMessage,
  type EndpointMessage,
  encodeBeacon,
  fromBase64,
  isOccupantId,
  type OlmPart,
  olmMessages,
  parseBeacon,
  parseBundle,
  parseEndpointMessage,
  Refusal,
  restartMessage,
  type Said,
  type SourceState,
  sayable,
  toBase64,
} from '../wire/index.ts';
import { Agreement } from './agreement.ts';
import { Channel } from './channel.ts';
import { Conversation } from './conversation.ts';
import { senderContext } from './derive.ts';
import { createProver, type Prover } from './device.ts';
import type { CoreAction, CoreEvent, Identity, Notice, OccupantId } from './events.ts';
import { Allowance, HeldMessages } from './inbox.ts';
import type { KeyGift } from './link.ts';
import type { OlmAccount, OlmLibrary } from './olm.ts';
import { checkedParticipant, ownBundle, type Participant, participantOf } from './participant.ts';
import { excludeOf, leaverName, RETIRE_MS, Receiving } from './receiving.ts';
import { Refusals } from './refusals.ts';
import { type Memory, type Occupant, type Peer, Roster } from './roster.ts';
import { Comparisons, type SasChannel } from './sas.ts';
import { type GivenKey, Sending } from './sending.ts';
import { Listener } from './talk.ts';

/** In rosters up to this size every pair makes its channel at once; in larger ones when it is needed. */
const EAGER_ROSTER = 32;
const KEY_REQUEST_MS = 5000;

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

export interface RosterView {
  digest: Uint8Array;
  /** Oneself left out; `device` in base64, null while none is proved. */
  people: { occupant: OccupantId; identity: Identity; device: string | null }[];
}

export interface Core {
  /** Value of the presence property `sealmeet`. */
  bundle(): string;
  /** Own identity: the owner under which others know this client's frames. */
  readonly identity: Identity;
  /** `now`: milliseconds of any clock that never goes back. */
  handle(event: CoreEvent, now: number): CoreAction[];
  /** Everybody as this client sees them now: what a meeting code covers (rule M19). */
  roster(): RosterView;
  /** Gives back libolm's memory; the core is of no use afterwards. */
  free(): void;
}

export const createCore = (options: CoreOptions): Core => new KeyCore(options);

class KeyCore implements Core {
  private readonly options: CoreOptions;
  private readonly room: string;
  private readonly account: OlmAccount;
  private readonly property: string;
  private readonly own: Participant;
  private readonly ownContext: Uint8Array;
  private readonly present: Roster;
  /** Peers whose channel may have a deadline. */
  private readonly waiting = new Set<Peer>();
  private readonly held = new HeldMessages();
  private readonly refusals = new Refusals();
  private readonly sending: Sending;
  private readonly agreement: Agreement;
  private readonly conversation: Conversation;
  private readonly comparisons: Comparisons;
  private readonly sources = new Map<number, SourceState>();
  private beacons = 0;
  private readonly prover: Prover;
  private readonly signing = new Map<number, (signature: Uint8Array) => void>();
  private signatures = 0;
  private isSealed = false;
  private isSourceOn = false;
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
    this.present = new Roster(this.room, options.self, this.own);
    this.sending = new Sending({
      random: options.random,
      give: (to, key) => this.give(to, key),
      use: ({ generation, step, base }) =>
        this.do({ type: 'use-key', generation, step, base, context: this.ownContext }),
      expire: (generation, inMs) => this.do({ type: 'expire-sending', generation, inMs }),
      stop: () => this.do({ type: 'stop-sending' }),
      rotated: ({ generation, step, reason }) => this.tell({ type: 'rotated', generation, step, reason }),
    });
    this.agreement = new Agreement({
      chance: () => (options.random(1)[0] ?? 0) / 256,
      send: (sources) => this.beacon(sources),
      digest: () => this.present.digest,
      participants: () => this.present.size,
      view: (identity, view, participants) => {
        const peer = this.present.peers.get(identity);
        if (peer !== undefined) this.tell({ type: 'view', occupant: peer.id, view, participants });
      },
    });
    this.conversation = new Conversation({
      room: this.room,
      self: options.self,
      context: this.ownContext,
      sign: (message) => this.account.sign(message),
      verify: options.olm.verify,
      key: () => this.sending.current(this.now),
      broadcast: (data) => this.do({ type: 'send', to: 'room', message: dataMessage(data) }),
      said: (peer, said, missed) => this.said(peer, said, false, missed),
      lacksKey: (peer) => this.requestKey(peer),
    });
    this.comparisons = new Comparisons({
      olm: options.olm,
      random: options.random,
      send: (occupant, message) => {
        const channel = this.present.occupants.get(occupant)?.peer?.channel;
        if (channel?.isReady) this.send([[occupant, channel.compare(message)]]);
      },
      show: (occupant, comparison) => this.tell({ type: 'comparison', occupant, comparison }),
      verified: (occupant, device) => this.tell({ type: 'verified', occupant, device }),
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

  roster(): RosterView {
    const people = [...this.present.peers.values()].map(({ id, participant, proved }) => ({
      occupant: id,
      identity: participant.identity,
      device: proved && toBase64(proved.device),
    }));
    return { digest: this.present.digest, people };
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
    for (const peer of this.present.peers.values()) peer.channel.free();
    this.account.free();
  }

  private apply(event: CoreEvent): void {
    switch (event.type) {
      case 'joined':
      case 'bundle':
        this.presence(event.occupant, event.bundle);
        break;
      case 'left':
        this.left(event.occupant);
        break;
      case 'message':
        this.guarded(event.from, () => this.message(event.from, event.payload));
        break;
      case 'sealed':
        this.isSealed = true;
        this.agreement.turn(true, this.now);
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
      case 'source-state': {
        const { source, on, floor } = event;
        this.sources.set(source, { source, on, floor });
        this.agreement.source({ source, on, floor }, this.now);
        break;
      }
      case 'compare':
        this.compare(event.occupant);
        break;
      case 'compare-answer':
        this.comparisons.answer(event.accept);
        break;
      case 'compare-confirm':
        this.guarded(this.options.self, () => this.comparisons.confirm(event.isSame));
        break;
      case 'compare-stop':
        this.comparisons.stop();
        break;
      case 'say':
        this.say(event.to, event);
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
    this.agreement.due(this.now);
    this.comparisons.due(this.now);
    this.conversation.flush();
    if (this.conversation.isOver(this.now)) this.activity();
    for (const peer of this.waiting) peer.channel.due(this.now);
  }

  private wake(): void {
    let at = Number.POSITIVE_INFINITY;
    for (const { deadline } of [this.sending, this.agreement, this.conversation, this.comparisons])
      at = Math.min(at, deadline ?? at);
    for (const peer of this.waiting) {
      const { deadline } = peer.channel;
      if (deadline === null) this.waiting.delete(peer);
      else at = Math.min(at, deadline);
    }
    if (at === this.wakeAt || at === Number.POSITIVE_INFINITY) return;
    this.wakeAt = at;
    this.do({ type: 'wake', at });
  }

  /** Presence: the first bundle of an occupant is pinned (rule M16). */
  private presence(id: OccupantId, property: string | null): void {
    if (id === this.options.self || !isOccupantId(id)) return;
    const known = this.present.occupants.get(id);
    if (known !== undefined && known.property === property) return;
    const occupant = known ?? {
      id,
      property: null,
      hadBundle: false,
      peer: null,
      allowance: new Allowance(this.now),
    };
    this.present.occupants.set(id, occupant);
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
    const participant = checkedParticipant(this.options.olm, this.room, property, this.present.isTaken);
    const memory = this.present.remember(participant.identity);
    const peer: Peer = {
      id: occupant.id,
      participant,
      channel: this.channel(occupant.id, participant, memory),
      receiving: new Receiving(memory),
      proved: null,
      listener: new Listener(),
      unread: [],
      memory,
      context: senderContext(this.room, occupant.id, participant.curve25519, participant.ed25519),
      hasGivenEvidence: false,
      requestedAt: Number.NEGATIVE_INFINITY,
      answeredAt: Number.NEGATIVE_INFINITY,
    };
    this.present.admit(occupant, peer);
    this.sending.join(participant.identity, this.now);
    this.agreement.join(participant.identity, this.now);
    this.makeChannel(peer);
  }

  private left(id: OccupantId): void {
    const occupant = this.present.occupants.get(id);
    this.held.release(id, this.now);
    if (occupant === undefined) return;
    this.present.occupants.delete(id);
    this.dismiss(occupant);
  }

  /** The identity behind this occupant is gone: for good, or in favour of another. */
  private dismiss(occupant: Occupant): void {
    const { peer } = occupant;
    if (peer === null) return;
    const { identity, curve25519 } = peer.participant;
    this.present.dismiss(occupant);
    this.waiting.delete(peer);
    this.comparisons.gone(occupant.id);
    peer.receiving.forget();
    peer.channel.free();
    this.do({ type: 'forget', owner: identity });
    this.sending.leave(identity, this.now);
    this.agreement.leave(identity, this.now);
    const name = leaverName(curve25519);
    for (const [owner, other] of this.present.peers) {
      const generations = other.receiving.leaverSeen(name, this.now);
      if (generations.length > 0) this.do({ type: 'retire', owner, generations, inMs: RETIRE_MS });
    }
  }

  private message(from: OccupantId, payload: unknown): void {
    if (from === this.options.self) return;
    if (!isOccupantId(from)) throw new Refusal('message: no sender');
    const arrival = parseEndpointMessage(payload, this.options.self);
    if (arrival.kind === 'room' || arrival.kind === 'elsewhere') return;
    const occupant = this.present.occupants.get(from);
    if (occupant === undefined || occupant.property === null) {
      this.held.hold(from, payload, this.now);
      return;
    }
    const { peer } = occupant;
    if (peer === null) throw new Refusal('message: from an occupant without a good bundle');
    this.waiting.add(peer);
    occupant.allowance.spend(arrival.kind === 'olm' && arrival.part[0] === 0, this.now);
    switch (arrival.kind) {
      case 'olm':
        peer.channel.receive(arrival.part, this.now);
        break;
      case 'restart':
        peer.channel.hinted(this.now);
        break;
      case 'beacon':
        this.hearBeacon(peer, arrival.body);
        break;
      case 'data':
        this.conversation.hear(peer, arrival.body, this.now);
        break;
    }
  }

  private channel(occupant: OccupantId, participant: Participant, memory: Memory): Channel {
    const { random, self } = this.options;
    const { identity } = participant;
    const withPeer = (act: (peer: Peer) => void) => {
      const peer = this.present.peers.get(identity);
      if (peer !== undefined) act(peer);
    };
    return new Channel({
      account: this.account,
      room: this.room,
      self: { occupant: self, participant: this.own },
      peer: { occupant, participant },
      memory,
      random,
      prover: this.prover,
      ports: {
        send: (part) => this.send([[occupant, part]]),
        hint: () => this.do({ type: 'send', to: occupant, message: restartMessage() }),
        sendable: () => this.sending.sendable(identity),
        open: (transcript, proof, name) =>
          withPeer((peer) => {
            this.comparisons.gone(occupant);
            peer.proved = proof && { transcript, device: proof.device };
            const device = proof && toBase64(proof.device);
            this.tell({ type: 'channel', occupant, identity, device, name });
          }),
        sas: (message) =>
          withPeer((peer) => this.comparisons.receive(this.comparable(peer), message, this.now)),
        said: (said) => withPeer((peer) => this.said(peer, said, true, 0)),
        peerSealed: (sealed) => withPeer((peer) => this.evidence(peer, sealed)),
        key: (key) => withPeer((peer) => this.key(peer, key)),
        keyRequest: (min) => withPeer((peer) => this.keyRequest(peer, min)),
        gift: () => {
          const key = this.sending.gift(identity);
          return key && this.gift(key);
        },
        isSealed: () => this.isSealed,
      },
    });
  }

  private evidence(peer: Peer, sealed: boolean): void {
    if (!sealed || this.isSealed || peer.hasGivenEvidence) return;
    peer.hasGivenEvidence = true;
    this.tell({ type: 'evidence', occupant: peer.id });
  }

  private key(peer: Peer, key: KeyGift): void {
    this.evidence(peer, true);
    const { accept, retire } = peer.receiving.take(key);
    const owner = peer.participant.identity;
    const { generation, step, base, floors } = key;
    if (accept) {
      const leave = key.reason === 'leave';
      this.do({ type: 'accept-key', owner, generation, step, base, context: peer.context, floors, leave });
    }
    if (retire.length > 0) this.do({ type: 'retire', owner, generations: retire, inMs: 0 });
    this.conversation.keyCame(peer, this.now);
  }

  private compare(id: OccupantId): void {
    const peer = this.present.occupants.get(id)?.peer ?? null;
    this.guarded(id, () => {
      if (peer === null) throw new Refusal('sas: there is no such person');
      this.comparisons.start(this.comparable(peer), this.now);
    });
  }

  private comparable(peer: Peer): SasChannel {
    const { device } = this.options;
    if (!device || peer.proved === null) throw new Refusal('sas: a device was not proved');
    return {
      occupant: peer.id,
      isInitiator: peer.channel.isInitiator,
      transcript: peer.proved.transcript,
      ownDevice: device,
      peerDevice: peer.proved.device,
    };
  }

  private say(to: OccupantId | null, { kind, body, sentAt }: Said): void {
    const reason = this.isSealed ? this.spoken(to, { kind, body, sentAt }) : 'the room is not sealed';
    if (reason !== null) this.tell({ type: 'unsaid', reason });
  }

  /** Why it could not be said, or null. */
  private spoken(to: OccupantId | null, said: Said): string | null {
    if (to === null) {
      const reason = this.conversation.say(said, this.now);
      this.activity();
      this.makeChannels();
      return reason;
    }
    const peer = this.present.occupants.get(to)?.peer;
    if (!peer?.channel.isReady) return 'there is no sealed channel to this person yet';
    const reason = sayable(said.kind, said.body, true);
    if (reason === null) this.send([[to, peer.channel.tell(said)]]);
    return reason;
  }

  private said(peer: Peer, { kind, body, sentAt }: Said, isPrivate: boolean, missed: number): void {
    this.do({ type: 'said', from: peer.id, isPrivate, kind, body, sentAt, missed });
  }

  private beacon(sources: SourceState[]): void {
    this.beacons += 1;
    const body = beaconBody({
      seq: this.beacons,
      roster: this.present.digest,
      participants: this.present.size,
      sealed: this.isSealed,
      sources,
      name: this.options.name ?? '',
    });
    const signature = this.account.sign(beaconMessageBytes(this.room, this.options.self, body));
    this.do({ type: 'send', to: 'room', message: beaconMessage(encodeBeacon(body, signature)) });
  }

  private hearBeacon(peer: Peer, text: string): void {
    const { beacon, body, signature } = parseBeacon(text);
    if (beacon.seq <= peer.memory.beacon) throw new Refusal('beacon: seq must rise');
    const message = beaconMessageBytes(this.room, peer.id, body);
    if (!this.options.olm.verify(peer.participant.ed25519, message, signature)) {
      throw new Refusal('beacon: the signature does not hold');
    }
    peer.memory.beacon = beacon.seq;
    const owner = peer.participant.identity;
    this.evidence(peer, beacon.sealed);
    this.agreement.hear(owner, beacon, this.now);
    if (beacon.sources.length > 0) this.do({ type: 'source-states', owner, sources: beacon.sources });
  }

  private keyRequest(peer: Peer, min: number): void {
    if (this.now - peer.answeredAt < KEY_REQUEST_MS) throw new Refusal('keyreq: too often');
    peer.answeredAt = this.now;
    this.sending.requested(peer.participant.identity, min, this.now);
  }

  private missingKey(owner: Identity): void {
    const peer = this.present.peers.get(owner);
    if (peer !== undefined) this.requestKey(peer);
  }

  private requestKey(peer: Peer): void {
    if (!peer.channel.isReady) {
      this.waiting.add(peer);
      peer.channel.want(this.now, true);
      return;
    }
    if (this.now - peer.requestedAt < KEY_REQUEST_MS) return;
    peer.requestedAt = this.now;
    this.send([[peer.id, peer.channel.requestKey(peer.receiving.min)]]);
  }

  /** The new worker has no key at all: others mint, so that nothing old can be played to empty windows. */
  private workerRestarted(): void {
    this.sending.restart(this.now);
    for (const peer of this.present.peers.values()) {
      if (!peer.receiving.hasKey) continue;
      peer.receiving.forget();
      peer.requestedAt = Number.NEGATIVE_INFINITY;
      this.requestKey(peer);
    }
  }

  private unsealed(): void {
    this.isSealed = false;
    this.agreement.turn(false, this.now);
    this.conversation.silence();
    this.activity();
    this.sending.reset();
    for (const [owner, peer] of this.present.peers) {
      peer.hasGivenEvidence = false;
      peer.receiving.forget();
      this.do({ type: 'forget', owner });
    }
  }

  private activity(): void {
    if (this.isSealed && this.needsKeys) this.sending.activate(this.now);
    else this.sending.deactivate();
  }

  /** Something is sent, or said. */
  private get needsKeys(): boolean {
    return this.isSourceOn || this.conversation.isTalking(this.now);
  }

  private makeChannels(): void {
    for (const peer of this.present.peers.values()) this.makeChannel(peer);
  }

  private makeChannel(peer: Peer): void {
    if (!this.isSealed) return;
    const isLarge = this.present.size > EAGER_ROSTER;
    if (isLarge && !this.needsKeys) return;
    this.waiting.add(peer);
    peer.channel.want(this.now, isLarge);
  }

  /** One broadcast with a part for each whose channel is there; says to whom. */
  private give(to: Identity[], key: GivenKey): Identity[] {
    const gift = this.gift(key);
    const peers = to.flatMap((identity) => this.present.peers.get(identity) ?? []);
    const reached = peers.filter(({ channel }) => channel.isReady);
    this.send(reached.map(({ id, channel }) => [id, channel.give(gift)]));
    return reached.map(({ participant }) => participant.identity);
  }

  private gift(key: GivenKey): KeyGift {
    const { generation, step, base, reason } = key;
    const floors = [...this.sources.values()].map(({ source, floor }): [number, number] => [source, floor]);
    const excludes = key.excludes.map((identity) => excludeOf(fromBase64(identity) ?? new Uint8Array(0)));
    return { generation, step, base, reason, excludes, floors, roster: this.present.digest };
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
