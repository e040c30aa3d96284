// What the interface shows and what a person can want. The interface knows nothing else.

/** One participant as the panel lists it. */
export interface Person {
  id: string;
  name: string;
  isSelf: boolean;
  /**
   * `waiting`: keys are on their way. `sealed`: what it sends opens here. `incapable`: it has no plugin and gets
   * no keys. `unreadable`: it sends something that does not open. `swapped`: the server shows somebody else in its
   * place. `quiet`: neither side sends anything in a large room, so keys are not needed yet.
   */
  state: 'waiting' | 'sealed' | 'incapable' | 'unreadable' | 'swapped' | 'quiet';
  /** What is known of the device behind this person; left out while it has not proved itself. */
  device?: Device;
  /**
   * What it calls itself, where the server shows another name for it: the server's name proves nothing (rule S9). Empty
   * if it gives itself no name; null: nothing is to be said.
   */
  asserted?: string | null;
  /** Names under which the same device is here too: one person twice (rule S9). */
  alsoHere?: string[];
  /** Whom Jitsi Meet shows large: what cannot be opened is said there too. */
  isOnStage?: boolean;
}

/** Times are milliseconds since the epoch. */
export type Device =
  | { kind: 'new' }
  | { kind: 'known'; since: number }
  | { kind: 'verified'; on: number }
  /** A name that was verified comes back with another device (rule S9). */
  | { kind: 'changed' };

/** A message that stays until the person dismisses it or its cause is gone. `repeated` folds the same trouble. */
export interface Trouble {
  id: string;
  severity: 'information' | 'warning' | 'alarm';
  /** The interface has the words for it: what happened, what it means, what to do. */
  cause: Cause;
  repeated: number;
}

/** What can go wrong, as far as the interface has words for it. Names as the server gave them. */
export type Cause =
  /** The part of the plugin that seals died. */
  | { kind: 'worker-died' }
  /** A part of the plugin did not come from the server. */
  | { kind: 'not-loaded' }
  /** This browser lacks what sealing needs. */
  | { kind: 'unsupported' }
  /** The browser sent or played something around the seal. */
  | { kind: 'bypassed' }
  /** The server refused to seal or unseal. */
  | { kind: 'refused'; what: 'seal' | 'unseal'; why: string }
  /** Something that cannot be sealed was not sent, or not shown. */
  | { kind: 'held-back-out'; what: Payload }
  | { kind: 'held-back-in'; what: Payload }
  /** Nothing could be sent just then. */
  | { kind: 'unsent'; what: Payload }
  | { kind: 'codec'; codec: string }
  | { kind: 'unreadable'; name: string }
  /** Nothing new comes of `name`, but old frames again, or such as were kept back until it had muted itself. */
  | { kind: 'replayed'; name: string }
  /** What is shown of `name` is so many seconds old. */
  | { kind: 'late'; name: string; seconds: number }
  /** So many messages of `name` did not arrive: the next one said so. */
  | { kind: 'missed'; name: string; count: number }
  /** Something in clear came in the place of `name`. */
  | { kind: 'unsealed'; name: string }
  /** What comes from `seen` was sent in the place of `name`; null: nobody can say from whom it is. */
  | { kind: 'swapped'; name: string; seen: string | null }
  | { kind: 'incapable'; name: string }
  /** Another key under the same occupant (rule M16). */
  | { kind: 'replaced'; name: string }
  /** A verified name with another device (rule S9). */
  | { kind: 'changed-device'; name: string }
  /** The signed views of who is in the room stay different (brief D9). */
  | { kind: 'different-rosters'; names: string[] }
  /** No sign of its view for long (rule M15). */
  | { kind: 'silent'; name: string }
  /** The emoji or the meeting code differed; null: a code in which several took part. */
  | { kind: 'mismatch'; name: string | null };

export type Payload = 'chat' | 'poll' | 'reaction' | 'other';

export type Phase =
  /** Not in a call: the interface is hidden. */
  | 'away'
  /** In a call that is not sealed. */
  | 'open'
  /** Sealing: nothing is sent in clear any more, keys are on their way. */
  | 'sealing'
  /** All that leaves this client is sealed. */
  | 'sealed'
  /** The room says it is no longer sealed; nothing is sent until this person agrees or leaves. */
  | 'asking'
  /** Something is wrong (a worker that died, a browser that cannot seal): nothing is sent. */
  | 'broken';

export interface UiState {
  phase: Phase;
  /** May this person seal and unseal the room? */
  isOwner: boolean;
  /** Does the server keep out who cannot take part? False while it has forgotten the seal. */
  isEnforced: boolean;
  /** Milliseconds since the epoch; null while not sealed. */
  sealedSince: number | null;
  /**
   * The server does not hold this room to be sealed (it forgot, or the room was sealed on an earlier visit): this
   * person goes on sealing, and the panel offers `agreeToUnseal`. Always true in `asking`.
   */
  canAgree?: boolean;
  /** Somebody else sealed: this owner's unsealing takes everybody's agreement. */
  asksEverybody?: boolean;
  /** Everybody is being asked whether the seal may end. */
  consent?: Consent;
  /** A private window, or broken storage: this device is gone with the page, and nobody is remembered. */
  isDeviceTemporary?: boolean;
  /** Who ended the seal, for `asking`; null when unknown. */
  unsealedBy: string | null;
  people: Person[];
  troubles: Trouble[];
  /** BCP 47, as Jitsi Meet has chosen; English where the interface does not speak it. */
  language?: string;
  lastKeyChange?: KeyChange;
  /** A snapshot, frozen when it was opened (rule M19); left out while nobody looks at it. */
  meetingCode?: MeetingCode;
  comparison?: Comparison;
  /** On the pre-join screen, with the phase `away`. */
  preJoin?: PreJoin;
  /** The join was refused; stays until it is closed or tried again. With the phase `away`. */
  refusal?: Refusal;
}

/** One round in which everybody is asked whether the seal may end; a refusal or silence keeps it. */
export interface Consent {
  id: string;
  /** Who asks. */
  by: string;
  /** It is this person who asks. */
  isOwn: boolean;
  agreed: number;
  asked: number;
  /** So long people have for their answers. */
  seconds: number;
  /**
   * `asked`: this person's answer is wanted. `waiting`: it asks itself, or has agreed. `refused`, `expired`: so it
   * ended; shown to who asked until it is closed.
   */
  step: 'asked' | 'waiting' | 'refused' | 'expired';
}

export interface KeyChange {
  at: number;
  reason: 'start' | 'left' | 'joined' | 'period';
  /** Who left or joined, where one person did. */
  name: string | null;
}

export interface MeetingCode {
  /** Thirty digits; null while they are being worked out, which takes a good part of a second. */
  digits: string | null;
  /** Everybody whom the digits cover, oneself left out; `heard`: this person ticked them. */
  people: {
    id: string;
    /** As the server showed it when the code was opened. */
    name: string;
    /** As in `Person`, beside this `name`; of who has left: as it was. */
    asserted?: string | null;
    heard: boolean;
    /**
     * Whether a tick has a device to be about. `connecting`: its channel is being made. `left`: before it stood.
     * `no-device`: it stands, and nothing was proved in it.
     */
    reach: 'reachable' | 'connecting' | 'left' | 'no-device';
  }[];
  /** Somebody came or left since; the digits stay until the person asks for new ones. */
  isOutdated: boolean;
}

/** One emoji comparison with one person (rule S8). */
export type Comparison = {
  personId: string;
  name: string;
  /** As in `Person`. */
  asserted?: string | null;
} /** The other has asked; nothing happens until this person wants it. */ & (
  | { step: 'incoming' }
  /** This person has asked, and the secure connection to the other is being made. */
  | { step: 'connecting' }
  /** This person has asked. */
  | { step: 'waiting' }
  /** Seven numbers 0…63, see emoji.ts. */
  | { step: 'compare'; emoji: number[] }
  /** This person has said "the same", the other has not answered yet. */
  | { step: 'confirming'; emoji: number[] }
  | { step: 'match' }
  | { step: 'mismatch' }
  | { step: 'interrupted'; why: 'left' | 'declined' | 'stopped' | 'timeout' | 'unreachable' }
);

export interface PreJoin {
  /** Why this browser cannot take part; null: it can. */
  obstacle: 'outdated-browser' | 'not-loaded' | null;
  /** From local facts alone: the latch, a `#sealed` invitation (rule S10), the host's policy. */
  room: 'known' | 'invited' | 'required' | 'unknown';
}

export interface Refusal {
  reason: 'no-plugin' | 'outdated-browser' | 'bad-bundle' | 'other';
  /** What the server said, for the reason `other`. */
  detail: string | null;
}

/** What a click means. Unsealing and agreeing only ever come from a click inside the plugin's own interface. */
export interface UiIntents {
  seal(): void;
  unseal(): void;
  /** "Go on without the seal", for this room and this visit. */
  agreeToUnseal(): void;
  /** The answer when everybody is asked; as it ends a seal for all, by a click in the interface alone. */
  answerConsent(agrees: boolean): void;
  /** Close what is said of a round that is over. */
  closeConsent(): void;
  leave(): void;
  dismiss(troubleId: string): void;
  /** Load the page anew; the buttons for it are shown where this is given. */
  reload?(): void;
  closeRefusal?(): void;
  /** The controls for this browser's own device are shown where this is given. */
  ownDevice?: OwnDeviceIntents;
  /** The controls for verifying are shown where this is given. */
  verification?: VerificationIntents;
}

export interface OwnDeviceIntents {
  /** Hand the person what is public of this device, and of those it knows, as a file. */
  save(): void;
  /** From the next page on this browser is a new device; only ever by a click in the interface. */
  reset(): void;
}

/** `confirm` and `heard` only ever come from a click inside the plugin's own interface. */
export interface VerificationIntents {
  /** Ask this person to compare emoji. */
  compare(personId: string): void;
  accept(): void;
  decline(): void;
  /** "They are the same" or "They differ". */
  confirm(isSame: boolean): void;
  /** Stop a running comparison, or close a finished one. */
  close(): void;
  /** Freeze a snapshot and show its code; again: a new one. */
  openCode(): void;
  closeCode(): void;
  /** "I heard this person read or confirm the code", or took that back. */
  heard(personId: string, isHeard: boolean): void;
  codeDiffers(): void;
}

/** A line that passes: something happened that nobody has to act on. */
export type Line =
  | { kind: 'sealed-by'; name: string | null }
  | { kind: 'unsealed-by'; name: string | null }
  /** A round in which everybody was asked ended without everybody's agreement. */
  | { kind: 'seal-stays' }
  /** This browser's device was asked to be begun anew; `isDone`: its storage let go of the old one. */
  | { kind: 'device-reset'; isDone: boolean };
