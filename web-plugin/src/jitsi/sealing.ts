// The seal of one meeting: its pure machine, fed by the room and the person, carried out in the room and the worker.

import type { Gate } from '../frames/index.ts';
import { latchKey, Seal, type SealAction, type SealEvent, type SealView } from '../keys/index.ts';
import type { Cause, Line } from '../ui/index.ts';
import { ConsentRound } from './consent.ts';
import type { LatchStore } from './latch-store.ts';
import type { Room } from './room.ts';
import type { RoomState } from './room-state.ts';

export type SealAlarm = 'seal' | 'consent';

export interface SealPorts {
  latches: LatchStore;
  /** Does the link to this page say that the room is sealed (rule S10)? */
  isInvitedSealed(): boolean;
  /**
   * Was the room sealed that this page comes from, over the same connection? A breakout room inherits (rule M21). Null: it
   * comes from no room.
   */
  comesFromSealed: boolean | null;
  /**
   * The room that the page's address names, null when it names none. Where the page comes from no room, a latch of this
   * one holds too: the server sends visitors to a room of another domain.
   */
  addressRoom: string | null;
  run(step: () => void): void;
  /** Call `timer` with this name at this time. */
  wish(name: SealAlarm, at: number): void;
  onGate(gate: Gate): void;
  /** The room is sealed from here on as far as this client is concerned, or no longer. */
  onSealed(isSealed: boolean): void;
  onTrouble(id: string, cause: Cause): void;
  /** One line for the person. */
  notify(line: Line): void;
  onChanged(): void;
}

export class Sealing {
  readonly #seal = new Seal();
  readonly #consent: ConsentRound;
  #gate: Gate = 'drop';
  #isSealed = false;
  #hasJoined = false;
  #isOver = false;
  #hasHeardServer = false;
  #wasConnected = true;
  #sealedBy: string | null = null;

  constructor(
    private readonly room: Room,
    private readonly ports: SealPorts,
  ) {
    this.#consent = new ConsentRound({
      self: () => room.self,
      name: (occupant) => room.name(occupant),
      answer: (id, answer) => room.request({ name: 'consent', id, answer }),
      wish: (at) => ports.wish('consent', at),
      onConsented: (until) => this.take({ type: 'consented', until }),
      onTakenBack: () => this.take({ type: 'request-refused' }),
      onSealStays: () => ports.notify({ kind: 'seal-stays' }),
      onChanged: () => ports.onChanged(),
    });
  }

  /** The round in which everybody is asked whether the seal may end. */
  get consent(): ConsentRound {
    return this.#consent;
  }

  /** Unsealing takes everybody's agreement: somebody else sealed, and this person is not alone. */
  get asksEverybody(): boolean {
    return this.#sealedBy !== this.room.self;
  }

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

  /** Is this client in the room, or was it? */
  get hasJoined(): boolean {
    return this.#hasJoined;
  }

  /** Has this browser seen this room sealed before, or is it told so by the link? */
  get isRemembered(): boolean {
    return this.#isLatchedBefore() || this.ports.isInvitedSealed();
  }

  take(event: SealEvent): void {
    this.ports.run(() => {
      if (this.#isOver) return;
      for (const action of this.#seal.handle(event, performance.now())) this.#act(action);
      this.ports.onChanged();
    });
  }

  timer(name: SealAlarm): void {
    if (name === 'consent') this.#consent.timer();
    else this.take({ type: 'timer' });
  }

  end(): void {
    this.#isOver = true;
    this.#consent.clear();
  }

  joined(): void {
    this.#hasJoined = true;
    this.take({ type: 'joined', remembered: this.#isLatchedBefore(), link: this.ports.isInvitedSealed() });
    this.take({ type: 'owner', isOwner: this.room.isOwner });
    for (const occupant of this.room.occupants()) {
      if (this.room.holdsSealed(occupant))
        this.take({ type: 'presence', occupant: occupant.getId(), sealed: true });
    }
    void this.#askServer();
  }

  /**
   * Call it every second: while the stream is cut nobody enforces anything, and after it all may be different. True if
   * it was cut and is back.
   */
  checkConnection(): boolean {
    const { isConnected } = this.room;
    if (this.view.phase === 'away' || isConnected === this.#wasConnected) return false;
    this.#wasConnected = isConnected;
    this.#hasHeardServer = false;
    if (isConnected) void this.#askServer();
    else this.take({ type: 'disconnected' });
    return isConnected;
  }

  /** What the room's module announces. */
  heard({ sealed, by, unsealedBy, consent }: RoomState): void {
    this.#hasHeardServer = true;
    const { phase } = this.view;
    if (this.#isSealed) this.#consent.heard(consent);
    if (sealed) {
      this.#sealedBy = by;
      this.take({ type: 'server-change', sealed, by });
      if (phase === 'open' && by && by !== this.room.self)
        this.ports.notify({ kind: 'sealed-by', name: this.room.name(by) });
    } else if (unsealedBy !== null) {
      this.take({ type: 'server-change', sealed, by: unsealedBy });
      // Who agreed in a round is not asked again, but told.
      if (phase === 'sealed' && this.view.phase === 'open' && unsealedBy !== this.room.self)
        this.ports.notify({ kind: 'unsealed-by', name: this.room.name(unsealedBy) });
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
        if (!this.#isSealed) this.#consent.clear();
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
        this.ports.wish('seal', action.at);
    }
  }

  async #request(what: 'seal' | 'unseal'): Promise<void> {
    if (what === 'unseal') this.#consent.asked();
    try {
      await this.room.request({ name: what });
    } catch (error) {
      if (this.#isOver) return;
      if (what === 'unseal') this.#consent.unasked();
      this.ports.onTrouble(`refused ${what}`, { kind: 'refused', what, why: (error as Error).message });
      this.take({ type: 'request-refused' });
    }
  }

  #isLatchedBefore(): boolean {
    const { comesFromSealed, addressRoom, latches } = this.ports;
    if (latches.has(this.#latchKey())) return true;
    return comesFromSealed ?? (addressRoom !== null && latches.has(this.#latchKey(addressRoom)));
  }

  #latchKey(room = this.room.jid): string {
    return latchKey(location.host, room);
  }
}
