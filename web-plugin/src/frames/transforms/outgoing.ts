// A sending transform: lets nothing through but what the gate allows, sealed if the gate says so.
import { type Codec, codecOf } from '../codecs/index.ts';
import type { DropReason, Gate, SourceId, TransformOptions } from '../commands.ts';
import type { Sealer, Sealing } from '../send/sealer.ts';
import { bytesOf, type EncodedFrame, isKeyFrame, mimeTypeOf } from './encoded.ts';
import type { Pending } from './pump.ts';
import type { Tally } from './tally.ts';

/** What every transform of the page shares. */
export interface Sending {
  readonly gate: Gate;
  readonly sealer: Sealer;
  /** A frame was sealed under this key. */
  sealedUnder(generation: number, step: number): void;
}

type Emit = (frame: EncodedFrame) => void;

export class Outgoing {
  readonly direction = 'send';
  readonly options: TransformOptions;
  readonly tally: Tally;
  readonly #sending: Sending;
  #source: SourceId | null = null;
  /** Of the last frame: looking the codec up costs more than keeping it. */
  #mimeType = '';
  #codec: Codec | null = null;

  constructor(options: TransformOptions, tally: Tally, sending: Sending) {
    this.options = options;
    this.tally = tally;
    this.#sending = sending;
  }

  route(source: SourceId | null): void {
    this.#source = source;
  }

  /** Calls `emit` or counts the drop; never throws for what a frame contains. */
  process(frame: EncodedFrame, emit: Emit): Pending {
    const { gate, sealer } = this.#sending;
    if (gate === 'drop') return this.#drop('gate-closed');
    const mimeType = mimeTypeOf(frame);
    this.tally.codec(mimeType);
    if (gate === 'clear') {
      this.tally.clear();
      emit(frame);
      return;
    }
    if (mimeType !== this.#mimeType) {
      this.#mimeType = mimeType;
      this.#codec = codecOf(mimeType);
    }
    const codec = this.#codec;
    if (codec === null) return this.#drop('codec-unknown');
    const source = this.#source;
    if (source === null) return this.#drop('no-source');
    const { media } = this.options;
    const sealing = sealer.begin({ source, media, codec, isKey: isKeyFrame(frame), data: bytesOf(frame) });
    if (typeof sealing === 'string') return this.#drop(sealing);
    return sealing.ciphertext.then(
      (ciphertext) => this.#finish(frame, emit, source, sealing, ciphertext),
      () => this.#drop('seal-failed'),
    );
  }

  /** The cipher has answered. */
  #finish(
    frame: EncodedFrame,
    emit: Emit,
    source: SourceId,
    sealing: Sealing,
    ciphertext: ArrayBuffer,
  ): Pending {
    const sealed = this.#sending.sealer.finish(sealing, ciphertext);
    if (typeof sealed === 'string') return this.#drop(sealed);
    // The page may have closed the gate, or taken the source away, while the cipher ran.
    if (this.#sending.gate === 'drop') return this.#drop('gate-closed');
    if (this.#source !== source) return this.#drop('no-source');
    frame.data = sealed.data;
    const { sframe, metadata, standIn } = sealed.overhead;
    this.tally.sealed(sframe, metadata, standIn);
    this.#sending.sealedUnder(sealed.generation, sealed.step);
    emit(frame);
  }

  #drop(reason: DropReason): void {
    this.tally.dropped(reason);
  }

  close(): void {
    this.tally.close();
  }
}
