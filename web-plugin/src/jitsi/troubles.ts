// What goes wrong in one meeting, as the interface lists it: the same trouble about the same person is one card.

import type { Cause, Trouble } from '../ui/index.ts';

/** More cards than a person reads: a hostile server must not be able to fill the memory with them. */
const MOST = 50;

/** What gives way first. */
const BY_SEVERITY = ['information', 'warning', 'alarm'] as const;

const SEVERITY: Record<Cause['kind'], Trouble['severity']> = {
  'worker-died': 'alarm',
  'not-loaded': 'alarm',
  unsupported: 'alarm',
  bypassed: 'alarm',
  refused: 'warning',
  'held-back-out': 'information',
  'held-back-in': 'information',
  unsent: 'warning',
  codec: 'warning',
  unreadable: 'warning',
  replayed: 'warning',
  late: 'warning',
  missed: 'warning',
  unsealed: 'alarm',
  swapped: 'alarm',
  incapable: 'warning',
  replaced: 'warning',
  'changed-device': 'alarm',
  'different-rosters': 'alarm',
  silent: 'information',
  mismatch: 'alarm',
};

export const troubleOf = (id: string, cause: Cause, repeated = 1): Trouble => ({
  id,
  severity: SEVERITY[cause.kind],
  cause,
  repeated,
});

export class Troubles {
  readonly #all = new Map<string, Trouble>();

  report(id: string, cause: Cause): void {
    const known = this.#all.get(id);
    this.#all.delete(id);
    this.#all.set(id, troubleOf(id, cause, (known?.repeated ?? 0) + 1));
    if (this.#all.size > MOST) this.#makeRoom();
  }

  dismiss(id: string): void {
    this.#all.delete(id);
  }

  list(): Trouble[] {
    return [...this.#all.values()];
  }

  /** The oldest of the least severe goes: many small troubles must not drive an alarm out. */
  #makeRoom(): void {
    const [first] = BY_SEVERITY.flatMap((least) => this.list().filter(({ severity }) => severity === least));
    if (first) this.#all.delete(first.id);
  }
}
