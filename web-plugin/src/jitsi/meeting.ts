// One participation in one room: the seal, the key core and the worker, fed from lib-jitsi-meet's conference.

import type { Gate, SourceId, WorkerCommand, WorkerReport } from '../frames/index.ts';
import {
  type Core,
  type CoreAction,
  type CoreEvent,
  createCore,
  type Identity,
  latchKey,
  type Notice,
  type OlmLibrary,
  type OwnDevice,
  Seal,
  type SealAction,
  type SealEvent,
  type Trust,
} from '../keys/index.ts';
import type { KeyChange, Person, UiState } from '../ui/index.ts';
import type { LatchStore } from './latch-store.ts';
import type { JitsiConference, JitsiMeetLibrary } from './library.ts';
import { People } from './people.ts';
import { Room } from './room.ts';
import type { RoomState } from './room-state.ts';
import type { Routes } from './routes.ts';
import { Troubles, WORDS } from './troubles.ts';
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
  /** Something that the interface shows has changed. */
  onChanged(): void;
  /** One line for the person. */
  notify(text: string): void;
  onEnded(meeting: Meeting): void;
}

/** What the page has to have loaded before somebody can take part in a seal. */
export interface Means {
  olm: OlmLibrary;
  device: OwnDevice;
  trust: Trust;
}

const now = () => performance.now();

const KEY_CHANGES = { start: 'start', leave: 'left', join: 'joined', period: 'period' } as const;

export class Meeting {
  readonly conference: JitsiConference;
  readonly #services: MeetingServices;
  readonly #room: Room;
  readonly #seal = new Seal();
  readonly #people = new People();
  readonly #troubles = new Troubles();
  readonly #identities = new Map<string, Identity>();
  /** Wishes of the seal and of the core for their next turn, in `now` time. */
  readonly #alarms: { seal: number | null; core: number | null } = { seal: null, core: null };
  #core: Core | null = null;
  #device: OwnDevice | null = null;
  #verification: Verification | null = null;
  #hasKey = false;
  #isSending = false;
  #sourcesOn = new Set<SourceId>();
  #isLocallySealed = false;
  #isOver = false;
  #hasHeardServer = false;
  #lastKeyChange: KeyChange | null = null;
  /** Name of the last who came or left: why a key changed. */
  #lastMoved: string | null = null;
  #gate: Gate = 'drop';

  constructor(conference: JitsiConference, services: MeetingServices) {
    this.conference = conference;
    this.#services = services;
    this.#room = new Room(conference, services.library, {
      onJoined: () => this.#joined(),
      onLeft: () => this.end(),
      onOccupant: (id, bundle) => this.#occupant(id, bundle),
      onOccupantLeft: (id, name) => this.#occupantLeft(id, name),
      onBundle: (occupant, bundle) => this.#feed({ type: 'bundle', occupant, bundle }),
      onSealedPresence: (occupant, sealed) => this.#turn({ type: 'presence', occupant, sealed }),
      onMessage: (from, payload) => this.#feed({ type: 'message', from, payload }),
      onRoomState: (state) => this.#roomState(state),
      onChanged: () => this.#turn({ type: 'owner', isOwner: this.#room.isOwner }),
      onTracksChanged: () => this.tracksChanged(),
      // Before anything is known nothing clear goes out; what comes in then is the room's history.
      isClear: (direction) => (direction === 'out' ? this.#gate === 'clear' : !this.#isLocallySealed),
      onHeldBack: (direction, what) => {
        const words = direction === 'out' ? WORDS.heldBackOut(what) : WORDS.heldBackIn(what);
        this.trouble(`held back ${direction} ${what}`, words);
      },
    });
  }

  /** All is loaded: publish the bundle, which has to stand in the first presence. */
  start({ olm, device, trust }: Means): void {
    if (this.#isOver || this.#core) return;
    this.#device = device;
    this.#core = createCore({
      olm,
      room: this.#room.jid,
      self: this.#room.self,
      random: (length) => crypto.getRandomValues(new Uint8Array(length)),
      device: device.publicKey,
      name: this.#room.ownName || null,
    });
    this.#verification = new Verification(trust, {
      core: () => this.#core,
      name: (occupant) => this.#room.name(occupant),
      compare: (occupant) => this.#feed({ type: 'compare', occupant }),
      answer: (accept) => this.#feed({ type: 'compare-answer', accept }),
      confirm: (isSame) => this.#feed({ type: 'compare-confirm', isSame }),
      stop: () => this.#feed({ type: 'compare-stop' }),
      onChangedDevice: (occupant) =>
        this.trouble(`changed ${occupant}`, WORDS.changedDevice(this.#room.name(occupant))),
      onMismatch: (name) => this.trouble(`mismatch ${name}`, WORDS.mismatch(name)),
      onChanged: () => this.#services.onChanged(),
    });
    this.#room.publishBundle(this.#core.bundle());
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

  trouble(id: string, words: Parameters<Troubles['report']>[1]): void {
    this.#troubles.report(id, words);
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

  view(): UiState {
    const { phase, isEnforced, sealedSince, unsealedBy, canAgree } = this.#seal.view;
    const comparison = this.#verification?.comparison();
    const meetingCode = this.#verification?.code();
    const self: Person = {
      id: this.#room.self,
      name: this.#room.ownName,
      isSelf: true,
      state: this.#isSelfSealed() ? 'sealed' : 'waiting',
    };
    return {
      phase,
      isOwner: this.#room.isOwner,
      isEnforced,
      canAgree,
      sealedSince: sealedSince === null ? null : performance.timeOrigin + sealedSince,
      unsealedBy: unsealedBy === null ? null : this.#room.name(unsealedBy),
      people: [
        self,
        ...this.#room.occupants().map((one) => {
          const id = one.getId();
          const device = this.#verification?.device(id);
          const state = this.#people.state(id);
          return { id, name: this.#room.name(id), isSelf: false, state, ...(device && { device }) };
        }),
      ],
      troubles: this.#troubles.list(),
      ...(this.#lastKeyChange && { lastKeyChange: this.#lastKeyChange }),
      ...(comparison && { comparison }),
      ...(meetingCode && { meetingCode }),
    };
  }

  // What the worker says.

  report(report: WorkerReport): void {
    switch (report.type) {
      case 'missing-key':
        this.#feed({ type: 'missing-key', owner: report.owner, generation: report.generation });
        break;
      case 'opened': {
        const occupant = this.#occupantOf(report.owner);
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
        this.#woke();
        break;
      default:
        break;
    }
  }

  tracksChanged(): void {
    if (this.#isOver) return;
    this.#services.routes.routeSenders(this.conference);
    this.#services.routes.routeReceivers(this.#room, (occupant) => this.#identities.get(occupant) ?? null);
    this.#sourcesChanged();
    this.#services.onChanged();
  }

  /** A track is about to be sent: the key has to be on its way before its first frame (rule M7). */
  aboutToSend(): void {
    this.#setSending(true);
  }

  end(): void {
    if (this.#isOver) return;
    this.#turn({ type: 'left' });
    this.#isOver = true;
    this.#core?.free();
    this.#core = null;
    this.#services.onEnded(this);
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
    const hasModule = await this.#room.askState();
    if (!hasModule && !this.#hasHeardServer)
      this.#turn({ type: 'server-state', sealed: false, module: false });
  }

  #roomState({ sealed, by, unsealedBy }: RoomState): void {
    this.#hasHeardServer = true;
    const { phase } = this.#seal.view;
    if (sealed) {
      this.#turn({ type: 'server-change', sealed, by });
      if (phase === 'open' && by) this.#services.notify(`${this.#nameOrYou(by)} sealed this room.`);
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
    this.#feed({ type: 'joined', occupant, bundle });
  }

  #occupantLeft(occupant: string, name: string): void {
    this.#lastMoved = name;
    this.#verification?.left(occupant);
    this.#people.left(occupant);
    this.#identities.delete(occupant);
    this.#feed({ type: 'left', occupant });
    this.#turn({ type: 'gone', occupant });
    this.tracksChanged();
  }

  #nameOrYou(occupant: string): string {
    return occupant === this.#room.self ? 'You' : this.#room.name(occupant);
  }

  #latchKey(): string {
    return latchKey(location.host, this.#room.jid);
  }

  // The seal.

  #turn(event: SealEvent): void {
    if (this.#isOver) return;
    for (const action of this.#seal.handle(event, now())) this.#seals(action);
    this.#services.onChanged();
  }

  #seals(action: SealAction): void {
    switch (action.type) {
      case 'gate':
        this.#gate = action.gate;
        this.#services.command(action);
        break;
      case 'core':
        this.#isLocallySealed = action.event === 'sealed';
        this.#people.sealed(now());
        this.#feed({ type: action.event });
        this.#sourcesChanged();
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
        this.#alarms.seal = action.at;
        this.#setAlarm();
    }
  }

  async #request(kind: 'seal' | 'unseal'): Promise<void> {
    try {
      await this.#room.request(kind);
    } catch (error) {
      if (this.#isOver) return;
      this.trouble(`refused ${kind}`, WORDS.refused(kind, (error as Error).message));
      this.#turn({ type: 'request-refused' });
    }
  }

  // The key core.

  #feed(event: CoreEvent): void {
    if (!this.#core || this.#isOver) return;
    for (const action of this.#core.handle(event, now())) this.#keys(action);
    this.#judge();
  }

  #keys(action: CoreAction): void {
    switch (action.type) {
      case 'send':
        this.#room.send(action.to, action.message);
        break;
      case 'use-key':
        this.#hasKey = true;
        this.#services.command(action);
        break;
      case 'stop-sending':
        this.#hasKey = false;
        this.#services.command(action);
        break;
      case 'expire-sending':
      case 'accept-key':
      case 'retire':
      case 'forget':
      case 'source-states':
        this.#services.command(action);
        break;
      case 'wake':
        this.#alarms.core = action.at;
        this.#setAlarm();
        break;
      case 'notice':
        this.#notice(action.notice);
        break;
      case 'sign':
        void this.#sign(action.id, action.message);
        break;
      default:
        break;
    }
  }

  async #sign(id: number, message: Uint8Array): Promise<void> {
    const signature = await this.#device?.sign(message);
    if (signature) this.#feed({ type: 'signed', id, signature });
  }

  #notice(notice: Notice): void {
    switch (notice.type) {
      case 'channel':
        this.#identities.set(notice.occupant, notice.identity);
        this.#people.reached(notice.occupant, now());
        this.#verification?.met(notice.occupant, notice.device, notice.name);
        this.tracksChanged();
        break;
      case 'comparison':
        this.#verification?.showComparison(notice.occupant, notice.comparison);
        this.#services.onChanged();
        break;
      case 'verified':
        this.#verification?.verified(notice.device);
        this.#services.onChanged();
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
        if (this.#isLocallySealed) {
          this.trouble(`incapable ${notice.occupant}`, WORDS.incapable(this.#room.name(notice.occupant)));
        }
        break;
      case 'replaced':
        this.#identities.delete(notice.occupant);
        this.#people.joined(notice.occupant);
        this.trouble(`replaced ${notice.occupant}`, WORDS.replaced(this.#room.name(notice.occupant)));
        this.tracksChanged();
        break;
      case 'refused':
        console.warn(`Sealmeet: dropped ${notice.count} message(s) of ${notice.from}: ${notice.reason}`);
        break;
      default:
        break;
    }
  }

  /** What an occupant signed about who is here: everybody has to be told the same (brief D9). */
  #viewed(occupant: string, view: Extract<Notice, { type: 'view' }>['view']): void {
    const id = `view ${occupant}`;
    const name = this.#room.name(occupant);
    if (view === 'differs') this.trouble(id, WORDS.differentRosters(name));
    else if (view === 'silent') this.trouble(id, WORDS.silent(name));
    else this.dismiss(id);
  }

  #sourcesChanged(): void {
    const on = this.#room.sourcesOn();
    this.#setSending(on.size > 0);
    for (const source of new Set([...on, ...this.#sourcesOn])) {
      if (on.has(source) !== this.#sourcesOn.has(source)) void this.#tellSource(source, on.has(source));
    }
    this.#sourcesOn = on;
  }

  /** So that nobody can play later what was withheld before this source went off (rule M6). */
  async #tellSource(source: SourceId, on: boolean): Promise<void> {
    const floor = (await this.#services.counters()).get(source) ?? 0;
    this.#feed({ type: 'source-state', source, on, floor });
  }

  #setSending(on: boolean): void {
    if (this.#isSending === on) return;
    this.#isSending = on;
    this.#feed({ type: 'source', on });
  }

  #isSelfSealed(): boolean {
    return this.#isLocallySealed && (this.#hasKey || !this.#isSending);
  }

  /** Is everything that leaves sealed, and can everybody who takes part be opened? Local facts alone (rule M21). */
  #judge(): void {
    const isReady =
      this.#isSelfSealed() && this.#people.areAllSealed(this.#room.occupants().map((one) => one.getId()));
    this.#turn({ type: 'ready', isReady });
  }

  // Alarms: two machines, one timer in the worker, which is not slowed down while the page is hidden.

  #setAlarm(): void {
    const next = Math.min(this.#alarms.seal ?? Infinity, this.#alarms.core ?? Infinity);
    if (next !== Infinity) this.#services.command({ type: 'wake', inMs: Math.max(0, next - now()) });
  }

  #woke(): void {
    const time = now();
    const { seal, core } = this.#alarms;
    if (seal !== null && seal <= time + 1) {
      this.#alarms.seal = null;
      this.#turn({ type: 'timer' });
    }
    if (core !== null && core <= time + 1) {
      this.#alarms.core = null;
      this.#feed({ type: 'timer' });
    }
    this.#setAlarm();
  }

  // Frames that did not pass.

  #occupantOf(identity: Identity): string | null {
    for (const [occupant, one] of this.#identities) if (one === identity) return occupant;
    return null;
  }

  #dropped({ transform, reasons }: Extract<WorkerReport, { type: 'dropped' }>): void {
    if (reasons['codec-unknown']) this.trouble('codec', WORDS.codec('something'));
    const occupant = this.#services.routes.occupantOf(transform);
    if (!occupant || !this.#isLocallySealed) return;
    if (!this.#people.unopened(occupant, transform, reasons, now())) return;
    const name = this.#room.name(occupant);
    const words = reasons['not-sealed'] ? WORDS.unsealed(name) : WORDS.unreadable(name);
    this.trouble(`unreadable ${occupant}`, words);
    this.#judge();
  }

  #swapped({ expected, seen }: Extract<WorkerReport, { type: 'swapped' }>): void {
    const [shown, real] = [this.#occupantOf(expected), this.#occupantOf(seen)];
    if (!shown || !real) return;
    this.#people.swapped(shown);
    this.trouble(`swapped ${shown} ${real}`, WORDS.swapped(this.#room.name(shown), this.#room.name(real)));
  }
}
