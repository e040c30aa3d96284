// What this browser knows of other devices: seen when, under which names, verified or not. Rule S9, brief D10.

import { nameForm } from './name-form.ts';

const DEVICES = 2000;
const NAMES = 8;
const NAME_LENGTH = 128;

export interface SeenDevice {
  /** Base64 of the Ed25519 key. */
  device: string;
  firstSeen: number;
  lastSeen: number;
  /** The latest first. */
  names: string[];
  /** When a person was heard or seen to be behind it; null: never. */
  verifiedAt: number | null;
  /** What it called itself each time then, the latest first: these names alone are its own. Empty while unverified. */
  verifiedNames: string[];
}

/** The shapes of the interface's `Device`. */
export type Standing =
  | { kind: 'new' }
  | { kind: 'known'; since: number }
  | { kind: 'verified'; on: number }
  /** A name that belongs to a verified device, on another one. */
  | { kind: 'changed' };

/** What happened to a device. Told one by one, so that what another tab wrote meanwhile is not undone. */
export type TrustChange =
  | { kind: 'met'; device: string; name: string | null; at: number }
  /**
   * `known`: as this page knows it, in case another tab has forgotten everybody since. `name`: what the device called
   * itself then.
   */
  | { kind: 'verified'; known: SeenDevice; name: string | null; at: number }
  | { kind: 'unverified'; device: string }
  | { kind: 'forgotten' };

/** By device, the longest unseen first. */
export type SeenDevices = Map<string, SeenDevice>;

/** Whether somebody is verified changes by a person's own act alone; whoever is met again keeps it. */
export function applyChange(seen: SeenDevices, change: TrustChange): void {
  switch (change.kind) {
    case 'met':
      met(seen, change);
      break;
    case 'verified': {
      const { known, name, at } = change;
      const record = seen.get(known.device) ?? known;
      seen.set(known.device, {
        ...record,
        names: withLatest(record.names, name),
        verifiedAt: at,
        verifiedNames: withLatest(record.verifiedNames, name),
      });
      break;
    }
    case 'unverified': {
      const record = seen.get(change.device);
      if (record !== undefined) seen.set(change.device, { ...record, verifiedAt: null, verifiedNames: [] });
      break;
    }
    case 'forgotten':
      seen.clear();
  }
}

function met(seen: SeenDevices, { device, name, at }: Extract<TrustChange, { kind: 'met' }>): void {
  const known = seen.get(device);
  // Anew, so that it stands last: whoever was not seen for longest stands first.
  seen.delete(device);
  seen.set(device, {
    device,
    firstSeen: Math.min(known?.firstSeen ?? at, at),
    lastSeen: Math.max(known?.lastSeen ?? at, at),
    names: withLatest(known?.names ?? [], name),
    verifiedAt: known?.verifiedAt ?? null,
    verifiedNames: known?.verifiedNames ?? [],
  });
  for (const [other, { verifiedAt }] of seen) {
    if (seen.size <= DEVICES) return;
    // Verified devices are never dropped to make room.
    if (verifiedAt === null) seen.delete(other);
  }
}

function withLatest(names: string[], name: string | null): string[] {
  if (name === null) return names;
  const short = name.slice(0, NAME_LENGTH);
  return [short, ...names.filter((other) => other !== short)].slice(0, NAMES);
}

export class Trust {
  private seen: SeenDevices;
  private readonly changed: (change: TrustChange) => void;
  private readonly listeners = new Set<() => void>();

  /** `changed` is called with each change, to be stored. */
  constructor(records: SeenDevice[], changed: (change: TrustChange) => void = () => undefined) {
    this.seen = new Map(records.map((record) => [record.device, record]));
    this.changed = changed;
  }

  /** Somebody proved this device and calls itself so. */
  meet(device: string, name: string | null, now: number): Standing {
    const standing = this.standing(device, name);
    // Whoever is verified and takes the name of somebody else who is does not make it an own one by that.
    const isBorrowed = standing.kind === 'changed' && this.isVerified(device);
    this.change({ kind: 'met', device, name: isBorrowed ? null : name, at: now });
    return standing;
  }

  /**
   * Only ever from a comparison that held, or a click on a person who was heard. `name`: what that person called itself
   * when the user said so, which is an own name from then on; null: nothing.
   */
  verify(device: string, name: string | null, now: number): void {
    const known = this.seen.get(device);
    if (known !== undefined) this.change({ kind: 'verified', known, name, at: now });
  }

  unverify(device: string): void {
    this.change({ kind: 'unverified', device });
  }

  forget(): void {
    this.change({ kind: 'forgotten' });
  }

  /** Everything, the longest unseen first; also what an export gives. */
  records(): SeenDevice[] {
    return [...this.seen.values()];
  }

  /** What is stored now, by all tabs. */
  replace(records: SeenDevice[]): void {
    this.seen = new Map(records.map((record) => [record.device, record]));
    for (const listener of this.listeners) listener();
  }

  /** Calls back when another tab may have changed something; returns how to end that. */
  listen(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** Did a verified device other than this one ever go by this name? `device` null: none was proved. */
  isTaken(name: string, device: string | null): boolean {
    const form = nameForm(name);
    return [...this.seen.values()].some(
      (other) =>
        other.device !== device &&
        other.verifiedAt !== null &&
        [...new Set([...other.names, ...other.verifiedNames])].some((used) => nameForm(used) === form),
    );
  }

  /** How this device stands under this name, without meeting it. */
  standing(device: string, name: string | null): Standing {
    const known = this.seen.get(device);
    const isTaken = name !== null && this.isTaken(name, device);
    if (known?.verifiedAt != null) {
      const isBorrowed = isTaken && !known.verifiedNames.some((own) => nameForm(own) === nameForm(name));
      return isBorrowed ? { kind: 'changed' } : { kind: 'verified', on: known.verifiedAt };
    }
    if (isTaken) return { kind: 'changed' };
    return known === undefined ? { kind: 'new' } : { kind: 'known', since: known.firstSeen };
  }

  private isVerified(device: string): boolean {
    return this.seen.get(device)?.verifiedAt != null;
  }

  private change(change: TrustChange): void {
    applyChange(this.seen, change);
    this.changed(change);
  }
}
