// What goes into the key core and what comes out: (state, event) → (state, actions), brief D11.

import type { DataKind, EndpointMessage, SourceState } from '../wire/index.ts';
import type { ComparisonStep } from './sas.ts';

/** Nick of an occupant in the room: Jitsi's endpoint id. The server chooses who has which; it proves nothing. */
export type OccupantId = string;

/** Base64 of a participant's Curve25519 key of this meeting. */
export type Identity = string;

export type CoreEvent =
  /** An occupant is in the room; `bundle` is its presence property `sealmeet`, null when it has none. */
  | { type: 'joined'; occupant: OccupantId; bundle: string | null }
  /** The property changed while the occupant stayed: counts as leave and join of somebody unverified (rule M16). */
  | { type: 'bundle'; occupant: OccupantId; bundle: string | null }
  | { type: 'left'; occupant: OccupantId }
  /** An endpoint message as it arrived: anything at all. */
  /** `from` is null when the room itself sent it: what the server hands on of several (docs/protocol.md §2.2). */
  | { type: 'message'; from: OccupantId | null; payload: unknown }
  /** The room is sealed as far as this client is concerned: establish channels, hand out keys. */
  | { type: 'sealed' }
  /** The local user agreed to go on unsealed: forget every media key. */
  | { type: 'unsealed' }
  /** Whether anything of this participant is about to be sent (rule M7). */
  | { type: 'source'; on: boolean }
  /** One own source went on or off; `floor`: the next counter of it, below which nothing counts any more (rule M6). */
  | ({ type: 'source-state' } & SourceState)
  /** Something to say: to everybody, or to one alone. `sentAt`: wall clock, milliseconds since the epoch. */
  | { type: 'say'; kind: DataKind; body: string; to: OccupantId | null; sentAt: number }
  /** Clicks: compare emoji with this person; the answer when it asked; the word on the emoji; close what runs. */
  | { type: 'compare'; occupant: OccupantId }
  | { type: 'compare-answer'; accept: boolean }
  | { type: 'compare-confirm'; isSame: boolean }
  | { type: 'compare-stop' }
  /** A meeting code is about to be compared: make channels with everybody who lacks one, in a large room too. */
  | { type: 'reach' }
  /** What the local user is called from now on; null: nothing. */
  | { type: 'name'; name: string | null }
  /** The worker holds frames of a generation that never arrived. */
  | { type: 'missing-key'; owner: Identity; generation: number }
  /** The stream to the server was cut and is back: what others said meanwhile may be lost, and what was said to them. */
  | { type: 'reconnected' }
  /** The worker started anew: no sending key may be installed a second time (rule M12). */
  | { type: 'worker-restarted' }
  /** The own device signed what `sign` asked for. */
  | { type: 'signed'; id: number; signature: Uint8Array }
  /** The time of the last `wake` has come. */
  | { type: 'timer' };

export type CoreAction =
  /** To one occupant, or to everybody. */
  | { type: 'send'; to: OccupantId | 'room'; message: EndpointMessage }
  /** The six below have the shapes of the worker's commands of the same names (frames/commands.ts). */
  | {
      type: 'use-key';
      generation: number;
      step: number;
      base: Uint8Array;
      context: Uint8Array;
      inMs: number;
    }
  | { type: 'expire-sending'; generation: number; inMs: number }
  | { type: 'stop-sending' }
  | {
      type: 'accept-key';
      owner: Identity;
      generation: number;
      step: number;
      base: Uint8Array;
      context: Uint8Array;
      floors: [number, number][];
      leave: boolean;
    }
  | { type: 'retire'; owner: Identity; generations: number[]; inMs: number }
  | { type: 'forget'; owner: Identity }
  /** What `owner` says, signed, of its own sources: refuse counters below the floor, and everything while off. */
  | { type: 'source-states'; owner: Identity; sources: SourceState[] }
  /** Somebody said this. `missed`: so many messages of the same sender before it did not arrive. */
  | {
      type: 'said';
      from: OccupantId;
      isPrivate: boolean;
      kind: DataKind;
      body: string;
      sentAt: number;
      missed: number;
    }
  /** Feed a `timer` event at this time (milliseconds of the clock that the events carry), replacing the last wish. */
  | { type: 'wake'; at: number }
  /** Have the device sign this and answer with `signed`; asked for only if the core was given a device. */
  | { type: 'sign'; id: number; message: Uint8Array }
  | { type: 'notice'; notice: Notice };

/** What a person or a counter may want to know. Never carries key material. */
export type Notice =
  /**
   * A channel with this occupant is finished; frames of `identity` are its own. `device`: base64 of the device key
   * that it proved, null if none; `name`: what it calls itself.
   */
  | { type: 'channel'; occupant: OccupantId; identity: Identity; device: string | null; name: string | null }
  /** The channel with this occupant grew too old, as something kept it from being made anew: no key reaches it. */
  | { type: 'channel-ended'; occupant: OccupantId }
  /** This occupant may hold keys and has proved no device for too long: it counts as one without, until `channel`. */
  | { type: 'unproved'; occupant: OccupantId }
  /** What the occupant's signed beacons say about who is here, compared with what this client sees (rule M15). */
  | {
      type: 'view';
      occupant: OccupantId;
      view: 'waiting' | 'agrees' | 'differs' | 'silent';
      participants: number;
    }
  /** What the occupant calls itself, by its signed beacon, where that is new. It proves nothing. */
  | { type: 'name'; occupant: OccupantId; name: string }
  /** Where the comparison with this occupant is. */
  | { type: 'comparison'; occupant: OccupantId; comparison: ComparisonStep }
  /** The comparison held: this device (base64) is the one of the person who was seen and heard. */
  | { type: 'verified'; occupant: OccupantId; device: string }
  /** Something could not be said, and why. */
  | { type: 'unsaid'; reason: string }
  /** The occupant, authenticated, holds the room to be sealed while this client does not (rule M21). */
  | { type: 'evidence'; occupant: OccupantId }
  /** The occupant cannot take part: it has no bundle, or one that does not hold. */
  | { type: 'incapable'; occupant: OccupantId; reason: string }
  /** This client has handed a new key to everybody; `reason` as in KEY. */
  | { type: 'rotated'; generation: number; step: number; reason: 'start' | 'leave' | 'join' | 'period' }
  /** The occupant came back under its id with another key (rule M16). */
  | { type: 'replaced'; occupant: OccupantId }
  /** A message was dropped; counted by reason, at most one notice a second. */
  | { type: 'refused'; from: OccupantId; reason: string; count: number };
