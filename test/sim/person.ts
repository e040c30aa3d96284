// One member of `sim:xmpp`: a key core as a real XMPP client in a room of the embedded Prosody, in wall-clock time.

import type { Socket } from 'node:net';
import { client, type Element, type Entity, xml } from '@xmpp/client';
import {
  type CoreAction,
  type CoreEvent,
  createCore,
  type Identity,
  type OlmLibrary,
} from '../../web-plugin/src/keys/index.ts';
import { NS } from '../stack/focus/namespaces.ts';
import { readPresence } from '../stack/focus/occupant.ts';
import { FOCUS_NICK } from '../stack/focus/sessions.ts';
import { until } from '../stack/until.ts';
import type { Device } from './device.ts';
import { Party } from './party.ts';
import type { KeyCommand } from './seat.ts';
import { type MessageKind, quotedBytes } from './stanza.ts';

const CONNECT_MS = 60_000;

export interface PersonSetup {
  id: string;
  room: string;
  domain: string;
  port: number;
  olm: OlmLibrary;
  device: Device;
  random(length: number): Uint8Array;
  now(): number;
}

export interface Bytes {
  kind: MessageKind;
  up: number;
  down: number;
}

/** Told what goes on with one. */
export interface Told {
  saw(kind: 'join' | 'leave', who: string): void;
  /** At the time, on the clock of the setup, at which its core was asked. */
  command(command: KeyCommand, at: number): void;
  /** It finished a channel with this identity, which proved this device (base64) or none. */
  shown(owner: Identity, device: string | null): void;
  /** Its worker began to seal under another key. */
  switched(): void;
  /** A message came or went; what it has is counted when it is asked for. */
  bytes(counted: () => Bytes): void;
}

export class Person extends Party {
  readonly entity: Entity;
  private readonly setup: PersonSetup;
  private readonly watcher: Told;
  /** Bundles of those who are here, as last announced. */
  private readonly bundles = new Map<string, string | null>();
  private timer: NodeJS.Timeout | null = null;
  private entered: (error?: Error) => void = () => undefined;

  constructor(setup: PersonSetup, watcher: Told) {
    const { id, room, olm, random, device } = setup;
    const core = createCore({ olm, room, self: id, random, device: device.publicKey });
    super(id, core, device.publicKey, {
      send: (action) => this.post(action),
      wake: (at) => this.wake(at),
      sign: (action) => this.sign(action),
      heard: () => undefined,
      shown: (owner, proved) => watcher.shown(owner, proved),
      command: (command, at) => watcher.command(command, at),
      used: () => watcher.switched(),
      accepted: () => undefined,
    });
    this.setup = setup;
    this.watcher = watcher;
    this.isPresent = false;
    this.entity = client({ service: `xmpp://127.0.0.1:${setup.port}`, domain: setup.domain });
    this.entity.reconnect.stop();
    Object.assign(this.entity, { timeout: CONNECT_MS });
    // As browsers have it for every web socket: nothing waits for the acknowledgement of what went before.
    this.entity.on('connect', () => (this.entity as unknown as { socket: Socket }).socket.setNoDelay(true));
    this.entity.on('error', (error: Error) => this.entered(error));
    this.entity.on('stanza', (stanza: Element) => this.read(stanza));
  }

  async connect(): Promise<void> {
    await this.entity.start();
    // Its count of stanzas starts anew when this is answered: what came before would be missing in it for ever.
    const { streamManagement } = this.entity as unknown as { streamManagement: { enabled: boolean } };
    await until('stream management runs', () => streamManagement.enabled, {
      withinMs: CONNECT_MS,
      everyMs: 5,
    });
  }

  /** Resolves when the own presence came back, after those of all others. */
  async enter(isActive: boolean): Promise<void> {
    this.isPresent = true;
    this.occur({ type: 'sealed' });
    if (isActive) this.occur({ type: 'source', on: true });
    const inside = new Promise<void>((resolve, reject) => {
      this.entered = (error) => (error === undefined ? resolve() : reject(error));
    });
    await this.entity.send(
      xml(
        'presence',
        { to: `${this.setup.room}/${this.id}` },
        xml('x', { xmlns: NS.muc }),
        xml('jitsi_participant_sealmeet', {}, this.core.bundle()),
      ),
    );
    await inside;
  }

  /** Asks the server to seal the room; it must be an owner's. */
  async seal(): Promise<void> {
    await this.entity.iqCaller.set(
      xml('seal', { xmlns: 'urn:sealmeet:e2ee:1' }),
      this.setup.room,
      CONNECT_MS,
    );
  }

  leave(): void {
    this.rest();
    void this.entity
      .send(xml('presence', { to: `${this.setup.room}/${this.id}`, type: 'unavailable' }))
      .then(() => this.close())
      .catch(() => undefined);
  }

  async close(): Promise<void> {
    this.rest();
    if (this.entity.status === 'online') await this.entity.stop().catch(() => undefined);
  }

  override release(): void {
    this.rest();
    super.release();
  }

  /** Nothing more comes to its core. */
  private rest(): void {
    this.isPresent = false;
    if (this.timer !== null) clearTimeout(this.timer);
  }

  occur(event: CoreEvent): void {
    this.feed(event, this.setup.now());
  }

  private read(stanza: Element): void {
    if (!this.isPresent) return;
    if (stanza.is('presence')) this.presence(stanza);
    else if (stanza.is('message')) this.message(stanza);
  }

  private presence(stanza: Element): void {
    if (stanza.attrs.type === 'error') {
      this.entered(new Error(`the room refused ${this.id}: ${stanza.getChild('error')?.toString() ?? ''}`));
      return;
    }
    const news = readPresence(stanza);
    if (news === null || news.id === FOCUS_NICK) return;
    if (news.self) {
      this.entered();
      return;
    }
    const occupant = news.id;
    if (news.type === 'left') {
      this.bundles.delete(occupant);
      this.watcher.saw('leave', occupant);
      this.occur({ type: 'left', occupant });
      return;
    }
    const bundle = stanza.getChildText('jitsi_participant_sealmeet') || null;
    const known = this.bundles.get(occupant);
    this.bundles.set(occupant, bundle);
    if (known === undefined) {
      this.watcher.saw('join', occupant);
      this.occur({ type: 'joined', occupant, bundle });
    } else if (known !== bundle) this.occur({ type: 'bundle', occupant, bundle });
  }

  private message(stanza: Element): void {
    const text = stanza.getChildText('json-message');
    const from = stanza.attrs.from?.split('/')[1] ?? null;
    if (!text || from === this.id) return;
    const payload: unknown = JSON.parse(text);
    const kind = kindOf(payload);
    if (kind === null) return;
    this.watcher.bytes(() => ({ kind, up: 0, down: wireBytes(stanza, text) }));
    this.occur({ type: 'message', from, payload });
  }

  private post({ to, message }: Extract<CoreAction, { type: 'send' }>): void {
    const { room } = this.setup;
    const isPublic = to === 'room';
    const text = JSON.stringify(message);
    const stanza = xml(
      'message',
      isPublic ? { to: room, type: 'groupchat' } : { to: `${room}/${to}`, type: 'chat' },
      xml('json-message', { xmlns: NS.jitmeet }, text),
    );
    this.watcher.bytes(() => ({ kind: kindOf(message) ?? 'data', up: wireBytes(stanza, text), down: 0 }));
    this.entity.send(stanza).catch(() => undefined);
  }

  /** As WebCrypto does it: the core is told in a turn of its own. */
  private sign({ id, message }: Extract<CoreAction, { type: 'sign' }>): void {
    setImmediate(() => {
      const signature = this.setup.device.sign(message);
      if (this.isPresent) this.occur({ type: 'signed', id, signature });
    });
  }

  private wake(at: number): void {
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = setTimeout(
      () => {
        this.timer = null;
        if (this.isPresent) this.occur({ type: 'timer' });
      },
      Math.max(0, at - this.setup.now()),
    );
  }
}

function kindOf(payload: unknown): MessageKind | null {
  if (typeof payload !== 'object' || payload === null || !('type' in payload)) return null;
  if (payload.type !== 'sealmeet' || 'room' in payload) return null;
  // What the server hands on of several is all of one kind.
  if ('relay' in payload)
    return 'beacon' in ((payload.relay as [string, object][])[0]?.[1] ?? {}) ? 'beacon' : 'key';
  return 'beacon' in payload ? 'beacon' : 'data' in payload ? 'data' : 'key';
}

/** The whole stanza as Prosody and lib-jitsi-meet write it: the JSON's quotes stand as entities. */
function wireBytes(stanza: Element, text: string): number {
  const payload = stanza.getChild('json-message');
  const content = payload?.children;
  if (payload === undefined || content === undefined) throw new Error('a stanza without a payload');
  payload.children = [];
  const around = Buffer.byteLength(stanza.toString()) - '/>'.length + '></json-message>'.length;
  payload.children = content;
  return around + quotedBytes(text);
}
