// The element on the page: holds what is open, draws the view again when something changes, and keeps focus and keys.

import { announcements } from './announcements.ts';
import type { Actions, Local, Scene } from './scene.ts';
import { shieldState } from './scene.ts';
import type { UiIntents, UiState } from './state.ts';
import { styles } from './styles.ts';
import { textsFor } from './texts/index.ts';
import { Tree } from './tree.ts';
import { view } from './view.ts';

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

export class SealmeetInterface extends HTMLElement {
  #state = AWAY;
  #intents: UiIntents | null = null;
  #local: Local = {
    isPanelOpen: false,
    isConfirmingUnseal: false,
    isArmed: false,
    notices: [],
    spoken: { polite: '', urgent: '' },
  };
  #arming: ReturnType<typeof setTimeout> | undefined;
  #noticeNumber = 0;
  readonly #tree: Tree;
  readonly #root: ShadowRoot;

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
    if (state.phase === 'asking' && before.phase !== 'asking') this.#arm();
    for (const { text, isUrgent } of announcements(before, state, textsFor(state.language))) {
      this.#say(text, isUrgent);
    }
    this.#draw();
  }

  notify(text: string): void {
    const { notices } = this.#local;
    const same = notices.find((notice) => notice.text === text);
    const id = same?.id ?? ++this.#noticeNumber;
    if (same) same.repeated += 1;
    else notices.push({ id, text, repeated: 1 });
    if (notices.length > MAX_NOTICES) notices.shift();
    this.#say(text, false);
    setTimeout(() => this.#closeNotice(id), NOTICE_MS);
    this.#draw();
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
    showTrouble: (id) => {
      this.#openPanel();
      const card = [...this.#root.querySelectorAll('details')].find(({ dataset }) => dataset.trouble === id);
      if (!card) return;
      card.open = true;
      card.querySelector('summary')?.focus();
    },
    closeNotice: (id) => this.#closeNotice(id),
  };

  #draw(): void {
    if (!this.#intents) return;
    const scene: Scene = {
      state: this.#state,
      local: this.#local,
      texts: textsFor(this.#state.language),
      intents: this.#intents,
      actions: this.#actions,
    };
    this.dataset.phase = this.#state.phase;
    this.dataset.shield = shieldState(this.#state);
    const focused = this.#root.activeElement;
    this.#tree.show(view(scene));
    // What had the focus is gone (an answered question): the shield is the place to go on from.
    if (focused && !focused.isConnected) this.#focus(this.#local.isPanelOpen ? 'panel' : 'shield');
  }

  #openPanel(): void {
    this.#local.isPanelOpen = true;
    this.#draw();
    this.#focus('panel');
  }

  #closePanel(): void {
    this.#local.isPanelOpen = false;
    this.#local.isConfirmingUnseal = false;
    this.#draw();
    this.#focus('shield');
  }

  #keepSeal(): void {
    this.#local.isConfirmingUnseal = false;
    this.#draw();
    this.#focus('unseal');
  }

  #escape(): void {
    if (this.#local.isConfirmingUnseal) this.#keepSeal();
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

  #say(text: string, isUrgent: boolean): void {
    const { spoken } = this.#local;
    const which = isUrgent ? 'urgent' : 'polite';
    // The same words twice are two announcements: a trailing space makes the second one a change.
    spoken[which] = spoken[which] === text ? `${text} ` : text;
  }

  #focus(hook: string): void {
    const target = this.#root.querySelector(`[data-sealmeet="${hook}"]`);
    if (target instanceof HTMLElement) target.focus();
  }
}
