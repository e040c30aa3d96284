// The sessions that one channel has at a time, and what becomes of each. docs/protocol.md §4.5.

import type { OlmPart } from '../wire/index.ts';
import type { Link, Opened } from './link.ts';

export class Links {
  /** The one that sends. */
  active: Link | null = null;
  /** The one being made. */
  making: Link | null = null;
  /** Offered before `making`, which went out because no answer had come: a slow answer still counts. */
  private offered: Link | null = null;
  /** For the responder the one before, read until CONFIRM. */
  private previous: Link | null = null;

  /** The newest that opens it. Throws a Refusal if one does and the content is not acceptable. */
  open(part: OlmPart): { link: Link; opened: Opened } | null {
    for (const link of [this.making, this.offered, this.active, this.previous]) {
      const opened = link?.open(part) ?? null;
      if (link !== null && opened !== null) return { link, opened };
    }
    return null;
  }

  /** The one that this pre-key message belongs to, if it is there. */
  known(peer: Uint8Array, body: string): Link | null {
    return [this.active, this.making, this.previous].find((link) => link?.matches(peer, body)) ?? null;
  }

  /** HELLO goes out on it. */
  offer(link: Link): void {
    this.offered?.free();
    this.offered = this.making;
    this.making = link;
  }

  /** May an ACCEPT come on it? */
  isOutstanding(link: Link): boolean {
    return link === this.making || link === this.offered;
  }

  /** ACCEPT came on it, and CONFIRM goes out. */
  confirm(link: Link): void {
    this.settle(link);
    this.active?.free();
    this.active = link;
  }

  /** HELLO came on it. */
  answer(link: Link): void {
    this.making?.free();
    this.making = link;
  }

  /** ACCEPT goes out on the one being made. */
  accept(link: Link): void {
    this.making = null;
    const isRead = this.active?.stage === 'open';
    (isRead ? this.previous : this.active)?.free();
    if (isRead) this.previous = this.active;
    this.active = link;
  }

  /** CONFIRM came: nothing more comes on the one before. */
  confirmed(): void {
    this.previous?.free();
    this.previous = null;
  }

  /** A transcript that differs cannot be mended inside the session. */
  close(link: Link): void {
    link.free();
    this.settle(link);
    if (this.active === link) this.active = null;
  }

  /** Ends what was begun at that time or before and is not being made. True if nothing is left that sends. */
  end(at: number): boolean {
    if (this.previous !== null && this.previous.bornAt <= at) this.confirmed();
    if (this.active === null || this.active.bornAt > at) return false;
    this.active.free();
    this.active = null;
    return true;
  }

  free(): void {
    for (const link of [this.active, this.making, this.offered, this.previous]) link?.free();
    this.active = null;
    this.making = null;
    this.offered = null;
    this.previous = null;
  }

  /** It is not outstanding any more. */
  private settle(link: Link): void {
    if (link === this.making) {
      this.making = null;
      this.offered?.free();
    }
    // Either it is this one, or its answer can no longer come.
    if (this.making === null || link === this.offered) this.offered = null;
  }
}
