// A conference as lib-jitsi-meet makes it, as far as people send each other things: modelled on its sources of 2026
// (`Polls.ts`, `RoomMetadata.ts`, `FileSharing.ts`, `JitsiConference.ts`), and of 2022 without the objects that came later.

import { EventEmitter } from 'node:events';
import { Conversation } from '../../../web-plugin/src/jitsi/conversation.ts';
import type { JitsiConference } from '../../../web-plugin/src/jitsi/library.ts';
import type { DataKind } from '../../../web-plugin/src/wire/index.ts';

export type Version = '2022' | '2026';

const SHARED = [
  'MESSAGE_RECEIVED',
  'PRIVATE_MESSAGE_RECEIVED',
  'ENDPOINT_MESSAGE_RECEIVED',
  'NON_PARTICIPANT_MESSAGE_RECEIVED',
  'PARTICIPANT_PROPERTY_CHANGED',
  'TRACK_ADDED',
  'CONFERENCE_ERROR',
  'USER_JOINED',
  'USER_STATUS_CHANGED',
];
const LATER = [
  'POLL_RECEIVED',
  'POLL_ANSWER_RECEIVED',
  'METADATA_UPDATED',
  'FILE_SHARING_FILE_ADDED',
  'FILE_SHARING_FILES_RECEIVED',
  'REACTION_RECEIVED',
  'MESSAGE_RETRACTED',
];

/** `sent`: what left in clear. */
class Polls {
  constructor(private readonly sent: unknown[]) {}
  isSupported() {
    return true;
  }
  createPoll(pollId: string, question: string, answers: object[]) {
    this.sent.push({ command: 'new-poll', pollId, question, answers });
  }
  answerPoll(pollId: string, answers: boolean[]) {
    this.sent.push({ command: 'answer-poll', pollId, answers });
  }
  /** Not of any version that is known. */
  deletePoll(pollId: string) {
    this.sent.push({ command: 'delete-poll', pollId });
  }
}

class RoomMetadata {
  metadata: object = {};
  constructor(private readonly sent: unknown[]) {}
  setMetadata(key: string, data: unknown) {
    this.sent.push({ key, data });
  }
  getMetadata() {
    return this.metadata;
  }
}

class FileSharing {
  constructor(private readonly sent: unknown[]) {}
  isSupported() {
    return true;
  }
  addFile(file: object) {
    this._sendMessage({ add: file });
  }
  removeFile(fileId: string) {
    this._sendMessage({ remove: fileId });
  }
  _sendMessage(message: object) {
    this.sent.push(message);
  }
}

class Conference {
  readonly sent: unknown[] = [];
  readonly eventEmitter = new EventEmitter();
  readonly people: string[] = ['ada'];
  readonly commands = new EventEmitter();
  getParticipants() {
    return this.people.map((id) => ({ getId: () => id }));
  }
  myUserId() {
    return 'me';
  }
  sendTextMessage(text: string, element = 'body') {
    this.sent.push({ [element]: text });
  }
  sendPrivateTextMessage(to: string, text: string, element = 'body') {
    this.sent.push({ to, [element]: text });
  }
  sendMessage(message: object | string, to = '') {
    const args: [string, string] =
      typeof message === 'string' ? [message, 'body'] : [JSON.stringify(message), 'json-message'];
    if (to) this.sendPrivateTextMessage(to, ...args);
    else this.sendTextMessage(...args);
  }
  sendEndpointMessage(to: string, payload: object) {
    this.sent.push({ to, payload });
  }
  sendCommand(name: string, values: object) {
    this.sent.push({ command: name, values });
  }
  sendCommandOnce(name: string, values: object) {
    this.sendCommand(name, values);
  }
  setLocalParticipantProperty(name: string, value: string) {
    this.sendCommand(`jitsi_participant_${name}`, { value });
  }
  addCommandListener(name: string, listener: (...args: unknown[]) => void) {
    this.commands.on(name, listener);
  }
  removeCommandListener(name: string, listener: (...args: unknown[]) => void) {
    this.commands.off(name, listener);
  }
}

class LaterConference extends Conference {
  readonly #polls = new Polls(this.sent);
  readonly #metadata = new RoomMetadata(this.sent);
  readonly #files = new FileSharing(this.sent);
  getPolls() {
    return this.#polls;
  }
  getMetadataHandler() {
    return this.#metadata;
  }
  getFileSharing() {
    return this.#files;
  }
  setLocalParticipantProperties(properties: Record<string, string>) {
    this.sent.push({ properties });
  }
  sendReaction(reaction: string) {
    this.sent.push({ reaction });
  }
  sendMessageRetraction(messageId: string) {
    this.sent.push({ retracted: messageId });
  }
  sendFaceLandmarks(face: object) {
    this.sent.push({ face });
  }
  async getShortTermCredentials(service: string) {
    this.sent.push({ credentials: service });
    return 'token';
  }
}

export interface Said {
  kind: DataKind;
  body: string;
  to: string | null;
}

/** One room; what is said there comes back to oneself as `Meeting` sees to it. */
export function talkIn<V extends Version>(version: V, isSealed = true) {
  const conference = (version === '2026' ? new LaterConference() : new Conference()) as V extends '2026'
    ? LaterConference
    : Conference;
  const names = [...SHARED, ...(version === '2026' ? LATER : [])];
  const said: Said[] = [];
  const held: string[] = [];
  /** What the page hears: the event's name and what came with it, participants by their ids. */
  const heard: unknown[][] = [];
  const room = { isSealed };
  const conversation = new Conversation(
    conference as unknown as JitsiConference,
    Object.fromEntries(names.map((name) => [name, `conference.${name}`])),
    {
      onOwnMessage: () => undefined,
      isClear: () => !room.isSealed,
      onSay: (kind, body, to) => {
        said.push({ kind, body, to });
        if (kind === 'poll' && to === null) conversation.deliver('me', kind, body, false);
      },
      onHeldBack: (direction, what) => held.push(`${direction} ${what}`),
      nameOf: (id) => `name of ${id}`,
    },
  );
  for (const name of names)
    conference.eventEmitter.on(`conference.${name}`, (...args) =>
      heard.push([name, ...args.map((arg) => arg?.getId?.() ?? arg)]),
    );
  const emit = (name: string, ...args: unknown[]) =>
    conference.eventEmitter.emit(`conference.${name}`, ...args);
  const opened = (from: string, body: object, isPrivate = false, kind: DataKind = 'poll') =>
    conversation.deliver(from, kind, JSON.stringify(body), isPrivate);
  return { conference, room, said, held, heard, emit, opened };
}
