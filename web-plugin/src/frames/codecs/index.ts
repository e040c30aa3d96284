// The codecs that can be sealed, by the MIME type that the browser gives a frame.
import { av1 } from './av1.ts';
import type { Codec } from './codec.ts';
import { h264 } from './h264.ts';
import { opus, red, vp9 } from './opaque.ts';
import { vp8 } from './vp8.ts';

export { type Codec, type PlainFrame, wrap } from './codec.ts';

export const CODECS: readonly Codec[] = [opus, red, av1, vp9, vp8, h264];

const BY_MIME_TYPE = new Map(CODECS.map((codec) => [codec.mimeType, codec]));

/** MIME types are compared without regard to case, RFC 2045 §5.1. */
export function codecOf(mimeType: string): Codec | null {
  return BY_MIME_TYPE.get(mimeType.toLowerCase()) ?? null;
}
