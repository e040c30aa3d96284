// What the page and its one worker say to each other.
//
// There is exactly one worker for all transforms of a page, so that one place picks the key and draws the
// counter (docs/protocol.md, "Nonce uniqueness"). Everything here is plain data that survives postMessage.

/** Base64 of a participant's Curve25519 key: the owner of receive state. Never an occupant id, which can be reused. */
export type Identity = string;

/** Source id in the low four bits of a KID: 0 data, 1 microphone, 2 camera, 3 screen, 4 screen audio, 5–14 further. */
export type SourceId = number;

/** What transforms may do: `drop` (the state a transform is born in), pass `clear` frames, or `sealed` frames only. */
export type Gate = 'drop' | 'clear' | 'sealed';

/** Options of every `RTCRtpScriptTransform`; `transform` is unique in the page. */
export interface TransformOptions {
  transform: number;
  direction: 'send' | 'receive';
  media: 'audio' | 'video';
}

/** What a sender says, signed, of one of its sources (rule M6). */
export interface SourceState {
  source: SourceId;
  on: boolean;
  /** The next counter when it was said: two seconds later everything below is refused. */
  floor: number;
}

/** Page to worker. */
export type WorkerCommand =
  /**
   * For browsers without `RTCRtpScriptTransform`: the streams of `createEncodedStreams`, both to be transferred.
   * The page itself asks for key frames there; the worker cannot.
   */
  | { type: 'attach'; options: TransformOptions; readable: ReadableStream; writable: WritableStream }
  /** Applies to all transforms at once, those of connections to come included. */
  | { type: 'gate'; gate: Gate }
  /** Which source a sending transform carries; null: nothing may leave through it. */
  | { type: 'send-route'; transform: number; source: SourceId | null }
  /** Whom and what a receiving transform is expected to show; null: nothing may be shown. */
  | { type: 'receive-route'; transform: number; owner: Identity | null; source: SourceId | null }
  /**
   * Seal everything with this base key from `inMs` after receipt on, or from when the one in use ends; never again
   * with one before it. The worker switches by itself, however late the page may be. A given (generation, step) is
   * installed once.
   */
  | {
      type: 'use-key';
      generation: number;
      step: number;
      base: Uint8Array;
      context: Uint8Array;
      inMs: number;
    }
  /** Frames under `generation` are dropped from `inMs` after receipt; never pushed back by a later command. */
  | { type: 'expire-sending'; generation: number; inMs: number }
  /** Forget every sending key: frames are dropped until the next `use-key`. */
  | { type: 'stop-sending' }
  /**
   * Open frames of `owner` with this base key. `floors`: counters below are refused per source.
   * `leave`: the key replaces one that a leaver held, so the one before it ends by itself (rule M8).
   */
  | {
      type: 'accept-key';
      owner: Identity;
      generation: number;
      step: number;
      base: Uint8Array;
      context: Uint8Array;
      floors: [SourceId, number][];
      leave: boolean;
    }
  /** These generations of `owner` never open anything again from `inMs` after receipt (rule M4). */
  | { type: 'retire'; owner: Identity; generations: number[]; inMs: number }
  /** Nothing of a source that is off opens, from two seconds after it went off until it is on. */
  | { type: 'source-states'; owner: Identity; sources: SourceState[] }
  /** The owner is gone: erase its keys, windows and floors. */
  | { type: 'forget'; owner: Identity }
  /** The conference is over: erase all keys and owners, gate `drop`. Counters of the page's sources go on. */
  | { type: 'reset' }
  /** The connection behind the transform is closed: free what it held. */
  | { type: 'detach'; transform: number }
  /** Counters of the own sources go on from here: a worker before this one may have used those below. */
  | { type: 'continue'; next: [SourceId, number][] }
  /** Answered with the next counters of the own sources: the floors of what this client says of itself. */
  | { type: 'counters'; id: number }
  | { type: 'ping'; id: number }
  /** Answer `woke` in so many milliseconds, in the place of the wish before: browsers slow down a hidden page's timers. */
  | { type: 'wake'; inMs: number }
  | { type: 'statistics'; id: number };

/** Why a frame did not pass. */
export type DropReason =
  /** Sending: nothing may be sent (gate, no source, no key, key expired) or the frame could not be sealed. */
  | 'gate-closed'
  | 'no-source'
  | 'no-key'
  | 'key-expired'
  | 'codec-unknown'
  | 'seal-failed'
  /** Receiving. */
  | 'no-owner'
  | 'not-sealed'
  | 'malformed'
  | 'wrong-source'
  | 'unknown-key'
  | 'retired-key'
  | 'replayed'
  | 'forged'
  | 'metadata-mismatch'
  | 'source-off'
  | 'hold-overflow';

/** Figures of one transform since it was attached. */
export interface TransformStatistics {
  transform: number;
  direction: 'send' | 'receive';
  /** Frames that passed: sealed or opened, and those passed in clear. */
  sealed: number;
  clear: number;
  /** MIME type of the last frame, as the browser names it ("video/AV1"). */
  codec: string | null;
  dropped: Partial<Record<DropReason, number>>;
  /** Largest sizes seen on a frame, in bytes: SFrame header and tag; metadata; stand-in. */
  overhead: { sframe: number; metadata: number; standIn: number };
}

/** Worker to page. */
export type WorkerReport =
  | { type: 'ready' }
  | { type: 'pong'; id: number }
  | { type: 'woke' }
  | { type: 'attached'; transform: number }
  /** The first frame was sealed under this key. */
  | { type: 'sealing'; generation: number; step: number }
  /** The first frame of this source opened under this key, or opened again after frames that did not. */
  | { type: 'opened'; transform: number; owner: Identity; source: SourceId; generation: number; step: number }
  /** Frames have waited a second for this generation; at most once in five seconds an owner. */
  | { type: 'missing-key'; owner: Identity; generation: number }
  /** Frames that did not pass, by reason, since the last such report; at most once a second a transform. */
  | {
      type: 'dropped';
      transform: number;
      owner: Identity | null;
      reasons: Partial<Record<DropReason, number>>;
      /** Frames that did pass in the same time. */
      passed: number;
    }
  /** At least three frames over two seconds opened under somebody else's key (rule M10). */
  | { type: 'swapped'; transform: number; expected: Identity; seen: Identity; source: SourceId }
  /** Frames of this source come so much later than they could (rule S2); at most once in ten seconds a transform. */
  | { type: 'late'; transform: number; owner: Identity; source: SourceId; byMs: number }
  | { type: 'counters'; id: number; next: [SourceId, number][] }
  | { type: 'statistics'; id: number; transforms: TransformStatistics[] };
