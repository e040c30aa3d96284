// What the core wants done, in order, and the guard that turns what is not acceptable into a counted notice.

import { type EndpointMessage, type OlmPart, olmMessages, Refusal } from '../wire/index.ts';
import type { CoreAction, Notice, OccupantId } from './events.ts';
import { Refusals } from './refusals.ts';

export class Outbox {
  /** The time of the event that is being handled. */
  now = 0;
  private actions: CoreAction[] = [];
  private readonly refusals = new Refusals();

  do(action: CoreAction): void {
    this.actions.push(action);
  }

  tell(notice: Notice): void {
    this.do({ type: 'notice', notice });
  }

  /** One broadcast for several recipients, a private message for one. */
  send(parts: [OccupantId, OlmPart][]): void {
    for (const message of olmMessages(parts)) {
      const [only, ...more] = Object.keys(message.olm);
      if (only !== undefined) this.post(more.length === 0 ? only : 'room', message);
    }
  }

  post(to: OccupantId | 'room', message: EndpointMessage): void {
    this.do({ type: 'send', to, message });
  }

  /** Nothing that arrives can throw through (brief D8), nor take along what came with it. */
  guarded(from: OccupantId, read: () => void): void {
    try {
      read();
    } catch (error) {
      const reason = error instanceof Refusal ? error.message : `unexpected: ${String(error)}`;
      const notice = this.refusals.count(from, reason, this.now);
      if (notice !== null) this.tell(notice);
    }
  }

  take(): CoreAction[] {
    const { actions } = this;
    this.actions = [];
    return actions;
  }
}
