// What the interface shows and what a person can want. The interface knows nothing else.

/** One participant as the panel lists it. */
export interface Person {
  id: string;
  name: string;
  isSelf: boolean;
  /**
   * `waiting`: keys are on their way. `sealed`: what it sends opens here. `incapable`: it has no plugin and gets
   * no keys. `unreadable`: it sends something that does not open. `swapped`: the server shows somebody else in its place.
   */
  state: 'waiting' | 'sealed' | 'incapable' | 'unreadable' | 'swapped';
}

/** A message that stays until the person dismisses it or its cause is gone. `repeated` folds the same trouble. */
export interface Trouble {
  id: string;
  severity: 'information' | 'warning' | 'alarm';
  /** What happened; what it means; what to do. Plain sentences, ready to show. */
  happened: string;
  means: string;
  remedy: string;
  repeated: number;
}

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
  /** Who ended the seal, for `asking`; null when unknown. */
  unsealedBy: string | null;
  people: Person[];
  troubles: Trouble[];
  /** BCP 47, as Jitsi Meet has chosen; English where the interface does not speak it. */
  language?: string;
  /** What is sealed; `blocked`: held back because it cannot be sealed yet. Left out: all media sealed, chat blocked. */
  parts?: Parts;
}

export type Parts = Record<'microphone' | 'camera' | 'screen' | 'chat', 'sealed' | 'blocked'>;

/** What a click means. Unsealing and agreeing only ever come from a click inside the plugin's own interface. */
export interface UiIntents {
  seal(): void;
  unseal(): void;
  /** "Go on without the seal", for this room and this visit. */
  agreeToUnseal(): void;
  leave(): void;
  dismiss(troubleId: string): void;
}
