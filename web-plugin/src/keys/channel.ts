// The channel with one other participant: handshake, recovery, messages. docs/protocol.md §4, rules M13, M14, M17.

import {
  compare,
  equal,
  type OlmPart,
  type Plaintext,
  Refusal,
  type Said,
  type SasMessage,
} from '../wire/index.ts';
import type { ChannelSetup } from './channel-ports.ts';
import { channelKeys, type End, transcriptHash } from './derive.ts';
import type { Proof } from './device.ts';
import { forgetOldest } from './forget-oldest.ts';
import { type KeyGift, Link, type LinkStart, type Opened } from './link.ts';
import { Links } from './links.ts';
import type { OlmAccount, OlmSession } from './olm.ts';
import type { Participant } from './participant.ts';
import { Retry } from './retry.ts';

const EARLY_MESSAGES = 4;
const FAILURES_TO_RESTART = 2;
/** So often HELLO is sent again as it was; then another session is tried. */
const REPEATS = 2;
/** So many ids are remembered. A HELLO from before them has an ordinal that does not rise. */
const SESSIONS = 256;
/** Whoever has an ACCEPT, and so keys, and says no CONFIRM for so long counts as somebody who proves no device. */
const UNPROVED_MS = 10_000;
/** And up to a quarter more, so that not all are renewed at once. */
export const RENEW_MS = 12 * 60_000;
/** Then it ends, if it was not: a server that loses each new HELLO would keep an old one in use for ever. */
export const LIFE_MS = 20 * 60_000;
const SUITE = 1;

export class Channel {
  readonly isInitiator: boolean;
  private readonly setup: ChannelSetup;
  private readonly links = new Links();
  private readonly retry = new Retry();
  private failures = 0;
  private renewAt = Number.POSITIVE_INFINITY;

  constructor(setup: ChannelSetup) {
    this.setup = setup;
    this.isInitiator = compare(setup.self.participant.curve25519, setup.peer.participant.curve25519) < 0;
  }

  /** Keys may be sent: the initiator has a valid ACCEPT, the responder has answered a HELLO. */
  get isReady(): boolean {
    return this.links.active !== null;
  }

  get deadline(): number | null {
    return this.retry.at;
  }

  /**
   * Something needs this channel. `urgent`: the responder does not wait for the initiator to start by itself. True if
   * a HELLO went out.
   */
  want(now: number, urgent: boolean): boolean {
    if (this.links.active !== null || this.links.making !== null) return false;
    if (this.isInitiator) this.offer(now);
    else if (urgent && this.retry.at === null) this.askRestart(now);
    else this.retry.later(now);
    return this.isInitiator;
  }

  due(now: number): void {
    if (!this.retry.isDue(now)) return;
    const { active, making } = this.links;
    if (active?.stage === 'accepted' && now - active.bornAt >= UNPROVED_MS) this.setup.ports.unproved();
    if (!this.isInitiator && active?.stage !== 'open') this.askRestart(now);
    else if (this.isInitiator && (making !== null || active === null)) this.offerAgain(now);
  }

  /** A clear hint arrived; anybody can have made it. */
  hinted(now: number): void {
    if (!this.isInitiator) throw new Refusal('restart: not for the responder');
    if (!this.retry.mayRestart(now)) throw new Refusal('restart: too often');
    if (this.links.making === null) this.offer(now);
  }

  give(gift: KeyGift): OlmPart {
    return this.sealOpen((link) => (seq) => ({ type: 'key', key: link.wrap(seq, gift) }));
  }

  /**
   * A channel that is old is made anew, so that whoever once read a memory is shut out again; one that is too old
   * ends. True if it may have a deadline now.
   */
  renew(now: number): boolean {
    if (this.links.end(now - LIFE_MS)) {
      this.setup.ports.ended();
      this.want(now, true);
      return true;
    }
    const { active, making } = this.links;
    if (!this.isInitiator || active?.stage !== 'open' || making !== null || now < this.renewAt) return false;
    if (this.setup.ports.isComparing()) return false;
    this.offer(now);
    return true;
  }

  requestKey(min: number): OlmPart {
    return this.sealOpen(() => () => ({ type: 'keyreq', min }));
  }

  tell(said: Said): OlmPart {
    return this.sealOpen(() => () => ({ type: 'data', said }));
  }

  compare(sas: SasMessage): OlmPart {
    return this.sealOpen(() => () => ({ type: 'sas', sas }));
  }

  receive(part: OlmPart, now: number): void {
    if (part[0] === 0 && this.isInitiator) throw new Refusal('olm: pre-key message in the wrong direction');
    if (part[0] === 0) this.hello(part, now);
    else this.message(part, now);
  }

  free(): void {
    this.links.free();
    this.retry.at = null;
  }

  private offer(now: number): void {
    const { account, memory, peer, random, ports } = this.setup;
    memory.ordinal += 1;
    this.retry.restarted(now);
    this.renewAt = now + RENEW_MS * (1 + (random(1)[0] ?? 0) / 1024);
    const session = account.outbound(peer.participant.curve25519, peer.participant.fallback);
    const { ordinal } = memory;
    const link = this.link(session, { stage: 'offered', ordinal, nonce: random(16), at: now });
    this.links.offer(link);
    this.retry.again(now);
    link.unanswered = link.seal(() => ({
      type: 'hello',
      ordinal: link.ordinal,
      nonce: link.ownNonce,
      sealed: ports.isSealed(),
    }));
    ports.send(link.unanswered);
  }

  /** The same HELLO costs a busy responder nothing, where a new one would have it do all again. */
  private offerAgain(now: number): void {
    const { making } = this.links;
    if (making === null || making.unanswered === null || making.repeats >= REPEATS) {
      this.offer(now);
      return;
    }
    making.repeats += 1;
    this.retry.again(now);
    this.setup.ports.send(making.unanswered);
  }

  private hello(part: OlmPart, now: number): void {
    const { account, memory, peer, ports, random } = this.setup;
    const known = this.links.known(peer.participant.curve25519, part[1]);
    if (known !== null) {
      if (known.unanswered === null) throw new Refusal('hello: of a session that is there');
      ports.send(known.unanswered);
      return;
    }
    const session = inbound(account, peer.participant, part[1]);
    const link = this.link(session, { stage: 'signing', ordinal: 0, nonce: random(16), at: now });
    try {
      if (memory.sessions.has(session.id)) throw new Refusal('hello: session was seen before');
      const opened = link.open(part);
      if (opened === null) throw new Refusal('hello: does not open');
      memory.sessions.add(session.id);
      forgetOldest(memory.sessions, SESSIONS);
      if (opened.content.type !== 'hello') throw new Refusal('hello: expected in a pre-key message');
      if (opened.content.ordinal <= memory.ordinal) throw new Refusal('hello: ordinal must rise');
      memory.ordinal = opened.content.ordinal;
      this.accept(link, opened.content, now);
    } catch (error) {
      if (this.links.making !== link && this.links.active !== link) link.free();
      throw error;
    }
  }

  private accept(link: Link, hello: Extract<Plaintext, { type: 'hello' }>, now: number): void {
    const { ports, prover } = this.setup;
    this.links.answer(link);
    link.keys = channelKeys(this.transcript(link, hello.ordinal, hello.nonce, link.ownNonce));
    ports.peerSealed(hello.sealed);
    prover.prove('responder', link.keys.transcript, (proof, name) => {
      if (this.links.making !== link || link.keys === null) return;
      const { accept } = link.keys;
      this.links.accept(link);
      link.stage = 'accepted';
      this.retry.again(now);
      const gift = ports.gift();
      link.unanswered = link.seal((seq) => ({
        type: 'accept',
        nonce: link.ownNonce,
        sealed: ports.isSealed(),
        confirm: accept,
        proof,
        name,
        key: gift && link.wrap(seq, gift),
      }));
      ports.send(link.unanswered);
      ports.sendable();
    });
  }

  private message(part: OlmPart, now: number): void {
    const found = this.links.open(part);
    if (found !== null) {
      this.failures = 0;
      this.read(found.link, found.opened, now);
      return;
    }
    this.failures += 1;
    // A HELLO that was sent again may have two answers, of which the second does not open.
    const allowed = FAILURES_TO_RESTART + (this.links.active?.repeats ?? 0);
    if (!this.isReady || this.failures >= allowed) this.restart(now);
    throw new Refusal(this.isReady ? 'olm: does not open' : 'olm: no session');
  }

  private read(link: Link, opened: Opened, now: number): void {
    const { ports } = this.setup;
    const { content } = opened;
    if (content.type === 'hello') throw new Refusal('hello: expected in a pre-key message only');
    if (content.type === 'accept') this.accepted(link, opened.seq, content, now);
    else if (content.type === 'confirm') this.confirmed(link, opened.seq, content, now);
    else if (content.type === 'key' && (link.stage === 'open' || link.stage === 'accepted')) {
      // Its wrap proves the transcript as CONFIRM does, which may have been lost.
      ports.key(link.unwrap(opened.seq, content.key));
    } else if (link.stage !== 'open') {
      if (link.early.length >= EARLY_MESSAGES) throw new Refusal('channel: not open yet');
      link.early.push(opened);
    } else if (content.type === 'keyreq') ports.keyRequest(content.min);
    else if (content.type === 'data') ports.said(content.said);
    else if (content.type === 'sas') ports.sas(content.sas);
  }

  private accepted(
    link: Link,
    seq: number,
    accept: Extract<Plaintext, { type: 'accept' }>,
    now: number,
  ): void {
    const { ports, prover } = this.setup;
    if (!this.isInitiator || !this.links.isOutstanding(link) || link.stage !== 'offered') {
      throw new Refusal('accept: no HELLO is outstanding');
    }
    const keys = channelKeys(this.transcript(link, link.ordinal, link.ownNonce, accept.nonce));
    if (!equal(accept.confirm, keys.accept)) throw this.broken(link, 'accept: another transcript');
    if (!prover.holds('responder', keys.transcript, accept.proof)) {
      throw this.broken(link, 'accept: the device signature does not hold');
    }
    link.keys = keys;
    link.stage = 'signing';
    ports.peerSealed(accept.sealed);
    const answer = (proof: Proof | null, name: string | null) => {
      if (!this.links.isOutstanding(link)) return;
      this.links.confirm(link);
      const gift = ports.gift();
      ports.send(
        link.seal((at) => ({
          type: 'confirm',
          sealed: ports.isSealed(),
          confirm: keys.confirm,
          proof,
          name,
          key: gift && link.wrap(at, gift),
        })),
      );
      this.opened(link, accept, seq, now);
    };
    // A device is shown to whoever shows one.
    if (accept.proof === null) prover.withhold(answer);
    else prover.prove('initiator', keys.transcript, answer);
  }

  private confirmed(
    link: Link,
    seq: number,
    confirm: Extract<Plaintext, { type: 'confirm' }>,
    now: number,
  ): void {
    if (this.isInitiator || link.stage !== 'accepted' || link.keys === null) {
      throw new Refusal('confirm: no ACCEPT is outstanding');
    }
    if (!equal(confirm.confirm, link.keys.confirm)) throw this.broken(link, 'confirm: another transcript');
    if (!this.setup.prover.holds('initiator', link.keys.transcript, confirm.proof)) {
      throw this.broken(link, 'confirm: the device signature does not hold');
    }
    this.links.confirmed();
    this.setup.ports.peerSealed(confirm.sealed);
    this.opened(link, confirm, seq, now);
  }

  private opened(
    link: Link,
    { proof, name, key }: Extract<Plaintext, { type: 'accept' | 'confirm' }>,
    seq: number,
    now: number,
  ): void {
    link.stage = 'open';
    link.unanswered = null;
    this.retry.restarted(now);
    // A HELLO that went out meanwhile has the other end change to another session: it has to be seen through.
    if (this.links.making === null) this.retry.succeeded();
    this.setup.ports.sendable();
    if (link.keys !== null) this.setup.ports.open(link.keys.transcript, proof, name);
    try {
      // Refused if a later one overtook it.
      if (key !== null) this.setup.ports.key(link.unwrap(seq, key));
    } finally {
      for (const early of link.early.splice(0)) this.read(link, early, now);
    }
  }

  private broken(link: Link, reason: string): Refusal {
    this.links.close(link);
    return new Refusal(reason);
  }

  /** The session is lost, or there is none. */
  private restart(now: number): void {
    if (!this.isInitiator) {
      this.askRestart(now);
    } else if (this.links.making === null && this.retry.mayRestart(now)) {
      this.failures = 0;
      this.offer(now);
    }
  }

  private askRestart(now: number): void {
    if (!this.retry.mayRestart(now)) {
      this.retry.untilRestart();
      return;
    }
    this.failures = 0;
    this.retry.again(now);
    this.setup.ports.hint();
  }

  private sealOpen(make: (link: Link) => (seq: number) => Plaintext): OlmPart {
    if (this.links.active === null) throw new Error('the channel is not ready');
    return this.links.active.seal(make(this.links.active));
  }

  private link(session: OlmSession, start: LinkStart): Link {
    const { room, self, peer } = this.setup;
    const ends = { room, self: self.occupant, peer: peer.occupant, isInitiator: this.isInitiator };
    return new Link(session, ends, start);
  }

  private transcript(link: Link, ordinal: number, initiatorNonce: Uint8Array, responderNonce: Uint8Array) {
    const { room, self, peer } = this.setup;
    const own: End = { occupant: self.occupant, bundle: self.participant.bundle };
    const other: End = { occupant: peer.occupant, bundle: peer.participant.bundle };
    const [initiator, responder] = this.isInitiator ? [own, other] : [other, own];
    const session = link.id;
    return transcriptHash({
      suite: SUITE,
      room,
      initiator,
      responder,
      session,
      ordinal,
      initiatorNonce,
      responderNonce,
    });
  }
}

function inbound(account: OlmAccount, { curve25519, fallback }: Participant, body: string) {
  try {
    return account.inbound(curve25519, fallback, body);
  } catch {
    throw new Refusal('hello: not from this identity to this account');
  }
}
