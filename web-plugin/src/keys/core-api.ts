// What the key core is to whoever drives it: events in, actions out, and a few views.

import type { CoreAction, CoreEvent, Identity, OccupantId } from './events.ts';
import type { OlmLibrary } from './olm.ts';

export interface CoreOptions {
  olm: OlmLibrary;
  /** Bare JID of the room, as this client joined it. */
  room: string;
  /** Own occupant id. */
  self: OccupantId;
  random(length: number): Uint8Array;
  /** Public key of the own device; without it nothing is proved. */
  device?: Uint8Array | null;
  /** Self-asserted name that goes along with the proof. */
  name?: string | null;
}

export interface RosterView {
  digest: Uint8Array;
  /** Oneself left out; `device` in base64, null while none is proved. */
  people: { occupant: OccupantId; identity: Identity; device: string | null }[];
}

export interface Core {
  /** Value of the presence property `sealmeet`. */
  bundle(): string;
  /** Own identity: the owner under which others know this client's frames. */
  readonly identity: Identity;
  /** `now`: milliseconds of any clock that never goes back. */
  handle(event: CoreEvent, now: number): CoreAction[];
  /** Everybody as this client sees them now: what a meeting code covers (rule M19). */
  roster(): RosterView;
  /** Whose frames are expected from this occupant: known from its bundle on, before there is any key. */
  identityOf(occupant: OccupantId): Identity | null;
  occupantOf(identity: Identity): OccupantId | null;
  /** Gives back libolm's memory; the core is of no use afterwards. */
  free(): void;
}
