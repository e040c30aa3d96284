// What the page needs before it can seal: Olm, this browser's device, and what it knows of others' devices.

import type { Means } from './jitsi/index.ts';
import {
  exportDevices,
  loadOlm,
  openDevice,
  openRecords,
  openTrust,
  type RecordStore,
  rehearsal,
  resetDevice,
} from './keys/index.ts';
import type { Line } from './ui/index.ts';

export interface LoadedMeans extends Means {
  /** Null without storage: the device is a temporary one, and nobody is remembered. */
  records: RecordStore | null;
}

/** `base`: where Olm's WebAssembly lies. */
export async function loadMeans(base: string): Promise<LoadedMeans> {
  const records = await openRecords().catch(() => null);
  const [olm, device, trust] = await Promise.all([
    loadOlm({ locateFile: () => `${base}olm.wasm` }),
    openDevice(records),
    openTrust(records),
  ]);
  return { olm, device, trust, records };
}

/** Before somebody joins, while the page has nothing to do: what joining takes goes faster the second time. */
export async function warmUp({ olm }: Means, isJoining: () => boolean): Promise<void> {
  const random = (length: number) => crypto.getRandomValues(new Uint8Array(length));
  for (const _ of rehearsal(olm, random)) {
    await idle();
    if (isJoining()) return;
  }
}

const idle = () =>
  new Promise<void>((resolve) => {
    if ('requestIdleCallback' in window) requestIdleCallback(() => resolve());
    else setTimeout(resolve);
  });

/** Hands the person a file with what is public of this device and of those it knows. */
export function saveDevices({ device, trust }: LoadedMeans): void {
  const file = new Blob([exportDevices(device, trust.records())], { type: 'application/json' });
  const link = document.createElement('a');
  link.href = URL.createObjectURL(file);
  link.download = 'sealmeet-devices.json';
  link.click();
  URL.revokeObjectURL(link.href);
}

/** The next page begins with a new device; what there is to tell the person. */
export async function beginAnew({ records }: LoadedMeans): Promise<Line> {
  try {
    if (records) await resetDevice(records);
    return { kind: 'device-reset', isDone: true };
  } catch {
    return { kind: 'device-reset', isDone: false };
  }
}
