// What every codec's envelope offers: the clear bytes that transport insists on, in front of the sealed message.
import { type Bytes, concat } from '../bytes.ts';
import type { Media } from '../sourcekey.ts';

/** The real frame as the encoder made it. */
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
  /** 1–7, unique in its media kind; stands in the frame's metadata. */
  id: number;
  /** The clear bytes in front of a message of that length. Pure; does not change the frame. */
  standIn(frame: PlainFrame, messageLength: number): Uint8Array;
  /** Only where the message itself needs another form for the transport; `unwrap` undoes it. */
  escape?(message: Bytes, isKey: boolean): Bytes;
  /**
   * The SFrame message inside, or null when the envelope does not parse. `isWhole` is false for the first bytes
   * of a frame, as a test at the bridge sees them: sizes then need not add up.
   */
  unwrap(bytes: Bytes, isWhole?: boolean): Bytes | null;
}

export const NO_STAND_IN: Uint8Array = new Uint8Array(0);

/** What goes on the wire. The frame layer itself joins the parts with fewer copies. */
export function wrap(codec: Codec, message: Bytes, frame: PlainFrame): Bytes {
  const escaped = codec.escape?.(message, frame.isKey) ?? message;
  return concat(codec.standIn(frame, escaped.length), escaped);
}
