// One member of a simulated meeting: a core, a model of its worker, and what the shell does between the two.

import type { Core, CoreAction, CoreEvent, Identity } from '../../web-plugin/src/keys/index.ts';
import { type SealingKey, WorkerModel } from './worker-model.ts';

/** A frame of an unknown key is held for this long before the key is asked for, and again so much later. */
const MISSING_MS = 1000;
const MISSING_AGAIN_MS = 5000;

export interface PartyPorts {
  send(action: Extract<CoreAction, { type: 'send' }>): void;
  wake(at: number): void;
  used(key: SealingKey): void;
  accepted(owner: Identity, key: SealingKey): void;
}

export class Party {
  readonly id: string;
  readonly identity: Identity;
  /** Not there any more once it was released. */
  private own: Core | null;
  worker = new WorkerModel();
  isPresent = true;
  isSealed = false;
  isOn = false;
  /** Time that went by in its core so far, milliseconds. */
  coreMs = 0;
  private readonly ports: PartyPorts;
  /** Since when a sender's frames do not open here, and when that was last reported. */
  private readonly lacking = new Map<Identity, { since: number; toldAt: number }>();

  constructor(id: string, core: Core, ports: PartyPorts) {
    this.id = id;
    this.identity = core.identity;
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

  feed(event: CoreEvent, now: number): void {
    if (event.type === 'sealed') this.isSealed = true;
    if (event.type === 'unsealed') this.isSealed = false;
    if (event.type === 'source') this.isOn = event.on;
    const begin = performance.now();
    const actions = this.core.handle(event, now);
    this.coreMs += performance.now() - begin;
    for (const action of actions) this.act(action, now);
  }

  /** A worker that started anew holds no key, and none that the old one had may come to it. */
  restartWorker(now: number): void {
    this.worker = this.worker.successor();
    this.feed({ type: 'worker-restarted' }, now);
  }

  /** What is sealed now: the key, or null when nothing is sent. */
  sealing(now: number): SealingKey | null {
    return this.isOn && this.isSealed ? this.worker.sealsWith(now) : null;
  }

  /**
   * A frame of this sender comes: its key is asked for when it has been missing for a second, and again every five.
   * Returns for how long it has not opened, 0 if it opens.
   */
  hear(owner: Identity, sealed: SealingKey, now: number): number {
    if (this.worker.opens(owner, sealed, now)) {
      this.lacking.delete(owner);
      return 0;
    }
    const lack = this.lacking.get(owner) ?? { since: now, toldAt: Number.NEGATIVE_INFINITY };
    this.lacking.set(owner, lack);
    const deafFor = now - lack.since;
    if (deafFor >= MISSING_MS && now - lack.toldAt >= MISSING_AGAIN_MS) {
      lack.toldAt = now;
      this.feed({ type: 'missing-key', owner, generation: sealed.generation }, now);
    }
    return deafFor;
  }

  /** This sender stopped, or is gone: nothing of it is missing. */
  silent(owner: Identity): void {
    this.lacking.delete(owner);
  }

  private act(action: CoreAction, now: number): void {
    switch (action.type) {
      case 'send':
        this.ports.send(action);
        break;
      case 'wake':
        this.ports.wake(action.at);
        break;
      case 'use-key':
        this.worker.useKey(action);
        this.ports.used(action);
        break;
      case 'expire-sending':
        this.worker.expireSending(action.generation, now + action.inMs);
        break;
      case 'stop-sending':
        this.worker.stopSending();
        break;
      case 'accept-key':
        this.worker.acceptKey(action.owner, action);
        this.ports.accepted(action.owner, action);
        break;
      case 'retire':
        this.worker.retire(action.owner, action.generations, now + action.inMs);
        break;
      case 'forget':
        this.worker.forget(action.owner);
        break;
      case 'sign':
        throw new Error('these cores have no device');
      case 'source-states':
      case 'said':
      case 'notice':
        break;
    }
  }
}

/** Who cannot open what somebody sends now. */
export function deafPairs(present: Party[], now: number): string[] {
  const problems: string[] = [];
  for (const sender of present) {
    if (!sender.isOn || !sender.isSealed) continue;
    const sealed = sender.worker.sealsWith(now);
    if (sealed === null) {
      problems.push(`${sender.id} has no key to send with`);
      continue;
    }
    for (const receiver of present) {
      if (receiver !== sender && !receiver.worker.opens(sender.identity, sealed, now))
        problems.push(`${receiver.id} cannot open ${sender.id} ${sealed.generation}.${sealed.step}`);
    }
  }
  return problems;
}
