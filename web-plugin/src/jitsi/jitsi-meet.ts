// What Jitsi Meet's own page says beside the conference: its language, its pre-join screen, whom it shows large.
//
// All of it is public behaviour of its web client: i18next keeps the language under `language` in the local storage
// (react/features/base/i18n), the pre-join and lobby screens have the class `premeeting-screen`, and `APP.store` is
// the Redux store. Where one of them is missing, as on other pages over lib-jitsi-meet, nothing is known.

interface Store {
  getState(): Record<string, unknown>;
  subscribe(listener: () => void): () => void;
}

/** What an admin says in Jitsi Meet's client configuration, as `config.sealmeet` (docs/embedding.md). */
export interface HostSettings {
  /** `required`: the server seals every room. */
  policy: 'required' | null;
  /** Origins of pages that may embed Jitsi Meet and talk with the plugin. */
  embedders: readonly string[];
}

const MOST_EMBEDDERS = 100;

export class JitsiMeetPage {
  readonly #onChanged: () => void;
  readonly #screens: MutationObserver;
  #isPreJoin = false;
  #isWatchingScreens = false;
  #store: Store | null = null;
  #stage: string | null = null;
  #language: string;

  /** `onChanged`: something of what is said below may be different. */
  constructor(onChanged: () => void) {
    this.#onChanged = onChanged;
    this.#language = readLanguage();
    this.#screens = new MutationObserver(() => this.#lookForPreJoin());
    new MutationObserver(() => this.#lookAgain()).observe(document.documentElement, {
      attributeFilter: ['lang'],
    });
  }

  /** BCP 47 or as Jitsi Meet writes it; English where nothing is said. */
  get language(): string {
    return this.#language;
  }

  /** Occupant who is shown large. */
  get stage(): string | null {
    this.#findStore();
    return this.#stage;
  }

  /** Does a screen before the meeting (pre-join, lobby) stand on the page? */
  get isPreJoin(): boolean {
    return this.#isPreJoin;
  }

  /** Screens before the meeting come and go only outside it: in a call, the page is not watched for them. */
  watchPreJoin(isOutside: boolean): void {
    if (this.#isWatchingScreens === isOutside) return;
    this.#isWatchingScreens = isOutside;
    if (isOutside) {
      this.#screens.observe(document, { subtree: true, childList: true });
      this.#lookForPreJoin();
    } else {
      this.#screens.disconnect();
      this.#isPreJoin = false;
    }
  }

  #lookForPreJoin(): void {
    const isPreJoin = document.querySelector('.premeeting-screen') !== null;
    if (isPreJoin === this.#isPreJoin) return;
    this.#isPreJoin = isPreJoin;
    this.#findStore();
    this.#onChanged();
  }

  /** The app makes its store after the plugin was loaded. */
  #findStore(): void {
    if (this.#store) return;
    const store = (globalThis as unknown as { APP?: { store?: Store } }).APP?.store;
    if (typeof store?.getState !== 'function' || typeof store.subscribe !== 'function') return;
    this.#store = store;
    this.#stage = stageOf(store);
    store.subscribe(() => this.#lookAgain());
  }

  #lookAgain(): void {
    const [stage, language] = [this.#store && stageOf(this.#store), readLanguage()];
    if (stage === this.#stage && language === this.#language) return;
    this.#stage = stage;
    this.#language = language;
    this.#onChanged();
  }
}

function stageOf(store: Store): string | null {
  const large = store.getState()['features/large-video'] as { participantId?: unknown } | undefined;
  return typeof large?.participantId === 'string' ? large.participantId : null;
}

/** In Jitsi Meet's order: the address, the person's choice, the host's default; then the page's own word. */
function readLanguage(): string {
  const { defaultLanguage } = clientConfig();
  return (
    new URLSearchParams(location.search).get('lang') ||
    stored('language') ||
    (typeof defaultLanguage === 'string' && defaultLanguage) ||
    document.documentElement.lang ||
    'en'
  );
}

function stored(name: string): string | null {
  try {
    return localStorage.getItem(name);
  } catch {
    return null;
  }
}

function clientConfig(): Record<string, unknown> {
  const { config } = globalThis as { config?: unknown };
  return typeof config === 'object' && config !== null ? (config as Record<string, unknown>) : {};
}

export function hostSettings(): HostSettings {
  const { sealmeet } = clientConfig();
  const { policy, embedders } = (sealmeet ?? {}) as { policy?: unknown; embedders?: unknown };
  return {
    policy: policy === 'required' ? 'required' : null,
    embedders: Array.isArray(embedders) ? embedders.slice(0, MOST_EMBEDDERS).filter(isOrigin) : [],
  };
}

/** Scheme, host and port as browsers write them; so neither `*` nor `null` is one. */
function isOrigin(value: unknown): value is string {
  try {
    return typeof value === 'string' && new URL(value).origin === value;
  } catch {
    return false;
  }
}

/**
 * The JID of the room that the address names: as Jitsi Meet makes it, from the last part of the path and the
 * configured domain. Null when there is none.
 */
export function roomOfAddress(): string | null {
  const { hosts } = clientConfig() as { hosts?: { muc?: unknown } };
  const name = location.pathname.split('/').at(-1) ?? '';
  if (typeof hosts?.muc !== 'string' || name === '') return null;
  try {
    const room = encodeURIComponent(decodeURIComponent(name).normalize('NFKC').toLowerCase());
    return `${room}@${hosts.muc}`.toLowerCase();
  } catch {
    return null;
  }
}
