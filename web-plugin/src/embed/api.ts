// What `window.sealmeet` offers. Documented for embedders in docs/embedding.md.

import { type Person, type ShieldState, shieldState, type Trouble, type UiState } from '../ui/index.ts';

export interface SealmeetPerson {
  id: string;
  name: string;
  isSelf: boolean;
  /** `sealed`, `waiting`, `quiet`, `incapable`, `unreadable` or `swapped`. */
  state: Person['state'];
  /** `new`, `known`, `verified` or `changed`; null while the device has not proved itself. */
  device: 'new' | 'known' | 'verified' | 'changed' | null;
}

export interface SealmeetTrouble {
  id: string;
  severity: Trouble['severity'];
  /** What happened, such as `swapped` or `worker-died`. */
  kind: Trouble['cause']['kind'];
  repeated: number;
}

/** A frozen copy: what was read does not change later. */
export interface SealmeetState {
  /** `away` outside a call. */
  phase: UiState['phase'];
  /** The one word on the shield: the worst that is true. */
  shield: ShieldState;
  isOwner: boolean;
  /** The server keeps out who cannot take part. */
  isEnforced: boolean;
  /** Milliseconds since the epoch; null while not sealed. */
  sealedSince: number | null;
  people: readonly SealmeetPerson[];
  troubles: readonly SealmeetTrouble[];
}

/** What can be opened; whatever it asks is answered by a person's click inside the plugin's own interface. */
export type Openable = 'panel' | 'unseal' | 'verify';

export interface Sealmeet {
  readonly version: 1;
  readonly state: SealmeetState;
  /**
   * Calls `listener` with each new state; returns a function that ends this. Changes within a tenth of a second are
   * told together: a phase that is over sooner is not told.
   */
  on(event: 'state', listener: (state: SealmeetState) => void): () => void;
  /** Asks the room to be sealed, as the owner's click does. False when this person cannot do so now. */
  seal(): boolean;
  /**
   * Opens a dialogue: the panel, the question whether to stop sealing, or the panel at the button that verifies
   * `personId`. False when there is nothing to open.
   */
  open(what: Openable, personId?: string): boolean;
}

/** Of what the interface shows, what outsiders may know: neither codes nor emoji. */
export function publicState(state: UiState): SealmeetState {
  const { phase, isOwner, isEnforced, sealedSince } = state;
  const people = state.people.map(({ id, name, isSelf, state: holds, device }) =>
    Object.freeze({ id, name, isSelf, state: holds, device: device?.kind ?? null }),
  );
  const troubles = state.troubles.map(({ id, severity, cause, repeated }) =>
    Object.freeze({ id, severity, kind: cause.kind, repeated }),
  );
  return Object.freeze({
    phase,
    shield: shieldState(state),
    isOwner,
    isEnforced,
    sealedSince,
    people: Object.freeze(people),
    troubles: Object.freeze(troubles),
  });
}
