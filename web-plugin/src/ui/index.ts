// The interface: a pure function of UiState, in one element with one shadow root.

import { ELEMENT_NAME, SealmeetInterface } from './element.ts';
import type { Line, UiIntents, UiState } from './state.ts';

export { type ShieldState, shieldState } from './scene.ts';
export type * from './state.ts';

export interface Interface {
  show(state: UiState): void;
  /** One line that stays for some seconds, such as "Mara sealed this room". The same line again is folded. */
  notify(line: string | Line): void;
  /**
   * Opens the panel, the question whether to unseal, or the panel at the button that verifies somebody; what it asks
   * is answered by a click inside it alone. False when there is nothing to open.
   */
  open(what: 'panel' | 'unseal' | 'verify', personId?: string | null): boolean;
  remove(): void;
}

/** Puts the interface on the page, hidden until the first `show`. May be called before the page has a body. */
export function mountInterface(intents: UiIntents): Interface {
  if (!customElements.get(ELEMENT_NAME)) customElements.define(ELEMENT_NAME, SealmeetInterface);
  const element = new SealmeetInterface();
  element.start(intents);
  const attach = () => document.body.append(element);
  if (document.body) attach();
  else document.addEventListener('DOMContentLoaded', attach, { once: true });
  return {
    show: (state) => element.show(state),
    notify: (line) => element.notify(line),
    open: (what, personId) => element.open(what, personId ?? null),
    remove: () => {
      document.removeEventListener('DOMContentLoaded', attach);
      element.remove();
    },
  };
}
