// A sending transform: lets nothing through but what the gate allows, sealed if the gate says so.
import { codecOf } from '../codecs/index.ts';
import type { DropReason, Gate, SourceId, TransformOptions } from '../commands.ts';
import type { Sealer } from '../send/sealer.ts';
import { bytesOf, type EncodedFrame, isKeyFrame, mimeTypeOf, replaceBytes } from './encoded.ts';
import type { Tally } from './tally.ts';

/** What every transform of the page shares. */
export interface Sending {
  readonly gate: Gate;
  readonly sealer: Sealer;
  /** A frame was sealed under this key. */
  sealedUnder(generation: number, step: number): void;
}

export class Outgoing {
  readonly direction = 'send';
  readonly options: TransformOptions;
  readonly tally: Tally;
  readonly #sending: Sending;
  #source: SourceId | null = null;

  constructor(options: TransformOptions, tally: Tally, sending: Sending) {
    this.options = options;
    this.tally = tally;
    this.#sending = sending;
  }

  route(source: SourceId | null): void {
    this.#source = source;
  }

  /** Calls `emit` or counts the drop; never throws for what a frame contains. */
  async process(frame: EncodedFrame, emit: (frame: EncodedFrame) => void): Promise<void> {
    const reason = await this.#send(frame, emit);
    if (reason !== null) this.tally.dropped(reason);
  }

  /** Null when the frame was emitted. */
  async #send(frame: EncodedFrame, emit: (frame: EncodedFrame) => void): Promise<DropReason | null> {
    const { gate, sealer } = this.#sending;
    if (gate === 'drop') return 'gate-closed';
    const mimeType = mimeTypeOf(frame);
    this.tally.codec(mimeType);
    if (gate === 'clear') {
      this.tally.clear();
      emit(frame);
      return null;
    }
    const codec = codecOf(mimeType);
    if (codec === null) return 'codec-unknown';
    const source = this.#source;
    if (source === null) return 'no-source';
    const { media } = this.options;
    const sealed = await sealer
      .seal({ source, media, codec, isKey: isKeyFrame(frame), data: bytesOf(frame) })
      .catch(() => ({ type: 'refused', reason: 'seal-failed' }) as const);
    if (sealed.type === 'refused') return sealed.reason;
    // The page may have closed the gate, or taken the source away, while the cipher ran.
    if (this.#sending.gate === 'drop') return 'gate-closed';
    if (this.#source !== source) return 'no-source';
    replaceBytes(frame, sealed.data);
    this.tally.sealed(sealed.overhead);
    this.#sending.sealedUnder(sealed.generation, sealed.step);
    emit(frame);
    return null;
  }

  close(): void {
    this.tally.close();
  }
}
