// A few cores driven by hand, and puppets: participants whose every message the test writes itself.

import { channelKeys, transcriptHash, wrapBase } from '../../../web-plugin/src/keys/derive.ts';
import {
  type Core,
  type CoreAction,
  type CoreEvent,
  type CoreOptions,
  createCore,
  loadOlm,
  type Notice,
  type OlmAccount,
  type OlmSession,
} from '../../../web-plugin/src/keys/index.ts';
import { ownBundle, type Participant, participantOf } from '../../../web-plugin/src/keys/participant.ts';
import {
  compare,
  type EndpointMessage,
  type Ends,
  encodePlaintext,
  type KeyBody,
  MESSAGE_TYPE,
  type OlmPart,
  type ParsedPlaintext,
  type Plaintext,
  parseBundle,
  parsePlaintext,
} from '../../../web-plugin/src/wire/index.ts';
import { Chance, seedOlm } from '../../sim/chance.ts';

export const chance = new Chance(7);
seedOlm(chance);
export const olm = await loadOlm();
export const ROOM = 'room@conference.example';
export const random = (length: number): Uint8Array => chance.bytes(length);

export const newCore = (self: string, options: Partial<CoreOptions> = {}): Core =>
  createCore({ olm, room: ROOM, self, random, ...options });

export const identityBytes = (core: Core): Uint8Array => parseBundle(core.bundle()).curve25519;

export const ofType = <T extends CoreAction['type']>(actions: CoreAction[], type: T) =>
  actions.filter((action): action is Extract<CoreAction, { type: T }> => action.type === type);

export const notices = <T extends Notice['type']>(actions: CoreAction[], type: T) =>
  ofType(actions, 'notice')
    .map(({ notice }) => notice)
    .filter((notice): notice is Extract<Notice, { type: T }> => notice.type === type);

/** Reasons of what was refused. */
export const refusals = (actions: CoreAction[]): string[] =>
  notices(actions, 'refused').map(({ reason }) => reason);

/** Cores that hear each other at once, with timers that go off when asked. */
export class Meeting {
  now = 1000;
  readonly cores = new Map<string, Core>();
  readonly log: { id: string; at: number; action: CoreAction }[] = [];
  /** Return false to lose a message. */
  passes: (from: string, to: string, message: EndpointMessage) => boolean = () => true;
  /** Signers of those who have a device; they answer at once. */
  readonly devices = new Map<string, OlmAccount>();
  private readonly wakes = new Map<string, number>();

  add(id: string, core: Core = newCore(id)): Core {
    const others = [...this.cores];
    // From the first on, what they send it arrives.
    this.cores.set(id, core);
    for (const [other, present] of others) {
      this.feed(id, { type: 'joined', occupant: other, bundle: present.bundle() });
      this.feed(other, { type: 'joined', occupant: id, bundle: core.bundle() });
    }
    return core;
  }

  addWithDevice(id: string): Core {
    const device = olm.account();
    this.devices.set(id, device);
    return this.add(id, newCore(id, { device: device.ed25519, name: id }));
  }

  remove(id: string): void {
    this.cores.delete(id);
    this.wakes.delete(id);
    for (const other of [...this.cores.keys()]) this.feed(other, { type: 'left', occupant: id });
  }

  feed(id: string, event: CoreEvent, core = this.cores.get(id)): CoreAction[] {
    if (core === undefined) throw new Error(`nobody is called ${id}`);
    const actions = core.handle(event, this.now);
    for (const action of actions) {
      this.log.push({ id, at: this.now, action });
      if (action.type === 'wake') this.wakes.set(id, action.at);
    }
    const device = this.devices.get(id);
    for (const { id: request, message } of device === undefined ? [] : ofType(actions, 'sign')) {
      this.feed(
        id,
        { type: 'signed', id: request, signature: device?.sign(message) ?? new Uint8Array(0) },
        core,
      );
    }
    for (const { to, message } of ofType(actions, 'send')) {
      for (const receiver of to === 'room' ? [...this.cores.keys()] : [to]) {
        if (receiver === id || !this.cores.has(receiver) || !this.passes(id, receiver, message)) continue;
        this.deliver(id, receiver, message);
      }
    }
    return actions;
  }

  private deliver(from: string, to: string, message: EndpointMessage): void {
    this.feed(to, { type: 'message', from, payload: JSON.parse(JSON.stringify(message)) });
  }

  /** From now on these messages are held back; each is delivered by its function in the list that is given back. */
  hold(isHeld: Meeting['passes'] = () => true): (() => void)[] {
    const held: (() => void)[] = [];
    this.passes = (from, to, message) => {
      if (!isHeld(from, to, message)) return true;
      held.push(() => this.deliver(from, to, message));
      return false;
    };
    return held;
  }

  /** Everybody sealed and, those named, sending. */
  seal(...on: string[]): void {
    for (const id of this.cores.keys()) this.feed(id, { type: 'sealed' });
    for (const id of on) this.feed(id, { type: 'source', on: true });
  }

  advance(ms: number): void {
    const end = this.now + ms;
    for (;;) {
      const [next] = [...this.wakes].filter(([, at]) => at <= end).sort(([, a], [, b]) => a - b);
      if (next === undefined) break;
      const [id, at] = next;
      this.now = Math.max(this.now, at);
      this.wakes.delete(id);
      this.feed(id, { type: 'timer' });
    }
    this.now = end;
  }

  actionsOf<T extends CoreAction['type']>(id: string, type: T) {
    return ofType(
      this.log.filter((entry) => entry.id === id).map(({ action }) => action),
      type,
    );
  }
}

/** A participant whose messages the test makes; `core` is the one it deals with. */
export class Puppet {
  readonly id: string;
  readonly room: string;
  readonly account: OlmAccount;
  readonly property: string;
  readonly participant: Participant;
  readonly core: Core;
  readonly coreId: string;
  readonly coreParticipant: Participant;
  session: OlmSession | null = null;
  seq = 0;

  constructor(id: string, core: Core, coreId: string, role: 'initiator' | 'responder', room = ROOM) {
    this.id = id;
    this.core = core;
    this.coreId = coreId;
    this.room = room;
    this.coreParticipant = participantOf(parseBundle(core.bundle()));
    let account = olm.account();
    while (compare(account.curve25519, identityBytes(core)) < 0 !== (role === 'initiator'))
      account = olm.account();
    this.account = account;
    this.property = ownBundle(account, room, random(16));
    this.participant = participantOf(parseBundle(this.property));
  }

  /** A new outbound session. */
  outbound(): OlmSession {
    this.session = this.account.outbound(this.coreParticipant.curve25519, this.coreParticipant.fallback);
    this.seq = 0;
    return this.session;
  }

  /** A sealed message in the current session; `envelope` overrides what an honest one would say. */
  part(content: Plaintext, envelope: Partial<Ends & { seq: number }> = {}): OlmPart {
    this.seq += 1;
    const honest = { room: this.room, from: this.id, to: this.coreId, seq: this.seq };
    const { seq, ...ends } = { ...honest, ...envelope };
    return this.raw(encodePlaintext(ends, seq, content));
  }

  raw(plaintext: string): OlmPart {
    if (this.session === null) throw new Error('the puppet has no session');
    return this.session.encrypt(plaintext);
  }

  wrapped(part: OlmPart): unknown {
    return { type: MESSAGE_TYPE, v: 1, olm: { [this.coreId]: part } };
  }

  tell(part: OlmPart, now: number, from = this.id): CoreAction[] {
    return this.core.handle({ type: 'message', from, payload: this.wrapped(part) }, now);
  }

  /** Opens what the core sent to the puppet. */
  hear(actions: CoreAction[]): ParsedPlaintext[] {
    return ofType(actions, 'send').flatMap(({ message }) => {
      const part = 'olm' in message ? message.olm[this.id] : undefined;
      if (part === undefined) return [];
      if (part[0] === 0) {
        this.session = this.account.inbound(
          this.coreParticipant.curve25519,
          this.coreParticipant.fallback,
          part[1],
        );
        this.seq = 0;
      }
      const json = this.session?.decrypt(...part);
      return json === undefined ? [] : [parsePlaintext(json)];
    });
  }

  /** Channel keys as the puppet computes them. */
  keys(isInitiator: boolean, ordinal: number, initiatorNonce: Uint8Array, responderNonce: Uint8Array) {
    const own = { occupant: this.id, bundle: this.participant.bundle };
    const other = { occupant: this.coreId, bundle: this.coreParticipant.bundle };
    const [initiator, responder] = isInitiator ? [own, other] : [other, own];
    const session = this.session?.id ?? '';
    return channelKeys(
      transcriptHash({
        suite: 1,
        room: this.room,
        initiator,
        responder,
        session,
        ordinal,
        initiatorNonce,
        responderNonce,
      }),
    );
  }

  /** KEY with a base of the test's choice. */
  key(
    wrap: Uint8Array,
    generation: number,
    step: number,
    base: Uint8Array,
    more: Partial<KeyBody> = {},
  ): Plaintext {
    const seq = this.seq + 1;
    return {
      type: 'key',
      key: {
        generation,
        step,
        wrapped: wrapBase(wrap, seq, generation, step, base),
        reason: 'start',
        since: 0,
        excludes: new Uint8Array(0),
        floors: [],
        ...more,
      },
    };
  }
}

/** A puppet that has finished its handshake as initiator; returns its channel keys. */
export function openAsInitiator(puppet: Puppet, now: number, ordinal = 1) {
  puppet.outbound();
  const nonce = random(16);
  const answer = puppet.tell(puppet.part({ type: 'hello', ordinal, nonce, sealed: true }), now);
  const [accept] = puppet.hear(answer);
  if (accept?.content.type !== 'accept') throw new Error('the core did not accept');
  const keys = puppet.keys(true, ordinal, nonce, accept.content.nonce);
  const opened = puppet.tell(
    puppet.part({ type: 'confirm', sealed: true, confirm: keys.confirm, proof: null, name: null, key: null }),
    now,
  );
  return { keys, opened, accept: accept.content, nonce };
}
