// What the frame worker does with the core's commands, as far as keys go: which key seals, which keys open.

import { stepBase } from '../../web-plugin/src/keys/derive.ts';
import { equal } from '../../web-plugin/src/wire/index.ts';

export interface SealingKey {
  generation: number;
  step: number;
  base: Uint8Array;
}

interface Opening extends SealingKey {
  /** When it came. */
  since: number;
  deadAt: number;
  /** The sender's key that was last seen to be this one. */
  opened: SealingKey | null;
}

export class WorkerModel {
  private sealing: SealingKey | null = null;
  /** Given, their time not come, rising. */
  private coming: { key: SealingKey; from: number }[] = [];
  /** One for the life of the page; this model has one source (rule M5). */
  private counter = 0;
  private readonly expiry = new Map<number, number>();
  private readonly installed = new Set<string>();
  /** By owner and generation, in the order in which they came. */
  private readonly opening = new Map<string, Map<number, Opening>>();
  private readonly used: (key: SealingKey) => void;

  /** `used`: called when a key begins to seal. */
  constructor(used: (key: SealingKey) => void = () => undefined) {
    this.used = used;
  }

  /** A new worker: it has no key, but no key that the old one had may come to it. */
  successor(): WorkerModel {
    const next = new WorkerModel(this.used);
    for (const name of this.installed) next.installed.add(name);
    return next;
  }

  /** Seals from `from` on, or from when the key in use is dead. */
  useKey(key: SealingKey, from: number, now: number): void {
    const name = `${key.generation}.${key.step}`;
    if (this.installed.has(name)) throw new Error(`sending key ${name} was installed twice`);
    this.installed.add(name);
    this.coming.push({ key, from });
    this.sealsWith(now);
  }

  expireSending(generation: number, at: number): void {
    this.expiry.set(generation, Math.min(at, this.expiry.get(generation) ?? at));
  }

  stopSending(): void {
    this.sealing = null;
    this.coming = [];
  }

  /** The key that a frame is sealed under at this time, or null: the frame is dropped. */
  sealsWith(now: number): SealingKey | null {
    while (this.coming.length > 0) {
      const ready = this.coming.findLastIndex(({ from }) => from <= now) + 1;
      const next = this.coming.splice(0, ready || (this.live(now) === null ? 1 : 0)).at(-1);
      if (next === undefined) break;
      this.sealing = next.key;
      this.used(next.key);
    }
    return this.live(now);
  }

  private live(now: number): SealingKey | null {
    const { sealing } = this;
    const isDead =
      sealing !== null && (this.expiry.get(sealing.generation) ?? Number.POSITIVE_INFINITY) <= now;
    return isDead ? null : sealing;
  }

  /** Seals one frame: key and counter in one step (rule M12). Null: the frame is dropped. */
  seal(now: number): { key: SealingKey; counter: number } | null {
    const key = this.sealsWith(now);
    if (key === null) return null;
    this.counter += 1;
    return { key, counter: this.counter };
  }

  /** When the last frame under this generation is sealed, at the latest. */
  lastUse(generation: number): number {
    return this.expiry.get(generation) ?? Number.POSITIVE_INFINITY;
  }

  acceptKey(owner: string, key: SealingKey, now: number): void {
    const keys = this.opening.get(owner) ?? new Map<number, Opening>();
    this.opening.set(owner, keys);
    dropDead(keys, now);
    keys.delete(key.generation);
    keys.set(key.generation, { ...key, since: now, deadAt: Number.POSITIVE_INFINITY, opened: null });
  }

  retire(owner: string, generations: number[], at: number): void {
    for (const generation of generations) {
      const key = this.opening.get(owner)?.get(generation);
      if (key !== undefined) key.deadAt = Math.min(key.deadAt, at);
    }
  }

  forget(owner: string): void {
    this.opening.delete(owner);
  }

  /** Of what came before `before`, every generation that opens something at `now`. */
  *openings(before: number, now: number): Generator<{ owner: string; generation: number }> {
    for (const [owner, keys] of this.opening) {
      dropDead(keys, now);
      for (const [generation, { since, deadAt }] of keys) {
        if (since >= before) break;
        if (deadAt > now) yield { owner, generation };
      }
    }
  }

  isOpening(owner: string, generation: number, at: number): boolean {
    const key = this.opening.get(owner)?.get(generation);
    return key !== undefined && key.deadAt > at;
  }

  opens(owner: string, sealed: SealingKey, now: number): boolean {
    const key = this.opening.get(owner)?.get(sealed.generation);
    if (key === undefined || key.deadAt <= now || sealed.step < key.step) return false;
    if (key.opened === sealed) return true;
    let { base } = key;
    for (let step = key.step; step < sealed.step; step += 1) base = stepBase(base);
    if (!equal(base, sealed.base)) return false;
    // A step is committed once something opened under it (rule M8).
    key.step = sealed.step;
    key.base = base;
    key.opened = sealed;
    return true;
  }
}

/** Oldest first: what one that is alive stands before may wait, as most die in the order in which they came. */
function dropDead(keys: Map<number, Opening>, now: number): void {
  for (const [generation, { deadAt }] of keys) {
    if (deadAt > now) return;
    keys.delete(generation);
  }
}
