// The server in the middle of two people: each of them has a channel with it instead of with the other.

import type { Element } from '@xmpp/client';
import { NS } from '../stack/focus/namespaces.ts';
import type { Liar, Link } from '../stack/liar.ts';
import { attackerMeans, Impostor, type Means } from './impostor.ts';
import { bundleIn, endpointMessage, endpointStanza, isPresence, senderOf, withBundle } from './stanzas.ts';

export interface MiddleOptions {
  /** Bare JID. */
  room: string;
  /** By the names under which they enter; with the occupant, whoever is in the room already. */
  people: [Victim, Victim];
  /** What the server's copies call themselves; the names of those whom they copy when absent, null: nothing. */
  asserted?: null;
  hasDevices?: boolean;
  /** What each is told that the other has said. */
  twist?(body: string): string;
}

interface Victim {
  name: string;
  endpoint?: string;
}

/** What one of the two gets in the other's place. */
interface Copy {
  of: Victim;
  facing: Victim;
  impostor: Impostor;
}

export class Middle {
  #copies: Copy[] = [];
  readonly #stops: (() => void)[];

  private constructor(
    private readonly liar: Liar,
    private readonly options: MiddleOptions,
    private readonly means: [Means, Means],
  ) {
    this.#stops = [
      liar.tell('to server', (stanza, link) => this.#enters(stanza, link)),
      liar.tell('to browser', (stanza, link) => this.#lies(stanza, link)),
    ];
  }

  static async start(liar: Liar, options: MiddleOptions): Promise<Middle> {
    const { hasDevices } = options;
    return new Middle(liar, options, [await attackerMeans(hasDevices), await attackerMeans(hasDevices)]);
  }

  /** The copy of the other that this one sees. */
  facing({ endpoint }: { endpoint: string }): Impostor {
    const copy = this.#copies.find(({ facing }) => facing.endpoint === endpoint);
    if (!copy) throw new Error(`expected ${endpoint} to be one of the two`);
    return copy.impostor;
  }

  stop(): void {
    for (const stop of this.#stops) stop();
    for (const { impostor } of this.#copies) impostor.stop();
  }

  /** Before the first of the two can see the second. */
  #enters(stanza: Element, link: Link): null {
    const name = stanza.getChildText('nick');
    const [a, b] = this.options.people;
    if (stanza.name !== 'presence' || !stanza.getChild('x', NS.muc) || this.#copies.length > 0) return null;
    for (const victim of [a, b]) if (victim.name === name) victim.endpoint ??= link.occupant;
    if (a.endpoint && b.endpoint)
      this.#copies = [this.#copy(a, b, this.means[0]), this.#copy(b, a, this.means[1])];
    return null;
  }

  #copy(of: Victim, facing: Victim, means: Means): Copy {
    const { room, asserted, twist = (body) => body } = this.options;
    const across = () => this.#copies.find((other) => other.of === facing)?.impostor;
    const self = of.endpoint ?? '';
    const impostor: Impostor = new Impostor(
      {
        room,
        self,
        name: asserted === null ? null : of.name,
        post: (to, message) => {
          const link = this.liar.links().findLast(({ occupant }) => occupant === facing.endpoint);
          link?.send(endpointStanza(`${room}/${self}`, link, message, to !== 'room'));
        },
        onSaid: ({ kind, body, isPrivate, sentAt }) =>
          across()?.feed({ type: 'say', kind, body: twist(body), to: isPrivate ? self : null, sentAt }),
        onNotice: (notice) => {
          if (notice.type !== 'comparison' || notice.comparison.step !== 'incoming') return;
          // Both comparisons are led, in the hope that they look alike.
          impostor.feed({ type: 'compare-answer', accept: true });
          across()?.feed({ type: 'compare', occupant: self });
        },
      },
      means,
    );
    return { of, facing, impostor };
  }

  #lies(stanza: Element, link: Link): Element[] | null {
    const from = senderOf(stanza);
    const shown = this.#copies.find(
      ({ of, facing }) => of.endpoint === from && facing.endpoint === link.occupant,
    );
    if (!shown) return null;
    // The one that this sender takes for the one who would have got the stanza.
    const taker = this.#copies.find((copy) => copy !== shown)?.impostor;
    taker?.hear(stanza);
    if (isPresence(stanza))
      return [bundleIn(stanza) ? withBundle(stanza, shown.impostor.core.bundle()) : stanza];
    return endpointMessage(stanza) ? [] : null;
  }
}
