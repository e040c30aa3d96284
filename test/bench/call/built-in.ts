// How long Jitsi's own E2EE keeps a key in use after somebody left who has it: what the plugin is compared with.
//
// The same page, library and stack, without plugin and module, with the library's own worker and Olm. Its frames end
// with the number of their key (the trailer of its Context.js), so that the bridge sees when a sender takes another.

import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { BrowserContext } from '@playwright/test';
import { type Person, Setting, until } from '../../e2e/sealed-room.ts';
import { leftAt } from './left-at.ts';

const ROOM = 'built-in';
/** Its key changes five seconds after the last join, and after a leave. */
const CHANGED_MS = 8_000;
/** Turning it on ends everybody's media session and begins another. */
const MEDIA_MS = 4_000;

const require = createRequire(import.meta.url);
const library = dirname(require.resolve('@solyd/lib-jitsi-meet/dist/umd/lib-jitsi-meet.min.js'));
const olm = dirname(require.resolve('@matrix-org/olm/olm.js'));

/** An init script: the page's own wish to do without it is not heard. */
function allowBuiltIn(): void {
  type Connection = { initJitsiConference(room: string, options: Record<string, unknown>): unknown };
  let library: { JitsiConnection: { prototype: Connection } } | undefined;
  Object.defineProperty(window, 'JitsiMeetJS', {
    get: () => library,
    set(value: NonNullable<typeof library>) {
      library = value;
      const { prototype } = value.JitsiConnection;
      const { initJitsiConference } = prototype;
      prototype.initJitsiConference = function (room, { testing: _testing, ...options }) {
        return initJitsiConference.call(this, room, options);
      };
    },
  });
}

async function prepare(context: BrowserContext): Promise<void> {
  await context.route('**/olm.wasm', (route) => route.fulfill({ path: join(olm, 'olm.wasm') }));
  const worker = 'lib-jitsi-meet.e2ee-worker.js';
  await context.route(`**/${worker}`, (route) => route.fulfill({ path: join(library, worker) }));
  await context.addInitScript({ path: join(olm, 'olm.js') });
  await context.addInitScript(allowBuiltIn);
}

async function turnOn({ page, name }: Person): Promise<void> {
  const isOn = await page.evaluate(() => {
    const conference = window.call.conference as unknown as {
      toggleE2EE(on: boolean): void;
      isE2EEEnabled(): boolean;
    };
    conference.toggleE2EE(true);
    return conference.isE2EEEnabled();
  });
  if (!isOn) throw new Error(`${name}: the library's own E2EE is not there`);
}

/** Times, and numbers of keys, of the last frames of sound of somebody, oldest first. */
async function frameKeys(setting: Setting, { endpoint }: Person): Promise<{ time: number; key: number }[]> {
  const { sources } = await setting.stack.bridge.call('observe', { conference: ROOM, endpoint });
  return sources
    .filter(({ media }) => media === 'audio')
    .flatMap(({ frames }) =>
      frames.map(({ time, tail }) => ({ time, key: Number.parseInt(tail.slice(-2), 16) })),
    );
}

const keyNumber = async (setting: Setting, person: Person) => (await frameKeys(setting, person)).at(-1)?.key;

/** Milliseconds from Prosody's handing out of a leave to the last frame under the key before, at the bridge. */
export async function builtInLeaves(
  staying: string[],
  query: Record<string, string>,
  rounds: number,
): Promise<number[]> {
  const setting = await Setting.start({ plugin: false, module: false, videoCodecs: ['VP8'] });
  const times: number[] = [];
  try {
    const people = await setting.enterAll(ROOM, staying, { query, prepare });
    for (const person of people) await turnOn(person);
    for (let n = 0; n < rounds; n += 1) {
      const eve = await setting.enter(ROOM, 'Eve', { query, prepare });
      await turnOn(eve);
      await pause(MEDIA_MS + CHANGED_MS);
      const before = await Promise.all(people.map((person) => keyNumber(setting, person)));
      await eve.page.evaluate(() => window.call.leave());
      for (const [i, person] of people.entries())
        await until(
          `${person.name} uses another key`,
          async () => (await keyNumber(setting, person)) !== before[i],
        );
      const handedOutAt = leftAt(setting.stack, eve.endpoint);
      for (const [i, person] of people.entries()) {
        const last = (await frameKeys(setting, person)).findLast(({ key }) => key === before[i]);
        times.push((last?.time ?? handedOutAt) - handedOutAt);
      }
      await eve.close();
      await until('the bridge has let go', async () => {
        const { conferences } = await setting.stack.bridge.call('statistics', {});
        return conferences[ROOM]?.endpoints[eve.endpoint] === undefined;
      });
    }
    return times;
  } finally {
    await setting.stop();
  }
}
