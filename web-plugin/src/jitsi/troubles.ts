// What goes wrong in a call, in words for the person: what happened, what it means, what to do.

import type { Trouble } from '../ui/index.ts';

type Words = Pick<Trouble, 'severity' | 'happened' | 'means' | 'remedy'>;

/** Kinds of trouble; `name` is what the interface calls the other person, `what` the kind of thing. */
export const WORDS = {
  workerDied: (): Words => ({
    severity: 'alarm',
    happened: 'The part of this page that seals your sound and picture stopped.',
    means: 'Nothing leaves your browser, and nothing of the others can be shown.',
    remedy: 'Reload the page and join again. The others only notice that you are gone for a moment.',
  }),
  notLoaded: (): Words => ({
    severity: 'alarm',
    happened: 'A part of the sealing could not be loaded from the server.',
    means: 'You cannot take part in sealed rooms, and nothing is sent in a room that is sealed.',
    remedy: 'Reload the page. If that does not help, tell the person who runs this server.',
  }),
  unsupported: (): Words => ({
    severity: 'alarm',
    happened: 'This browser cannot seal sound and picture.',
    means: 'You cannot take part in sealed rooms. Nothing was sent.',
    remedy: 'Use a current Chrome, Edge, Firefox or Safari, and join again.',
  }),
  bypassed: (): Words => ({
    severity: 'alarm',
    happened: 'Your browser tried to send or play something around the seal.',
    means: 'It was stopped. Your sound or picture may be missing for the others.',
    remedy: 'Leave, update the browser, and join again.',
  }),
  refused: (what: 'seal' | 'unseal', why: string): Words => ({
    severity: 'warning',
    happened: what === 'seal' ? 'The room was not sealed.' : 'The seal was not ended.',
    means: why,
    remedy: 'Ask an owner of the room, or try again.',
  }),
  heldBackOut: (what: string): Words => ({
    severity: 'information',
    happened: `Your ${what} was not sent.`,
    means: `In a sealed room nothing may leave unprotected, and a ${what} cannot be sealed yet.`,
    remedy: 'Say it aloud: sound and picture are sealed.',
  }),
  heldBackIn: (what: string): Words => ({
    severity: 'information',
    happened: `A ${what} that was not sealed arrived and is not shown.`,
    means: 'It did not come from somebody who takes part in the seal, or the server wrote it.',
    remedy: 'Nothing to do. Ask the others aloud if you expected something.',
  }),
  codec: (codec: string): Words => ({
    severity: 'warning',
    happened: `Your browser sends ${codec}, which cannot be sealed.`,
    means: 'The others do not get what you send in this form.',
    remedy: 'Ask the person who runs this server to offer AV1, VP9, VP8 or H.264, and Opus.',
  }),
  unreadable: (name: string): Words => ({
    severity: 'warning',
    happened: `What ${name} sends cannot be opened here.`,
    means: 'It is not shown. The keys may still be on their way, or somebody changed it on the way.',
    remedy: `If it stays like this, ask ${name} to leave and come back.`,
  }),
  unsealed: (name: string): Words => ({
    severity: 'alarm',
    happened: `Something that is not sealed arrived in the place of ${name}.`,
    means: 'It is not shown. The server can make such things; a sealed participant does not send them.',
    remedy: `Ask ${name} whether the room shows as sealed there.`,
  }),
  swapped: (expected: string, seen: string): Words => ({
    severity: 'alarm',
    happened: `The server sent what comes from ${seen} in the place of ${expected}.`,
    means: 'It is not shown.',
    remedy: 'If this comes again, do not trust this server, and tell the person who runs it.',
  }),
  incapable: (name: string): Words => ({
    severity: 'warning',
    happened: `${name} cannot take part in the seal.`,
    means: `${name} gets no keys, and can neither see nor hear anybody.`,
    remedy: `Ask ${name} to use a current browser and to join again.`,
  }),
  replaced: (name: string): Words => ({
    severity: 'warning',
    happened: `${name} came back with another key in the middle of the call.`,
    means: 'This may be a reload of the page, or somebody else under the same name.',
    remedy: `Ask ${name} aloud.`,
  }),
  changedDevice: (name: string): Words => ({
    severity: 'alarm',
    happened: `${name} is here with another device than the one that you verified.`,
    means: 'It may be a new browser, or somebody else under the same name.',
    remedy: `Compare emoji with ${name}, or ask a question that only ${name} can answer.`,
  }),
  mismatch: (name: string | null): Words => ({
    severity: 'alarm',
    happened: name ? `The emoji of you and ${name} differ.` : 'The meeting code differs.',
    means: 'Somebody may sit between you, and see and hear what you say to each other.',
    remedy: 'Say nothing that has to stay between you. Leave, and meet on another server.',
  }),
  differentRosters: (name: string): Words => ({
    severity: 'alarm',
    happened: `${name} is told something else about who is in this room.`,
    means: 'The server shows different people to you and to others, or hides somebody.',
    remedy: 'Read the lists of people aloud to each other. If they differ, do not trust this server.',
  }),
  silent: (name: string): Words => ({
    severity: 'information',
    happened: `${name} does not answer.`,
    means: `Nothing says at the moment who is in the room as ${name} sees it.`,
    remedy: 'Wait; if it stays so, ask whether the connection is bad.',
  }),
} as const;

/** The troubles of one meeting: the same kind about the same person is one card with a count. */
export class Troubles {
  readonly #all = new Map<string, Trouble>();

  report(id: string, words: Words): void {
    const known = this.#all.get(id);
    this.#all.delete(id);
    this.#all.set(id, { id, ...words, repeated: (known?.repeated ?? 0) + 1 });
    // A hostile server must not be able to fill the memory with cards: the oldest go.
    for (const oldest of this.#all.keys()) {
      if (this.#all.size <= 50) break;
      this.#all.delete(oldest);
    }
  }

  dismiss(id: string): void {
    this.#all.delete(id);
  }

  list(): Trouble[] {
    return [...this.#all.values()];
  }
}
