// Opens one sealed frame of one expected sender and source: parses, chooses the key, authenticates, commits.
import type { Bytes } from '../bytes.ts';
import type { Codec } from '../codecs/index.ts';
import type { DropReason, SourceId } from '../commands.ts';
import { decodeKid, type KeyId } from '../kid.ts';
import { type FrameMetadata, splitMetadata } from '../metadata.ts';
import { decodeHeader } from '../sframe/header.ts';
import { SUITES } from '../sframe/suites.ts';
import { type Media, SUITE_OF } from '../sourcekey.ts';
import type { Sender } from './sender.ts';

export interface FrameToOpen {
  media: Media;
  codec: Codec;
  /** What the receiving browser takes the frame for. */
  isKey: boolean;
  data: Bytes;
}

/** A sealed frame's outside, before anything is proved. */
export interface Envelope {
  id: KeyId;
  counter: number;
  message: Bytes;
}

export type Opened =
  | { type: 'opened'; data: Bytes; id: KeyId; counter: number; metadata: FrameMetadata }
  | { type: 'refused'; reason: DropReason; id: KeyId | null }
  /** Its generation has not come yet: the frame may wait for it. */
  | { type: 'unknown-key'; id: KeyId };

export function parseEnvelope(codec: Codec, data: Bytes): Envelope | 'not-sealed' | 'malformed' {
  const message = codec.unwrap(data);
  if (message === null) return 'not-sealed';
  const header = decodeHeader(message);
  if (header === null || header.ctr > BigInt(Number.MAX_SAFE_INTEGER)) return 'malformed';
  const id = decodeKid(header.kid);
  if (id === null || message.length < header.length + SUITES[SUITE_OF[codec.media]].tag) return 'malformed';
  return { id, counter: Number(header.ctr), message };
}

export async function open(
  frame: FrameToOpen,
  envelope: Envelope,
  sender: Sender,
  source: SourceId,
  now: () => number,
): Promise<Opened> {
  const { id, counter, message } = envelope;
  const { media } = frame;
  const refused = (reason: DropReason): Opened => ({ type: 'refused', reason, id });
  // Before any key is touched: the server cannot show somebody's screen in the place of their camera (rule M10).
  if (id.source !== source) return refused('wrong-source');
  const selection = sender.select(id, media, now());
  if (selection.type === 'unknown') return { type: 'unknown-key', id };
  if (selection.type === 'retired') return refused('retired-key');
  const verdict = sender.check(id, counter, now());
  if (verdict !== 'fresh') return refused(verdict === 'replayed' ? 'replayed' : 'retired-key');

  const plaintext = await selection.key.open(message);
  if (plaintext === null) return refused('forged');
  const committed = sender.commit(id, counter, now());
  if (committed !== 'fresh') return refused(committed === 'replayed' ? 'replayed' : 'retired-key');

  const content = splitMetadata(plaintext);
  if (content === null || !means(content.metadata, frame, source)) return refused('metadata-mismatch');
  return { type: 'opened', data: content.frame, id, counter, metadata: content.metadata };
}

/**
 * Whether the sender meant what the browser is about to do with the frame (rule S5). A key frame that the receiver
 * takes for an ordinary one is let through: upper layers of an SVC key picture look like that behind a dependency
 * descriptor, and it can but make the decoder wait. The reverse would start a decoder in the middle.
 */
function means(metadata: FrameMetadata, frame: FrameToOpen, source: SourceId): boolean {
  if (metadata.codec !== frame.codec.id || metadata.source !== source) return false;
  return frame.media === 'audio' || metadata.isKey || !frame.isKey;
}
