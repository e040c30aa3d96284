// Opens one sealed frame of one expected sender and source: parses, chooses the key, authenticates, commits.
import type { Bytes } from '../bytes.ts';
import type { Codec } from '../codecs/index.ts';
import type { DropReason, SourceId } from '../commands.ts';
import { decodeKid, type KeyId } from '../kid.ts';
import { type FrameMetadata, METADATA_LENGTH, readMetadata } from '../metadata.ts';
import type { SFrameKey } from '../sframe/cipher.ts';
import { type DecodedHeader, decodeHeader, safeInteger, sharedStart } from '../sframe/header.ts';
import { SUITES } from '../sframe/suites.ts';
import { type Media, SUITE_OF } from '../sourcekey.ts';
import type { Sender, Verdict } from './sender.ts';

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
  header: DecodedHeader;
  /** What the frame says of itself. */
  claimed: FrameMetadata;
  message: Bytes;
}

/** A frame on its way through the cipher. */
export interface Opening {
  type: 'opening';
  frame: FrameToOpen;
  envelope: Envelope;
  sender: Sender;
  plaintext: Promise<ArrayBuffer | null>;
  /** The cipher has read the message: its bytes may be given back. */
  isRead: boolean;
}

export interface Opened {
  type: 'opened';
  data: ArrayBuffer;
  metadata: FrameMetadata;
}

export type Refused =
  | { type: 'refused'; reason: DropReason }
  /** Its generation has not come yet, or the word that its source is on: the frame may wait for it. */
  | { type: 'early'; reason: 'unknown-key' | 'source-off' };

export function parseEnvelope(codec: Codec, data: Bytes): Envelope | 'not-sealed' | 'malformed' {
  const message = codec.unwrap(data);
  if (message === null) return 'not-sealed';
  const header = decodeHeader(message);
  const id = header === null ? null : decodeKid(header.kid);
  const counter = header === null ? null : safeInteger(header.ctr);
  if (header === null || id === null || counter === null) return 'malformed';
  const shortest = header.length + METADATA_LENGTH + SUITES[SUITE_OF[codec.media]].tag;
  if (message.length < shortest) return 'malformed';
  return { id, counter, header, claimed: readMetadata(message, header.length), message };
}

/** Finds the key and starts the cipher; nothing is proved and nothing changes yet. */
export function beginOpening(
  frame: FrameToOpen,
  envelope: Envelope,
  sender: Sender,
  source: SourceId,
  now: number,
): Opening | Refused {
  const { id, counter } = envelope;
  // Before any key is touched: the server cannot show somebody's screen in the place of their camera (rule M10).
  if (id.source !== source) return refused('wrong-source');
  const selection = sender.select(id, frame.media, now);
  if (selection.type === 'unknown') {
    // A muted microphone goes on sending silence, under a key that nobody who came later is given (rule M7).
    return { type: 'early', reason: sender.isOff(source, now) ? 'source-off' : 'unknown-key' };
  }
  if (selection.type === 'unproved') return refused('forged');
  if (selection.type === 'retired') return refused('retired-key');
  const verdict = sender.check(id, counter, now);
  if (verdict !== 'fresh') return refusedBy(verdict);
  const { key } = selection;
  const plaintext = decrypt(key, envelope);
  return { type: 'opening', frame, envelope, sender, plaintext, isRead: key.readsAtOnce };
}

/** What `beginOpening` started, when its plaintext has come: null when it did not authenticate. */
export function finishOpening(
  { frame, envelope, sender }: Opening,
  plaintext: ArrayBuffer | null,
  now: number,
): Opened | Refused {
  if (plaintext === null) return refused('forged');
  const committed = sender.commit(envelope.id, envelope.counter, now);
  if (committed !== 'fresh') return refusedBy(committed);
  // From here on it is the sender that says so.
  const metadata = envelope.claimed;
  if (!means(metadata, frame, envelope.id.source)) return refused('metadata-mismatch');
  return { type: 'opened', data: plaintext, metadata };
}

/** Both halves; null when the cipher refused. */
export async function open(opening: Opening, now: () => number): Promise<Opened | Refused> {
  return finishOpening(opening, await opening.plaintext.catch(() => null), now());
}

/** Rejects or gives null when the message is not authentic. Changes nothing, so it also serves for trials. */
export function decrypt(key: SFrameKey, { header, message }: Envelope): Promise<ArrayBuffer | null> {
  const { buffer, byteOffset, length } = message;
  const clear = header.length + METADATA_LENGTH;
  // Cheaper than `subarray`.
  const sealed = new Uint8Array(buffer, byteOffset + clear, length - clear);
  return key.decrypt(header.ctr, sharedStart(message, clear), sealed);
}

function refusedBy(verdict: Exclude<Verdict, 'fresh'>): Refused {
  if (verdict === 'source-off') return { type: 'early', reason: 'source-off' };
  return refused(verdict === 'replayed' ? 'replayed' : 'retired-key');
}

function refused(reason: DropReason): Refused {
  return { type: 'refused', reason };
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
