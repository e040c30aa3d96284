// Bytes in, bytes out: seals and opens encoded frames. Runs in the worker, in Node, anywhere; knows no page.
export { type Clock, systemClock } from './clock.ts';
export { CODECS, type Codec, codecOf } from './codecs/index.ts';
export type {
  DropReason,
  Gate,
  Identity,
  SourceId,
  SourceState,
  TransformOptions,
  TransformStatistics,
  WorkerCommand,
  WorkerReport,
} from './commands.ts';
export { decodeKid, encodeKid, type KeyId, MAX_GENERATION, MAX_STEP, SOURCE } from './kid.ts';
export { openRecorded, peekHeader, type Recorded, type RecordedKey } from './recorded.ts';
export { ratchet } from './sframe/schedule.ts';
export type { Media } from './sourcekey.ts';
export { Switchboard } from './switchboard.ts';
export { type FramePort, portOf, readOptions, type ScriptTransformer } from './transforms/encoded.ts';
