// What the bench's page and the feeder in each worker say to each other.

export type SuiteName = 'AES_128_GCM_SHA256_128' | 'AES_128_CTR_HMAC_SHA256_80';
export type Contender = 'ours' | 'raw' | 'upstream';

export interface Request {
  bench: 'run';
  name?: string;
  suite: SuiteName;
  size: number;
  frames: number;
  direction: 'seal' | 'open';
  garbage?: 'forged' | 'step' | 'generation' | 'noise';
}

export interface Run {
  contender: Contender;
  request: Request;
}

/** Frames for several transforms, given one after the other. */
export interface Batch {
  bench: 'batch';
  frames: { line: string; data: ArrayBuffer; mimeType: string }[];
}

export interface MemoryResult {
  frames: number;
  sources: number;
  empty_bytes: number;
  start_bytes: number;
  end_bytes: number;
}

export interface Result {
  bench: 'result';
  /** Per frame. */
  microseconds: number;
}

export function media(suite: SuiteName): 'audio' | 'video' {
  return suite === 'AES_128_GCM_SHA256_128' ? 'video' : 'audio';
}
