// One participation in one room: the seal, the key exchange and the worker, fed from lib-jitsi-meet's conference.

import type { Gate, SourceId, WorkerCommand, WorkerReport } from '../frames/index.ts';
import {
  latchKey,
  type Notice,
  type OlmLibrary,
  type OwnDevice,
  Seal,
  type SealAction,
  type SealEvent,
  type Trust,
} from '../keys/index.ts';
import type { Cause, KeyChange, Line, UiState } from '../ui/index.ts';
import type { DataKind } from '../wire/index.ts';
import { Alarms } from './alarms.ts';
import { KeyExchange } from './key-exchange.ts';
import type { LatchStore } from './latch-store.ts';
import type { JitsiConference, JitsiMeetLibrary } from './library.ts';
import { People } from './people.ts';
import { Room } from './room.ts';
import type { RoomState } from './room-state.ts';
import type { Routes } from './routes.ts';
import { Troubles } from './troubles.ts';
import { Turns } from './turns.ts';
import { Verification } from './verification.ts';

export interface MeetingServices {
  library: JitsiMeetLibrary;
  routes: Routes;
  latches: LatchStore;
  /** Does the link to this page say that the room is sealed (rule S10)? */
  isInvitedSealed(): boolean;
  /** Posts to the worker. */
  command(command: WorkerCommand): void;
  /** The next counter of each own source. */
  counters(): Promise<Map<SourceId, number>>;
  /** What the browser calls the codec of a transform's last frame. */
  codec(transform: number): Promise<string>;
  /** Something that the interface shows has changed. */
  onChanged(): void;
  /** One line for the person. */
  notify(line: Line): void;
  onEnded(meeting: Meeting): void;
}

/** What the page has to have loaded before somebody can take part in a seal. */
export interface Means {
  olm: OlmLibrary;
  device: OwnDevice;
  trust: Trust;
}

const KEY_CHANGES = { start: 'start', leave: 'left', join: 'joined', period: 'period' } as const;

export class Meeting {
  readonly conference: JitsiConference;
  readonly #services: MeetingServices;
  readonly #turns = new Turns();
  readonly #alarms = new Alarms<'seal' | 'keys'>((inMs) => this.#services.command({ type: 'wake', inMs }));
  readonly #room: Room;
  readonly #seal = new Seal();
  readonly #keys: KeyExchange;
  readonly #people = new People();
  readonly #troubles = new Troubles();
  #verification: Verification | null = null;
  #gate: Gate = 'drop';
  #isLocallySealed = false;
  #isOver = false;
  #hasHeardServer = false;
  #wasConnected = true;
  #lastKeyChange: KeyChange | null = null;
  /** Name of the last who came or left: why a key changed. */
  #lastMoved: string | null = null;

  constructor(conference: JitsiConference, services: MeetingServices) {
    this.conference = conference;
    this.#services = services;
    this.#room = new Room(conference, services.library, {
      onJoined: () => this.#joined(),
      onLeft: () => this.end(),
      onOccupant: (id, bundle) => this.#occupant(id, bundle),
      onOccupantLeft: (id, name) => this.#occupantLeft(id, name),
      onBundle: (occupant, bundle) => this.#keys.feed({ type: 'bundle', occupant, bundle }),
      onSealedPresence: (occupant, sealed) => this.#turn({ type: 'presence', occupant, sealed }),
      onMessage: (from, payload) => this.#keys.feed({ type: 'message', from, payload }),
      onRoomState: (state) => this.#roomState(state),
      onChanged: () => this.#turn({ type: 'owner', isOwner: this.#room.isOwner }),
      onTracksChanged: () => this.tracksChanged(),
      // Before anything is known nothing clear goes out; what comes in then is the room's history.
      isClear: (direction) => (direction === 'out' ? this.#gate === 'clear' : !this.#isLocallySealed),
      onSay: (kind, body, to) => this.#say(kind, body, to),
      onHeldBack: (direction, what) =>
        this.trouble(`held back ${direction} ${what}`, { kind: `held-back-${direction}`, what }),
    });
    this.#keys = new KeyExchange(this.#room, {
      command: (command) => this.#services.command(command),
      counters: () => this.#services.counters(),
      wish: (at) => this.#alarms.wish('keys', at),
      run: (step) => this.#turns.run(step),
      onNotice: (notice) => this.#notice(notice),
      onTurn: () => this.#judge(),
    });
  }

  /** All is loaded: from here on this client can take part in a seal. */
  start({ olm, device, trust }: Means): void {
    if (this.#isOver || this.#keys.core) return;
    this.#keys.start(olm, device);
    this.#verification = new Verification(trust, {
      core: () => this.#keys.core,
      name: (occupant) => this.#room.name(occupant),
      compare: (occupant) => this.#keys.feed({ type: 'compare', occupant }),
      answer: (accept) => this.#keys.feed({ type: 'compare-answer', accept }),
      confirm: (isSame) => this.#keys.feed({ type: 'compare-confirm', isSame }),
      stop: () => this.#keys.feed({ type: 'compare-stop' }),
      onChangedDevice: (id) => this.#troubleWith('changed-device', id),
      onMismatch: (name) => this.trouble(`mismatch ${name}`, { kind: 'mismatch', name }),
      onChanged: () => this.#services.onChanged(),
    });
  }

  // What the interface does.

  sealRoom(): void {
    this.#turn({ type: 'seal' });
  }

  unsealRoom(): void {
    this.#turn({ type: 'unseal' });
  }

  agreeToUnseal(): void {
    this.#turn({ type: 'agree' });
  }

  leave(): void {
    this.#room.leave();
  }

  /** Clicks of the dialogues for verifying. */
  get verification(): Verification | null {
    return this.#verification;
  }

  dismiss(trouble: string): void {
    this.#troubles.dismiss(trouble);
    this.#services.onChanged();
  }

  // What the page does.

  trouble(id: string, cause: Cause): void {
    this.#troubles.report(id, cause);
    this.#services.onChanged();
  }

  get gate(): Gate {
    return this.#gate;
  }

  /** Has this browser seen this room sealed before? */
  get isRemembered(): boolean {
    return this.#services.latches.has(this.#latchKey()) || this.#services.isInvitedSealed();
  }

  /** Nothing can be sealed or opened any more; what was clear is stopped too. */
  broken(): void {
    this.#turn({ type: 'broken', isBroken: true });
  }

  aboutToSend(): void {
    this.#keys.aboutToSend();
  }

  tracksChanged(): void {
    if (this.#isOver) return;
    this.#services.routes.routeSenders(this.conference);
    this.#services.routes.routeReceivers(this.#room, (occupant) => this.#keys.identityOf(occupant));
    this.#keys.sourcesChanged();
    this.#services.onChanged();
  }

  end(): void {
    this.#turn({ type: 'left' });
    this.#turns.run(() => {
      if (this.#isOver) return;
      this.#isOver = true;
      this.#keys.end();
      this.#services.onEnded(this);
    });
  }

  view(): UiState {
    const { phase, isEnforced, sealedSince, unsealedBy, canAgree } = this.#seal.view;
    const comparison = this.#verification?.comparison();
    const meetingCode = this.#verification?.code();
    const { self, ownName } = this.#room;
    return {
      phase,
      isOwner: this.#room.isOwner,
      isEnforced,
      canAgree,
      sealedSince: sealedSince === null ? null : performance.timeOrigin + sealedSince,
      unsealedBy: unsealedBy === null ? null : this.#room.name(unsealedBy),
      people: [
        { id: self, name: ownName, isSelf: true, state: this.#isSelfSealed() ? 'sealed' : 'waiting' },
        ...this.#room.occupants().map((one) => {
          const id = one.getId();
          const device = this.#verification?.device(id);
          const state = this.#people.state(id);
          return { id, name: this.#room.name(id), isSelf: false, state, ...(device && { device }) };
        }),
      ],
      troubles: this.#troubles.list(),
      parts: { microphone: 'sealed', camera: 'sealed', screen: 'sealed', chat: 'sealed' },
      ...(this.#lastKeyChange && { lastKeyChange: this.#lastKeyChange }),
      ...(comparison && { comparison }),
      ...(meetingCode && { meetingCode }),
    };
  }

  // What the worker says.

  report(report: WorkerReport): void {
    if (this.#isOver) return;
    switch (report.type) {
      case 'missing-key':
        this.#keys.feed({ type: 'missing-key', owner: report.owner, generation: report.generation });
        break;
      case 'opened': {
        const occupant = this.#keys.occupantOf(report.owner);
        if (!occupant) break;
        this.#people.opened(occupant, report.transform);
        // A sealed frame that opens is authentic evidence that the room is sealed (rule M21).
        this.#turn({ type: 'evidence', occupant });
        break;
      }
      case 'dropped':
        this.#dropped(report);
        break;
      case 'swapped':
        this.#swapped(report);
        break;
      case 'woke':
        for (const name of this.#alarms.due()) {
          if (name === 'seal') this.#turn({ type: 'timer' });
          else this.#keys.feed({ type: 'timer' });
        }
        break;
      default:
        break;
    }
  }

  // The room.

  #joined(): void {
    const remembered = this.#services.latches.has(this.#latchKey());
    this.#turn({ type: 'joined', remembered, link: this.#services.isInvitedSealed() });
    this.#turn({ type: 'owner', isOwner: this.#room.isOwner });
    for (const occupant of this.#room.occupants()) {
      if (this.#room.holdsSealed(occupant))
        this.#turn({ type: 'presence', occupant: occupant.getId(), sealed: true });
    }
    this.tracksChanged();
    void this.#askServer();
  }

  /** The module announces the state to newcomers; a server without it says so at once, in answer to a question. */
  async #askServer(): Promise<void> {
    const state = await this.#room.askState();
    if (this.#isOver || this.#hasHeardServer || state === 'unknown') return;
    if (state === 'none') this.#turn({ type: 'server-state', sealed: false, module: false });
    else this.#roomState(state);
  }

  /** Call it every second: while the stream is cut nobody enforces anything, and after it all may be different. */
  checkConnection(): void {
    const { isConnected } = this.#room;
    if (this.#seal.view.phase === 'away' || isConnected === this.#wasConnected) return;
    this.#wasConnected = isConnected;
    this.#hasHeardServer = false;
    if (isConnected) void this.#askServer();
    else this.#turn({ type: 'disconnected' });
  }

  #roomState({ sealed, by, unsealedBy }: RoomState): void {
    this.#hasHeardServer = true;
    const { phase } = this.#seal.view;
    if (sealed) {
      this.#turn({ type: 'server-change', sealed, by });
      if (phase === 'open' && by && by !== this.#room.self)
        this.#services.notify({ kind: 'sealed-by', name: this.#room.name(by) });
    } else if (unsealedBy !== null) {
      this.#turn({ type: 'server-change', sealed, by: unsealedBy });
    } else {
      // The server knows of no seal: it never had one, or it has forgotten.
      this.#turn({ type: 'server-state', sealed, module: true });
    }
  }

  #occupant(occupant: string, bundle: string | null): void {
    this.#lastMoved = this.#room.name(occupant);
    this.#people.joined(occupant);
    this.#keys.feed({ type: 'joined', occupant, bundle });
  }

  #occupantLeft(occupant: string, name: string): void {
    this.#lastMoved = name;
    this.#verification?.left(occupant);
    this.#people.left(occupant);
    this.#keys.feed({ type: 'left', occupant });
    this.#turn({ type: 'gone', occupant });
    this.tracksChanged();
  }

  /** To everybody or to one alone; shown at once on this side as Jitsi's server would have sent it back. */
  #say(kind: DataKind, body: string, to: string | null): void {
    if (!this.#keys.core || this.#gate !== 'sealed') {
      this.trouble('held back out', { kind: 'held-back-out', what: kind === 'lower-hand' ? 'other' : kind });
      return;
    }
    this.#keys.feed({ type: 'say', kind, body, to, sentAt: Date.now() });
    if (kind === 'chat' && to === null) this.#room.deliver(this.#room.self, kind, body, false);
  }

  #latchKey(): string {
    return latchKey(location.host, this.#room.jid);
  }

  // The seal.

  #turn(event: SealEvent): void {
    this.#turns.run(() => {
      if (this.#isOver) return;
      for (const action of this.#seal.handle(event, performance.now())) this.#act(action);
      this.#services.onChanged();
    });
  }

  #act(action: SealAction): void {
    switch (action.type) {
      case 'gate':
        this.#gate = action.gate;
        this.#services.command(action);
        break;
      case 'core':
        this.#isLocallySealed = action.event === 'sealed';
        this.#people.sealed(performance.now());
        this.#keys.feed({ type: action.event });
        this.#keys.sourcesChanged();
        break;
      case 'latch':
        this.#services.latches.set(this.#latchKey(), action.remember);
        break;
      case 'announce':
        this.#room.publishSealed(action.sealed);
        break;
      case 'request':
        void this.#request(action.sealed ? 'seal' : 'unseal');
        break;
      case 'wake':
        this.#alarms.wish('seal', action.at);
    }
  }

  async #request(what: 'seal' | 'unseal'): Promise<void> {
    try {
      await this.#room.request(what);
    } catch (error) {
      if (this.#isOver) return;
      this.trouble(`refused ${what}`, { kind: 'refused', what, why: (error as Error).message });
      this.#turn({ type: 'request-refused' });
    }
  }

  #isSelfSealed(): boolean {
    return this.#isLocallySealed && this.#keys.isSealing;
  }

  /** Is everything that leaves sealed, and can everybody who takes part be opened? Local facts alone (rule M21). */
  #judge(): void {
    const everybody = this.#room.occupants().map((one) => one.getId());
    this.#turn({ type: 'ready', isReady: this.#isSelfSealed() && this.#people.areAllSealed(everybody) });
  }

  // What the key core tells.

  #notice(notice: Notice): void {
    switch (notice.type) {
      case 'channel':
        this.#people.reached(notice.occupant, performance.now());
        this.#verification?.met(notice.occupant, notice.device, notice.name);
        this.tracksChanged();
        break;
      case 'comparison':
        this.#verification?.showComparison(notice.occupant, notice.comparison);
        break;
      case 'verified':
        this.#verification?.verified(notice.device);
        break;
      case 'view':
        this.#viewed(notice.occupant, notice.view);
        break;
      case 'rotated':
        this.#lastKeyChange = {
          at: Date.now(),
          reason: KEY_CHANGES[notice.reason],
          name: notice.reason === 'leave' || notice.reason === 'join' ? this.#lastMoved : null,
        };
        break;
      case 'evidence':
        this.#turn({ type: 'evidence', occupant: notice.occupant });
        break;
      case 'incapable':
        this.#people.incapable(notice.occupant);
        if (this.#isLocallySealed) this.#troubleWith('incapable', notice.occupant);
        break;
      case 'replaced':
        this.#people.joined(notice.occupant);
        this.#troubleWith('replaced', notice.occupant);
        this.tracksChanged();
        break;
      case 'unsaid':
        console.warn(`Sealmeet: ${notice.reason}`);
        this.trouble('held back out', { kind: 'held-back-out', what: 'chat' });
        break;
      case 'refused':
        console.warn(`Sealmeet: dropped ${notice.count} message(s) of ${notice.from}: ${notice.reason}`);
    }
    this.#services.onChanged();
  }

  /** What an occupant signed about who is here: everybody has to be told the same (brief D9). */
  #viewed(occupant: string, view: Extract<Notice, { type: 'view' }>['view']): void {
    const id = `view ${occupant}`;
    const name = this.#room.name(occupant);
    if (view === 'differs') this.trouble(id, { kind: 'different-rosters', names: [name] });
    else if (view === 'silent') this.trouble(id, { kind: 'silent', name });
    else this.dismiss(id);
  }

  #troubleWith(
    kind: 'incapable' | 'replaced' | 'changed-device' | 'unreadable' | 'unsealed',
    occupant: string,
  ): void {
    this.trouble(`${kind} ${occupant}`, { kind, name: this.#room.name(occupant) });
  }

  // Frames that did not pass.

  #dropped({ transform, reasons }: Extract<WorkerReport, { type: 'dropped' }>): void {
    if (reasons['codec-unknown']) {
      void this.#services.codec(transform).then((codec) => this.trouble('codec', { kind: 'codec', codec }));
    }
    const occupant = this.#services.routes.occupantOf(transform);
    if (!occupant || !this.#isLocallySealed) return;
    if (!this.#people.unopened(occupant, transform, reasons, performance.now())) return;
    this.#troubleWith(reasons['not-sealed'] ? 'unsealed' : 'unreadable', occupant);
    this.#judge();
  }

  #swapped({ expected, seen }: Extract<WorkerReport, { type: 'swapped' }>): void {
    const [shown, real] = [this.#keys.occupantOf(expected), this.#keys.occupantOf(seen)];
    if (!shown || !real) return;
    this.#people.swapped(shown);
    this.trouble(`swapped ${shown} ${real}`, {
      kind: 'swapped',
      name: this.#room.name(shown),
      seen: this.#room.name(real),
    });
  }
}
