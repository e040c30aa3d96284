// A round in which everybody is asked whether the seal may end, because its owner did not seal the room
// (prosody-module/mod_muc_e2ee/README.md, "Who may unseal"). The server counts; what this client does by it is its
// own user's click alone.

import type { Consent } from '../ui/index.ts';
import type { RoundState } from './room-state.ts';

/** What the module asks for when its clock and this one do not go together. */
const USUAL_MS = 60_000;
const LONGEST_MS = 600_000;
/** The announcement of the end may take so long. */
const GRACE_MS = 5_000;
/** A round in this user's name begins so soon after the click, or is not what it was for. */
export const BEGINS_MS = 10_000;

export interface ConsentPorts {
  self(): string;
  name(occupant: string): string;
  /** Tells the room; rejects when it does not take the answer. */
  answer(id: string, answer: 'agree' | 'refuse'): Promise<void>;
  /** Call `timer` at this time, on the clock of `performance.now`. */
  wish(at: number): void;
  /** By this user's click the seal may end until then. */
  onConsented(until: number): void;
  /** What this user agreed to holds no more. */
  onTakenBack(): void;
  /** A round of somebody else is over, and the seal stays. */
  onSealStays(): void;
  onChanged(): void;
}

interface Round {
  state: RoundState;
  step: Consent['step'] | 'refusing';
  /** On the clock of `performance.now`. */
  until: number;
  seconds: number;
}

export class ConsentRound {
  #round: Round | null = null;
  /** Until then a round in this user's name is the one that it clicked for; any other is the server's invention. */
  #expectedUntil = Number.NEGATIVE_INFINITY;

  constructor(private readonly ports: ConsentPorts) {}

  view(): Consent | undefined {
    if (!this.#round || this.#round.step === 'refusing') return undefined;
    const { state, step, seconds } = this.#round;
    const { id, by, agreed, asked } = state;
    return { id, by: this.ports.name(by), isOwn: this.#isOwn(state), agreed, asked, seconds, step };
  }

  /** This user clicked to end the seal. */
  asked(): void {
    this.#expectedUntil = performance.now() + BEGINS_MS;
  }

  /** That click counts no more: it was refused, or its round has begun. */
  unasked(): void {
    this.#expectedUntil = Number.NEGATIVE_INFINITY;
  }

  /** What the module announced last of a round; null: there is none. Call it while this client is sealed. */
  heard(state: RoundState | null): void {
    if (state === null) return;
    if (state.state !== 'open') this.#ended(state);
    else if (this.#round?.state.id === state.id) this.#round.state = state;
    else this.#begun(state);
    this.ports.onChanged();
  }

  /** A click of this user. */
  async answer(agrees: boolean): Promise<void> {
    const round = this.#round;
    if (round?.step !== 'asked') return;
    round.step = agrees ? 'waiting' : 'refusing';
    if (agrees) this.ports.onConsented(round.until);
    else {
      // Whatever this user clicked before: now the seal is to stay.
      this.unasked();
      this.ports.onTakenBack();
    }
    this.ports.onChanged();
    try {
      await this.ports.answer(round.state.id, agrees ? 'agree' : 'refuse');
    } catch {
      // The round is over, or the stream is cut: what was not heard does not count.
      if (this.#round === round) this.#over(round, 'expired');
    }
  }

  /** Closes what is said of a round that is over. */
  close(): void {
    if (this.#round && isOver(this.#round)) this.#round = null;
    this.ports.onChanged();
  }

  /** The room is not sealed any more, or this client has left it. */
  clear(): void {
    this.#round = null;
    this.unasked();
  }

  timer(): void {
    const round = this.#round;
    if (round && !isOver(round) && round.until <= performance.now() + 1) this.#over(round, 'expired');
  }

  #isOwn({ by }: RoundState): boolean {
    return by === this.ports.self();
  }

  #begun(state: RoundState): void {
    const isOwn = this.#isOwn(state);
    const isExpected = performance.now() <= this.#expectedUntil;
    if (isOwn && !isExpected) return;
    // One click, one round.
    if (isOwn) this.unasked();
    // However the round before ended: what was agreed to there is not agreed to here. A click of just now is for here.
    if (!isExpected) this.ports.onTakenBack();
    const told = state.until - Date.now();
    const lasts = told > 0 && told <= LONGEST_MS ? told : USUAL_MS;
    const until = performance.now() + lasts + GRACE_MS;
    const seconds = Math.max(5, Math.round(lasts / 5000) * 5);
    this.#round = { state, step: isOwn ? 'waiting' : 'asked', until, seconds };
    this.ports.wish(until);
    if (isOwn) this.ports.onConsented(until);
  }

  #ended(state: RoundState): void {
    const round = this.#round;
    if (round?.state.id !== state.id) return;
    round.state = state;
    // Then the room announces in the same message that it is no longer sealed, and by whom.
    if (state.state === 'agreed') this.clear();
    else this.#over(round, state.state === 'refused' ? 'refused' : 'expired');
  }

  /** Who asked is told how it ended until it is closed; the others by a line that passes. */
  #over(round: Round, step: 'refused' | 'expired'): void {
    round.step = step;
    this.ports.onTakenBack();
    if (!this.#isOwn(round.state)) {
      this.#round = null;
      this.ports.onSealStays();
    }
    this.ports.onChanged();
  }
}

const isOver = ({ step }: Round): boolean => step === 'refused' || step === 'expired';
