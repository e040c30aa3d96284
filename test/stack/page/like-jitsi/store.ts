// A small Redux-like store, as Jitsi Meet offers its own at `APP.store`: the parts of its state that outsiders read.

export interface State {
  'features/large-video': { participantId: string | undefined };
}

export class Store {
  #state: State = { 'features/large-video': { participantId: undefined } };
  readonly #listeners = new Set<() => void>();

  getState = (): State => this.#state;

  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  showLarge(participantId: string | undefined): void {
    this.#state = { ...this.#state, 'features/large-video': { participantId } };
    this.tell();
  }

  /** As after any action. */
  tell(): void {
    for (const listener of this.#listeners) listener();
  }
}
