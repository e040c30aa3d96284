// The sending half: one key in use, one counter per source, every frame sealed or refused with a reason.
import { type Bytes, concat, release } from '../bytes.ts';
import type { Clock } from '../clock.ts';
import type { Codec } from '../codecs/index.ts';
import type { DropReason, SourceId, WorkerCommand } from '../commands.ts';
import { isGeneration, isSource, isStep } from '../kid.ts';
import { METADATA_LENGTH, timeUnits, writeMetadata } from '../metadata.ts';
import type { SFrameKey } from '../sframe/cipher.ts';
import { uint64 } from '../sframe/header.ts';
import { BASE_LENGTH, CONTEXT_LENGTH, deriveSourceKey, fits, keyName, type Media } from '../sourcekey.ts';

export type UseKey = Omit<Extract<WorkerCommand, { type: 'use-key' }>, 'type'>;

export interface FrameToSeal {
  source: SourceId;
  media: Media;
  codec: Codec;
  isKey: boolean;
  data: Bytes;
}

/** A frame on its way through the cipher; its key and counter are drawn. */
export interface Sealing {
  codec: Codec;
  isKey: boolean;
  /** Of the real frame, whose bytes are gone by now. */
  plainLength: number;
  standIn: Uint8Array;
  key: SendingKey;
  /** The frame to come: stand-in (unless the message is still to be escaped), header, metadata, room for the rest. */
  whole: Bytes;
  /** Where in `whole` the message begins and where its ciphertext does. */
  messageAt: number;
  ciphertextAt: number;
  /** Ciphertext and tag. */
  ciphertext: Promise<ArrayBuffer>;
}

export interface Sealed {
  data: ArrayBuffer;
  generation: number;
  step: number;
  overhead: Overhead;
}

/** Bytes around one real frame. */
export interface Overhead {
  sframe: number;
  metadata: number;
  standIn: number;
}

interface SendingKey {
  generation: number;
  step: number;
  base: Bytes;
  context: Bytes;
  /** From then on it seals, whatever the page does meanwhile. */
  from: number;
  /** Per source and media: derived at the first frame of each. */
  frameKeys: Map<number, SFrameKey>;
}

/** A page asks for one in use and hands over one or two; what goes beyond is never used. */
const MAX_COMING = 4;

export class Sealer {
  readonly #clock: Clock;
  /** For the life of the page: not reset by keys, connections or conferences (rules M5 and M12). */
  readonly #counters = new Map<SourceId, number>();
  /** By generation; those of older generations go when a newer one is installed. */
  readonly #deadlines = new Map<number, number>();
  #key: SendingKey | null = null;
  /** Installed, their time not come, rising. */
  #coming: SendingKey[] = [];
  /** The newest (generation, step) ever installed; 0, 0 before the first and after `reset`. */
  #installed = { generation: 0, step: 0 };

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /**
   * Null, or why the key was not taken. A (generation, step) is installed once and they only rise: a key that was
   * forgotten cannot come back to counters that it may have used (rule M12). The clock is looked at on every frame,
   * so that neither a busy page nor a late timer keeps the key before in use (rule M3).
   */
  useKey({ generation, step, base, context, inMs }: UseKey): string | null {
    if (!isGeneration(generation) || !isStep(step))
      return `no such key: generation ${generation}, step ${step}`;
    if (base.length !== BASE_LENGTH) return `base: expected ${BASE_LENGTH} bytes, got ${base.length}`;
    if (context.length !== CONTEXT_LENGTH)
      return `context: expected ${CONTEXT_LENGTH} bytes, got ${context.length}`;
    const last = this.#installed;
    if (
      generation < last.generation ||
      (generation === last.generation && last.generation > 0 && step <= last.step)
    ) {
      return `generation ${generation}, step ${step} is not newer than ${last.generation}, ${last.step}`;
    }
    this.#installed = { generation, step };
    this.#coming.push({
      generation,
      step,
      base: new Uint8Array(base),
      context: new Uint8Array(context),
      from: this.#clock.now() + Math.max(0, inMs),
      frameKeys: new Map(),
    });
    if (this.#coming.length > MAX_COMING) this.#coming.shift()?.base.fill(0);
    return null;
  }

  /** The earliest deadline of a generation stands; none can push it back (rule M1). */
  expire(generation: number, inMs: number): void {
    const at = this.#clock.now() + Math.max(0, inMs);
    this.#deadlines.set(generation, Math.min(at, this.#deadlines.get(generation) ?? at));
  }

  stop(): void {
    this.#key?.base.fill(0);
    this.#key = null;
    for (const { base } of this.#coming) base.fill(0);
    this.#coming = [];
  }

  /** Another conference: its generations start again at 1, under base keys never seen before. Counters go on. */
  reset(): void {
    this.stop();
    this.#deadlines.clear();
    this.#installed = { generation: 0, step: 0 };
  }

  /** The generation in use now; 0 while there is none. */
  get generation(): number {
    return this.#current()?.generation ?? 0;
  }

  /** No counter below these is drawn from now on. */
  continueFrom(next: readonly [SourceId, number][]): void {
    for (const [source, counter] of next) {
      if (isSource(source) && Number.isSafeInteger(counter))
        this.#counters.set(source, Math.max(counter, this.nextCounter(source)));
    }
  }

  /** The counter that the next frame of `source` will carry: the floor of KEY and STATE messages (rule M6). */
  nextCounter(source: SourceId): number {
    return this.#counters.get(source) ?? 0;
  }

  get nextCounters(): [SourceId, number][] {
    return [...this.#counters];
  }

  /**
   * Draws key and counter and starts the cipher, all without an await: two transforms of one source never get the
   * same pair (rule M12). Gives the reason when the frame may not leave; else `frame.data` is used up.
   */
  begin(frame: FrameToSeal): Sealing | DropReason {
    const { source, media, codec, isKey, data } = frame;
    const key = this.#current();
    if (key === null) return 'no-key';
    if (this.#isExpired(key)) return 'key-expired';
    if (!fits(source, media) || codec.media !== media) return 'no-source';
    const counter = this.nextCounter(source);
    const frameKey = this.#frameKey(key, source, media);
    this.#counters.set(source, counter + 1);

    const ctr = uint64(counter);
    const aad = frameKey.header(ctr, METADATA_LENGTH);
    const sentAt = timeUnits(this.#clock.wall());
    writeMetadata(aad, aad.length - METADATA_LENGTH, { isKey, codec: codec.id, source, sentAt });
    const plainLength = data.length;
    const ciphertext = frameKey.encrypt(ctr, aad, data);
    // While the cipher works in its own thread, all that can be ready when it answers is made ready.
    const messageLength = aad.length + plainLength + frameKey.suite.tag;
    const standIn = codec.standIn(frame, messageLength);
    const messageAt = codec.escape === undefined ? standIn.length : 0;
    const ciphertextAt = messageAt + aad.length;
    const whole = new Uint8Array(messageAt + messageLength);
    if (messageAt > 0) whole.set(standIn);
    whole.set(aad, messageAt);
    // What the cipher answers with then takes the place that is still warm.
    release(data.buffer);
    return { codec, isKey, plainLength, standIn, key, whole, messageAt, ciphertextAt, ciphertext };
  }

  /** What `begin` started, when its ciphertext has come. */
  finish(sealing: Sealing, ciphertext: ArrayBuffer): Sealed | DropReason {
    const { codec, isKey, plainLength, standIn, key, whole, messageAt, ciphertextAt } = sealing;
    // The deadline may have come while the cipher ran.
    if (this.#isExpired(key)) return 'key-expired';
    const { generation, step } = key;
    whole.set(new Uint8Array(ciphertext), ciphertextAt);
    release(ciphertext);
    const messageLength = whole.length - messageAt;
    const wrapped = codec.escape === undefined ? whole : concat(standIn, codec.escape(whole, isKey));
    const overhead = {
      sframe: messageLength - METADATA_LENGTH - plainLength,
      metadata: METADATA_LENGTH,
      standIn: wrapped.length - messageLength,
    };
    return { data: wrapped.buffer, generation, step, overhead };
  }

  async seal(frame: FrameToSeal): Promise<Sealed | DropReason> {
    const sealing = this.begin(frame);
    return typeof sealing === 'string' ? sealing : this.finish(sealing, await sealing.ciphertext);
  }

  #frameKey(key: SendingKey, source: SourceId, media: Media): SFrameKey {
    const name = keyName(source, media);
    let frameKey = key.frameKeys.get(name);
    if (frameKey === undefined) {
      const { generation, step, base, context } = key;
      frameKey = deriveSourceKey({ generation, step, source }, base, context, media);
      key.frameKeys.set(name, frameKey);
    }
    return frameKey;
  }

  /** Nobody who holds it can be waited for: it must not seal, or there is none. */
  get #isOver(): boolean {
    return this.#key === null || this.#isExpired(this.#key);
  }

  /** The newest key whose time has come takes the place of all before it, for good; when one is over, the next. */
  #current(): SendingKey | null {
    while (this.#coming.length > 0) {
      const now = this.#clock.now();
      let ready = this.#isOver ? 1 : 0;
      for (const [n, { from }] of this.#coming.entries()) if (from <= now) ready = n + 1;
      const taken = this.#coming.splice(0, ready);
      if (taken.length === 0) break;
      for (const next of taken) {
        this.#key?.base.fill(0);
        this.#key = next;
      }
      for (const old of this.#deadlines.keys())
        if (old < (this.#key?.generation ?? 0)) this.#deadlines.delete(old);
    }
    return this.#key;
  }

  #isExpired(key: SendingKey): boolean {
    const deadline = this.#deadlines.get(key.generation);
    return deadline !== undefined && this.#clock.now() >= deadline;
  }
}
