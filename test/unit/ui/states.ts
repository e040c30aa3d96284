// One example of every state that the interface can show; used by the tests and by the screenshots.

import type { Person, Trouble, UiState } from '../../../web-plugin/src/ui/index.ts';

export type { UiState };

const person = (id: string, name: string, state: Person['state'] = 'sealed', isSelf = false): Person => ({
  id,
  name,
  isSelf,
  state,
});

export const swapped: Trouble = {
  id: 'swapped mara',
  severity: 'alarm',
  cause: { kind: 'swapped', name: 'Mara', seen: null },
  repeated: 3,
};

export const unreadable: Trouble = {
  id: 'unreadable tom',
  severity: 'warning',
  cause: { kind: 'unreadable', name: 'Tom' },
  repeated: 1,
};

const base: UiState = {
  phase: 'open',
  isOwner: false,
  isEnforced: false,
  sealedSince: null,
  unsealedBy: null,
  people: [
    person('a', 'Anna Lindqvist', 'waiting', true),
    person('b', 'Mara', 'waiting'),
    person('c', 'Tom', 'waiting'),
  ],
  troubles: [],
};

const everybodySealed = base.people.map((one): Person => ({ ...one, state: 'sealed' }));
const since = new Date().setHours(9, 41, 0, 0);

export const away: UiState = { ...base, phase: 'away', people: [] };
export const open = base;
export const openOwner: UiState = { ...base, isOwner: true };
export const sealing: UiState = {
  ...base,
  phase: 'sealing',
  isOwner: true,
  isEnforced: true,
  people: [
    person('a', 'Anna Lindqvist', 'sealed', true),
    person('b', 'Mara', 'waiting'),
    person('c', 'Tom', 'waiting'),
  ],
};
export const sealed: UiState = {
  ...base,
  phase: 'sealed',
  isEnforced: true,
  sealedSince: since,
  people: everybodySealed,
};
export const sealedOwner: UiState = { ...sealed, isOwner: true };
export const notEnforced: UiState = { ...sealed, isEnforced: false, canAgree: true };
export const trouble: UiState = {
  ...sealed,
  isOwner: true,
  people: [
    person('a', 'Anna Lindqvist', 'sealed', true),
    person('b', 'Mara', 'swapped'),
    person('c', 'Tom', 'unreadable'),
    person('d', 'Old phone in the meeting room on the second floor', 'incapable'),
    person('e', 'نورا', 'waiting'),
  ],
  troubles: [unreadable, swapped],
};
export const asking: UiState = { ...base, phase: 'asking', unsealedBy: 'Mara' };
export const broken: UiState = { ...base, phase: 'broken' };

const round = { id: 'r1', by: 'Mara', isOwn: false, agreed: 2, asked: 4, seconds: 60 };
export const consentAsked: UiState = { ...sealed, consent: { ...round, step: 'asked' } };
export const consentAgreed: UiState = { ...sealed, consent: { ...round, step: 'waiting' } };
export const consentOwn: UiState = {
  ...sealedOwner,
  consent: { ...round, by: 'Anna Lindqvist', isOwn: true, step: 'waiting' },
};
export const consentRefused: UiState = {
  ...sealedOwner,
  consent: { ...round, by: 'Anna Lindqvist', isOwn: true, step: 'refused' },
};
export const asksEverybody: UiState = { ...sealedOwner, asksEverybody: true };

// From here: verifying, before joining, tiles.

const day = (month: number, date: number) => new Date(2026, month - 1, date, 12).getTime();

const withDevices: Person[] = [
  person('a', 'Anna Lindqvist', 'sealed', true),
  { ...person('b', 'Mara'), device: { kind: 'verified', on: day(5, 14) } },
  { ...person('c', 'Tom'), device: { kind: 'known', since: day(9, 3) } },
  { ...person('d', 'نورا'), device: { kind: 'new' } },
];

export const devices: UiState = {
  ...sealedOwner,
  people: withDevices,
  lastKeyChange: { at: since + 600_000, reason: 'left', name: 'Jo' },
};
/** The server shows Tom under another name than his own, and Mara is here twice. */
export const names: UiState = {
  ...devices,
  people: withDevices.map((one): Person => {
    if (one.id === 'c') return { ...one, name: 'Mara Boss', asserted: 'Tom' };
    if (one.id === 'd') return { ...one, alsoHere: ['Mara'] };
    return one.id === 'b' ? { ...one, alsoHere: ['نورا'] } : one;
  }),
};
/** A large room: to Tom there is no channel yet. */
export const quietOnes: UiState = {
  ...devices,
  people: withDevices.map((one): Person => (one.id === 'c' ? person('c', 'Tom', 'quiet') : one)),
};
export const verified: UiState = {
  ...devices,
  people: withDevices.map((one) =>
    one.isSelf ? one : { ...one, device: { kind: 'verified', on: day(5, 14) } },
  ),
};
export const changed: UiState = {
  ...devices,
  people: withDevices.map((one): Person => (one.id === 'b' ? { ...one, device: { kind: 'changed' } } : one)),
  troubles: [
    {
      id: 'changed mara',
      severity: 'alarm',
      repeated: 1,
      cause: { kind: 'changed-device', name: 'Mara' },
    },
  ],
};

const emoji = [0, 14, 31, 42, 54, 17, 60];
const withTom = { personId: 'c', name: 'Tom' };
export const compareIncoming: UiState = { ...devices, comparison: { ...withTom, step: 'incoming' } };
export const compareConnecting: UiState = { ...devices, comparison: { ...withTom, step: 'connecting' } };
export const compareWaiting: UiState = { ...devices, comparison: { ...withTom, step: 'waiting' } };
export const compare: UiState = { ...devices, comparison: { ...withTom, step: 'compare', emoji } };
export const compareNames: UiState = {
  ...devices,
  comparison: { personId: 'c', name: 'Mara Boss', asserted: 'Tom', step: 'compare', emoji },
};
export const compareConfirming: UiState = {
  ...devices,
  comparison: { ...withTom, step: 'confirming', emoji },
};
export const compareMatch: UiState = { ...devices, comparison: { ...withTom, step: 'match' } };
export const compareMismatch: UiState = { ...devices, comparison: { ...withTom, step: 'mismatch' } };
export const compareInterrupted: UiState = {
  ...devices,
  comparison: { ...withTom, step: 'interrupted', why: 'left' },
};

export const code: UiState = {
  ...devices,
  meetingCode: {
    digits: '093184471600028551376690214903',
    people: [
      { id: 'b', name: 'Mara', heard: true, reach: 'reachable' },
      { id: 'c', name: 'Tom', heard: false, reach: 'reachable' },
      { id: 'd', name: 'نورا', heard: false, reach: 'connecting' },
    ],
    isOutdated: false,
  },
};
/** The server shows Tom under another name than his own, and somebody who gives itself none. */
export const codeNames: UiState = {
  ...code,
  ...(code.meetingCode && {
    meetingCode: {
      ...code.meetingCode,
      people: [
        { id: 'b', name: 'Mara', heard: true, reach: 'reachable', asserted: null },
        { id: 'c', name: 'Mara Boss', heard: false, reach: 'reachable', asserted: 'Tom' },
        { id: 'd', name: 'نورا', heard: false, reach: 'connecting', asserted: '' },
      ],
    },
  }),
};
export const codeLarge: UiState = {
  ...code,
  ...(code.meetingCode && {
    meetingCode: {
      ...code.meetingCode,
      people: [
        { id: 'b', name: 'Mara', heard: true, reach: 'reachable' },
        { id: 'c', name: 'Tom', heard: false, reach: 'connecting' },
        { id: 'd', name: 'نورا', heard: false, reach: 'connecting' },
        { id: 'e', name: 'Jo', heard: false, reach: 'left' },
        { id: 'f', name: 'A bot', heard: false, reach: 'no-device' },
      ],
    },
  }),
};
export const codeWorking: UiState = {
  ...code,
  ...(code.meetingCode && { meetingCode: { ...code.meetingCode, digits: null } }),
};
export const codeOutdated: UiState = {
  ...code,
  ...(code.meetingCode && { meetingCode: { ...code.meetingCode, isOutdated: true } }),
};

export const preJoinUnknown: UiState = { ...away, preJoin: { obstacle: null, room: 'unknown' } };
export const preJoinKnown: UiState = { ...away, preJoin: { obstacle: null, room: 'known' } };
export const preJoinInvited: UiState = { ...away, preJoin: { obstacle: null, room: 'invited' } };
export const preJoinUnable: UiState = {
  ...away,
  preJoin: { obstacle: 'outdated-browser', room: 'required' },
};
export const preJoinNotLoaded: UiState = { ...away, preJoin: { obstacle: 'not-loaded', room: 'unknown' } };
export const refused: UiState = { ...away, refusal: { reason: 'outdated-browser', detail: null } };
export const refusedOther: UiState = {
  ...away,
  refusal: { reason: 'other', detail: 'The room is full.\u202e' },
};

/** Mara's and Tom's tiles stay black; Tom is also the one shown large. */
export const blackTiles: UiState = {
  ...trouble,
  people: trouble.people.map((one) => (one.id === 'c' ? { ...one, isOnStage: true } : one)),
};
