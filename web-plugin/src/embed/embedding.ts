// Offers `window.sealmeet`, and the same by messages to the page that embeds this one, if the admin listed its origin.
//
// Both read, and ask for what strengthens the protection. What weakens it, and what vouches for somebody, is only ever
// opened from here: it takes a trusted click in the plugin's own interface (rule M21).

import type { UiState } from '../ui/index.ts';
import { type Openable, publicState, type Sealmeet, type SealmeetState } from './api.ts';
import { type Answer, type Request, readRequest, type StateMessage } from './messages.ts';

export interface EmbeddingSources {
  /** Origins of pages that may embed this one and talk with it. */
  embedders: readonly string[];
  seal(): void;
  /** False when there is nothing to open. */
  open(what: Openable, personId: string | null): boolean;
}

/** So many requests of the embedding page at once, and then so many a second; more are not answered. */
const BURST = 20;
const A_SECOND = 5;
/** States go to the embedding page at most this often. */
const STATES_MS = 100;

export class Embedding {
  readonly #sources: EmbeddingSources;
  readonly #listeners = new Set<(state: SealmeetState) => void>();
  #state: SealmeetState;
  /** The same as text, to tell whether something changed. */
  #text: string;
  /** Origin of the embedding page, once it has asked for something. */
  #listening: string | null = null;
  #telling: ReturnType<typeof setTimeout> | undefined;
  #allowance = BURST;
  #countedAt = performance.now();

  constructor(sources: EmbeddingSources, state: UiState) {
    this.#sources = sources;
    this.#state = publicState(state);
    this.#text = JSON.stringify(this.#state);
    Object.defineProperty(window, 'sealmeet', { value: this.#api(), enumerable: true });
    if (sources.embedders.length > 0 && window.parent !== window)
      window.addEventListener('message', (event) => this.#message(event));
  }

  /** Something may have changed. */
  update(state: UiState): void {
    const next = publicState(state);
    const text = JSON.stringify(next);
    if (text === this.#text) return;
    this.#state = next;
    this.#text = text;
    for (const listener of this.#listeners) {
      try {
        listener(next);
      } catch (error) {
        console.error('Sealmeet: a listener of window.sealmeet threw:', error);
      }
    }
    if (this.#listening === null) return;
    this.#telling ??= setTimeout(() => {
      this.#telling = undefined;
      this.#post({ sealmeet: 1, state: this.#state });
    }, STATES_MS);
  }

  #api(): Sealmeet {
    const state = () => this.#state;
    return Object.freeze({
      version: 1 as const,
      get state() {
        return state();
      },
      on: (event: unknown, listener: unknown) => {
        if (event !== 'state' || typeof listener !== 'function')
          throw new TypeError(`sealmeet.on: expected 'state' and a function, came ${String(event)}`);
        // One entry for each call, so that ending one leaves the others.
        const own = (next: SealmeetState) => void listener(next);
        this.#listeners.add(own);
        return () => void this.#listeners.delete(own);
      },
      seal: () => this.#seal(),
      open: (what: Openable, personId?: string) => this.#sources.open(what, personId ?? null),
    });
  }

  #seal(): boolean {
    const { phase, isOwner } = this.#state;
    if (phase !== 'open' || !isOwner) return false;
    this.#sources.seal();
    return true;
  }

  /** From the embedding page alone, and from a listed origin alone; anything else is not even answered. */
  #message({ source, origin, data }: MessageEvent): void {
    if (source !== window.parent || !this.#sources.embedders.includes(origin)) return;
    if (!this.#allows()) return;
    const request = readRequest(data);
    if (!request) return;
    this.#listening = origin;
    if (request.request === 'state') this.#post({ sealmeet: 1, state: this.#state });
    const { id } = request;
    this.#post({ sealmeet: 1, ...(id === undefined ? {} : { id }), done: this.#do(request) });
  }

  #do(request: Request): boolean {
    switch (request.request) {
      case 'state':
        return true;
      case 'seal':
        return this.#seal();
      case 'open':
        return this.#sources.open(request.what, request.person ?? null);
    }
  }

  #post(message: Answer | StateMessage): void {
    if (this.#listening !== null) window.parent.postMessage(message, this.#listening);
  }

  #allows(): boolean {
    const now = performance.now();
    this.#allowance = Math.min(BURST, this.#allowance + ((now - this.#countedAt) / 1000) * A_SECOND);
    this.#countedAt = now;
    if (this.#allowance < 1) return false;
    this.#allowance -= 1;
    return true;
  }
}
