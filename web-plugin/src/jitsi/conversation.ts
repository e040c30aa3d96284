// What people of one conference send each other beside sound and picture: sealed, or held back, in both directions.
//
// Jitsi Meet's own interface keeps working: it sends by lib-jitsi-meet's methods and hears by its events.

import type { Payload } from '../ui/index.ts';
import { type DataKind, MESSAGE_TYPE } from '../wire/index.ts';
import type { JitsiConference, JitsiParticipant } from './library.ts';
import { kindOf, payloadOf } from './payloads.ts';
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
}

/** Payloads of participants that lib-jitsi-meet hands on in clear. */
const INCOMING: Record<string, Payload> = {
  MESSAGE_RECEIVED: 'chat',
  PRIVATE_MESSAGE_RECEIVED: 'chat',
  REACTION_RECEIVED: 'reaction',
  MESSAGE_RETRACTED: 'chat',
};

/** Something that the page wants to send and that is not Sealmeet's own. */
interface Outgoing {
  what: Payload;
  /** How it can be sealed; null: it cannot. */
  say: { kind: DataKind; body: string; to: string | null } | null;
  /** lib-jitsi-meet's own measurements: held back without a word. */
  isSilent?: boolean;
}

export class Conversation {
  /** To the page's listeners, past the guard. */
  readonly #emit: (event: string, ...args: unknown[]) => void;

  /** `eventNames`: lib-jitsi-meet's names of conference events, which differ between versions. */
  constructor(
    private readonly conference: JitsiConference,
    private readonly eventNames: Record<string, string>,
    private readonly events: ConversationEvents,
  ) {
    this.#emit = this.#watchEvents();
    this.#guardSending();
  }

  /** Hands on what came out of the seal, as lib-jitsi-meet would have: by the events that the page knows. */
  deliver(from: string, kind: DataKind, body: string, isPrivate: boolean): void {
    const { MESSAGE_RECEIVED, PRIVATE_MESSAGE_RECEIVED, ENDPOINT_MESSAGE_RECEIVED } = this.eventNames;
    if (kind === 'chat') {
      const event = isPrivate ? PRIVATE_MESSAGE_RECEIVED : MESSAGE_RECEIVED;
      if (event) this.#emit(event, from, body);
      return;
    }
    const payload = payloadOf(kind, body);
    const participant = this.conference.getParticipants().find((one) => one.getId() === from);
    if (payload && participant && ENDPOINT_MESSAGE_RECEIVED)
      this.#emit(ENDPOINT_MESSAGE_RECEIVED, participant, payload);
  }

  /** All events of a conference pass one emitter: ours are taken out, clear ones held back in a sealed room. */
  #watchEvents(): (event: string, ...args: unknown[]) => void {
    const emitter = this.conference.eventEmitter;
    const { emit } = emitter;
    const { ENDPOINT_MESSAGE_RECEIVED, NON_PARTICIPANT_MESSAGE_RECEIVED } = this.eventNames;
    const clear = new Map<string, Payload>();
    for (const [name, what] of Object.entries(INCOMING)) {
      const event = this.eventNames[name];
      if (event) clear.set(event, what);
    }
    emitter.emit = (event: string, ...args: unknown[]) => {
      if (event === ENDPOINT_MESSAGE_RECEIVED || event === NON_PARTICIPANT_MESSAGE_RECEIVED) {
        const isFromParticipant = event === ENDPOINT_MESSAGE_RECEIVED;
        const from = isFromParticipant ? (args[0] as JitsiParticipant).getId() : (args[0] as string | null);
        if (this.#stops(from || null, args[1])) return true;
      }
      const what = clear.get(event);
      if (what && !this.events.isClear('in')) {
        safely(() => this.events.onHeldBack('in', what));
        return true;
      }
      return Reflect.apply(emit, emitter, [event, ...args]);
    };
    return (event, ...args) => void Reflect.apply(emit, emitter, [event, ...args]);
  }

  /** True when an endpoint message stops here. One without a sender comes from the room itself. */
  #stops(from: string | null, payload: unknown): boolean {
    if ((payload as { type?: unknown } | null)?.type === MESSAGE_TYPE) {
      if (from !== this.conference.myUserId()) safely(() => this.events.onOwnMessage(from, payload));
      return true;
    }
    if (!from || this.events.isClear('in')) return false;
    safely(() => this.events.onHeldBack('in', 'other'));
    return true;
  }

  /** What the page sends: sealed in a sealed room, or held back. Arguments and results stay lib-jitsi-meet's. */
  #guardSending(): void {
    const guarded: Record<string, (...args: unknown[]) => Outgoing | null> = {
      sendTextMessage: (text, element) => outgoingText(text, element, null),
      sendPrivateTextMessage: (to, text, element) => outgoingText(text, element, to),
      sendMessage: (payload, to) => outgoingPayload(payload, to),
      sendEndpointMessage: (to, payload) => outgoingPayload(payload, to),
      broadcastEndpointMessage: (payload) => outgoingPayload(payload, null),
      sendReaction: () => ({ what: 'reaction', say: null }),
      sendLobbyMessage: () => ({ what: 'other', say: null }),
    };
    for (const [name, judge] of Object.entries(guarded)) {
      const native = (this.conference as unknown as Record<string, unknown>)[name];
      if (typeof native !== 'function') continue;
      Object.defineProperty(this.conference, name, {
        configurable: false,
        value: (...args: unknown[]) => {
          const outgoing = judge(...args);
          if (!outgoing || this.events.isClear('out')) return Reflect.apply(native, this.conference, args);
          safely(() => this.#sendSealed(outgoing));
          return undefined;
        },
      });
    }
  }

  #sendSealed({ what, say, isSilent }: Outgoing): void {
    if (say) this.events.onSay(say.kind, say.body, say.to);
    else if (!isSilent) this.events.onHeldBack('out', what);
  }
}

function outgoingText(text: unknown, element: unknown, to: unknown): Outgoing | null {
  // `sendMessage` of an object goes through the text methods, as JSON in an element of its own.
  if (element === 'json-message') return outgoingPayload(parsed(text), to);
  return { what: 'chat', say: { kind: 'chat', body: String(text), to: recipient(to) } };
}

/** What lib-jitsi-meet sends by itself to measure connections: nobody misses it, and nobody asked for it. */
const LIBRARYS_OWN: ReadonlySet<unknown> = new Set(['stats', 'e2e-ping-request', 'e2e-ping-response']);

function outgoingPayload(payload: unknown, to: unknown): Outgoing | null {
  const type = (payload as { type?: unknown } | null)?.type;
  if (type === MESSAGE_TYPE) return null;
  const kind = kindOf(payload);
  if (!kind) return { what: 'other', say: null, isSilent: LIBRARYS_OWN.has(type) };
  const what = kind === 'lower-hand' ? 'other' : kind;
  return { what, say: { kind, body: JSON.stringify(payload), to: recipient(to) } };
}

const recipient = (to: unknown): string | null => (typeof to === 'string' && to !== '' ? to : null);

function parsed(text: unknown): unknown {
  try {
    return JSON.parse(String(text));
  } catch {
    return null;
  }
}
