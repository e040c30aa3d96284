// A meeting code as it was opened: its digits, whom they cover, and who was heard. Rule M19; docs/protocol.md §7.4.

import type { RosterView } from '../keys/index.ts';
import type { MeetingCode } from '../ui/index.ts';

interface Covered {
  id: string;
  identity: string;
  name: string;
  /** What this identity proved; null: nothing yet. */
  device: string | null;
  heard: boolean;
}

export class CodeSnapshot {
  digits: string | null = null;
  readonly digest: Uint8Array;
  readonly #people: Covered[];

  constructor({ digest, people }: RosterView, name: (occupant: string) => string) {
    this.digest = digest;
    this.#people = people.map(({ occupant, identity, device }) => ({
      id: occupant,
      identity,
      name: name(occupant),
      device,
      heard: false,
    }));
  }

  /** `roster`: as it is now. `provesNothing`: there is a channel to this occupant, and no device in it. */
  view(roster: RosterView | null, provesNothing: (occupant: string) => boolean): MeetingCode {
    const now = this.#look(roster);
    const isOutdated = !roster || roster.digest.some((byte, i) => byte !== this.digest[i]);
    const people = this.#people.map(({ id, identity, name, heard, device }) => {
      const isHere = now.has(identity);
      const reach =
        device !== null
          ? ('reachable' as const)
          : !isHere
            ? ('left' as const)
            : provesNothing(id)
              ? ('no-device' as const)
              : ('connecting' as const);
      return { id, name, heard, reach };
    });
    return { digits: this.digits, people, isOutdated };
  }

  /** The device that the tick is about, as proved through the identity that the digits cover; null: it cannot be set. */
  heard(id: string, isHeard: boolean, roster: RosterView | null): string | null {
    this.#look(roster);
    const person = this.#people.find((one) => one.id === id);
    if (!person || person.device === null || this.digits === null) return null;
    person.heard = isHeard;
    return person.device;
  }

  /** Devices may have been proved since; what was ticked stays what it was. */
  #look(roster: RosterView | null): Map<string, string | null> {
    const now = new Map(roster?.people.map(({ identity, device }) => [identity, device]));
    for (const person of this.#people)
      if (!person.heard) person.device = now.get(person.identity) ?? person.device;
    return now;
  }
}
