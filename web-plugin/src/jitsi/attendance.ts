// Who is in the room, as the interface lists them, and whether everybody can be opened.

import { EAGER_ROSTER } from '../keys/index.ts';
import type { Person } from '../ui/index.ts';
import type { KeyExchange } from './key-exchange.ts';
import type { JitsiParticipant } from './library.ts';
import type { People } from './people.ts';
import { type Room, shownName } from './room.ts';
import type { Verification } from './verification.ts';

export class Attendance {
  constructor(
    private readonly room: Room,
    private readonly keys: KeyExchange,
    private readonly people: People,
    private readonly verification: () => Verification | null,
  ) {}

  /** `stage`: who is shown large. */
  everybody(isSelfSealed: boolean, stage: string | null): Person[] {
    const { self, ownName } = this.room;
    const occupants = this.room.occupants();
    const verification = this.verification();
    const twice = verification?.sameDevices();
    const alsoHere = (id: string) =>
      twice?.get(id)?.map((other) => (other === self ? ownName : this.room.name(other))) ?? [];
    const ownState = isSelfSealed ? 'sealed' : 'waiting';
    return [
      { id: self, name: ownName, isSelf: true, state: ownState, alsoHere: alsoHere(self) },
      ...occupants.map((one): Person => {
        const id = one.getId();
        const device = verification?.device(id);
        const asserted = verification?.assertedName(id) ?? null;
        const state = this.#stateOf(one, occupants.length);
        const name = shownName(one, id);
        return {
          id,
          name,
          isSelf: false,
          state,
          isOnStage: id === stage,
          alsoHere: alsoHere(id),
          asserted,
          ...(device && { device }),
        };
      }),
    ];
  }

  /**
   * Who cannot take part is shown as such and gets no keys: it does not keep the others from being sealed. Nor does who
   * is just arriving while they are (`wereOpen`): each newcomer would have everybody hear that the room is being sealed.
   */
  areAllOpen(wereOpen: boolean, now: number): boolean {
    const occupants = this.room.occupants();
    return occupants.every(
      (one) =>
        ['sealed', 'incapable', 'quiet'].includes(this.#stateOf(one, occupants.length)) ||
        (wereOpen && this.people.isArriving(one.getId(), now)),
    );
  }

  /** In a large room keys go to each other when somebody sends something; those who are silent wait for nothing. */
  #stateOf(participant: JitsiParticipant, others: number): Person['state'] {
    const isLarge = others + 1 > EAGER_ROSTER;
    const needsKeys = !isLarge || this.keys.isSending || this.room.isSending(participant);
    return this.people.state(participant.getId(), needsKeys);
  }
}
