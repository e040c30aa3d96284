// The place of one member of a simulated meeting: what its worker was told, and what is asked of its core for it.

import type { CoreAction, Identity } from '../../web-plugin/src/keys/index.ts';
import { type SealingKey, WorkerModel } from './worker-model.ts';

/** A frame of an unknown key is held for this long before the key is asked for, and again so much later. */
const MISSING_MS = 1000;
const MISSING_AGAIN_MS = 5000;

/** What a core has its worker do about keys. */
export type KeyCommand = Extract<
  CoreAction,
  { type: 'use-key' | 'expire-sending' | 'stop-sending' | 'accept-key' | 'retire' | 'forget' }
>;

export interface SeatPorts {
  used(key: SealingKey): void;
  accepted(owner: Identity, key: SealingKey): void;
  /** Frames of this generation do not open here: the core is to ask for it. */
  missing(owner: Identity, generation: number, now: number): void;
}

export class Seat {
  readonly id: string;
  readonly identity: Identity;
  /** Public key of its device. */
  readonly device: Uint8Array;
  worker: WorkerModel;
  isPresent = true;
  isSealed = false;
  isOn = false;
  /** Who proved a device here, while they are seen. */
  readonly proved = new Set<Identity>();
  private readonly told: SeatPorts;
  /** Since when a sender's frames do not open here, and when that was last reported. */
  private readonly lacking = new Map<Identity, { since: number; toldAt: number }>();

  constructor(id: string, identity: Identity, device: Uint8Array, told: SeatPorts) {
    this.id = id;
    this.identity = identity;
    this.device = device;
    this.told = told;
    this.worker = new WorkerModel((key) => told.used(key));
  }

  /** What is sealed now: the key, or null when nothing is sent. */
  sealing(now: number): SealingKey | null {
    return this.isOn && this.isSealed ? this.worker.sealsWith(now) : null;
  }

  obey(command: KeyCommand, now: number): void {
    switch (command.type) {
      case 'use-key':
        this.worker.useKey(command, now + command.inMs, now);
        break;
      case 'expire-sending':
        this.worker.expireSending(command.generation, now + command.inMs);
        break;
      case 'stop-sending':
        this.worker.stopSending();
        break;
      case 'accept-key':
        this.worker.acceptKey(command.owner, command, now);
        this.told.accepted(command.owner, command);
        break;
      case 'retire':
        this.worker.retire(command.owner, command.generations, now + command.inMs);
        break;
      case 'forget':
        this.worker.forget(command.owner);
        break;
    }
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
      this.told.missing(owner, sealed.generation, now);
    }
    return deafFor;
  }

  /** A channel is finished. */
  provedBy(owner: Identity, device: string | null): void {
    if (device === null) this.proved.delete(owner);
    else this.proved.add(owner);
  }

  /** This sender stopped, or is gone: nothing of it is missing. */
  silent(owner: Identity): void {
    this.lacking.delete(owner);
  }
}

/** Who cannot open what somebody sends now. */
export function deafPairs(present: Seat[], now: number): string[] {
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
