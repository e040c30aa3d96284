// The key core in one room: fed with what happens there, its actions carried out in the room and in the worker.

import type { Identity, SourceId, WorkerCommand } from '../frames/index.ts';
import {
  type Core,
  type CoreAction,
  type CoreEvent,
  createCore,
  type Notice,
  type OlmLibrary,
  type OwnDevice,
} from '../keys/index.ts';
import type { Room } from './room.ts';

export interface KeyPorts {
  command(command: WorkerCommand): void;
  /** The next counter of each own source. */
  counters(): Promise<Map<SourceId, number>>;
  /** Feed `timer` at this time. */
  wish(at: number): void;
  run(step: () => void): void;
  onNotice(notice: Notice): void;
  /** It has said, signed, which of its sources are on. */
  onStated(owner: Identity): void;
  /** So many messages of this occupant did not arrive. */
  onMissed(occupant: string, count: number): void;
  /** After every event: something of what is said below may have changed. */
  onTurn(): void;
}

export class KeyExchange {
  #core: Core | null = null;
  #device: OwnDevice | null = null;
  #name: string | null = null;
  #hasKey = false;
  #isSending = false;
  /** Each that there was, and whether it is on: what the others were told. */
  readonly #sources = new Map<SourceId, boolean>();

  constructor(
    private readonly room: Room,
    private readonly ports: KeyPorts,
  ) {}

  get core(): Core | null {
    return this.#core;
  }

  /** Is whatever this client sends under a key of its own? */
  get isSealing(): boolean {
    return this.#hasKey || !this.#isSending;
  }

  /** Does anything leave this client that the others need keys for? */
  get isSending(): boolean {
    return this.#isSending;
  }

  identityOf(occupant: string): Identity | null {
    return this.#core?.identityOf(occupant) ?? null;
  }

  occupantOf(identity: Identity): string | null {
    return this.#core?.occupantOf(identity) ?? null;
  }

  /** Publishes the bundle, which has to stand in the first presence. */
  start(olm: OlmLibrary, device: OwnDevice): void {
    this.#device = device;
    this.#name = this.room.ownName || null;
    this.#core = createCore({
      olm,
      room: this.room.jid,
      self: this.room.self,
      random: (length) => crypto.getRandomValues(new Uint8Array(length)),
      device: device.publicKey,
      name: this.#name,
    });
    this.room.publishBundle(this.#core.bundle());
  }

  end(): void {
    this.#core?.free();
    this.#core = null;
  }

  /** The own name may be another one; before there is a core it gets the name that holds then. */
  nameChanged(): void {
    const name = this.room.ownName || null;
    if (!this.#core || name === this.#name) return;
    this.#name = name;
    this.feed({ type: 'name', name });
  }

  feed(event: CoreEvent): void {
    this.ports.run(() => {
      if (!this.#core) return;
      const now = performance.now();
      for (const action of this.#core.handle(event, now)) this.#act(action, now);
      this.ports.onTurn();
    });
  }

  /** A track is about to be sent: the key has to be on its way before its first frame (rule M7). */
  aboutToSend(): void {
    this.#setSending(true);
  }

  /** Local tracks came, went, or were muted. Before there is a core nobody can be told: it is called again on joining. */
  sourcesChanged(): void {
    if (!this.#core) return;
    const sources = this.room.sources();
    this.#setSending([...sources.values()].includes(true));
    for (const source of new Set([...sources.keys(), ...this.#sources.keys()])) {
      const on = sources.get(source) ?? false;
      if (on === this.#sources.get(source)) continue;
      this.#sources.set(source, on);
      void this.#tellSource(source, on);
    }
  }

  #setSending(on: boolean): void {
    if (!this.#core || this.#isSending === on) return;
    this.#isSending = on;
    this.feed({ type: 'source', on });
  }

  /** So that nobody can play later what was withheld before this source went off (rule M6). */
  async #tellSource(source: SourceId, on: boolean): Promise<void> {
    const floor = (await this.ports.counters()).get(source) ?? 0;
    this.feed({ type: 'source-state', source, on, floor });
  }

  /** `now`: of the event. What has to be done in so many milliseconds counts from there. */
  #act(action: CoreAction, now: number): void {
    switch (action.type) {
      case 'send':
        this.room.send(action.to, action.message);
        break;
      case 'use-key':
        this.#hasKey = true;
        this.ports.command({ ...action, inMs: action.inMs - (performance.now() - now) });
        break;
      case 'stop-sending':
        this.#hasKey = false;
        this.ports.command(action);
        break;
      case 'expire-sending':
      case 'retire':
        this.ports.command({ ...action, inMs: action.inMs - (performance.now() - now) });
        break;
      case 'accept-key':
      case 'forget':
        this.ports.command(action);
        break;
      case 'source-states':
        this.ports.command(action);
        this.ports.onStated(action.owner);
        break;
      case 'said':
        if (action.missed > 0) this.ports.onMissed(action.from, action.missed);
        this.room.deliver(action.from, action.kind, action.body, action.isPrivate);
        break;
      case 'wake':
        this.ports.wish(action.at);
        break;
      case 'sign':
        void this.#sign(action.id, action.message);
        break;
      case 'notice':
        this.ports.onNotice(action.notice);
    }
  }

  async #sign(id: number, message: Uint8Array): Promise<void> {
    const signature = await this.#device?.sign(message);
    if (signature) this.feed({ type: 'signed', id, signature });
  }
}
