// The sending half: one key in use, one counter per source, every frame sealed or refused with a reason.
import type { Bytes } from '../bytes.ts';
import type { Clock } from '../clock.ts';
import type { Codec } from '../codecs/index.ts';
import type { DropReason, SourceId, WorkerCommand } from '../commands.ts';
import { isGeneration, isStep } from '../kid.ts';
import { METADATA_LENGTH, timeUnits, withMetadata } from '../metadata.ts';
import type { SFrameKey } from '../sframe/cipher.ts';
import { BASE_LENGTH, CONTEXT_LENGTH, deriveSourceKey, fits, type Media } from '../sourcekey.ts';

export type UseKey = Omit<Extract<WorkerCommand, { type: 'use-key' }>, 'type'>;

export interface FrameToSeal {
  source: SourceId;
  media: Media;
  codec: Codec;
  isKey: boolean;
  data: Uint8Array;
}

export type Sealed =
  | { type: 'sealed'; data: Bytes; generation: number; step: number; overhead: Overhead }
  | { type: 'refused'; reason: DropReason };

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
  /** Per source and media: derived at the first frame of each. */
  frameKeys: Map<string, SFrameKey>;
}

/** Deadlines kept at most; generations come one by one, so more would be somebody's mistake. */
const MAX_DEADLINES = 16;

export class Sealer {
  readonly #clock: Clock;
  /** For the life of the page: not reset by keys, connections or conferences (rules M5 and M12). */
  readonly #counters = new Map<SourceId, number>();
  readonly #deadlines = new Map<number, number>();
  #key: SendingKey | null = null;
  /** The newest (generation, step) ever installed; 0, 0 before the first and after `reset`. */
  #installed = { generation: 0, step: 0 };

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /**
   * Null, or why the key was not taken. A (generation, step) is installed once and they only rise: a key that was
   * forgotten cannot come back to counters that it may have used (rule M12).
   */
  useKey({ generation, step, base, context }: UseKey): string | null {
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
    this.#key?.base.fill(0);
    this.#installed = { generation, step };
    this.#key = {
      generation,
      step,
      base: new Uint8Array(base),
      context: new Uint8Array(context),
      frameKeys: new Map(),
    };
    for (const old of this.#deadlines.keys()) if (old < generation) this.#deadlines.delete(old);
    return null;
  }

  /** The earliest deadline of a generation stands; none can push it back (rule M1). */
  expire(generation: number, inMs: number): void {
    const at = this.#clock.now() + Math.max(0, inMs);
    this.#deadlines.set(generation, Math.min(at, this.#deadlines.get(generation) ?? at));
    for (const old of this.#deadlines.keys()) {
      if (this.#deadlines.size <= MAX_DEADLINES) break;
      this.#deadlines.delete(old);
    }
  }

  stop(): void {
    this.#key?.base.fill(0);
    this.#key = null;
  }

  /** Another conference: its generations start again at 1, under base keys never seen before. Counters go on. */
  reset(): void {
    this.stop();
    this.#deadlines.clear();
    this.#installed = { generation: 0, step: 0 };
  }

  /** The generation in use; 0 while there is none. */
  get generation(): number {
    return this.#key?.generation ?? 0;
  }

  /** The counter that the next frame of `source` will carry: the floor of KEY and STATE messages (rule M6). */
  nextCounter(source: SourceId): number {
    return this.#counters.get(source) ?? 0;
  }

  async seal({ source, media, codec, isKey, data }: FrameToSeal): Promise<Sealed> {
    // No await before key and counter are drawn: two transforms of one source never get the same pair (rule M12).
    const key = this.#key;
    if (key === null) return refused('no-key');
    if (this.#isExpired(key)) return refused('key-expired');
    if (!fits(source, media) || codec.media !== media) return refused('no-source');
    const counter = this.nextCounter(source);
    const frameKey = this.#frameKey(key, source, media);
    this.#counters.set(source, counter + 1);

    const sentAt = timeUnits(this.#clock.wall());
    const plaintext = withMetadata({ isKey, codec: codec.id, source, sentAt }, data);
    const message = await frameKey.seal(BigInt(counter), plaintext);
    // The deadline may have come while the cipher ran.
    if (this.#isExpired(key)) return refused('key-expired');
    const wrapped = codec.wrap(message, { isKey, data });
    const overhead = {
      sframe: message.length - plaintext.length,
      metadata: METADATA_LENGTH,
      standIn: wrapped.length - message.length,
    };
    return { type: 'sealed', data: wrapped, generation: key.generation, step: key.step, overhead };
  }

  #frameKey(key: SendingKey, source: SourceId, media: Media): SFrameKey {
    const name = `${source} ${media}`;
    let frameKey = key.frameKeys.get(name);
    if (frameKey === undefined) {
      const { generation, step, base, context } = key;
      frameKey = deriveSourceKey({ generation, step, source }, base, context, media);
      key.frameKeys.set(name, frameKey);
    }
    return frameKey;
  }

  #isExpired(key: SendingKey): boolean {
    const deadline = this.#deadlines.get(key.generation);
    return deadline !== undefined && this.#clock.now() >= deadline;
  }
}

function refused(reason: DropReason): Sealed {
  return { type: 'refused', reason };
}
