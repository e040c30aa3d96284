// What a receiver knows of one sender (Olm identity): its generations of keys and its sources' counters.
// Never tied to a transform, track, SSRC or connection (rule M10); what a key id may do to it is rule M8's table.
import type { SourceId, SourceState, WorkerCommand } from '../commands.ts';
import { isGeneration, isSource, isStep, type KeyId } from '../kid.ts';
import type { SFrameKey } from '../sframe/cipher.ts';
import { BASE_LENGTH, CONTEXT_LENGTH, type Media } from '../sourcekey.ts';
import { Generation } from './generation.ts';
import { Lateness } from './lateness.ts';
import { CounterWindow, epochOf } from './window.ts';

export type AcceptKey = Omit<Extract<WorkerCommand, { type: 'accept-key' }>, 'type' | 'owner'>;

/** The generation before the one in use lives on for frames in flight. */
export const GENERATION_GRACE_MS = 2000;
/** After a KEY that replaces a leaver's, also without a frame of the new one: the bridge may withhold them. */
export const LEAVE_GRACE_MS = 2300;
/** Not yet proved by a frame; the oldest goes when a third comes. */
const MAX_PENDING = 2;

export type Selection =
  | { type: 'key'; key: SFrameKey }
  /** No such generation has come yet. */
  | { type: 'unknown' }
  /** Too many frames claimed steps that nothing proved. */
  | { type: 'unproved' }
  /** It is behind us, dead or erased. */
  | { type: 'retired' };

export type Verdict = 'fresh' | 'replayed' | 'retired' | 'source-off';

export class Sender {
  readonly lateness = new Lateness();
  /** Ascending by number: at most grace, current, and two pending. */
  #generations: Generation[] = [];
  /** The generation that a frame last proved; 0 before the first. */
  #current = 0;
  /** The highest that was ever given: lower ones are refused for ever. */
  #newest = 0;
  readonly #windows = new Map<SourceId, CounterWindow>();

  /** Null, or why the key was refused. */
  accept({ generation, step, base, context, floors, leave }: AcceptKey, now: number): string | null {
    if (!isGeneration(generation) || !isStep(step))
      return `no such key: generation ${generation}, step ${step}`;
    if (base.length !== BASE_LENGTH) return `base: expected ${BASE_LENGTH} bytes, got ${base.length}`;
    if (context.length !== CONTEXT_LENGTH)
      return `context: expected ${CONTEXT_LENGTH} bytes, got ${context.length}`;
    this.sweep(now);
    const known = this.#generations.find((candidate) => candidate.number === generation);
    if (known !== undefined) {
      if (!known.agrees(step, base, context))
        return `generation ${generation} came twice with different keys`;
    } else {
      if (generation <= this.#newest) return `generation ${generation} is not newer than ${this.#newest}`;
      if (leave) for (const older of this.#generations) older.endAt(now + LEAVE_GRACE_MS);
      this.#newest = generation;
      this.#generations.push(new Generation(generation, step, base, context));
      this.#dropOldPending();
    }
    for (const [source, floor] of floors) {
      if (!isSource(source) || !Number.isSafeInteger(floor)) continue;
      this.#window(source).raiseFloor(floor, epochOf({ generation, step }), now);
    }
    return null;
  }

  /** The deadline is looked at on every frame, so that no timer of a hidden page can push it back (rule M4). */
  retire(generations: readonly number[], at: number): void {
    for (const known of this.#generations) if (generations.includes(known.number)) known.endAt(at);
  }

  /** What the sender signed of its sources: holds for keys of every generation. */
  setSources(sources: readonly SourceState[], now: number): void {
    for (const { source, on, floor } of sources) {
      if (!isSource(source) || !Number.isSafeInteger(floor)) continue;
      const window = this.#window(source);
      window.raiseFloor(floor, Number.POSITIVE_INFINITY, now);
      window.setOn(on, now);
    }
  }

  /** By what it signed, two seconds ago or longer. */
  isOff(source: SourceId, now: number): boolean {
    return this.#windows.get(source)?.isOff(now) ?? false;
  }

  select(id: KeyId, media: Media, now: number): Selection {
    const generation = this.#alive(id.generation, now);
    if (generation === null) return { type: id.generation > this.#newest ? 'unknown' : 'retired' };
    if (!generation.mayTry(id.step, now)) return { type: 'unproved' };
    const key = generation.frameKey(id.step, id.source, media, now);
    return key === null ? { type: 'retired' } : { type: 'key', key };
  }

  /** A key of exactly this id that is at hand without deriving forward, for the search of rule M10. */
  known(id: KeyId, media: Media, now: number): SFrameKey | null {
    return this.#alive(id.generation, now)?.knownFrameKey(id.step, id.source, media, now) ?? null;
  }

  check(id: KeyId, counter: number, now: number): Verdict {
    const verdict = this.#windows.get(id.source)?.check(epochOf(id), counter, now) ?? 'fresh';
    return verdict === 'superseded' ? 'retired' : verdict;
  }

  /**
   * A frame authenticated under `id`. Everything is looked at again: another frame, or the deadline, may have come
   * while the cipher ran. Only a `fresh` one is committed, and may be shown.
   */
  commit(id: KeyId, counter: number, now: number): Verdict {
    const generation = this.#alive(id.generation, now);
    if (generation === null) return 'retired';
    const verdict = this.check(id, counter, now);
    if (verdict !== 'fresh') return verdict;
    this.#window(id.source).accept(epochOf(id), counter);
    generation.commit(id.step, now);
    if (id.generation > this.#current) this.#promote(id.generation, now);
    return 'fresh';
  }

  /** Erases what is past its time, so that keys do not lie in memory until a frame comes by. */
  sweep(now: number): void {
    for (const generation of this.#generations) {
      if (now >= generation.deadAt) generation.erase();
      else generation.forgetPrevious(now);
    }
    this.#generations = this.#generations.filter((generation) => now < generation.deadAt);
  }

  erase(): void {
    for (const generation of this.#generations) generation.erase();
    this.#generations = [];
    this.#windows.clear();
  }

  /** Whether this generation is behind us and nothing newer has come: its sender must make a new one (rule M4). */
  isLeftBehind(generation: number, now: number): boolean {
    const isAlive = this.#generations.some((known) => known.number >= generation && now < known.deadAt);
    return generation <= this.#newest && !isAlive;
  }

  get hasKeys(): boolean {
    return this.#generations.length > 0;
  }

  #alive(number: number, now: number): Generation | null {
    for (const generation of this.#generations) {
      if (generation.number === number) return now < generation.deadAt ? generation : null;
    }
    return null;
  }

  #promote(number: number, now: number): void {
    const before = this.#current;
    this.#current = number;
    for (const generation of this.#generations) {
      if (generation.number >= number) continue;
      generation.endAt(now + GENERATION_GRACE_MS);
      // One generation has grace, the one in use so far; what is below it is gone (rule M8).
      if (generation.number < before) generation.endAt(now);
    }
    this.sweep(now);
  }

  #dropOldPending(): void {
    const pending = this.#generations.filter((generation) => generation.number > this.#current);
    for (const old of pending.slice(0, Math.max(0, pending.length - MAX_PENDING))) {
      old.erase();
      this.#generations.splice(this.#generations.indexOf(old), 1);
    }
  }

  #window(source: SourceId): CounterWindow {
    let window = this.#windows.get(source);
    if (window === undefined) {
      window = new CounterWindow();
      this.#windows.set(source, window);
    }
    return window;
  }
}
