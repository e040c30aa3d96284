// English.

import type { Texts } from './catalogue.ts';

export const en: Texts = {
  language: 'en',
  direction: 'ltr',

  someone: 'Someone without a name',
  you: 'you',
  close: 'Close',

  shield: {
    name: 'Seal of this room',
    open: 'Not sealed',
    sealing: 'Sealing…',
    sealed: 'Sealed',
    asking: 'Room no longer sealed',
    alarm: 'Something is wrong',
    messages: (count) => (count === 1 ? '1 message' : `${count} messages`),
  },

  panel: {
    name: 'Seal of this room',
    title: {
      open: 'This room is not sealed',
      sealing: 'Sealing this room…',
      sealed: 'This room is sealed',
      asking: 'This room is no longer sealed',
      broken: 'Sealing does not work here',
    },
    meaning: {
      open: 'The server that carries this call could see and hear it.',
      sealing: 'Nothing leaves your browser unprotected any more. The keys are on their way to the others.',
      sealed: 'Only the people in this list can see and hear you. The server passes on what it cannot open.',
      asking: 'Nothing is sent from your browser until you decide.',
      broken: 'Nothing is sent from your browser.',
    },
    since: (time) => `Since ${time}`,
    people: (count) => (count === 1 ? 'In this room: 1 person' : `In this room: ${count} people`),
    parts: 'What is sealed',
    enforced: 'The server keeps out anyone who cannot take part.',
    notEnforced:
      'The server does not keep out people who cannot take part at the moment. What you send stays sealed all the same.',
    messages: (count) => (count === 1 ? '1 message' : `${count} messages`),
  },

  person: {
    waiting: { word: 'Keys on their way', detail: null },
    sealed: { word: 'Sealed', detail: null },
    incapable: { word: 'Cannot take part', detail: 'Has no keys: can neither see nor hear you.' },
    unreadable: {
      word: 'Cannot be opened',
      detail: 'Sends something that cannot be opened here. It is not shown.',
    },
    swapped: {
      word: 'Wrong person shown',
      detail: "The server sends somebody else's picture or sound in this place. It is not shown.",
    },
  },

  part: {
    microphone: 'Microphone',
    camera: 'Camera',
    screen: 'Screen',
    chat: 'Chat',
    sealed: 'sealed',
    blocked: 'held back',
  },

  switch: {
    seal: 'Seal this room',
    sealHint:
      'From then on only the people in the room can see and hear each other. You can stop at any time.',
    unseal: 'Stop sealing',
    onlyOwnersSeal: 'The owner of the room can seal it.',
    onlyOwnersUnseal: 'Only the owner of the room can stop sealing it.',
    confirmTitle: 'Stop sealing this room?',
    confirmMeaning: [
      'The server that carries the call will be able to see and hear it.',
      'Everyone sees that it was you, and is asked before anything of theirs is sent.',
    ],
    confirm: 'Yes, stop sealing',
    keep: 'Keep it sealed',
  },

  asking: {
    title: (by) => (by === null ? 'The seal of this room was ended' : `${by} ended the seal of this room`),
    held: 'Your microphone, camera and screen are held back. Nothing is sent until you agree.',
    meaning: 'If you go on, the server that carries the call can see and hear what you send.',
    agree: 'Go on without the seal',
    leave: 'Leave',
  },

  broken: {
    title: 'Sealing stopped working in this browser',
    meaning:
      'Your microphone, camera and screen are held back, so that nothing leaves unprotected. The others neither see nor hear you.',
    remedy: 'Reload the page and join again. If that does not help, update the browser.',
    leave: 'Leave',
  },

  trouble: {
    remedyLabel: 'What to do',
    repeated: (count) => `×${count}`,
    dismiss: 'Dismiss',
    show: 'What to do',
    severity: { information: 'Note', warning: 'Warning', alarm: 'Alarm' },
  },

  announce: {
    sealing: 'This room is being sealed.',
    sealed: 'This room is sealed.',
    open: 'This room is not sealed.',
    notEnforced: 'The server no longer keeps out people who cannot take part.',
  },
};
