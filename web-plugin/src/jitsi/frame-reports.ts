// What the worker says of frames: who is seen and heard, whose media does not open, who is shown in another's place.

import type { WorkerReport } from '../frames/index.ts';
import type { Cause } from '../ui/index.ts';
import type { KeyExchange } from './key-exchange.ts';
import type { People } from './people.ts';
import type { Routes } from './routes.ts';

type Report<T extends WorkerReport['type']> = Extract<WorkerReport, { type: T }>;

export interface FramePorts {
  people: People;
  keys: KeyExchange;
  routes: Routes;
  name(occupant: string): string;
  /** What the browser calls the codec of a transform's last frame. */
  codec(transform: number): Promise<string>;
  isSealed(): boolean;
  /** Something sealed of this occupant opened. */
  onEvidence(occupant: string): void;
  onTrouble(id: string, cause: Cause): void;
  /** The trouble is explained by another. */
  onExplained(id: string): void;
  /** Somebody's media has stopped opening, or need not open any more. */
  onReadability(): void;
}

/** Frames that nobody sealed have no envelope, or by chance something that begins like one. */
function looksUnsealed(reasons: Report<'dropped'>['reasons']): boolean {
  const all = Object.values(reasons).reduce((sum, count) => sum + count, 0);
  return 2 * ((reasons['not-sealed'] ?? 0) + (reasons.malformed ?? 0)) > all;
}

export class FrameReports {
  constructor(private readonly ports: FramePorts) {}

  take(report: WorkerReport): void {
    switch (report.type) {
      case 'opened':
        this.#opened(report);
        break;
      case 'dropped':
        this.#dropped(report);
        break;
      case 'swapped':
        this.#swapped(report);
        break;
      case 'late':
        this.#late(report);
        break;
      default:
        break;
    }
  }

  #opened({ owner, transform }: Report<'opened'>): void {
    const occupant = this.ports.keys.occupantOf(owner);
    if (!occupant) return;
    this.ports.people.opened(occupant, transform);
    // A sealed frame that opens is authentic evidence that the room is sealed (rule M21).
    this.ports.onEvidence(occupant);
  }

  #dropped(report: Report<'dropped'>): void {
    const { transform, reasons } = report;
    const { people, routes, name, onTrouble } = this.ports;
    if (reasons['codec-unknown']) {
      void this.ports.codec(transform).then((codec) => onTrouble('codec', { kind: 'codec', codec }));
    }
    const occupant = routes.occupantOf(transform);
    if (!occupant || !this.ports.isSealed()) return;
    const finding = people.unopened(occupant, report, performance.now());
    if (finding === null) return;
    if (finding !== 'replayed') this.ports.onReadability();
    if (finding === 'off') return;
    const kind = finding === 'unreadable' && looksUnsealed(reasons) ? 'unsealed' : finding;
    onTrouble(`${kind} ${occupant}`, { kind, name: name(occupant) });
  }

  #swapped({ expected, seen }: Report<'swapped'>): void {
    const { people, keys, name, onTrouble } = this.ports;
    const [shown, real] = [keys.occupantOf(expected), keys.occupantOf(seen)];
    if (!shown || !real) return;
    people.swapped(shown);
    this.ports.onExplained(`unreadable ${shown}`);
    onTrouble(`swapped ${shown} ${real}`, { kind: 'swapped', name: name(shown), seen: name(real) });
  }

  /** Shown, for it is that person's; but people have to know that they do not see the present (rule S2). */
  #late({ owner, byMs }: Report<'late'>): void {
    const { keys, name, onTrouble } = this.ports;
    const occupant = keys.occupantOf(owner);
    if (!occupant) return;
    const cause = { kind: 'late', name: name(occupant), seconds: Math.round(byMs / 1000) } as const;
    onTrouble(`late ${occupant}`, cause);
  }
}
