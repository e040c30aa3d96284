// What every codec's envelope offers: the clear bytes that transport insists on, in front of the sealed message.
import type { Bytes } from '../bytes.ts';
import type { Media } from '../sourcekey.ts';

/** The real frame as the encoder made it; an envelope may look at it, and copies nothing that it need not. */
export interface PlainFrame {
  isKey: boolean;
  data: Uint8Array;
}

/**
 * All envelopes have one layout: clear stand-in ‖ SFrame message in RFC order. The stand-in is not authenticated
 * (packetizers rewrite size fields) and is thrown away on opening: whatever the bridge writes there reaches no
 * decoder. The message is.
 */
export interface Codec {
  name: string;
  media: Media;
  /** As `getMetadata().mimeType` spells it, lower case. */
  mimeType: string;
  /** 1–7, unique in its media kind; stands in the sealed metadata. */
  id: number;
  wrap(message: Bytes, frame: PlainFrame): Bytes;
  /**
   * The SFrame message inside, or null when the envelope does not parse. `isWhole` is false for the first bytes
   * of a frame, as a test at the bridge sees them: sizes then need not add up.
   */
  unwrap(bytes: Bytes, isWhole?: boolean): Bytes | null;
}
