// One participation in one room: seal, keys, people and the worker, fed from lib-jitsi-meet's conference.

import type { Gate, SourceId, WorkerCommand, WorkerReport } from '../frames/index.ts';
import type { CoreEvent, OlmLibrary, OwnDevice, Trust } from '../keys/index.ts';
import type { Cause, UiState } from '../ui/index.ts';
import { type DataKind, toBase64 } from '../wire/index.ts';
import { Alarms } from './alarms.ts';
import { Attendance } from './attendance.ts';
import { FrameReports } from './frame-reports.ts';
import { KeyExchange } from './key-exchange.ts';
import type { JitsiConference, JitsiMeetLibrary } from './library.ts';
import { Notices } from './notices.ts';
import { ARRIVING_MS, People } from './people.ts';
import { Room } from './room.ts';
import type { Routes } from './routes.ts';
import { type SealAlarm, Sealing, type SealPorts } from './sealing.ts';
import { Troubles } from './troubles.ts';
import { Turns } from './turns.ts';
import { Verification } from './verification.ts';

export interface MeetingServices
  extends Pick<SealPorts, 'latches' | 'isInvitedSealed' | 'comesFromSealed' | 'addressRoom' | 'notify'> {
  library: JitsiMeetLibrary;
  routes: Routes;
  /** Posts to the worker. */
  command(command: WorkerCommand): void;
  /** The next counter of each own source. */
  counters(): Promise<Map<SourceId, number>>;
  /** Occupant whom Jitsi Meet shows large, if it says so. */
  stage(): string | null;
  /** What the browser calls the codec of a transform's last frame. */
  codec(transform: number): Promise<string>;
  /** Something that the interface shows has changed. */
  onChanged(): void;
  /** The room does not let this page in, or not any more; `reason`: the server's words, null when it gave none. */
  onRefused(reason: string | null): void;
  onEnded(meeting: Meeting): void;
}

/** What the page has to have loaded before somebody can take part in a seal. */
export interface Means {
  olm: OlmLibrary;
  device: OwnDevice;
  trust: Trust;
}

export class Meeting {
  readonly conference: JitsiConference;
  readonly #services: MeetingServices;
  readonly #turns = new Turns();
  readonly #alarms = new Alarms<SealAlarm | 'keys'>((inMs) => this.#services.command({ type: 'wake', inMs }));
  readonly #room: Room;
  readonly #sealing: Sealing;
  readonly #keys: KeyExchange;
  readonly #people = new People();
  readonly #attendance: Attendance;
  readonly #troubles = new Troubles();
  readonly #notices: Notices;
  readonly #frames: FrameReports;
  #verification: Verification | null = null;
  #isDeviceTemporary = false;
  #isOver = false;

  constructor(conference: JitsiConference, services: MeetingServices) {
    this.conference = conference;
    this.#services = services;
    this.#room = new Room(conference, services.library, {
      onJoined: () => {
        this.#sealing.joined();
        this.tracksChanged();
      },
      onLeft: () => this.end(),
      onRefused: (reason) => services.onRefused(reason),
      onOccupant: (id, bundle) => this.#occupant(id, bundle),
      onLeave: (occupant) => {
        this.#notices.moved('leave', this.#room.name(occupant));
        this.#keys.feed({ type: 'left', occupant });
      },
      onOccupantLeft: (id, name) => this.#occupantLeft(id, name),
      onBundle: (occupant, bundle) => this.#bundle({ type: 'bundle', occupant, bundle }),
      onSealedPresence: (occupant, sealed) => this.#sealing.take({ type: 'presence', occupant, sealed }),
      onMessage: (from, payload) => this.#keys.feed({ type: 'message', from, payload }),
      onRoomState: (state) => this.#sealing.heard(state),
      onChanged: () => this.#changed(),
      onTracksChanged: () => this.tracksChanged(),
      // Before anything is known nothing clear goes out; what comes in then is the room's history. Once it is over nothing
      // passes: if the page is in the room all the same, nobody here knows whether it is sealed.
      isClear: (direction) => !this.#isOver && (direction === 'out' ? this.gate === 'clear' : !this.isSealed),
      onSay: (kind, body, to) => this.#say(kind, body, to),
      onHeldBack: (direction, what) =>
        this.trouble(`held back ${direction} ${what}`, { kind: `held-back-${direction}`, what }),
    });
    const run = (step: () => void) => this.#turns.run(step);
    const onTrouble = (id: string, cause: Cause) => this.trouble(id, cause);
    this.#sealing = new Sealing(this.#room, {
      ...services,
      run,
      wish: (name, at) => this.#alarms.wish(name, at),
      onGate: (gate) => services.command({ type: 'gate', gate }),
      onSealed: (isSealed) => this.#sealed(isSealed),
      onTrouble,
    });
    this.#keys = new KeyExchange(this.#room, {
      ...services,
      run,
      wish: (at) => this.#alarms.wish('keys', at),
      onNotice: (notice) => {
        this.#notices.take(notice);
        services.onChanged();
      },
      onMissed: (occupant, count) =>
        this.trouble(`missed ${occupant}`, { kind: 'missed', name: this.#room.name(occupant), count }),
      onStated: (owner) => {
        const occupant = this.#keys.occupantOf(owner);
        if (occupant !== null) this.#people.stated(occupant, performance.now());
      },
      onTurn: () => this.#judge(),
    });
    this.#attendance = new Attendance(this.#room, this.#keys, this.#people, () => this.#verification);
    const shared = {
      people: this.#people,
      name: (occupant: string) => this.#room.name(occupant),
      isSealed: () => this.#sealing.isSealed,
      onEvidence: (occupant: string) => this.#sealing.take({ type: 'evidence', occupant }),
      onTrouble,
    };
    this.#notices = new Notices({
      ...shared,
      verification: () => this.#verification,
      onTroubleOver: (id) => this.dismiss(id),
    });
    this.#frames = new FrameReports({
      ...shared,
      keys: this.#keys,
      routes: services.routes,
      codec: services.codec,
      onReadability: () => this.#judge(),
      onExplained: (id) => this.dismiss(id),
    });
  }

  /**
   * Before each attempt to join. From here on this client can take part in a seal, if all is loaded (`means`). Throws when
   * this participation is over: whoever joined then would be in the room with nobody to seal for it.
   */
  start(means: Means | null): void {
    if (this.#isOver)
      throw new Error('Sealmeet: this call is over, so it cannot be joined again: load the page anew');
    if (!means || this.#keys.core) return;
    const { olm, device, trust } = means;
    this.#keys.start(olm, device);
    this.#isDeviceTemporary = device.isTemporary;
    this.#verification = new Verification(trust, {
      self: { id: this.#room.self, device: toBase64(device.publicKey) },
      core: () => this.#keys.core,
      name: (occupant) => this.#room.name(occupant),
      compare: (occupant) => this.#keys.feed({ type: 'compare', occupant }),
      answer: (accept) => this.#keys.feed({ type: 'compare-answer', accept }),
      confirm: (isSame) => this.#keys.feed({ type: 'compare-confirm', isSame }),
      stop: () => this.#keys.feed({ type: 'compare-stop' }),
      reach: () => this.#keys.feed({ type: 'reach' }),
      onChangedDevice: (id) =>
        this.trouble(`changed-device ${id}`, { kind: 'changed-device', name: this.#room.name(id) }),
      onMismatch: (name) => this.trouble(`mismatch ${name}`, { kind: 'mismatch', name }),
      onChanged: () => this.#services.onChanged(),
    });
  }

  // What the interface does.

  sealRoom(): void {
    this.#sealing.take({ type: 'seal' });
  }

  unsealRoom(): void {
    this.#sealing.take({ type: 'unseal' });
  }

  agreeToUnseal(): void {
    this.#sealing.take({ type: 'agree' });
  }

  /** The answer when everybody is asked whether the seal may end. */
  answerConsent(agrees: boolean): void {
    void this.#sealing.consent.answer(agrees);
  }

  closeConsent(): void {
    this.#sealing.consent.close();
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
    return this.#sealing.gate;
  }

  /** Does, or did to the end, this client hold the room to be sealed? Before it has been in, it goes by what it remembers. */
  get isSealed(): boolean {
    return this.#sealing.isSealed || (!this.#sealing.hasJoined && this.isRemembered);
  }

  /** Has this browser seen this room sealed before? */
  get isRemembered(): boolean {
    return this.#sealing.isRemembered;
  }

  /** Nothing can be sealed or opened any more; what was clear is stopped too. */
  broken(): void {
    this.#sealing.take({ type: 'broken', isBroken: true });
  }

  /** Call it every second. */
  checkConnection(): void {
    if (this.#sealing.checkConnection()) this.#keys.feed({ type: 'reconnected' });
  }

  /** A new worker, which knows nothing: it is told what it must know, and gets keys that no worker had (rule M12). */
  workerRestarted(): void {
    if (this.#isOver) return;
    this.#services.command({ type: 'gate', gate: this.gate });
    this.#alarms.again();
    this.#people.beginAnew(performance.now());
    this.#keys.feed({ type: 'worker-restarted' });
  }

  aboutToSend(): void {
    this.#keys.aboutToSend();
  }

  tracksChanged(): void {
    if (this.#isOver) return;
    const { routes } = this.#services;
    routes.routeSenders(this.conference);
    routes.routeReceivers(this.#room, (occupant) => this.#keys.identityOf(occupant));
    this.#people.routed((transform) => routes.occupantOf(transform));
    this.#keys.sourcesChanged();
    this.#judge();
    this.#services.onChanged();
  }

  end(): void {
    this.#sealing.take({ type: 'left' });
    this.#turns.run(() => {
      if (this.#isOver) return;
      this.#isOver = true;
      this.#sealing.end();
      this.#keys.end();
      this.#verification?.end();
      this.#services.onEnded(this);
    });
  }

  view(): UiState {
    const { phase, isEnforced, sealedSince, unsealedBy, canAgree } = this.#sealing.view;
    const { lastKeyChange } = this.#notices;
    const consent = this.#sealing.consent.view();
    const comparison = this.#verification?.comparison();
    const meetingCode = this.#verification?.code();
    return {
      phase,
      isOwner: this.#room.isOwner,
      isEnforced,
      canAgree,
      asksEverybody: this.#sealing.asksEverybody && this.#room.occupants().length > 0,
      sealedSince: sealedSince === null ? null : performance.timeOrigin + sealedSince,
      unsealedBy: unsealedBy === null ? null : this.#room.name(unsealedBy),
      people:
        phase === 'away' ? [] : this.#attendance.everybody(this.#isSelfSealed(), this.#services.stage()),
      troubles: this.#troubles.list(),
      isDeviceTemporary: this.#isDeviceTemporary,
      ...(lastKeyChange && { lastKeyChange }),
      ...(consent && { consent }),
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
      case 'woke':
        for (const name of this.#alarms.due()) {
          if (name === 'keys') this.#keys.feed({ type: 'timer' });
          else this.#sealing.timer(name);
        }
        break;
      default:
        this.#frames.take(report);
    }
  }

  // The room.

  /** Names or roles. */
  #changed(): void {
    this.#keys.nameChanged();
    this.#verification?.namesChanged();
    this.#sealing.take({ type: 'owner', isOwner: this.#room.isOwner });
  }

  #occupant(occupant: string, bundle: string | null): void {
    this.#notices.moved('join', this.#room.name(occupant));
    this.#people.joined(occupant, performance.now());
    // A little later: a timer may run a moment early.
    setTimeout(() => this.#judge(), ARRIVING_MS + 100);
    this.#bundle({ type: 'joined', occupant, bundle });
  }

  /** From here on it is known whose frames are expected: they wait for their key instead of being lost. */
  #bundle(event: Extract<CoreEvent, { type: 'joined' | 'bundle' }>): void {
    this.#keys.feed(event);
    this.#turns.run(() => this.tracksChanged());
  }

  #occupantLeft(occupant: string, name: string): void {
    this.#notices.moved('leave', name);
    this.#verification?.left(occupant);
    this.#people.left(occupant);
    // For the second time, where the room told of it before.
    this.#keys.feed({ type: 'left', occupant });
    this.#sealing.take({ type: 'gone', occupant });
    this.tracksChanged();
  }

  /** To everybody or to one alone; shown at once on this side as Jitsi's server would have sent it back. */
  #say(kind: DataKind, body: string, to: string | null): void {
    const what = kind === 'lower-hand' ? 'other' : kind;
    // Keys are asked for again when the stream is back; words are not.
    if (!this.#room.isConnected) {
      this.trouble('unsent', { kind: 'unsent', what });
      return;
    }
    if (!this.#keys.core || this.gate !== 'sealed') {
      this.trouble('held back out', { kind: 'held-back-out', what });
      return;
    }
    this.#keys.feed({ type: 'say', kind, body, to, sentAt: Date.now() });
    if ((kind === 'chat' || kind === 'poll') && to === null)
      this.#room.deliver(this.#room.self, kind, body, false);
  }

  // The seal.

  #sealed(isSealed: boolean): void {
    this.#people.beginAnew(performance.now());
    this.#keys.feed({ type: isSealed ? 'sealed' : 'unsealed' });
    this.#keys.sourcesChanged();
  }

  #isSelfSealed(): boolean {
    return this.#sealing.isSealed && this.#keys.isSealing;
  }

  /** Is everything that leaves sealed, and can everybody who takes part be opened? Local facts alone (rule M21). */
  #judge(): void {
    if (this.#isOver) return;
    const wereOpen = this.#sealing.view.phase === 'sealed';
    const isReady = this.#isSelfSealed() && this.#attendance.areAllOpen(wereOpen, performance.now());
    this.#sealing.take({ type: 'ready', isReady });
  }
}
