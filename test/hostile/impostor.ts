// An attacker that speaks the protocol well: a real key core with a device of its own, under whatever name and id.

import type { Element } from '@xmpp/client';
import {
  type Core,
  type CoreAction,
  type CoreEvent,
  createCore,
  loadOlm,
  type Notice,
  type OlmLibrary,
  type OwnDevice,
  openDevice,
} from '../../web-plugin/src/keys/index.ts';
import type { KeyGift } from '../../web-plugin/src/keys/link.ts';
import type { Roster } from '../../web-plugin/src/keys/roster.ts';
import { type EndpointMessage, olmMessages } from '../../web-plugin/src/wire/index.ts';
import { bundleIn, endpointMessage, isPresence, senderOf } from './stanzas.ts';

type Accepted = Extract<CoreAction, { type: 'accept-key' }>;
type Used = Extract<CoreAction, { type: 'use-key' }>;
type Said = Extract<CoreAction, { type: 'said' }>;

export interface ImpostorOptions {
  /** Bare JID. */
  room: string;
  /** The occupant that it pretends to be, or is. */
  self: string;
  /** What it calls itself in the channel. */
  name?: string | null;
  post(to: string, message: EndpointMessage): void;
  onSaid?(said: Said): void;
  onNotice?(notice: Notice): void;
}

export interface Means {
  olm: OlmLibrary;
  /** Null: it proves none. */
  device: OwnDevice | null;
}

export const attackerMeans = async (hasDevice = true): Promise<Means> => ({
  olm: await loadOlm(),
  device: hasDevice ? await openDevice(null) : null,
});

export class Impostor {
  readonly core: Core;
  /** Keys of others that it was given. */
  readonly keys: Accepted[] = [];
  readonly notices: Notice[] = [];
  /** Keys of its own, which it gave to the others. */
  readonly used: Used[] = [];
  #timer: NodeJS.Timeout | undefined;
  #isOver = false;

  /** It has something to send: in a sealed room it gives keys and is given them. */
  constructor(
    private readonly options: ImpostorOptions,
    private readonly means: Means,
  ) {
    this.core = createCore({
      olm: means.olm,
      room: options.room,
      self: options.self,
      random: (length) => crypto.getRandomValues(new Uint8Array(length)),
      device: means.device?.publicKey ?? null,
      name: options.name ?? null,
    });
    this.feed({ type: 'source', on: true });
  }

  feed(event: CoreEvent): void {
    if (this.#isOver) return;
    for (const action of this.core.handle(event, performance.now())) this.#act(action);
  }

  /** A stanza of the room, as an occupant gets it. */
  hear(stanza: Element): void {
    const occupant = senderOf(stanza);
    if (occupant === this.options.self || occupant === 'focus') return;
    const payload = endpointMessage(stanza);
    if (payload) this.feed({ type: 'message', from: occupant || null, payload });
    else if (occupant && isPresence(stanza))
      this.feed(
        stanza.attrs.type === 'unavailable'
          ? { type: 'left', occupant }
          : { type: 'joined', occupant, bundle: bundleIn(stanza) || null },
      );
  }

  /** A key of the test's making, over its good channel with this occupant. False while there is none. */
  give(occupant: string, { generation, step, base }: Pick<KeyGift, 'generation' | 'step' | 'base'>): boolean {
    const channel = channelOf(this.core, occupant);
    if (!channel?.isReady) return false;
    const gift: KeyGift = {
      generation,
      step,
      base,
      reason: 'leave',
      since: 0,
      excludes: new Uint8Array(0),
      floors: [],
    };
    for (const message of olmMessages([[occupant, channel.give(gift)]])) this.options.post(occupant, message);
    return true;
  }

  stop(): void {
    this.#isOver = true;
    clearTimeout(this.#timer);
    this.core.free();
  }

  #act(action: CoreAction): void {
    switch (action.type) {
      case 'send':
        this.options.post(action.to, action.message);
        break;
      case 'wake':
        clearTimeout(this.#timer);
        this.#timer = setTimeout(() => this.feed({ type: 'timer' }), action.at - performance.now() + 1);
        // A test that fails leaves it behind.
        this.#timer.unref();
        break;
      case 'sign':
        void this.means.device
          ?.sign(action.message)
          .then((signature) => this.feed({ type: 'signed', id: action.id, signature }));
        break;
      case 'use-key':
        this.used.push(action);
        break;
      case 'accept-key':
        this.keys.push(action);
        break;
      case 'said':
        this.options.onSaid?.(action);
        break;
      case 'notice':
        this.notices.push(action.notice);
        // As every client does that is told so by an authenticated word.
        if (action.notice.type === 'evidence') queueMicrotask(() => this.feed({ type: 'sealed' }));
        this.options.onNotice?.(action.notice);
        break;
    }
  }
}

/** Past the core's door, which has nothing to say a wrong key with. */
const channelOf = (core: Core, occupant: string) =>
  (core as unknown as { present: Roster }).present.occupants.get(occupant)?.peer?.channel;
