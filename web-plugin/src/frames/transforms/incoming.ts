// A receiving transform: shows nothing but what opens as the expected person's expected source.

import { release } from '../bytes.ts';
import type { Clock } from '../clock.ts';
import { type Codec, codecOf } from '../codecs/index.ts';
import type { DropReason, Gate, Identity, TransformOptions } from '../commands.ts';
import { type FrameMetadata, METADATA_LENGTH, TIME_UNIT_MS, timeUnits } from '../metadata.ts';
import { Attribution } from '../receive/attribution.ts';
import { Hold } from '../receive/hold.ts';
import { LATE_MS } from '../receive/lateness.ts';
import { decrypt, type Envelope, finishOpening, type Opening, parseEnvelope } from '../receive/opener.ts';
import type { Sender } from '../receive/sender.ts';
import { type Arrival, begin, type Emit, type HeldFrame, type Route, type Waiting } from './arrival.ts';
import { bytesOf, type EncodedFrame, isKeyFrame, mimeTypeOf } from './encoded.ts';
import { KeyFrames } from './keyframes.ts';
import type { Pending } from './pump.ts';
import type { Tally } from './tally.ts';

/** What every receiving transform of the page shares, and whom it tells. */
export interface Receiving {
  readonly gate: Gate;
  readonly clock: Clock;
  readonly senders: ReadonlyMap<Identity, Sender>;
  opened(transform: number, route: Route, generation: number, step: number): void;
  waiting(owner: Identity, generation: number): void;
  swapped(transform: number, expected: Route, seen: Identity): void;
  late(transform: number, route: Route, byMs: number): void;
}

const NEVER_CLEAR: ReadonlySet<DropReason> = new Set(['replayed', 'retired-key', 'source-off']);
const MAY_BE_OTHERS: ReadonlySet<DropReason> = new Set([
  'unknown-key',
  'retired-key',
  'replayed',
  'forged',
  'source-off',
]);
const OPENED_INTERVAL_MS = 1000;
const LATE_INTERVAL_MS = 10_000;
/** After a frame that did not open, messages are kept so long for a look whether they are somebody else's. */
const WELL_AFTER_MS = 5000;

export class Incoming {
  readonly direction = 'receive';
  readonly options: TransformOptions;
  readonly tally: Tally;
  readonly #receiving: Receiving;
  /** Null for audio. */
  readonly #keyFrames: KeyFrames | null;
  readonly #attribution = new Attribution();
  readonly #hold: Hold<Waiting>;
  #route: Route | null = null;
  #mimeType = '';
  #codec: Codec | null = null;
  #cancelExpiry: (() => void) | null = null;
  /** The frame being handled; frames are handled one after the other. */
  #work: Pending;
  /** While frames that waited are tried, those that come wait behind them. */
  #draining: Promise<void> | null = null;
  /** Key under which the last frame opened; null after frames that did not. */
  #openedUnder: number | null = null;
  #lastOpenedReport = Number.NEGATIVE_INFINITY;
  /** The senders' clocks tick so slowly that one frame a tick is enough. */
  #lastTimed = Number.NEGATIVE_INFINITY;
  #lastLateReport = Number.NEGATIVE_INFINITY;
  #lastFailure = Number.NEGATIVE_INFINITY;

  constructor(options: TransformOptions, tally: Tally, receiving: Receiving, requestKeyFrame: () => void) {
    this.options = options;
    this.tally = tally;
    this.#receiving = receiving;
    this.#keyFrames = options.media === 'video' ? new KeyFrames(requestKeyFrame) : null;
    this.#hold = new Hold(options.media);
  }

  route(route: Route | null): void {
    if (route?.owner === this.#route?.owner && route?.source === this.#route?.source) return;
    this.#route = route;
    this.#attribution.changed(this.#receiving.clock.now());
    this.#openedUnder = null;
    this.#releaseAll('no-owner');
  }

  /** Calls `emit` or counts the drop, now or after a wait; never throws for what a frame contains. */
  process(frame: EncodedFrame, emit: Emit): Pending {
    this.#work = this.#draining === null ? this.#receive(frame, emit, null) : this.#receiveLater(frame, emit);
    return this.#work;
  }

  /** A key or a word of `owner` has come: frames that waited for it go first; the decoder gets a place to start. */
  heardFrom(owner: Identity): void {
    if (this.#route?.owner !== owner) return;
    const before = this.#draining ?? this.#work;
    const draining = Promise.resolve(before)
      .then(() => this.#drain())
      .catch(() => {});
    this.#draining = draining;
    void draining.then(() => {
      if (this.#draining === draining) this.#draining = null;
    });
  }

  async #receiveLater(frame: EncodedFrame, emit: Emit): Promise<void> {
    while (this.#draining !== null) await this.#draining;
    await this.#receive(frame, emit, null);
  }

  async #drain(): Promise<void> {
    for (const held of this.#hold.takeAll()) await this.#receive(held.frame.frame, held.frame.emit, held);
    this.#scheduleExpiry();
    this.#keyFrames?.askIfBroken(this.#receiving.clock.now());
  }

  /** The gate closed, or the conference is over. */
  flush(): void {
    this.#releaseAll('gate-closed');
  }

  close(): void {
    this.#cancelExpiry?.();
    this.#cancelExpiry = null;
    this.#hold.takeAll();
    this.tally.close();
  }

  /** Emits, drops or holds one frame; `held` when it has waited before. */
  #receive(frame: EncodedFrame, emit: Emit, held: HeldFrame | null): Pending {
    const { gate, clock, senders } = this.#receiving;
    if (gate === 'drop') return this.#drop('gate-closed');
    const mimeType = mimeTypeOf(frame);
    if (mimeType !== this.#mimeType) {
      this.#mimeType = mimeType;
      this.#codec = codecOf(mimeType);
      this.tally.codec(mimeType);
    }
    const codec = this.#codec;
    const route = this.#route;
    const sender = route === null ? undefined : senders.get(route.owner);
    // Before this client seals, the others may already do so: what opens is opened, the rest is taken for clear.
    const mayBeClear = gate === 'clear';
    if (mayBeClear && (codec === null || sender?.hasKeys !== true)) return this.#pass(frame, emit);
    if (codec === null) return this.#drop('codec-unknown');
    if (route === null) return this.#drop('no-owner');
    const content = { media: this.options.media, codec, isKey: isKeyFrame(frame), data: bytesOf(frame) };
    // Chromium pads audio lines with empty packets (seen with RED): nothing to show, and nothing to tell.
    if (content.data.length === 0) return mayBeClear ? this.#pass(frame, emit) : undefined;
    const envelope = parseEnvelope(codec, content.data);
    if (typeof envelope === 'string') return mayBeClear ? this.#pass(frame, emit) : this.#drop(envelope);

    const now = clock.now();
    const begun = begin(content, envelope, sender, route.source, now);
    const arrival: Arrival = {
      frame,
      emit,
      held,
      content,
      envelope,
      route,
      mayBeClear,
      receivedLength: content.data.length,
      messageLength: envelope.message.length,
    };
    if (begun.type !== 'opening') return this.#refuse(arrival, begun.reason, now);
    // A line on which all is well: nobody will look at this message again, and its place is still warm.
    const isWell = now - this.#lastFailure >= WELL_AFTER_MS;
    if (begun.isRead && isWell && !mayBeClear) release(content.data.buffer);
    // Not `await`: WebCrypto says by an exception that the tag does not hold, and one that is thrown into an async
    // function costs more than all the rest of a forged frame.
    return begun.plaintext.then(
      (plaintext) => this.#finish(arrival, begun, plaintext),
      () => this.#finish(arrival, begun, null),
    );
  }

  /** The cipher has answered. */
  #finish(arrival: Arrival, opening: Opening, plaintext: ArrayBuffer | null): Pending {
    const { frame, emit, envelope, route } = arrival;
    // The page may have closed the gate or changed the owner while the cipher ran.
    if (this.#receiving.gate === 'drop') return this.#drop('gate-closed');
    if (this.#route !== route) return this.#drop('no-owner');
    const now = this.#receiving.clock.now();
    const opened = finishOpening(opening, plaintext, now);
    if (opened.type !== 'opened') return this.#refuse(arrival, opened.reason, now);
    // Where escaping made the message longer, that counts with the stand-in.
    const { receivedLength, messageLength } = arrival;
    const sframe = messageLength - METADATA_LENGTH - opened.data.byteLength;
    this.tally.sealed(sframe, METADATA_LENGTH, receivedLength - messageLength);
    frame.data = opened.data;
    this.#noteOpened(route, envelope, opened.metadata, now);
    emit(frame);
  }

  #refuse(arrival: Arrival, reason: DropReason, now: number): Pending {
    // What was sealed for certain is never passed for clear, in no gate.
    if (arrival.mayBeClear && !NEVER_CLEAR.has(reason)) return this.#pass(arrival.frame, arrival.emit);
    this.#lastFailure = now;
    // Not the expected person's: perhaps somebody else's (rule M10), perhaps its key is on its way (rule M7).
    const maySearch = MAY_BE_OTHERS.has(reason) && arrival.envelope.message.length > 0;
    if (maySearch && this.#attribution.maySearch(now)) {
      return this.#searchOthers(arrival).then((seen) =>
        seen === null ? this.#holdOrDrop(arrival, reason) : this.#drop('forged'),
      );
    }
    this.#holdOrDrop(arrival, reason);
  }

  #holdOrDrop({ frame, emit, held, content, envelope, route }: Arrival, reason: DropReason): Pending {
    this.#noteMissing(route, envelope, reason);
    if (reason !== 'unknown-key' && reason !== 'source-off') {
      release(content.data.buffer);
      return this.#drop(reason);
    }
    if (held !== null) return this.#hold.putBack(held);
    const now = this.#receiving.clock.now();
    const overflow = this.#hold.add({ frame, emit }, content.data.length, reason, now);
    for (let i = 0; i < overflow; i++) this.#drop('hold-overflow');
    this.#scheduleExpiry();
  }

  /** A key is missing that has not come, or one that nothing newer followed when it died (rule M4). */
  #noteMissing({ owner }: Route, { id }: Envelope, reason: DropReason): void {
    const { clock, senders } = this.#receiving;
    const isMissing =
      reason === 'unknown-key' ||
      (reason === 'retired-key' && senders.get(owner)?.isLeftBehind(id.generation, clock.now()) === true);
    if (isMissing) this.#receiving.waiting(owner, id.generation);
  }

  async #searchOthers({ envelope, content, route }: Arrival): Promise<Identity | null> {
    const { clock, senders } = this.#receiving;
    for (const [identity, sender] of senders) {
      if (identity === route.owner) continue;
      const key = sender.known(envelope.id, content.media, clock.now());
      // A trial only: nothing of the other's state moves, and the frame is not shown.
      if (key === null || (await decrypt(key, envelope).catch(() => null)) === null) continue;
      if (this.#route === route && this.#attribution.found(identity, clock.now())) {
        this.#receiving.swapped(this.options.transform, route, identity);
      }
      return identity;
    }
    return null;
  }

  #scheduleExpiry(): void {
    const at = this.#hold.nextExpiry;
    if (at === null || this.#cancelExpiry !== null) return;
    const { clock } = this.#receiving;
    this.#cancelExpiry = clock.after(Math.max(1, at - clock.now()), () => {
      this.#cancelExpiry = null;
      for (const { waitsFor } of this.#hold.expire(clock.now())) this.#drop(waitsFor);
      this.#scheduleExpiry();
    });
  }

  #releaseAll(reason: DropReason): void {
    for (let waiting = this.#hold.takeAll().length; waiting > 0; waiting--) this.#drop(reason);
  }

  #noteOpened(route: Route, { id }: Envelope, { isKey, sentAt }: FrameMetadata, now: number): void {
    const { transform } = this.options;
    const { senders } = this.#receiving;
    const under = id.generation * 0x100 + id.step;
    if (this.#openedUnder !== under) {
      const isAgain = this.#openedUnder === null && now - this.#lastOpenedReport < OPENED_INTERVAL_MS;
      // Else the next frame tells it: who was told that frames do not open has to hear that they do.
      if (!isAgain) {
        this.#lastOpenedReport = now;
        this.#openedUnder = under;
        this.#receiving.opened(transform, route, id.generation, id.step);
      }
    }
    this.#keyFrames?.passed(isKey, now);
    if (now - this.#lastTimed < TIME_UNIT_MS) return;
    this.#lastTimed = now;
    const byMs = senders.get(route.owner)?.lateness.of(sentAt, timeUnits(now)) ?? 0;
    if (byMs < LATE_MS || now - this.#lastLateReport < LATE_INTERVAL_MS) return;
    this.#lastLateReport = now;
    this.#receiving.late(transform, route, byMs);
  }

  #pass(frame: EncodedFrame, emit: Emit): void {
    this.tally.clear();
    this.#keyFrames?.passed(isKeyFrame(frame), this.#receiving.clock.now());
    emit(frame);
  }

  #drop(reason: DropReason): void {
    this.tally.dropped(reason);
    this.#keyFrames?.lost(reason);
    // Browsers resend packets to probe the line: a frame that comes twice is no interruption.
    if (reason !== 'replayed') this.#openedUnder = null;
  }
}
