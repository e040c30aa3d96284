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
  happened: "Somebody else's picture was sent in Mara's place.",
  means: 'The server mixed up two streams, or did so on purpose. The wrong picture is not shown.',
  remedy:
    'Go on talking, but trust no picture until it is gone. If it comes back, leave and tell who runs the server.',
  repeated: 3,
};

export const unreadable: Trouble = {
  id: 'unreadable tom',
  severity: 'warning',
  happened: 'What Tom sends cannot be opened.',
  means: 'Keys have not arrived, or the server changes what passes it.',
  remedy: 'Wait some seconds. If it stays, ask Tom to reload the page.',
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
const since = new Date(2026, 10, 23, 9, 41).getTime();

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
export const notEnforced: UiState = { ...sealed, isEnforced: false };
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
