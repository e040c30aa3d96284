// What the views are drawn from: the state of the call, and what this person has opened in the interface.

import type { UiIntents, UiState } from './state.ts';
import type { Texts } from './texts/index.ts';
import type { Box } from './tree.ts';

/** What is open on this screen; nothing of it outlives the page. */
export interface Local {
  isPanelOpen: boolean;
  isConfirmingUnseal: boolean;
  isConfirmingReset: boolean;
  /**
   * False for a moment after a question has appeared. A server chooses when "the room is no longer sealed" comes; it
   * must not be able to slide the button under a click that was meant for something else.
   */
  isArmed: boolean;
  /** This person said that somebody has another meeting code. */
  codeDiffers: boolean;
  /** Where the tiles stand whose media is not shown. */
  tiles: { personId: string; box: Box }[];
  notices: { id: number; text: string; repeated: number }[];
  /** What the live regions say, last announcement first spoken. */
  spoken: { polite: string; urgent: string };
}

export interface Actions {
  togglePanel(): void;
  closePanel(): void;
  askUnseal(): void;
  keepSeal(): void;
  askReset(): void;
  keepDevice(): void;
  showTrouble(id: string): void;
  closeNotice(id: number): void;
  openCode(): void;
  closeCode(): void;
  sayCodeDiffers(): void;
  compare(personId: string): void;
}

export interface Scene {
  state: UiState;
  local: Local;
  texts: Texts;
  intents: UiIntents;
  actions: Actions;
}

export type ShieldState = 'open' | 'sealing' | 'sealed' | 'verified' | 'asking' | 'alarm';

/** The one word on the shield: the worst that is true. */
export function shieldState(state: UiState): ShieldState {
  if (state.phase === 'asking') return 'asking';
  if (isAlarming(state)) return 'alarm';
  if (state.phase === 'sealed') return isEverybodyVerified(state) ? 'verified' : 'sealed';
  return state.phase === 'sealing' ? 'sealing' : 'open';
}

function isAlarming({ phase, troubles, people, comparison }: UiState): boolean {
  return (
    phase === 'broken' ||
    comparison?.step === 'mismatch' ||
    troubles.some(({ severity }) => severity === 'alarm') ||
    people.some(({ state }) => state === 'swapped')
  );
}

/** Of whoever else is here. Alone in a room, there is nobody whom one could have verified. */
function isEverybodyVerified({ people }: UiState): boolean {
  const others = people.filter(({ isSelf }) => !isSelf);
  return (
    others.length > 0 &&
    others.every(({ state, device }) => state === 'sealed' && device?.kind === 'verified')
  );
}

/**
 * What weakens the protection is taken from a person's own hand only: a click that the page made up
 * (`element.click()`, `dispatchEvent`) is not trusted (DOM Standard §2.2, `isTrusted`).
 */
export function byHand(act: () => void): (event: Event) => void {
  return (event) => {
    if (event.isTrusted) act();
  };
}
