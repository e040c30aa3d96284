// What this browser knows of other devices: seen when, under which names, verified or not. Rule S9, brief D10.

import type { RecordStore } from './record-store.ts';

const RECORD = 'devices';
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
}

/** The shapes of the interface's `Device`. */
export type Standing =
  | { kind: 'new' }
  | { kind: 'known'; since: number }
  | { kind: 'verified'; on: number }
  /** A name that belongs to a verified device, on another one. */
  | { kind: 'changed' };

/** Letters that look like Latin ones, as far as names commonly use them (Unicode TS 39 has them all). */
const LOOKALIKES: Record<string, string> = Object.fromEntries(
  [
    'аa',
    'вb',
    'сc',
    'еe',
    'нh',
    'іi',
    'јj',
    'кk',
    'мm',
    'оo',
    'рp',
    'ѕs',
    'тt',
    'хx',
    'уy',
    'αa',
    'εe',
    'ιi',
    'κk',
    'νv',
    'οo',
    'ρp',
    'τt',
    'υu',
    'χx',
    '0o',
    '1l',
    'ıi',
    'łl',
    'øo',
  ].map((pair) => [pair.slice(0, -1), pair.slice(-1)]),
);

/** Two names that a person would take for the same have the same form. */
export function nameForm(name: string): string {
  const plain = name
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[\p{Mn}\p{Cf}\p{Z}\p{P}]/gu, '');
  return [...plain]
    .map((letter) => LOOKALIKES[letter] ?? letter)
    .join('')
    .replaceAll('i', 'l');
}

export class Trust {
  private readonly seen: Map<string, SeenDevice>;
  private readonly changed: () => void;

  /** `changed` is called after each change: store `records()` then. */
  constructor(records: SeenDevice[], changed: () => void = () => undefined) {
    this.seen = new Map(records.map((record) => [record.device, record]));
    this.changed = changed;
  }

  /** Somebody proved this device and calls itself so. */
  meet(device: string, name: string | null, now: number): Standing {
    const known = this.seen.get(device);
    const record = known ?? { device, firstSeen: now, lastSeen: now, names: [], verifiedAt: null };
    const standing = this.standing(known, device, name);
    record.lastSeen = now;
    if (name !== null) {
      const short = name.slice(0, NAME_LENGTH);
      record.names = [short, ...record.names.filter((other) => other !== short)].slice(0, NAMES);
    }
    this.seen.delete(device);
    this.seen.set(device, record);
    this.shorten();
    this.changed();
    return standing;
  }

  /** Only ever from a comparison that held, or a click on a person who was heard. */
  verify(device: string, now: number): void {
    const record = this.seen.get(device);
    if (record === undefined) return;
    record.verifiedAt = now;
    this.changed();
  }

  unverify(device: string): void {
    const record = this.seen.get(device);
    if (record === undefined) return;
    record.verifiedAt = null;
    this.changed();
  }

  forget(): void {
    this.seen.clear();
    this.changed();
  }

  /** Everything, the longest unseen first; also what an export gives. */
  records(): SeenDevice[] {
    return [...this.seen.values()];
  }

  /** Does a verified device other than this one go by this name? `device` null: none was proved. */
  isTaken(name: string, device: string | null): boolean {
    const form = nameForm(name);
    return [...this.seen.values()].some(
      (other) =>
        other.device !== device &&
        other.verifiedAt !== null &&
        other.names.some((used) => nameForm(used) === form),
    );
  }

  private standing(known: SeenDevice | undefined, device: string, name: string | null): Standing {
    if (known?.verifiedAt != null) return { kind: 'verified', on: known.verifiedAt };
    if (name !== null && this.isTaken(name, device)) return { kind: 'changed' };
    return known === undefined ? { kind: 'new' } : { kind: 'known', since: known.firstSeen };
  }

  /** Verified devices are never dropped to make room. */
  private shorten(): void {
    for (const [device, { verifiedAt }] of this.seen) {
      if (this.seen.size <= DEVICES) return;
      if (verifiedAt === null) this.seen.delete(device);
    }
  }
}

/** What was stored, or nothing where that is broken; writes back after each change. */
export async function openTrust(records: RecordStore | null): Promise<Trust> {
  let stored: unknown = null;
  try {
    stored = (await records?.get(RECORD)) ?? null;
  } catch {
    // Unreadable storage is the same as none: everybody is new.
  }
  const trust: Trust = new Trust(Array.isArray(stored) ? stored.filter(isSeenDevice) : [], () => {
    records?.put(RECORD, trust.records()).catch(() => undefined);
  });
  return trust;
}

function isSeenDevice(value: unknown): value is SeenDevice {
  if (typeof value !== 'object' || value === null) return false;
  const { device, firstSeen, lastSeen, names, verifiedAt } = value as Partial<SeenDevice>;
  return (
    typeof device === 'string' &&
    typeof firstSeen === 'number' &&
    typeof lastSeen === 'number' &&
    Array.isArray(names) &&
    names.every((name) => typeof name === 'string') &&
    (verifiedAt === null || typeof verifiedAt === 'number')
  );
}
