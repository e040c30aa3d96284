// What the key core tells, in terms of people: who can be reached, who cannot take part, when and why keys changed.

import type { Notice } from '../keys/index.ts';
import type { Cause, KeyChange } from '../ui/index.ts';
import type { People } from './people.ts';
import type { Verification } from './verification.ts';

const KEY_CHANGES = { start: 'start', leave: 'left', join: 'joined', period: 'period' } as const;

export interface NoticePorts {
  people: People;
  verification(): Verification | null;
  name(occupant: string): string;
  isSealed(): boolean;
  /** The occupant, authenticated, holds the room to be sealed. */
  onEvidence(occupant: string): void;
  onTrouble(id: string, cause: Cause): void;
  onTroubleOver(id: string): void;
}

export class Notices {
  #lastKeyChange: KeyChange | null = null;
  /** Names of the last who came and who left: why a key changed. */
  readonly #lastMoved: { join: string | null; leave: string | null } = { join: null, leave: null };

  constructor(private readonly ports: NoticePorts) {}

  get lastKeyChange(): KeyChange | null {
    return this.#lastKeyChange;
  }

  /** Somebody of this name came or left: before the core hears of it, which may change the key at once. */
  moved(how: 'join' | 'leave', name: string): void {
    this.#lastMoved[how] = name;
  }

  take(notice: Notice): void {
    const { people, onEvidence, onTrouble } = this.ports;
    switch (notice.type) {
      case 'channel':
        people.reached(notice.occupant, performance.now());
        this.ports.onTroubleOver(`incapable ${notice.occupant}`);
        this.ports.verification()?.met(notice.occupant, notice.device, notice.name);
        break;
      case 'channel-ended':
        people.lost(notice.occupant);
        break;
      case 'unproved':
        this.ports.verification()?.met(notice.occupant, null, null);
        break;
      case 'name':
        this.ports.verification()?.named(notice.occupant, notice.name);
        break;
      case 'comparison':
        this.ports.verification()?.showComparison(notice.occupant, notice.comparison);
        break;
      case 'verified':
        this.ports.verification()?.compared(notice.occupant, notice.device);
        break;
      case 'view':
        this.#viewed(notice.occupant, notice.view);
        break;
      case 'rotated':
        this.#lastKeyChange = {
          at: Date.now(),
          reason: KEY_CHANGES[notice.reason],
          name: notice.reason === 'leave' || notice.reason === 'join' ? this.#lastMoved[notice.reason] : null,
        };
        break;
      case 'evidence':
        onEvidence(notice.occupant);
        break;
      case 'incapable':
        people.incapable(notice.occupant);
        this.ports.verification()?.left(notice.occupant);
        if (this.ports.isSealed()) this.#about('incapable', notice.occupant);
        break;
      case 'replaced':
        people.replaced(notice.occupant);
        // What was proved and said was the other's.
        this.ports.verification()?.left(notice.occupant);
        this.#about('replaced', notice.occupant);
        break;
      case 'unsaid':
        console.warn(`Sealmeet: ${notice.reason}`);
        onTrouble('held back out', { kind: 'held-back-out', what: 'chat' });
        break;
      case 'refused':
        console.warn(`Sealmeet: dropped ${notice.count} message(s) of ${notice.from}: ${notice.reason}`);
    }
  }

  /** What an occupant signed about who is here: everybody has to be told the same (brief D9). */
  #viewed(occupant: string, view: Extract<Notice, { type: 'view' }>['view']): void {
    const id = `view ${occupant}`;
    const name = this.ports.name(occupant);
    if (view === 'differs') this.ports.onTrouble(id, { kind: 'different-rosters', names: [name] });
    else if (view === 'silent') this.ports.onTrouble(id, { kind: 'silent', name });
    else this.ports.onTroubleOver(id);
  }

  #about(kind: 'incapable' | 'replaced', occupant: string): void {
    this.ports.onTrouble(`${kind} ${occupant}`, { kind, name: this.ports.name(occupant) });
  }
}
