// The only file that knows how browsers hand over encoded frames (WebRTC Encoded Transform) and key frame requests.
import type { Bytes } from '../bytes.ts';
import type { TransformOptions } from '../commands.ts';

/** What RTCEncodedVideoFrame and RTCEncodedAudioFrame have in common, as far as it is used. */
export interface EncodedFrame {
  data: ArrayBuffer;
  /** Video only: 'key', 'delta' or 'empty'. */
  readonly type?: string;
  getMetadata(): { mimeType?: string };
}

export function mimeTypeOf(frame: EncodedFrame): string {
  return frame.getMetadata().mimeType ?? '';
}

export function isKeyFrame(frame: EncodedFrame): boolean {
  return frame.type === 'key';
}

export function bytesOf(frame: EncodedFrame): Bytes {
  return new Uint8Array(frame.data);
}

/** One place where frames come and go, and where a key frame can be asked for. */
export interface FramePort {
  readable: ReadableStream<EncodedFrame>;
  writable: WritableStream<EncodedFrame>;
  /** Sending: of the encoder. Receiving: of the sender, over RTCP. Does nothing where the browser cannot. */
  requestKeyFrame(): void;
}

/** RTCRtpScriptTransformer; the two last are missing in some browsers, and fail on audio. */
export interface ScriptTransformer {
  readonly readable: ReadableStream<EncodedFrame>;
  readonly writable: WritableStream<EncodedFrame>;
  readonly options: unknown;
  generateKeyFrame?(rid?: string): Promise<unknown>;
  sendKeyFrameRequest?(): Promise<unknown>;
}

export function portOf(transformer: ScriptTransformer, { direction, media }: TransformOptions): FramePort {
  return {
    readable: transformer.readable,
    writable: transformer.writable,
    requestKeyFrame() {
      if (media === 'audio') return;
      // Both reject when the track has just ended or was replaced: the next frame then asks again, or nobody needs it.
      const asked =
        direction === 'send' ? transformer.generateKeyFrame?.() : transformer.sendKeyFrameRequest?.();
      asked?.catch(() => {});
    },
  };
}

/** Null unless it is what the page passes to `RTCRtpScriptTransform`. */
export function readOptions(options: unknown): TransformOptions | null {
  if (typeof options !== 'object' || options === null) return null;
  const { transform, direction, media } = options as Partial<Record<keyof TransformOptions, unknown>>;
  if (typeof transform !== 'number' || !Number.isSafeInteger(transform)) return null;
  if (direction !== 'send' && direction !== 'receive') return null;
  if (media !== 'audio' && media !== 'video') return null;
  return { transform, direction, media };
}
