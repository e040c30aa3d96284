// Notes every key that a page gives to its worker: so that a test can open recordings as a participant could.
//
// The plugin has no way to hand out keys; this reads them where the page posts them, before the plugin loads.

import type { RecordedKey } from '../../web-plugin/src/frames/index.ts';
import type { LookedAt } from './bidi.ts';

/** One key as the worker got it. `owner` is null for the page's own sending key. */
export interface TappedKey extends RecordedKey {
  owner: string | null;
}

interface NotedKey {
  owner: string | null;
  generation: number;
  step: number;
  base: number[];
  context: number[];
}

/** An init script: runs in the page before anything else. */
export function tapKeys(): void {
  const noted: NotedKey[] = [];
  const post = Worker.prototype.postMessage;
  Worker.prototype.postMessage = function (this: Worker, message: unknown, ...rest: never[]) {
    const command = message as {
      type?: string;
      owner?: string;
      generation: number;
      step: number;
      base: Uint8Array;
      context: Uint8Array;
    };
    if (command?.type === 'use-key' || command?.type === 'accept-key') {
      const { generation, step, base, context } = command;
      noted.push({ owner: command.owner ?? null, generation, step, base: [...base], context: [...context] });
    }
    return Reflect.apply(post, this, [message, ...rest]);
  };
  Object.assign(globalThis, { tappedKeys: noted });
}

export async function tappedKeys(page: LookedAt): Promise<TappedKey[]> {
  const noted = await page.evaluate(() => (globalThis as unknown as { tappedKeys: NotedKey[] }).tappedKeys);
  return noted.map((key) => ({
    ...key,
    base: new Uint8Array(key.base),
    context: new Uint8Array(key.context),
  }));
}

/** Each key once: everybody who was given it has noted it. */
export function distinctKeys<K extends RecordedKey>(keys: K[]): K[] {
  const nameOf = ({ generation, step, base }: K) =>
    `${generation} ${step} ${Buffer.from(base).toString('hex')}`;
  return [...new Map(keys.map((key) => [nameOf(key), key])).values()];
}
