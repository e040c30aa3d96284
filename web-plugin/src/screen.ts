// What stands on the screen: the call as the interface shows it, or what there is to say before and after one.

import { Embedding } from './embed/index.ts';
import {
  hostSettings,
  JitsiMeetPage,
  type LatchStore,
  type Obstacle,
  refusalOf,
  roomOfAddress,
  troubleOf,
} from './jitsi/index.ts';
import { latchKey } from './keys/index.ts';
import {
  type Interface,
  type Line,
  mountInterface,
  type PreJoin,
  type Refusal,
  type UiIntents,
  type UiState,
} from './ui/index.ts';

const AWAY: UiState = {
  phase: 'away',
  isOwner: false,
  isEnforced: false,
  sealedSince: null,
  unsealedBy: null,
  people: [],
  troubles: [],
};

export interface ScreenSources {
  /** The call, null when there is none. */
  call(): UiState | null;
  /** What keeps this page from sealing. */
  obstacle(): Obstacle | null;
  latches: LatchStore;
}

/** Between two drawings of the interface. */
const DRAW_MS = 100;

export class Screen {
  readonly page = new JitsiMeetPage(() => this.draw());
  readonly #sources: ScreenSources;
  readonly #interface: Interface;
  readonly #embedding: Embedding;
  /** An obstacle ended or prevented a call: said until the page is left, or the next call begins. */
  #isStopped = false;
  #refusal: Refusal | null = null;
  #isDrawing = false;
  #drawnAt = Number.NEGATIVE_INFINITY;

  constructor(intents: Omit<UiIntents, 'reload' | 'closeRefusal'>, sources: ScreenSources) {
    this.#sources = sources;
    this.#interface = mountInterface({
      ...intents,
      reload: () => location.reload(),
      closeRefusal: () => {
        this.#refusal = null;
        this.draw();
      },
    });
    this.#embedding = new Embedding(
      {
        embedders: hostSettings().embedders,
        seal: () => intents.seal(),
        open: (what, person) => this.#interface.open(what, person),
      },
      AWAY,
    );
  }

  notify(line: Line): void {
    this.#interface.notify(line);
  }

  /** A call begins; what was said of the last one is over. */
  clear(): void {
    this.#isStopped = false;
    this.#refusal = null;
    this.draw();
  }

  stopped(): void {
    this.#isStopped = true;
    this.draw();
  }

  /** The room did not let this page in; `words`: what it said to that. */
  refused(words: string | null): void {
    this.#refusal = refusalOf(words, this.#sources.obstacle());
    this.draw();
  }

  /** Many changes in one turn are drawn once, and who floods the room cannot have the page do nothing but draw. */
  draw(): void {
    if (this.#isDrawing) return;
    this.#isDrawing = true;
    const waitMs = this.#drawnAt + DRAW_MS - performance.now();
    if (waitMs <= 0) queueMicrotask(() => this.#paint());
    else setTimeout(() => this.#paint(), waitMs);
  }

  #paint(): void {
    this.#isDrawing = false;
    this.#drawnAt = performance.now();
    const state = { ...this.#state(), language: this.page.language };
    this.page.watchPreJoin(state.phase === 'away');
    this.#interface.show(state);
    this.#embedding.update(state);
  }

  #state(): UiState {
    const obstacle = this.#sources.obstacle();
    if (this.#isStopped && obstacle) {
      return { ...AWAY, phase: 'broken', troubles: [troubleOf(obstacle, { kind: obstacle })] };
    }
    const state = this.#sources.call() ?? AWAY;
    if (state.phase !== 'away') return state;
    return {
      ...state,
      ...(this.#refusal && { refusal: this.#refusal }),
      ...(this.page.isPreJoin && { preJoin: this.#preJoin(obstacle) }),
    };
  }

  #preJoin(obstacle: Obstacle | null): PreJoin {
    return {
      obstacle: obstacle === 'unsupported' ? 'outdated-browser' : obstacle && 'not-loaded',
      room: this.#knownOfRoom(),
    };
  }

  /** From local facts alone; the server is not asked, as its word would prove nothing. */
  #knownOfRoom(): PreJoin['room'] {
    const room = roomOfAddress();
    if (room && this.#sources.latches.has(latchKey(location.host, room))) return 'known';
    if (isInvitedSealed()) return 'invited';
    return hostSettings().policy === 'required' ? 'required' : 'unknown';
  }
}

/** A link that ends in `#sealed` says that the room is sealed; the server never sees that part (rule S10). */
export function isInvitedSealed(): boolean {
  return location.hash.slice(1).split('&').includes('sealed');
}
