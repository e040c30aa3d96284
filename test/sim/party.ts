// One member of a simulated meeting: a core, a model of its worker, and what the shell does between the two.

import type { Core, CoreAction, CoreEvent, Identity, Notice } from '../../web-plugin/src/keys/index.ts';
import { type KeyCommand, Seat, type SeatPorts } from './seat.ts';

export interface PartyPorts extends Omit<SeatPorts, 'missing'> {
  send(action: Extract<CoreAction, { type: 'send' }>): void;
  wake(at: number): void;
  sign(action: Extract<CoreAction, { type: 'sign' }>): void;
  /** Somebody's word was opened. */
  heard(word: Extract<CoreAction, { type: 'said' }>): void;
  /** A channel with this identity is finished, with this device (base64) or none. */
  shown(owner: Identity, device: string | null): void;
  /** What the core has its worker do, before it is done. */
  command?(command: KeyCommand, now: number): void;
}

export class Party extends Seat {
  /** Not there any more once it was released. */
  private own: Core | null;
  /** Time that went by in its core so far, milliseconds. */
  coreMs = 0;
  /** When its core last told that it refused something of this occupant. */
  readonly refusedAt = new Map<string, number>();
  private readonly ports: PartyPorts;

  constructor(id: string, core: Core, device: Uint8Array, ports: PartyPorts) {
    super(id, core.identity, device, {
      used: ports.used,
      accepted: ports.accepted,
      missing: (owner, generation, now) => this.feed({ type: 'missing-key', owner, generation }, now),
    });
    this.own = core;
    this.ports = ports;
  }

  get core(): Core {
    if (this.own === null) throw new Error(`${this.id} was released`);
    return this.own;
  }

  /** Gives back all that its core holds. */
  release(): void {
    this.own?.free();
    this.own = null;
  }

  /** What its core does about it, done already. */
  feed(event: CoreEvent, now: number): CoreAction[] {
    if (event.type === 'sealed') this.isSealed = true;
    if (event.type === 'unsealed') this.isSealed = false;
    if (event.type === 'source') this.isOn = event.on;
    const begin = performance.now();
    const actions = this.core.handle(event, now);
    this.coreMs += performance.now() - begin;
    for (const action of actions) this.act(action, now);
    // A worker looks at its clock at every frame; in this model at least whenever its page is awake.
    this.worker.sealsWith(now);
    return actions;
  }

  /** A worker that started anew holds no key, and none that the old one had may come to it. */
  restartWorker(now: number): void {
    this.worker = this.worker.successor();
    this.feed({ type: 'worker-restarted' }, now);
  }

  private act(action: CoreAction, now: number): void {
    switch (action.type) {
      case 'send':
        this.ports.send(action);
        break;
      case 'wake':
        this.ports.wake(action.at);
        break;
      case 'sign':
        this.ports.sign(action);
        break;
      case 'notice':
        this.notice(action.notice, now);
        break;
      case 'said':
        this.ports.heard(action);
        break;
      case 'source-states':
        break;
      default:
        this.ports.command?.(action, now);
        this.obey(action, now);
    }
  }
  private notice(notice: Notice, now: number): void {
    if (notice.type === 'refused') this.refusedAt.set(notice.from, now);
    if (notice.type !== 'channel') return;
    this.provedBy(notice.identity, notice.device);
    this.ports.shown(notice.identity, notice.device);
  }
}
