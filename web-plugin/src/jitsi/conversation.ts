// What people of one conference send each other beside sound and picture: sealed, or held back, in both directions.
//
// Jitsi Meet's own interface keeps working: it sends by lib-jitsi-meet's methods and hears by its events.

import type { Payload } from '../ui/index.ts';
import { type DataKind, MESSAGE_TYPE } from '../wire/index.ts';
import { guard } from './guard.ts';
import type { JitsiConference, JitsiParticipant } from './library.ts';
import { type Outgoing, outgoingOf } from './outgoing.ts';
import { contentOf, passesCommand, passesProperty, passingMetadata, passingPayload } from './passing.ts';
import { kindOf, payloadOf } from './payloads.ts';
import { asEvent, asPayload, KnownPolls, type Poll } from './polls.ts';
import { safely } from './safely.ts';

export interface ConversationEvents {
  /** One of Sealmeet's own messages; `from` is null when the room itself sent it. */
  onOwnMessage(from: string | null, payload: unknown): void;
  /** May payloads that are not sealed pass? */
  isClear(direction: 'out' | 'in'): boolean;
  /** Seal this and send it, to one occupant or (null) to all. */
  onSay(kind: DataKind, body: string, to: string | null): void;
  /** Something clear was held back. */
  onHeldBack(direction: 'out' | 'in', what: Payload): void;
  /** Display name of an occupant, or of this participant. */
  nameOf(id: string): string;
}

const MOST_TOLD = 100;

export class Conversation {
  /** To the page's listeners, past the guard. */
  readonly #emit: (event: string, ...args: unknown[]) => void;
  readonly #polls = new KnownPolls();
  /** State that comes again and again: held back each time, told once. */
  readonly #told = new Set<string>();

  /** `eventNames`: lib-jitsi-meet's names of conference events, which differ between versions. */
  constructor(
    private readonly conference: JitsiConference,
    private readonly eventNames: Record<string, string>,
    private readonly events: ConversationEvents,
  ) {
    this.#emit = this.#watchEvents();
    this.#guardSending();
    this.#guardListening();
  }

  /** Hands on what came out of the seal, as lib-jitsi-meet would have: by the events that the page knows. */
  deliver(from: string, kind: DataKind, body: string, isPrivate: boolean): void {
    if (kind === 'chat') {
      this.#hand(isPrivate ? 'PRIVATE_MESSAGE_RECEIVED' : 'MESSAGE_RECEIVED', from, body);
      return;
    }
    const payload = payloadOf(kind, body);
    if (!payload) console.warn(`Sealmeet: dropped a ${kind} of ${from}: not of the form that it has to have`);
    else if (kind === 'poll') this.#deliverPoll(from, payload as Poll, isPrivate);
    else this.#handPayload(from, payload);
  }

  /** Polls are everybody's: one that is shown to some alone could ask them something else. */
  #deliverPoll(from: string, poll: Poll, isPrivate: boolean): void {
    if (isPrivate || !this.#polls.admits(poll)) {
      console.warn(
        `Sealmeet: dropped a poll of ${from}: not for everybody, in the place of another, or one too many`,
      );
      return;
    }
    const name = this.events.nameOf(from);
    if (!this.eventNames.POLL_RECEIVED) this.#handPayload(from, asPayload(poll, from, name));
    else if (poll.type === 'new-poll') this.#hand('POLL_RECEIVED', asEvent(poll, from, name));
    else this.#hand('POLL_ANSWER_RECEIVED', asEvent(poll, from, name));
  }

  /** What one has sent oneself comes back from the room, by the event of those who are not among the others. */
  #handPayload(from: string, payload: object): void {
    const participant = this.conference.getParticipants().find((one) => one.getId() === from);
    if (participant) this.#hand('ENDPOINT_MESSAGE_RECEIVED', participant, payload);
    else if (from === this.conference.myUserId())
      this.#hand('NON_PARTICIPANT_MESSAGE_RECEIVED', from, payload);
  }

  #hand(name: string, ...args: unknown[]): void {
    const event = this.eventNames[name];
    if (event) this.#emit(event, ...args);
  }

  /** All events of a conference pass one emitter: ours are taken out, clear ones held back in a sealed room. */
  #watchEvents(): (event: string, ...args: unknown[]) => void {
    const emitter = this.conference.eventEmitter;
    const { emit } = emitter;
    const names = new Map(Object.entries(this.eventNames).map(([name, event]) => [event, name]));
    emitter.emit = (event: string, ...args: unknown[]) => {
      const passing = this.#incoming(names.get(event) ?? '', args);
      return passing ? Reflect.apply(emit, emitter, [event, ...passing]) : true;
    };
    return (event, ...args) => void Reflect.apply(emit, emitter, [event, ...args]);
  }

  /** What the page gets to hear of an event; null: nothing. */
  #incoming(name: string, args: unknown[]): unknown[] | null {
    switch (name) {
      case 'ENDPOINT_MESSAGE_RECEIVED':
        return this.#incomingPayload((args[0] as JitsiParticipant).getId(), args);
      case 'NON_PARTICIPANT_MESSAGE_RECEIVED':
        return this.#incomingPayload((args[0] as string | null) || null, args);
      case 'PARTICIPANT_PROPERTY_CHANGED':
        if (passesProperty(args[1]) || this.events.isClear('in')) return args;
        this.#holdOnce(`property ${String(args[1])}`);
        return null;
      case 'METADATA_UPDATED':
        return [this.#passingMetadata(args[0]), ...args.slice(1)];
      case 'CONFERENCE_ERROR':
        // Words of the server's own choice, which the page shows in the chat. What went wrong with ours is told otherwise.
        return this.events.isClear('in') ? args : null;
      case 'USER_JOINED':
        this.#guardStatus(args[1]);
        return args;
    }
    const what = contentOf(name);
    if (!what || this.events.isClear('in')) return args;
    safely(() => this.events.onHeldBack('in', what));
    return null;
  }

  /** Words that the server shows at somebody's picture. */
  #guardStatus(participant: unknown): void {
    if (typeof participant !== 'object' || participant === null) return;
    guard(participant, 'getStatus', (args, native) =>
      this.events.isClear('in') ? native(...args) : undefined,
    );
  }

  /** The same of an endpoint message. One without a sender comes from the room itself. */
  #incomingPayload(from: string | null, args: unknown[]): unknown[] | null {
    const [sender, payload, ...rest] = args;
    const { type } = (payload ?? {}) as { type?: unknown };
    if (type === MESSAGE_TYPE) {
      if (from !== this.conference.myUserId()) safely(() => this.events.onOwnMessage(from, payload));
      return null;
    }
    if (this.events.isClear('in')) return args;
    const passing = passingPayload(payload);
    if (passing) return [sender, passing, ...rest];
    safely(() => this.events.onHeldBack('in', wordFor(kindOf(payload))));
    return null;
  }

  #passingMetadata(metadata: unknown): unknown {
    if (this.events.isClear('in')) return metadata;
    const { passing, held } = passingMetadata(metadata);
    for (const key of held) this.#holdOnce(`metadata ${key}`);
    return passing;
  }

  #holdOnce(what: string): void {
    // A server may invent names without end.
    if (this.#told.has(what) || this.#told.size >= MOST_TOLD) return;
    this.#told.add(what);
    safely(() => this.events.onHeldBack('in', 'other'));
  }

  /** What the page sends: sealed in a sealed room, or held back. Arguments and results stay lib-jitsi-meet's. */
  #guardSending(): void {
    for (const { target, name, judge } of outgoingOf(this.conference)) {
      guard(target, name, (args, native) => {
        const outgoing = judge(...args);
        if (!outgoing || this.events.isClear('out')) return native(...args);
        safely(() => this.#sendSealed(outgoing));
        return outgoing.answer?.();
      });
    }
  }

  #sendSealed({ what, say, isSilent }: Outgoing): void {
    if (say) this.events.onSay(say.kind, say.body, say.to);
    else if (!isSilent) this.events.onHeldBack('out', what);
  }

  /** What the page hears past the emitter: presence commands, and what is said in the lobby. */
  #guardListening(): void {
    this.#guardListener('addCommandListener', 'removeCommandListener', 1, ([name]) =>
      passesCommand(name) ? null : `command ${String(name)}`,
    );
    this.#guardListener('addLobbyMessageListener', 'removeLobbyMessageHandler', 0, () => 'lobby');
    const metadata = this.conference.getMetadataHandler?.();
    if (metadata) guard(metadata, 'getMetadata', (args, native) => this.#passingMetadata(native(...args)));
  }

  /** `at`: which argument is the listener; `label` is null for what passes. */
  #guardListener(add: string, remove: string, at: number, label: (args: unknown[]) => string | null): void {
    const guarded = new WeakMap<object, unknown>();
    guard(this.conference, add, (args, native) => {
      const [listener, what] = [args[at], label(args)];
      if (typeof listener !== 'function' || what === null) return native(...args);
      const own = (...heard: unknown[]) =>
        this.events.isClear('in') ? Reflect.apply(listener, undefined, heard) : this.#holdOnce(what);
      guarded.set(listener, own);
      return native(...args.map((arg, i) => (i === at ? own : arg)));
    });
    guard(this.conference, remove, (args, native) =>
      native(...args.map((arg, i) => (i === at ? (guarded.get(arg as object) ?? arg) : arg))),
    );
  }
}

/** How the interface calls it. */
function wordFor(kind: DataKind | null): Payload {
  return kind === null || kind === 'lower-hand' ? 'other' : kind;
}
