// Every text of the interface, by name and with what goes into it: a language that lacks one does not compile.

import type {
  Cause,
  Comparison,
  Device,
  KeyChange,
  Line,
  MeetingCode,
  Payload,
  Person,
  PreJoin,
  Refusal,
} from '../state.ts';

/** What happened, what it means, what to do. */
export interface Words {
  happened: string;
  means: string;
  remedy: string;
}

/** Names arrive here cleaned and isolated, ready to stand in a sentence. */
export interface Texts {
  /** BCP 47, for `lang` and for dates. */
  language: string;
  direction: 'ltr' | 'rtl';

  someone: string;
  you: string;
  close: string;
  /** A list in a sentence: "Anna, Mara and Tom". */
  list(names: string[]): string;

  shield: {
    /** Says of the button what it is; the state follows. */
    name: string;
    open: string;
    sealing: string;
    sealed: string;
    verified: string;
    asking: string;
    alarm: string;
  };

  panel: {
    title: { open: string; sealing: string; sealed: string; asking: string; broken: string };
    meaning: { open: string; sealing: string; sealed: string; asking: string; broken: string };
    since(time: string): string;
    keyChange: Record<KeyChange['reason'], (time: string, name: string | null) => string>;
    people(count: number): string;
    parts: string;
    enforced: string;
    notEnforced: string;
    messages(count: number): string;
    /** What the seal holds against, and what not (rule M11). */
    about: { title: string; holds: string[]; holdsNot: string };
  };

  /** The state of a person: the word in the list, and one sentence where a word is not enough. */
  person: Record<Person['state'], { word: string; detail: string | null }>;
  names: {
    /** The server shows another name than the one that this person gives itself. */
    asserted(name: string): string;
    /** The server shows a name for who gives itself none. */
    noName: string;
    /** The same device is here under these names too. */
    alsoHere(names: string[]): string;
  };
  /** What is known of a person's device. */
  device: Record<Device['kind'], (date: string) => string>;

  part: { microphone: string; camera: string; screen: string; chat: string; sealed: string };

  switch: {
    seal: string;
    sealHint: string;
    unseal: string;
    onlyOwnersSeal: string;
    onlyOwnersUnseal: string;
    confirmTitle: string;
    confirmMeaning: string[];
    /** Before it, for an owner who did not seal the room. */
    asksEverybody: string;
    confirm: string;
    keep: string;
  };

  asking: { title(by: string | null): string; held: string; meaning: string; agree: string; leave: string };
  consent: {
    title(by: string): string;
    titleOwn: string;
    means: string;
    limit(seconds: number): string;
    progress(agreed: number, asked: number): string;
    agree: string;
    refuse: string;
    stays: string;
    refused: string;
    expired: string;
  };
  broken: Words & { leave: string; reload: string };

  verify: {
    /** Beside a person: starts the comparison with them. */
    compare: string;
    /** There is no channel yet in which a device could have proved itself. */
    unknown: string;
    compareWith(name: string): string;
    openCode: string;
    /** Why one would do this, in one sentence. */
    why: string;
    /** This browser cannot remember anything between visits. */
    temporary: string;
  };

  /** This browser, as others know it. */
  ownDevice: {
    title: string;
    means: string;
    save: string;
    reset: string;
    confirmTitle: string;
    confirmMeaning: string;
    confirm: string;
    keep: string;
  };

  comparison: {
    title(name: string): string;
    steps: {
      [Step in Exclude<Comparison['step'], 'interrupted' | 'mismatch'>]: (name: string) => string[];
    };
    interrupted: Record<Extract<Comparison, { step: 'interrupted' }>['why'], (name: string) => string>;
    nothingChanged: string;
    accept: string;
    decline: string;
    same: string;
    differ: string;
    stop: string;
    again: string;
    done: string;
    pictures: string;
  };

  code: {
    title: string;
    how: string[];
    digits: string;
    working: string;
    heard(name: string): string;
    people: string;
    /** How many others the digits cover. */
    covers(people: number): string;
    /** Why somebody cannot be ticked; the first for `people` of them together too. */
    reach: Record<Exclude<MeetingCode['people'][number]['reach'], 'reachable'>, string>;
    connecting(people: number): string;
    none: string;
    outdated: string;
    fresh: string;
    differs: string;
    back: string;
  };

  preJoin: {
    title: string;
    able: string;
    obstacle: Record<Exclude<PreJoin['obstacle'], null>, string>;
    room: Record<PreJoin['room'], string>;
  };

  refusal: Record<Refusal['reason'], (detail: string | null) => Words>;

  /** On a tile whose media is not shown. */
  tile: Record<Exclude<Person['state'], 'sealed' | 'waiting' | 'quiet'>, string>;

  payload: Record<Payload, string>;
  causes: { [Kind in Cause['kind']]: (cause: Extract<Cause, { kind: Kind }>) => Words };
  lines: { [Kind in Line['kind']]: (line: Extract<Line, { kind: Kind }>) => string };

  trouble: {
    remedyLabel: string;
    repeated(count: number): string;
    dismiss: string;
    /** Leads from the alert to the message in the panel. */
    show: string;
    severity: { information: string; warning: string; alarm: string };
  };

  announce: { sealing: string; sealed: string; open: string };

  /** Names of the 64 pictures of emoji.ts, in its order. */
  emoji: readonly string[];
}
