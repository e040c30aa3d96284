// The seal of one meeting: its pure machine, fed by the room and the person, carried out in the room and the worker.

import type { Gate } from '../frames/index.ts';
import { latchKey, Seal, type SealAction, type SealEvent, type SealView } from '../keys/index.ts';
import type { Cause, Line } from '../ui/index.ts';
import type { LatchStore } from './latch-store.ts';
import type { Room } from './room.ts';
import type { RoomState } from './room-state.ts';

export interface SealPorts {
  latches: LatchStore;
  /** Does the link to this page say that the room is sealed (rule S10)? */
  isInvitedSealed(): boolean;
  run(step: () => void): void;
  /** Call `take` with `timer` at this time. */
  wish(at: number): void;
  onGate(gate: Gate): void;
  /** The room is sealed from here on as far as this client is concerned, or no longer. */
  onSealed(isSealed: boolean): void;
  onTrouble(id: string, cause: Cause): void;
  notify(line: Line): void;
  onChanged(): void;
}

export class Sealing {
  readonly #seal = new Seal();
  #gate: Gate = 'drop';
  #isSealed = false;
  #isOver = false;
  #hasHeardServer = false;
  #wasConnected = true;

  constructor(
    private readonly room: Room,
    private readonly ports: SealPorts,
  ) {}

  get view(): SealView {
    return this.#seal.view;
  }

  get gate(): Gate {
    return this.#gate;
  }

  /** Does this client hold the room to be sealed? */
  get isSealed(): boolean {
    return this.#isSealed;
  }

  /** Has this browser seen this room sealed before, or is it told so by the link? */
  get isRemembered(): boolean {
    return this.ports.latches.has(this.#latchKey()) || this.ports.isInvitedSealed();
  }

  take(event: SealEvent): void {
    this.ports.run(() => {
      if (this.#isOver) return;
      for (const action of this.#seal.handle(event, performance.now())) this.#act(action);
      this.ports.onChanged();
    });
  }

  end(): void {
    this.#isOver = true;
  }

  joined(): void {
    const remembered = this.ports.latches.has(this.#latchKey());
    this.take({ type: 'joined', remembered, link: this.ports.isInvitedSealed() });
    this.take({ type: 'owner', isOwner: this.room.isOwner });
    for (const occupant of this.room.occupants()) {
      if (this.room.holdsSealed(occupant))
        this.take({ type: 'presence', occupant: occupant.getId(), sealed: true });
    }
    void this.#askServer();
  }

  /** Call it every second: while the stream is cut nobody enforces anything, and after it all may be different. */
  checkConnection(): void {
    const { isConnected } = this.room;
    if (this.view.phase === 'away' || isConnected === this.#wasConnected) return;
    this.#wasConnected = isConnected;
    this.#hasHeardServer = false;
    if (isConnected) void this.#askServer();
    else this.take({ type: 'disconnected' });
  }

  /** What the room's module announces. */
  heard({ sealed, by, unsealedBy }: RoomState): void {
    this.#hasHeardServer = true;
    const { phase } = this.view;
    if (sealed) {
      this.take({ type: 'server-change', sealed, by });
      if (phase === 'open' && by && by !== this.room.self)
        this.ports.notify({ kind: 'sealed-by', name: this.room.name(by) });
    } else if (unsealedBy !== null) {
      this.take({ type: 'server-change', sealed, by: unsealedBy });
    } else {
      // The server knows of no seal: it never had one, or it has forgotten.
      this.take({ type: 'server-state', sealed, module: true });
    }
  }

  /** The module announces the state to newcomers; a server without it says so at once, in answer to a question. */
  async #askServer(): Promise<void> {
    const state = await this.room.askState();
    if (this.#isOver || this.#hasHeardServer || state === 'unknown') return;
    if (state === 'none') this.take({ type: 'server-state', sealed: false, module: false });
    else this.heard(state);
  }

  #act(action: SealAction): void {
    switch (action.type) {
      case 'gate':
        this.#gate = action.gate;
        this.ports.onGate(action.gate);
        break;
      case 'core':
        this.#isSealed = action.event === 'sealed';
        this.ports.onSealed(this.#isSealed);
        break;
      case 'latch':
        this.ports.latches.set(this.#latchKey(), action.remember);
        break;
      case 'announce':
        this.room.publishSealed(action.sealed);
        break;
      case 'request':
        void this.#request(action.sealed ? 'seal' : 'unseal');
        break;
      case 'wake':
        this.ports.wish(action.at);
    }
  }

  async #request(what: 'seal' | 'unseal'): Promise<void> {
    try {
      await this.room.request(what);
    } catch (error) {
      if (this.#isOver) return;
      this.ports.onTrouble(`refused ${what}`, { kind: 'refused', what, why: (error as Error).message });
      this.take({ type: 'request-refused' });
    }
  }

  #latchKey(): string {
    return latchKey(location.host, this.room.jid);
  }
}
