// English.

import type { Texts } from './catalogue.ts';

export const en: Texts = {
  language: 'en',
  direction: 'ltr',

  someone: 'Someone without a name',
  you: 'you',
  close: 'Close',
  list: (names) => new Intl.ListFormat('en').format(names),

  shield: {
    name: 'Seal of this room',
    open: 'Not sealed',
    sealing: 'Sealing…',
    sealed: 'Sealed',
    verified: 'Sealed, all verified',
    asking: 'Room no longer sealed',
    alarm: 'Something is wrong',
  },

  panel: {
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
    since: (time) => `Sealed since ${time}.`,
    keyChange: {
      start: (time) => `Keys made at ${time}, when sealing began.`,
      left: (time, name) => `New keys at ${time}, because ${name ?? 'people'} left.`,
      joined: (time, name) => `New keys at ${time}, because ${name ?? 'people'} joined.`,
      period: (time) => `New keys at ${time}, as happens now and then.`,
    },
    people: (count) => (count === 1 ? 'In this room: 1 person' : `In this room: ${count} people`),
    parts: 'What is sealed',
    enforced: 'The server keeps out anyone who cannot take part.',
    notEnforced:
      'The server does not keep out people who cannot take part at the moment. What you send stays sealed all the same.',
    messages: (count) => (count === 1 ? '1 message' : `${count} messages`),
    about: {
      title: 'What the seal protects from',
      holds: [
        'The server, and anyone on the way, cannot see or hear what is sealed, nor put something else in its place.',
        'Whoever joins cannot open what came before; whoever leaves cannot open what comes after.',
      ],
      holdsNot:
        'It does not hold against people in the room: they can record. One of them who also controls the server could forge the picture or sound of another. And this page comes from the server: the seal is as honest as the page.',
    },
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
    quiet: { word: 'Sends nothing now', detail: null },
  },
  names: {
    asserted: (name) =>
      `Says that the name is ${name}. The name above comes from the server and proves nothing.`,
    noName: 'Gives itself no name. The name above comes from the server and proves nothing.',
    alsoHere: (names) => `Also here as ${en.list(names)}: the same device.`,
  },
  device: {
    new: () => 'New device',
    known: (date) => `Device known since ${date}`,
    verified: (date) => `Verified on ${date}`,
    changed: () => 'Changed! Not the device that was verified',
  },

  part: {
    microphone: 'Microphone',
    camera: 'Camera',
    screen: 'Screen',
    chat: 'Chat',
    sealed: 'sealed',
  },

  switch: {
    seal: 'Seal this room',
    sealHint:
      'From then on only the people in the room can see and hear each other. You can stop at any time.',
    unseal: 'Stop sealing',
    onlyOwnersSeal: 'The owner of the room can seal it.',
    onlyOwnersUnseal: 'Only the owner of the room can stop sealing it.',
    confirmTitle: 'Stop sealing this room?',
    asksEverybody:
      'You did not seal this room yourself: everyone in it is asked first, and one “no” keeps the seal.',
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
    meaning:
      'If you go on without the seal, the server that carries the call can see and hear what you send.',
    agree: 'Go on without the seal',
    leave: 'Leave',
  },

  consent: {
    title: (by) => `${by} asks to stop sealing this room`,
    titleOwn: 'Everyone is being asked',
    means:
      'Without the seal, the server that carries the call can see and hear everything, also what you send.',
    limit: (seconds) => `Unless everyone agrees within ${seconds} seconds, the room stays sealed.`,
    progress: (agreed, asked) => `${agreed} of ${asked} have agreed.`,
    agree: 'Agree to stop sealing',
    refuse: 'Keep it sealed',
    stays: 'The room stays sealed',
    refused: 'Somebody wants to keep the seal.',
    expired: 'Not everyone answered in time.',
  },

  broken: {
    happened: 'Sealing stopped working in this browser',
    means:
      'Your microphone, camera and screen are held back, so that nothing leaves unprotected. The others neither see nor hear you.',
    remedy: 'Reload the page and join again. If that does not help, update the browser.',
    leave: 'Leave',
    reload: 'Reload the page',
  },

  verify: {
    compare: 'Verify',
    unknown: 'Device not known yet',
    compareWith: (name) => `Verify ${name}`,
    openCode: 'Compare the meeting code',
    why: 'Make sure that nobody stands between you and the others: verify one person, or read a code aloud to all.',
    temporary:
      'This window remembers nobody, and others will see you as somebody new next time: it is private, or its storage does not work.',
  },

  ownDevice: {
    title: 'This browser',
    means:
      'The people whom you meet here know this browser by a key that never leaves it. What you save below is public: the other half of that key, and the devices that this browser has met.',
    save: 'Save the public part',
    reset: 'Begin anew with a new key',
    confirmTitle: 'Begin anew?',
    confirmMeaning:
      'Whoever has verified you will be told that you use another device, and has to verify you again. The call that you are in goes on as it is.',
    confirm: 'Yes, begin anew',
    keep: 'Keep the key',
  },

  comparison: {
    title: (name) => `Verify ${name}`,
    steps: {
      connecting: (name) => [`Connecting securely to ${name}…`],
      incoming: (name) => [
        `${name} would like to compare seven pictures with you, to make sure that nobody stands between you.`,
      ],
      waiting: (name) => [
        `Waiting for ${name} to agree.`,
        'Say aloud that you would like to compare pictures.',
      ],
      compare: (name) => [
        `Read these pictures to each other aloud. Does ${name} have the same seven, in this order?`,
        `Voices can be imitated. If in doubt, ask something that only ${name} knows.`,
      ],
      confirming: (name) => [`You said that they are the same. Waiting for ${name} to say so too.`],
      match: (name) => [
        `${name} is verified.`,
        'Nobody stands between you. This browser will know this device the next time.',
      ],
    },
    interrupted: {
      left: (name) => `${name} left before you were done.`,
      declined: (name) => `${name} does not want to compare now.`,
      stopped: () => 'The comparison was stopped.',
      timeout: (name) => `${name} did not answer.`,
      unreachable: (name) => `No secure connection to ${name} came about.`,
    },
    nothingChanged: 'Nothing has changed. You can try again.',
    accept: 'Compare now',
    decline: 'Not now',
    same: 'They are the same',
    differ: 'They differ',
    stop: 'Stop',
    again: 'Try again',
    done: 'Done',
    pictures: 'Seven pictures',
  },

  code: {
    title: 'Meeting code',
    how: [
      'One person reads the first half aloud, somebody else the second half. Everyone who sees the same says so.',
      'Tick only those whom you heard yourself and whose voice you know.',
    ],
    digits: 'Code',
    working: 'Working out the code…',
    heard: (name) => `I heard ${name}`,
    people: 'Whom did you hear read or confirm it?',
    covers: (people) =>
      people === 1
        ? 'This code covers you and 1 other person.'
        : `This code covers you and these ${people} people.`,
    reach: {
      connecting: 'Not yet reachable',
      left: 'Left before that was possible',
      'no-device': 'Shows no device that could be remembered',
    },
    connecting: (people) =>
      people === 1
        ? '1 person is not yet reachable, and can be ticked as soon as a secure connection stands.'
        : `${people} people are not yet reachable, and can be ticked as soon as a secure connection stands.`,
    none: 'Nobody else is here yet.',
    outdated: 'Somebody came or left. This code is still right for the people below.',
    fresh: 'Show a new code',
    differs: 'Somebody has another code',
    back: 'Back',
  },

  preJoin: {
    title: 'Sealed rooms',
    able: 'This browser can take part in sealed rooms.',
    obstacle: {
      'outdated-browser': 'This browser cannot take part in sealed rooms: update it, or use another one.',
      'not-loaded': 'This page cannot take part in sealed rooms: a part of it did not load. Reload it.',
    },
    room: {
      known: 'This room is sealed: this browser has seen it so.',
      invited: 'This room is sealed: your invitation says so.',
      required: 'This room is sealed, like all rooms of this kind here.',
      unknown: 'Whether this room is sealed is not known until you join.',
    },
  },

  refusal: {
    'no-plugin': () => ({
      happened: 'You could not join: this room is sealed.',
      means: 'This page came without the part that seals, so you would have seen and heard nothing.',
      remedy: 'Reload the page. If it stays like this, tell whoever runs the server.',
    }),
    'outdated-browser': () => ({
      happened: 'You could not join: this room is sealed.',
      means: 'This browser cannot seal sound and picture. Nothing was sent.',
      remedy: 'Update the browser or use a current Chrome, Edge, Firefox or Safari, then join again.',
    }),
    'bad-bundle': () => ({
      happened: 'You could not join: this room is sealed.',
      means: 'The server did not accept the keys of this browser.',
      remedy: 'Reload the page and join again. If it stays like this, tell whoever runs the server.',
    }),
    other: (detail) => ({
      happened: 'You could not join this room.',
      means: detail === null ? 'The server gave no reason.' : `The server said: ${detail}`,
      remedy: 'Try again later, or ask the person who invited you.',
    }),
  },

  tile: {
    incapable: 'Cannot take part in the seal',
    unreadable: 'Cannot be opened',
    swapped: 'Wrong person: not shown',
  },

  payload: { chat: 'chat message', poll: 'poll', reaction: 'reaction', other: 'message' },

  causes: {
    'worker-died': () => ({
      happened: 'The part of this page that seals your sound and picture stopped.',
      means: 'Nothing leaves your browser, and nothing of the others can be shown.',
      remedy: 'Reload the page and join again. The others only notice that you are gone for a moment.',
    }),
    'not-loaded': () => ({
      happened: 'A part of the sealing could not be loaded from the server.',
      means: 'You cannot take part in sealed rooms, and nothing is sent in a room that is sealed.',
      remedy: 'Reload the page. If that does not help, tell whoever runs this server.',
    }),
    unsupported: () => ({
      happened: 'This browser cannot seal sound and picture.',
      means: 'You cannot take part in sealed rooms. Nothing was sent.',
      remedy: 'Use a current Chrome, Edge, Firefox or Safari, and join again.',
    }),
    bypassed: () => ({
      happened: 'Your browser tried to send or play something around the seal.',
      means: 'It was stopped. The others may miss your sound or picture.',
      remedy: 'Leave, update the browser, and join again.',
    }),
    refused: ({ what, why }) => ({
      happened: what === 'seal' ? 'The room was not sealed.' : 'The seal was not ended.',
      means: why,
      remedy: 'Ask an owner of the room, or try again.',
    }),
    'held-back-out': ({ what }) => ({
      happened: `Your ${en.payload[what]} was not sent.`,
      means: 'In a sealed room nothing may leave unprotected, and this cannot be sealed yet.',
      remedy: 'Say it aloud: sound and picture are sealed.',
    }),
    unsent: ({ what }) => ({
      happened: `Your ${en.payload[what]} was not sent.`,
      means: 'The connection to the server is cut, so nobody got it.',
      remedy: 'Send it again when the connection is back.',
    }),
    'held-back-in': ({ what }) => ({
      happened: `A ${en.payload[what]} that was not sealed arrived and is not shown.`,
      means: 'It came from somebody who takes no part in the seal, or the server wrote it.',
      remedy: 'Nothing to do. Ask the others aloud if you expected something.',
    }),
    codec: ({ codec }) => ({
      happened: `Your browser sends ${codec}, which cannot be sealed.`,
      means: 'The others do not get what you send in this form.',
      remedy: 'Ask whoever runs this server to offer AV1, VP9, VP8 or H.264, and Opus.',
    }),
    unreadable: ({ name }) => ({
      happened: `What ${name} sends cannot be opened here.`,
      means: 'It is not shown. The keys may still be on their way, or somebody changed it on the way.',
      remedy: `If it stays like this, ask ${name} to leave and come back.`,
    }),
    replayed: ({ name }) => ({
      happened: `Old sound or pictures of ${name} were sent again.`,
      means: 'They are not shown. The server kept them, and nothing new came in their place.',
      remedy: 'If this comes again, do not trust this server, and tell whoever runs it.',
    }),
    late: ({ name, seconds }) => ({
      happened: `What you see or hear of ${name} is about ${seconds} seconds old.`,
      means: `It does come from ${name}. The connection is slow, or the server holds it back.`,
      remedy: `Before you rely on it, ask ${name} something and see how soon the answer comes.`,
    }),
    missed: ({ name, count }) => ({
      happened: `${count === 1 ? 'A message' : `${count} messages`} of ${name} did not arrive.`,
      means: 'It was lost on the way, or the server held it back.',
      remedy: `Ask ${name} to say it again.`,
    }),
    unsealed: ({ name }) => ({
      happened: `Something that is not sealed arrived in the place of ${name}.`,
      means: 'It is not shown. A sealed participant sends no such thing; the server can make it.',
      remedy: `Ask ${name} whether the room shows as sealed there.`,
    }),
    swapped: ({ name, seen }) => ({
      happened:
        seen === null
          ? `Somebody else's picture or sound was sent in the place of ${name}.`
          : `The server sent what comes from ${seen} in the place of ${name}.`,
      means: 'The server mixed them up, or did so on purpose. It is not shown.',
      remedy: 'If this comes again, do not trust this server, and tell whoever runs it.',
    }),
    incapable: ({ name }) => ({
      happened: `${name} cannot take part in the seal.`,
      means: `${name} gets no keys, and can neither see nor hear anybody.`,
      remedy: `Ask ${name} to use a current browser and to join again.`,
    }),
    replaced: ({ name }) => ({
      happened: `${name} came back with another key in the middle of the call.`,
      means: 'This may be a reload of the page, or somebody else under the same name.',
      remedy: `Ask ${name} aloud.`,
    }),
    'changed-device': ({ name }) => ({
      happened: `${name} is here with another device than the one that was verified.`,
      means: 'It may be a new computer or browser, or somebody else who took the name.',
      remedy: `Verify ${name} again before you say anything confidential.`,
    }),
    'different-rosters': ({ names }) => ({
      happened: `The server tells you and ${en.list(names)} different things about who is in this room.`,
      means: 'Somebody may be listening of whom not all know, or somebody is kept out.',
      remedy: 'Ask aloud who is here and compare with the list. If it does not fit, leave.',
    }),
    silent: ({ name }) => ({
      happened: `${name} does not respond.`,
      means: `Whether ${name} sees the same people in this room is not known.`,
      remedy: 'It may be a bad connection. If it stays like this, ask aloud.',
    }),
    mismatch: ({ name }) => ({
      happened: name === null ? 'The meeting codes differ.' : `The pictures of you and ${name} differ.`,
      means: 'Somebody may stand in between and see and hear everything.',
      remedy:
        'Say nothing confidential here. Leave, and tell the others on another way, such as the telephone. Do not just try again.',
    }),
  },

  lines: {
    'sealed-by': ({ name }) => (name === null ? 'This room was sealed.' : `${name} sealed this room.`),
    'unsealed-by': ({ name }) =>
      name === null ? 'The seal of this room was ended.' : `${name} ended the seal of this room.`,
    'seal-stays': () => 'The room stays sealed: not everyone agreed to end the seal.',
    'device-reset': ({ isDone }) =>
      isDone
        ? 'This browser has a new key from the next time that you load this page.'
        : 'The key could not be removed: the browser did not let go of it. Try again, or delete the data of this website.',
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
  },

  emoji: [
    ...[
      'Dog',
      'Cat',
      'Lion',
      'Horse',
      'Unicorn',
      'Pig',
      'Elephant',
      'Rabbit',
      'Panda',
      'Rooster',
      'Penguin',
      'Turtle',
    ],
    ...[
      'Fish',
      'Octopus',
      'Butterfly',
      'Flower',
      'Tree',
      'Cactus',
      'Mushroom',
      'Globe',
      'Moon',
      'Cloud',
      'Fire',
    ],
    ...[
      'Banana',
      'Apple',
      'Strawberry',
      'Corn',
      'Pizza',
      'Cake',
      'Heart',
      'Smiley',
      'Robot',
      'Hat',
      'Glasses',
    ],
    ...[
      'Spanner',
      'Santa',
      'Thumbs up',
      'Umbrella',
      'Hourglass',
      'Clock',
      'Gift',
      'Light bulb',
      'Book',
      'Pencil',
    ],
    ...[
      'Paperclip',
      'Scissors',
      'Lock',
      'Key',
      'Hammer',
      'Telephone',
      'Flag',
      'Train',
      'Bicycle',
      'Aeroplane',
    ],
    ...['Rocket', 'Trophy', 'Ball', 'Guitar', 'Trumpet', 'Bell', 'Anchor', 'Headphones', 'Folder', 'Pin'],
  ],
};
