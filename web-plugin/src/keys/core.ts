// The key core: (state, event) → (state, actions). No DOM, no clock, no randomness but what is passed in (brief D11).

import { dataMessage, parseBundle, parseRelay, Refusal, type Said, toBase64 } from '../wire/index.ts';
import { Beacons } from './beacons.ts';
import { Conversation } from './conversation.ts';
import type { Core, CoreOptions, RosterView } from './core-api.ts';
import { senderContext } from './derive.ts';
import { createProver } from './device.ts';
import type { CoreAction, CoreEvent, Identity, OccupantId } from './events.ts';
import { KeyExchange } from './key-exchange.ts';
import type { OlmAccount } from './olm.ts';
import { OnDemand } from './on-demand.ts';
import { Outbox } from './outbox.ts';
import { sayableName } from './own-name.ts';
import { ownBundle, type Participant, participantOf } from './participant.ts';
import { Peers } from './peers.ts';
import { type Peer, Roster } from './roster.ts';
import { type ComparisonStep, Comparisons, type SasChannel } from './sas.ts';
import { Signatures } from './signatures.ts';
import { Whispers } from './whispers.ts';

export const createCore = (options: CoreOptions): Core => new KeyCore(options);

class KeyCore implements Core {
  private readonly options: CoreOptions;
  private readonly room: string;
  private readonly account: OlmAccount;
  private readonly property: string;
  private readonly own: Participant;
  private readonly outbox = new Outbox();
  private readonly present: Roster;
  private readonly peers: Peers;
  private readonly keys: KeyExchange;
  private readonly beacons: Beacons;
  private readonly conversation: Conversation;
  private readonly whispers: Whispers;
  private readonly comparisons: Comparisons;
  private readonly onDemand: OnDemand;
  private readonly signatures: Signatures;
  private name: string | null;
  private isSealed = false;
  private isSourceOn = false;
  private wakeAt: number | null = null;

  constructor(options: CoreOptions) {
    const { olm, random, self } = options;
    const { outbox } = this;
    this.options = options;
    this.name = sayableName(options.name ?? null);
    this.room = options.room.toLowerCase();
    this.account = olm.account();
    this.property = ownBundle(this.account, this.room, random(16));
    this.own = participantOf(parseBundle(this.property));
    this.present = new Roster(this.room, self, this.own);
    const context = senderContext(this.room, self, this.own.curve25519, this.own.ed25519);
    const { account, room, present: roster } = this;
    this.beacons = new Beacons({
      olm,
      account,
      outbox,
      roster,
      room,
      self,
      name: () => this.name ?? '',
      random,
      isSealed: () => this.isSealed,
      peerSealed: (peer, sealed) => this.peers.evidence(peer, sealed),
      dead: () => this.keys.sending.dead,
      peerDead: (peer, upTo) => this.keys.dead(peer, upTo),
    });
    const wantChannel = (peer: Peer) => this.peers.wantChannel(peer, true);
    const show = (occupant: OccupantId, comparison: ComparisonStep) =>
      outbox.tell({ type: 'comparison', occupant, comparison });
    this.keys = new KeyExchange({
      outbox,
      roster,
      context,
      random,
      floors: () => this.beacons.floors(),
      wantChannel,
      keyCame: (peer) => this.conversation.keyCame(peer, outbox.now),
    });
    this.conversation = new Conversation({
      room,
      self,
      context,
      sign: (message) => account.sign(message),
      verify: olm.verify,
      key: () => this.keys.sending.current(outbox.now),
      broadcast: (data) => outbox.post('room', dataMessage(data)),
      said: (peer, said, missed) => this.said(peer, said, false, missed),
      lacksKey: (peer) => this.keys.lacking(peer),
      guarded: (peer, read) => outbox.guarded(peer.id, read),
    });
    this.whispers = new Whispers({
      wantChannel,
      tell: (peer, said) => outbox.send([[peer.id, peer.channel.tell(said)]]),
      unsaid: (reason) => outbox.tell({ type: 'unsaid', reason }),
    });
    this.comparisons = new Comparisons({
      olm,
      random,
      send: (occupant, message) => {
        const channel = roster.occupants.get(occupant)?.peer?.channel;
        if (channel?.isReady) outbox.send([[occupant, channel.compare(message)]]);
      },
      show,
      verified: (occupant, device) => outbox.tell({ type: 'verified', occupant, device }),
    });
    this.onDemand = new OnDemand({
      roster,
      want: wantChannel,
      show,
      isComparing: () => this.comparisons.deadline !== null,
      compare: (peer) => this.comparisons.start(this.comparable(peer), outbox.now),
    });
    this.signatures = new Signatures((id, message) => outbox.do({ type: 'sign', id, message }));
    const prover = createProver({
      olm,
      device: options.device ?? null,
      name: () => this.name,
      sign: (message, done) => this.signatures.ask(message, done),
    });
    const { beacons, keys, conversation, whispers, comparisons, own } = this;
    this.peers = new Peers({
      olm,
      account,
      room,
      self,
      own,
      random,
      outbox,
      roster,
      prover,
      parts: () => ({ keys, beacons, conversation, whispers, comparisons }),
      isSealed: () => this.isSealed,
      needsKeys: () => this.needsKeys,
      comparable: (peer) => this.comparable(peer),
      said: (peer, said, isPrivate, missed) => this.said(peer, said, isPrivate, missed),
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

  identityOf(occupant: OccupantId): Identity | null {
    return this.present.occupants.get(occupant)?.peer?.participant.identity ?? null;
  }

  occupantOf(identity: Identity): OccupantId | null {
    return this.present.peers.get(identity)?.id ?? null;
  }

  handle(event: CoreEvent, now: number): CoreAction[] {
    this.outbox.now = Math.max(this.outbox.now, now);
    this.due();
    this.apply(event);
    this.due();
    this.wake();
    return this.outbox.take();
  }

  free(): void {
    for (const peer of this.present.peers.values()) peer.channel.free();
    this.account.free();
  }

  private apply(event: CoreEvent): void {
    const { now } = this.outbox;
    switch (event.type) {
      case 'joined':
      case 'bundle':
        this.outbox.guarded(event.occupant, () => this.peers.presence(event.occupant, event.bundle));
        break;
      case 'left':
        this.peers.left(event.occupant);
        break;
      case 'message':
        this.message(event.from, event.payload);
        break;
      case 'sealed':
        this.isSealed = true;
        this.beacons.agreement.turn(true, now);
        this.activity();
        break;
      case 'unsealed':
        this.unsealed();
        break;
      case 'source':
        this.isSourceOn = event.on;
        this.activity();
        break;
      case 'source-state':
        this.beacons.source(event);
        break;
      case 'say':
        this.say(event.to, event);
        break;
      case 'compare':
        this.outbox.guarded(event.occupant, () => this.compare(event.occupant));
        break;
      case 'compare-answer':
        this.comparisons.answer(event.accept);
        break;
      case 'compare-confirm':
        this.outbox.guarded(this.options.self, () => this.comparisons.confirm(event.isSame));
        break;
      case 'compare-stop':
        this.comparisons.stop();
        this.onDemand.stop();
        break;
      case 'reach':
        if (this.isSealed) this.onDemand.everybody(now);
        break;
      case 'name':
        this.name = sayableName(event.name);
        this.beacons.agreement.stateChanged(now);
        break;
      case 'missing-key': {
        const peer = this.present.peers.get(event.owner);
        if (peer !== undefined) this.keys.lacking(peer);
        break;
      }
      case 'reconnected':
        this.beacons.agreement.reconnected(now);
        this.keys.reconnected();
        break;
      case 'worker-restarted':
        this.keys.workerRestarted();
        this.beacons.workerRestarted();
        break;
      case 'signed':
        this.outbox.guarded(this.options.self, () => this.signatures.came(event.id, event.signature));
        break;
      case 'timer':
        this.wakeAt = null;
        break;
    }
  }

  private message(from: OccupantId | null, payload: unknown): void {
    if (from !== null) this.outbox.guarded(from, () => this.peers.message(from, payload));
    else
      this.outbox.guarded('', () => {
        for (const [occupant, relayed] of parseRelay(payload)) this.message(occupant, relayed);
      });
  }

  private due(): void {
    const { now } = this.outbox;
    this.keys.due(now);
    this.beacons.agreement.due(now);
    this.comparisons.due(now);
    this.onDemand.due(now);
    this.conversation.flush();
    this.whispers.due(now);
    if (this.conversation.isOver(now)) this.activity();
    this.peers.due(now);
  }

  private wake(): void {
    let at = Number.POSITIVE_INFINITY;
    const { keys, beacons, conversation, whispers, comparisons, onDemand, peers } = this;
    const parts = [keys, beacons.agreement, conversation, whispers, comparisons, onDemand, peers];
    for (const { deadline } of parts) at = Math.min(at, deadline ?? at);
    if (at === this.wakeAt || at === Number.POSITIVE_INFINITY) return;
    this.wakeAt = at;
    this.outbox.do({ type: 'wake', at });
  }

  private compare(id: OccupantId): void {
    const peer = this.present.occupants.get(id)?.peer ?? null;
    if (peer === null) throw new Refusal('sas: there is no such person');
    const isProved = peer.channel.isReady && peer.proved !== null;
    if (isProved || !this.options.device) this.comparisons.start(this.comparable(peer), this.outbox.now);
    else if (this.comparisons.deadline === null) this.onDemand.compare(peer, this.outbox.now);
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
    if (reason !== null) this.outbox.tell({ type: 'unsaid', reason });
  }

  /** Why it could not be said, or null. */
  private spoken(to: OccupantId | null, said: Said): string | null {
    if (to === null) {
      const reason = this.conversation.say(said, this.outbox.now);
      this.activity();
      return reason;
    }
    const peer = this.present.occupants.get(to)?.peer;
    return peer ? this.whispers.say(peer, said, this.outbox.now) : 'this person takes no part in the seal';
  }

  private said(peer: Peer, { kind, body, sentAt }: Said, isPrivate: boolean, missed: number): void {
    this.outbox.do({ type: 'said', from: peer.id, isPrivate, kind, body, sentAt, missed });
  }

  private unsealed(): void {
    this.isSealed = false;
    this.beacons.agreement.turn(false, this.outbox.now);
    this.conversation.silence();
    this.whispers.silence();
    this.onDemand.forget();
    this.keys.forgetAll();
    for (const peer of this.present.peers.values()) peer.hasGivenEvidence = false;
  }

  /** Keys are handed out while something is sent or said in a sealed room; channels are made for it. */
  private activity(): void {
    if (this.isSealed && this.needsKeys) this.keys.sending.activate(this.outbox.now);
    else this.keys.sending.deactivate();
    this.peers.makeChannels();
  }

  private get needsKeys(): boolean {
    return this.isSourceOn || this.conversation.isTalking(this.outbox.now);
  }
}
