// What a key id says: generation, ratchet step and source (docs/protocol.md, "KID layout"; RFC 9605 §5.1).
import type { Uint64 } from './sframe/header.ts';

/** Source id, the low four bits. */
export const SOURCE = { data: 0, microphone: 1, camera: 2, screen: 3, screenAudio: 4 } as const;

export const MAX_GENERATION = 0xfffff;
/** The step never wraps: at 254 the sender draws a new generation (rule M2). */
export const MAX_STEP = 254;
export const MAX_SOURCE = 14;

export interface KeyId {
  generation: number;
  step: number;
  source: number;
}

export function encodeKid({ generation, step, source }: KeyId): Uint64 {
  if (!isGeneration(generation))
    throw new RangeError(`generation: expected 1 … ${MAX_GENERATION}, got ${generation}`);
  if (!isStep(step)) throw new RangeError(`step: expected 0 … ${MAX_STEP}, got ${step}`);
  if (!isSource(source)) throw new RangeError(`source: expected 0 … ${MAX_SOURCE}, got ${source}`);
  return { high: 0, low: generation * 0x1000 + step * 0x10 + source };
}

/** Null for ids that no sender makes: 32 bits exceeded, generation 0, step 255, source 15. */
export function decodeKid({ high, low: bits }: Uint64): KeyId | null {
  if (high !== 0) return null;
  const id = { generation: bits >>> 12, step: (bits >>> 4) & 0xff, source: bits & 0x0f };
  return isGeneration(id.generation) && isStep(id.step) && isSource(id.source) ? id : null;
}

export function isGeneration(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) >= 1 && (value as number) <= MAX_GENERATION;
}

export function isStep(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) >= 0 && (value as number) <= MAX_STEP;
}

export function isSource(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) >= 0 && (value as number) <= MAX_SOURCE;
}
