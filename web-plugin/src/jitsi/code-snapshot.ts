// A meeting code as it was opened: its digits, whom they cover, and who was heard. Rule M19; docs/protocol.md §7.4.

import type { RosterView } from '../keys/index.ts';
import type { MeetingCode } from '../ui/index.ts';
import { assertedBeside } from './asserted.ts';

interface Covered {
  id: string;
  identity: string;
  /** As the server showed it when the code was opened. */
  name: string;
  /** What this identity called itself when it was here last; null: no name, undefined: nobody knows. */
  said: string | null | undefined;
  /** What this identity proved; null: nothing yet. */
  device: string | null;
  heard: boolean;
}

/** What is known of an occupant as it is now. */
interface Known {
  /** There is a channel to it, and no device in that. */
  provesNothing(occupant: string): boolean;
  /** What it calls itself; null: no name, undefined: nobody knows. */
  said(occupant: string): string | null | undefined;
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
      said: undefined,
      device,
      heard: false,
    }));
  }

  /** `roster`: as it is now. */
  view(roster: RosterView | null, { provesNothing, said }: Known): MeetingCode {
    const now = this.#look(roster);
    this.#listen(roster, said);
    const isOutdated = !roster || roster.digest.some((byte, i) => byte !== this.digest[i]);
    const people = this.#people.map(({ id, identity, name, said, heard, device }) => {
      const isHere = now.has(identity);
      const reach =
        device !== null
          ? ('reachable' as const)
          : !isHere
            ? ('left' as const)
            : provesNothing(id)
              ? ('no-device' as const)
              : ('connecting' as const);
      return { id, name, asserted: assertedBeside(name, id, said), heard, reach };
    });
    return { digits: this.digits, people, isOutdated };
  }

  /**
   * The device that the tick is about, as proved through the identity that the digits cover, and what that identity calls
   * itself; null: it cannot be set.
   */
  heard(
    id: string,
    isHeard: boolean,
    roster: RosterView | null,
  ): { device: string; name: string | null } | null {
    this.#look(roster);
    const person = this.#people.find((one) => one.id === id);
    if (!person || person.device === null || this.digits === null) return null;
    person.heard = isHeard;
    return { device: person.device, name: person.said ?? null };
  }

  /** Of whoever sits in its place still: who has left can be ticked, and is not rid of its name by that. */
  #listen(roster: RosterView | null, said: Known['said']): void {
    const here = new Map(roster?.people.map(({ identity, occupant }) => [identity, occupant]));
    for (const person of this.#people) {
      const name = here.get(person.identity) === person.id ? said(person.id) : undefined;
      if (name !== undefined) person.said = name;
    }
  }

  /** Devices may have been proved since; what was ticked stays what it was. */
  #look(roster: RosterView | null): Map<string, string | null> {
    const now = new Map(roster?.people.map(({ identity, device }) => [identity, device]));
    for (const person of this.#people)
      if (!person.heard) person.device = now.get(person.identity) ?? person.device;
    return now;
  }
}
