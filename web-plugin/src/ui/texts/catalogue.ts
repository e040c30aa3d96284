// Every text of the interface, by name and with what goes into it: a language that lacks one does not compile.

import type { Person } from '../state.ts';

export interface Texts {
  /** BCP 47, for `lang` and for dates. */
  language: string;
  direction: 'ltr' | 'rtl';

  someone: string;
  you: string;
  close: string;

  shield: {
    /** Says of the button what it is; the state follows. */
    name: string;
    open: string;
    sealing: string;
    sealed: string;
    asking: string;
    alarm: string;
    messages(count: number): string;
  };

  panel: {
    name: string;
    title: { open: string; sealing: string; sealed: string; asking: string; broken: string };
    meaning: { open: string; sealing: string; sealed: string; asking: string; broken: string };
    since(time: string): string;
    people(count: number): string;
    parts: string;
    enforced: string;
    notEnforced: string;
    messages(count: number): string;
  };

  /** The state of a person: the word in the list, and one sentence where a word is not enough. */
  person: Record<Person['state'], { word: string; detail: string | null }>;

  part: { microphone: string; camera: string; screen: string; chat: string; sealed: string; blocked: string };

  switch: {
    seal: string;
    sealHint: string;
    unseal: string;
    onlyOwnersSeal: string;
    onlyOwnersUnseal: string;
    confirmTitle: string;
    confirmMeaning: string[];
    confirm: string;
    keep: string;
  };

  asking: {
    title(by: string | null): string;
    held: string;
    meaning: string;
    agree: string;
    leave: string;
  };

  broken: { title: string; meaning: string; remedy: string; leave: string };

  trouble: {
    remedyLabel: string;
    repeated(count: number): string;
    dismiss: string;
    /** Leads from the alert to the message in the panel. */
    show: string;
    severity: { information: string; warning: string; alarm: string };
  };

  announce: {
    sealing: string;
    sealed: string;
    open: string;
    notEnforced: string;
  };
}
