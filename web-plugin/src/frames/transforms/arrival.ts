// One frame that has come in, with all that is known of it until it is emitted, dropped or held.

import type { Identity, SourceId } from '../commands.ts';
import type { Held } from '../receive/hold.ts';
import {
  beginOpening,
  type Envelope,
  type FrameToOpen,
  type Opening,
  type Refused,
} from '../receive/opener.ts';
import type { Sender } from '../receive/sender.ts';
import type { EncodedFrame } from './encoded.ts';

/** Whom and what a receiving transform is expected to show. */
export interface Route {
  owner: Identity;
  source: SourceId;
}

export type Emit = (frame: EncodedFrame) => void;

export interface Waiting {
  frame: EncodedFrame;
  emit: Emit;
}

export type HeldFrame = Held<Waiting>;

/** One frame from when it is understood until it is emitted, dropped or held. */
export interface Arrival extends Waiting {
  held: HeldFrame | null;
  content: FrameToOpen;
  envelope: Envelope;
  route: Route;
  mayBeClear: boolean;
  /** Of a frame whose bytes may be given back before the cipher answers. */
  receivedLength: number;
  messageLength: number;
}

/** As `beginOpening`, also of somebody of whom nothing has been heard. */
export function begin(
  content: FrameToOpen,
  envelope: Envelope,
  sender: Sender | undefined,
  source: SourceId,
  now: number,
): Opening | Refused {
  if (sender !== undefined) return beginOpening(content, envelope, sender, source, now);
  const isExpected = envelope.id.source === source;
  return isExpected ? { type: 'early', reason: 'unknown-key' } : { type: 'refused', reason: 'wrong-source' };
}
