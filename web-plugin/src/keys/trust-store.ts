// The devices that this browser knows, kept over its tabs: each tab adds its changes to what is stored, in one
// transaction, and never writes down what it happens to hold itself. docs/protocol.md §7.2.

import type { RecordStore } from './record-store.ts';
import { applyChange, type SeenDevice, type SeenDevices, Trust, type TrustChange } from './trust.ts';

const RECORD = 'devices';
/** Who is met, and under which names, is written down no more often than this; what the user decides, at once. */
const PAUSE_MS = 1_000;

/** What was stored, or nothing where that is broken; writes each change, and hears of those of other tabs. */
export async function openTrust(records: RecordStore | null, pauseMs = PAUSE_MS): Promise<Trust> {
  let waiting: TrustChange[] = [];
  let underWay: TrustChange[] = [];
  let isWriting = false;
  let wroteAt = Number.NEGATIVE_INFINITY;
  let hurry = () => {};

  /** Somebody who gives itself a new name in each of its messages must not keep every tab busy with its storage. */
  const msToWait = () => (waiting.some(isDecision) ? 0 : wroteAt + pauseMs - performance.now());

  const paused = (ms: number): Promise<void> =>
    new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      hurry = () => {
        clearTimeout(timer);
        resolve();
      };
    });

  const write = async (to: RecordStore): Promise<void> => {
    isWriting = true;
    while (waiting.length > 0) {
      const ms = msToWait();
      // What need not wait is handed to the storage in the same turn: a page that closes now may still get it stored.
      if (ms > 0) await paused(ms);
      wroteAt = performance.now();
      [underWay, waiting] = [waiting, []];
      let written: SeenDevice[] = [];
      try {
        await to.update(RECORD, (value) => {
          written = changed(value, underWay);
          return written;
        });
        underWay = [];
        show(written);
      } catch {
        // Storage that fails is none: what this page knows goes on for as long as the page.
        underWay = [];
      }
    }
    isWriting = false;
  };

  const trust = new Trust(await stored(records), (change) => {
    waiting.push(change);
    if (isDecision(change)) hurry();
    if (records === null) waiting = [];
    else if (!isWriting) void write(records);
  });

  /** What is stored, and this page's own changes that are not in it yet. */
  const show = (value: unknown) => trust.replace(changed(value, [...underWay, ...waiting]));
  records?.watch(RECORD, () => void records.get(RECORD).then(show, () => undefined));
  return trust;
}

const isDecision = ({ kind }: TrustChange): boolean => kind !== 'met';

async function stored(records: RecordStore | null): Promise<SeenDevice[]> {
  try {
    return changed((await records?.get(RECORD)) ?? null, []);
  } catch {
    // Unreadable storage is the same as none: everybody is new.
    return [];
  }
}

function changed(value: unknown, changes: TrustChange[]): SeenDevice[] {
  const found = Array.isArray(value) ? value.filter(isStored).map(withVerifiedNames) : [];
  const seen: SeenDevices = new Map(found.map((record) => [record.device, record]));
  for (const change of changes) applyChange(seen, change);
  return [...seen.values()];
}

/** Before it was kept under which names somebody was verified, records had none. */
type StoredDevice = Omit<SeenDevice, 'verifiedNames'> & { verifiedNames?: string[] };

const withVerifiedNames = (record: StoredDevice): SeenDevice => ({
  ...record,
  verifiedNames: record.verifiedNames ?? (record.verifiedAt === null ? [] : record.names.slice(0, 1)),
});

function isStored(value: unknown): value is StoredDevice {
  if (typeof value !== 'object' || value === null) return false;
  const { device, firstSeen, lastSeen, names, verifiedAt, verifiedNames } = value as Partial<SeenDevice>;
  return (
    typeof device === 'string' &&
    typeof firstSeen === 'number' &&
    typeof lastSeen === 'number' &&
    isNames(names) &&
    (verifiedAt === null || typeof verifiedAt === 'number') &&
    (verifiedNames === undefined || isNames(verifiedNames))
  );
}

/** Also where one is missing, which `every` alone passes over. */
const isNames = (value: unknown): value is string[] =>
  Array.isArray(value) && [...value].every((name) => typeof name === 'string');
