// The element on the page: holds what is open, draws the view again when something changes, and keeps focus and keys.

import { type Announcement, announcements } from './announcements.ts';
import { Furniture } from './furniture.ts';
import type { Actions, Local, Scene } from './scene.ts';
import { shieldState } from './scene.ts';
import type { Line, UiIntents, UiState } from './state.ts';
import { styles } from './styles.ts';
import { roomFor, tilesOf } from './surroundings.ts';
import { type Texts, textsFor } from './texts/index.ts';
import { Tree } from './tree.ts';
import { view } from './view.ts';
import { lineText } from './words.ts';

export const ELEMENT_NAME = 'sealmeet-interface';

const AWAY: UiState = {
  phase: 'away',
  isOwner: false,
  isEnforced: false,
  sealedSince: null,
  unsealedBy: null,
  people: [],
  troubles: [],
};

/** How long a new question waits before it takes an answer; longer than a double click. */
const ARM_AFTER_MS = 600;
const NOTICE_MS = 8000;
const MAX_NOTICES = 3;
/** How often the places of tiles that stay black are looked up, only while there are some. */
const TILES_MS = 250;

export class SealmeetInterface extends HTMLElement {
  #state = AWAY;
  #intents: UiIntents | null = null;
  #local: Local = {
    isPanelOpen: false,
    isConfirmingUnseal: false,
    isConfirmingReset: false,
    isArmed: false,
    codeDiffers: false,
    tiles: [],
    notices: [],
    spoken: { polite: '', urgent: '' },
  };
  #arming: ReturnType<typeof setTimeout> | undefined;
  #placing: ReturnType<typeof setTimeout> | undefined;
  #noticeNumber = 0;
  /** Where the focus goes once it is there: what a click asked for comes with a later state. */
  #awaited: string | null = null;
  readonly #tree: Tree;
  readonly #root: ShadowRoot;
  readonly #furniture = new Furniture(() => this.#place());

  constructor() {
    super();
    this.#root = this.attachShadow({ mode: 'open' });
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(styles);
    this.#root.adoptedStyleSheets = [sheet];
    this.#tree = new Tree(this.#root);
    this.#root.addEventListener('keydown', (event) => {
      if (event instanceof KeyboardEvent && event.key === 'Escape') this.#escape();
    });
    // Jitsi Meet's shortcuts listen on the window (space bar: push to talk); keys pressed in here are not theirs.
    for (const type of ['keydown', 'keyup', 'keypress'])
      this.addEventListener(type, (event) => event.stopPropagation());
  }

  connectedCallback(): void {
    this.#furniture.watch();
    this.#place();
  }

  disconnectedCallback(): void {
    this.#furniture.unwatch();
    clearTimeout(this.#placing);
    clearTimeout(this.#arming);
  }

  start(intents: UiIntents): void {
    this.#intents = intents;
    this.#draw();
  }

  show(state: UiState): void {
    const before = this.#state;
    this.#state = state;
    if (state.phase === 'away') this.#local.isPanelOpen = false;
    if ((state.phase !== 'sealed' && state.phase !== 'sealing') || !state.isOwner) {
      this.#local.isConfirmingUnseal = false;
    }
    if (!state.meetingCode) this.#local.codeDiffers = false;
    if (asksNow(state) && asksNow(state) !== asksNow(before)) this.#arm();
    this.#announce(announcements(before, state, this.#texts));
    if (state.phase !== before.phase && this.isConnected) this.#furniture.lookAgain();
    this.#draw();
    this.#place();
  }

  notify(line: string | Line): void {
    const { notices } = this.#local;
    const text = lineText(line, this.#texts);
    const same = notices.find((notice) => notice.text === text);
    const id = same?.id ?? ++this.#noticeNumber;
    if (same) same.repeated += 1;
    else notices.push({ id, text, repeated: 1 });
    if (notices.length > MAX_NOTICES) notices.shift();
    this.#announce([{ text, isUrgent: false }]);
    setTimeout(() => this.#closeNotice(id), NOTICE_MS);
    this.#draw();
  }

  /** Opens the panel, its question whether to unseal, or its button for verifying; answering takes a click in here. */
  open(what: unknown, personId: string | null): boolean {
    const { phase, isOwner } = this.#state;
    if (phase === 'away') return false;
    if (what === 'unseal') {
      if (phase !== 'sealed' || !isOwner || this.#state.consent) return false;
      this.#openPanel();
      this.#actions.askUnseal();
      return true;
    }
    if (what !== 'panel' && what !== 'verify') return false;
    this.#openPanel();
    if (what === 'panel') return true;
    // Pressing it is left to the person.
    const buttons = [...this.#root.querySelectorAll<HTMLElement>('[data-sealmeet="verify"]')];
    const wanted = buttons.find(
      (one) => personId === null || one.closest<HTMLElement>('[data-person]')?.dataset.person === personId,
    );
    wanted?.focus();
    return wanted !== undefined;
  }

  readonly #actions: Actions = {
    togglePanel: () => (this.#local.isPanelOpen ? this.#closePanel() : this.#openPanel()),
    closePanel: () => this.#closePanel(),
    askUnseal: () => {
      this.#local.isConfirmingUnseal = true;
      this.#arm();
      this.#draw();
      this.#focus('keep-seal');
    },
    keepSeal: () => this.#keepSeal(),
    askReset: () => {
      this.#local.isConfirmingReset = true;
      this.#draw();
      this.#focus('keep-device');
    },
    keepDevice: () => this.#keepDevice(),
    showTrouble: (id) => {
      this.#openPanel();
      const card = [...this.#root.querySelectorAll('details')].find(({ dataset }) => dataset.trouble === id);
      if (!card) return;
      card.open = true;
      card.querySelector('summary')?.focus();
    },
    closeNotice: (id) => this.#closeNotice(id),
    openCode: () => {
      this.#intents?.verification?.openCode();
    },
    closeCode: () => this.#closeCode(),
    sayCodeDiffers: () => {
      this.#local.codeDiffers = true;
      this.#intents?.verification?.codeDiffers();
      const { happened, means } = this.#texts.causes.mismatch({ kind: 'mismatch', name: null });
      this.#announce([{ text: `${happened} ${means}`, isUrgent: true }]);
      this.#draw();
      this.#focus('code-alarm');
    },
    compare: (personId) => {
      // The comparison is a card of its own; on a small screen there is no room for both.
      this.#closePanel();
      this.#awaited = 'comparison';
      this.#intents?.verification?.compare(personId);
    },
  };

  get #texts(): Texts {
    return textsFor(this.#state.language);
  }

  #draw(): void {
    if (!this.#intents) return;
    const scene: Scene = {
      state: this.#state,
      local: this.#local,
      texts: this.#texts,
      intents: this.#intents,
      actions: this.#actions,
    };
    const [{ phase }, shield] = [this.#state, shieldState(this.#state)];
    if (this.dataset.phase !== phase) this.dataset.phase = phase;
    if (this.dataset.shield !== shield) this.dataset.shield = shield;
    const focused = this.#root.activeElement;
    const card = focused?.closest<HTMLElement>('[data-sealmeet="comparison"], [data-sealmeet="consent"]');
    const hadFocusIn = card?.dataset.sealmeet ?? 'panel';
    this.#tree.show(view(scene));
    // What had the focus is gone (an answered question): go on from where it was, or from the shield.
    if (focused && !focused.isConnected) this.#focus(hadFocusIn, 'panel', 'shield');
    if (this.#awaited && this.#focus(this.#awaited)) this.#awaited = null;
  }

  /** Keeps the shield clear of Jitsi Meet's own furniture, and the words on black tiles in their places. */
  #place(): void {
    clearTimeout(this.#placing);
    if (!this.isConnected) return;
    const shield = this.#root.querySelector('.shield');
    const room = roomFor(shield?.getBoundingClientRect().width ?? 0, this.#texts.direction);
    const { top, end, below, cards } = room;
    for (const [name, size] of Object.entries({
      top,
      end,
      below,
      cards: cards.width,
      cardsEnd: cards.end - end,
    })) {
      this.style.setProperty(`--${name}`, `${size}px`);
    }
    const tiles = tilesOf(this.#state.people);
    if (JSON.stringify(tiles) !== JSON.stringify(this.#local.tiles)) {
      this.#local.tiles = tiles;
      this.#draw();
    }
    if (tiles.length > 0) this.#placing = setTimeout(() => this.#place(), TILES_MS);
  }

  #openPanel(): void {
    this.#local.isPanelOpen = true;
    this.#awaited = null;
    // The page can open it too, under a click that was meant for something else.
    this.#arm();
    this.#draw();
    this.#focus('panel');
  }

  #closePanel(): void {
    this.#local.isPanelOpen = false;
    this.#local.isConfirmingUnseal = false;
    this.#local.isConfirmingReset = false;
    this.#draw();
    this.#focus('shield');
  }

  #keepSeal(): void {
    this.#local.isConfirmingUnseal = false;
    this.#draw();
    this.#focus('unseal');
  }

  #keepDevice(): void {
    this.#local.isConfirmingReset = false;
    this.#draw();
    this.#focus('reset-device');
  }

  #closeCode(): void {
    this.#awaited = 'open-code';
    this.#intents?.verification?.closeCode();
  }

  #escape(): void {
    if (this.#local.isConfirmingUnseal) this.#keepSeal();
    else if (this.#local.isConfirmingReset) this.#keepDevice();
    else if (this.#local.isPanelOpen && this.#state.meetingCode) this.#closeCode();
    else if (this.#local.isPanelOpen) this.#closePanel();
  }

  #closeNotice(id: number): void {
    const left = this.#local.notices.filter((notice) => notice.id !== id);
    if (left.length === this.#local.notices.length) return;
    this.#local.notices = left;
    this.#draw();
  }

  #arm(): void {
    clearTimeout(this.#arming);
    this.#local.isArmed = false;
    this.#arming = setTimeout(() => {
      this.#local.isArmed = true;
      this.#draw();
    }, ARM_AFTER_MS);
  }

  #announce(said: Announcement[]): void {
    const { spoken } = this.#local;
    for (const isUrgent of [false, true]) {
      const which = isUrgent ? 'urgent' : 'polite';
      const text = said
        .filter((one) => one.isUrgent === isUrgent)
        .map((one) => one.text)
        .join(' ');
      // The same words twice are two announcements: a trailing space makes the second one a change.
      if (text !== '') spoken[which] = spoken[which] === text ? `${text} ` : text;
    }
  }

  /** The first of these that is there. */
  #focus(...hooks: string[]): boolean {
    for (const hook of hooks) {
      const target = this.#root.querySelector(`[data-sealmeet="${hook}"]`);
      if (target instanceof HTMLElement) {
        target.focus();
        return true;
      }
    }
    return false;
  }
}

/** What is on the screen that somebody else can make appear and that wants a yes; empty: nothing. */
function asksNow({ phase, isEnforced, canAgree, comparison, consent }: UiState): string {
  const questions = [
    phase === 'asking' && 'asking',
    phase !== 'asking' && canAgree && !isEnforced && 'go on',
    comparison?.step === 'compare' && `compare ${comparison.personId}`,
    consent?.step === 'asked' && `consent ${consent.id}`,
  ];
  return questions.filter(Boolean).join(' ');
}
