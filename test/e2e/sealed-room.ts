// A room of the embedded stack with people in real browsers: what a test does there, and what it waits for.

import assert from 'node:assert/strict';
import type { Browser, BrowserContext, Locator } from '@playwright/test';
import type { LookedAt } from '../stack/bidi.ts';
import {
  type BrowserParticipant,
  launchBrowser,
  launchParticipant,
  type ParticipantOptions,
} from '../stack/browser.ts';
import { tapKeys } from '../stack/key-tap.ts';
import type { Liar } from '../stack/liar.ts';
import { type Stack, type StackOptions, startStack } from '../stack/stack.ts';
import { until as waitUntil } from '../stack/until.ts';
import { KEEP_NAMES, type Shown, watchPage } from './page-scripts.ts';

/** As much of a participant as is looked at, in whatever browser it is. */
export interface Looked extends Pick<BrowserParticipant, 'name' | 'tone' | 'consoleErrors'> {
  readonly page: LookedAt;
  /** Endpoint id at the time of joining. */
  readonly endpoint: string;
}

export interface Person extends BrowserParticipant {
  readonly endpoint: string;
  /** Warnings in the page's console: where the plugin says what it dropped. */
  readonly warnings: string[];
}

type Phase = 'away' | 'open' | 'sealing' | 'sealed' | 'asking' | 'broken';

const POLL_MS = 100;
/** A condition that does not come within this time never comes. Long, as machines that run tests are busy. */
const PATIENCE_MS = 30_000;
const STILL_MS = 2_000;

export const until = (what: string, check: () => Promise<boolean>, withinMs = PATIENCE_MS) =>
  waitUntil(what, check, { withinMs, everyMs: POLL_MS });

/** Until what `look` gives has stayed the same for two seconds; gives it. What was under way has come by then. */
export async function untilStill<T>(what: string, look: () => Promise<T>): Promise<T> {
  let last = await look();
  let since = Date.now();
  await until(what, async () => {
    const now = await look();
    if (JSON.stringify(now) !== JSON.stringify(last)) since = Date.now();
    last = now;
    return Date.now() - since >= STILL_MS;
  });
  return last;
}

const TONES: Record<string, number> = { Ada: 440, Ben: 550, Cleo: 660, Dora: 880 };

export interface EnterOptions
  extends Pick<ParticipantOptions, 'peerToPeer' | 'waitUntilJoined' | 'query' | 'codec'> {
  /** Another browser than everybody else's. */
  browser?: Pick<Browser, 'newContext'>;
  /** Before the page is opened. */
  prepare?: (context: BrowserContext) => Promise<unknown>;
}

/** One stack and one browser, for all rooms of a test file. */
export class Setting<S extends Pick<Stack, 'url' | 'stop'> = Stack> {
  readonly #people: Person[] = [];

  private constructor(
    readonly stack: S,
    readonly browser: Browser,
  ) {}

  /** Over a stack that runs already; stopping leaves it as it is. */
  static async over(url: string): Promise<Setting<Pick<Stack, 'url' | 'stop'>>> {
    return new Setting({ url, stop: async () => {} }, await launchBrowser());
  }

  static async start(options: StackOptions = {}): Promise<Setting> {
    const stack = await startStack({ plugin: true, module: true, ...options });
    try {
      return new Setting(stack, await launchBrowser());
    } catch (error) {
      await stack.stop();
      throw error;
    }
  }

  async stop(): Promise<void> {
    await this.browser.close();
    await this.stack.stop();
  }

  /** Everybody out, so that the next room has the machine for itself. */
  async clear(): Promise<void> {
    await Promise.all(this.#people.splice(0).map((person) => person.close()));
  }

  async enter(room: string, name: string, options: EnterOptions = {}): Promise<Person> {
    const warnings: string[] = [];
    const participant = await launchParticipant({
      ...options,
      browser: prepared(options.browser ?? this.browser, async (context) => {
        await context.addInitScript(KEEP_NAMES);
        await context.addInitScript(tapKeys);
        await context.addInitScript(watchPage);
        await options.prepare?.(context);
        context.on('console', (message) => {
          if (message.type() === 'warning') warnings.push(message.text());
        });
      }),
      stack: this.stack,
      room,
      name,
      tone: TONES[name] ?? 990,
    });
    const endpoint = options.waitUntilJoined === false ? '' : await participant.id();
    const person = Object.assign(participant, { endpoint, warnings });
    this.#people.push(person);
    return person;
  }

  /** One after the other: the first is the owner. */
  async enterAll(room: string, names: string[], options?: EnterOptions): Promise<Person[]> {
    const people: Person[] = [];
    for (const name of names) people.push(await this.enter(room, name, options));
    return people;
  }
}

/** The same browser, whose new contexts are prepared before anybody opens a page in them. */
function prepared(
  browser: Pick<Browser, 'newContext'>,
  prepare: (context: BrowserContext) => Promise<unknown>,
): Pick<Browser, 'newContext'> {
  return {
    async newContext(options) {
      const context = await browser.newContext(options);
      await prepare(context);
      return context;
    },
  };
}

// The interface.

export const hook = (person: Person, name: string) =>
  person.page.locator(`sealmeet-interface [data-sealmeet="${name}"]`);

export async function phaseOf({ page }: Looked): Promise<Phase> {
  const phase = await page.evaluate(
    () => document.querySelector<HTMLElement>('sealmeet-interface')?.dataset.phase,
  );
  return (phase ?? 'away') as Phase;
}

export async function waitForPhase(people: Looked[], phase: Phase): Promise<void> {
  let last: string[] = [];
  await until(`everybody shows "${phase}"`, async () => {
    last = await Promise.all(people.map(phaseOf));
    return last.every((one) => one === phase);
  }).catch((error: Error) => {
    throw new Error(
      `${error.message}; shown: ${people.map(({ name }, n) => `${name} ${last[n]}`).join(', ')}`,
    );
  });
}

async function openPanel(person: Person): Promise<void> {
  if ((await hook(person, 'panel').count()) === 0) await hook(person, 'shield').click();
}

export async function seal(owner: Person): Promise<void> {
  await openPanel(owner);
  await hook(owner, 'seal').click();
}

export async function unseal(owner: Person): Promise<void> {
  await openPanel(owner);
  await hook(owner, 'unseal').click();
  await hook(owner, 'confirm-unseal').click();
}

/** What the card of a trouble says, without the marks around names; resolves when it is there. */
export async function troubleText(person: Person, trouble: string): Promise<string> {
  await openPanel(person);
  const card = person.page.locator(`sealmeet-interface [data-trouble="${trouble}"]`);
  await card.waitFor({ timeout: PATIENCE_MS });
  return wordsOf(card);
}

/** Without the marks that the interface sets around names. */
export const wordsOf = async (place: Locator): Promise<string> =>
  ((await place.textContent()) ?? '').replace(/[\u2066-\u2069]/g, '');

/** What troubles the panel lists; opens it. */
export function troubleIds({ page }: Looked): Promise<string[]> {
  return page.evaluate(() => {
    const all = (name: string) => [
      ...(document
        .querySelector('sealmeet-interface')
        ?.shadowRoot?.querySelectorAll<HTMLElement>(`[data-sealmeet="${name}"]`) ?? []),
    ];
    if (all('panel').length === 0) all('shield')[0]?.click();
    return all('trouble').map((card) => card.dataset.trouble ?? '');
  });
}

export const shownBy = (person: Person): Promise<Shown[]> => person.page.evaluate(() => window.watched.shown);

/** Whoever is told lies of: `Setting.start({ lies: true })`. */
export function liarOf({ stack }: Setting): Liar {
  if (!stack.liar) throw new Error('expected a setting that was started with lies');
  return stack.liar;
}

/** Asks the room past the interface, as any client may: `done`, or the condition of the error that comes back. */
export function askRoom(person: Person, what: 'seal' | 'unseal'): Promise<string> {
  return person.page.evaluate((what) => {
    const { conference } = window.call as unknown as {
      conference: {
        room: { roomjid: string };
        xmpp: {
          connection: {
            sendIQ(iq: Element, result: () => void, error: (answer: Element | null) => void): void;
          };
        };
      };
    };
    const iq = document.implementation.createDocument(null, 'iq').documentElement;
    iq.setAttribute('xmlns', 'jabber:client');
    iq.setAttribute('type', 'set');
    iq.setAttribute('to', conference.room.roomjid);
    const request = iq.ownerDocument.createElementNS(null, what);
    request.setAttribute('xmlns', 'urn:sealmeet:e2ee:1');
    iq.append(request);
    return new Promise<string>((resolve) => {
      conference.xmpp.connection.sendIQ(
        iq,
        () => resolve('done'),
        (answer) => resolve(answer?.querySelector('error > *')?.tagName ?? 'no answer'),
      );
    });
  }, what);
}

/** Until media goes directly between the two, or over the bridge. */
export async function goDirectly(people: Person[], isDirect: boolean): Promise<void> {
  await until(`media goes ${isDirect ? 'directly' : 'over the bridge'}`, async () => {
    const all = await Promise.all(people.map(({ page }) => page.evaluate(() => window.call.peerToPeer)));
    return all.every((one) => one === isDirect);
  });
}

/** People are alarmed by nothing, and nobody told the console of an error. */
export async function assertCalm(people: Looked[]): Promise<void> {
  for (const person of people) assert.deepEqual(await troubleIds(person), [], `${person.name}'s troubles`);
  assertQuiet(people);
}

// What people see and hear of each other.

export interface Seen {
  frames: number;
  seconds: number;
  codec: string;
}

/** What `to` has of `from` so far. */
export function seen(to: Looked, from: Pick<Looked, 'endpoint' | 'tone'>): Promise<Seen> {
  return to.page.evaluate(
    async ({ endpoint, tone }) => {
      const figures = (await window.call.stats())[endpoint];
      return {
        frames: figures?.videoFramesDecoded ?? 0,
        seconds: window.call.toneHeard(endpoint, tone),
        codec: figures?.codec ?? '',
      };
    },
    { endpoint: from.endpoint, tone: from.tone },
  );
}

export interface Pair {
  to: Looked;
  from: Looked;
}

export const pairsOf = (people: Looked[]): Pair[] =>
  people.flatMap((to) => people.filter((from) => from !== to).map((from) => ({ to, from })));

/** So much more than now counts as seeing and hearing each other. */
const MORE = { frames: 12, seconds: 0.8 };

/** Each pair decodes and hears on from now. Resolves with the codecs that they see. */
export async function seeAndHear(pairs: Pair[], more: Partial<typeof MORE> = {}): Promise<Set<string>> {
  const { frames, seconds } = { ...MORE, ...more };
  const before = await Promise.all(pairs.map(({ to, from }) => seen(to, from)));
  let now = before;
  const missing = () =>
    pairs.filter((_pair, n) => {
      const [was, is] = [before[n], now[n]];
      // After a change of the connection, frames count from nothing.
      const start = is && was && is.frames < was.frames ? 0 : (was?.frames ?? 0);
      return !is || !was || is.frames - start < frames || is.seconds - was.seconds < seconds;
    });
  await until('everybody sees and hears everybody', async () => {
    now = await Promise.all(pairs.map(({ to, from }) => seen(to, from)));
    return missing().length === 0;
  }).catch(async (error: Error) => {
    const list = missing().map(({ to, from }) => {
      const n = pairs.findIndex((pair) => pair.to === to && pair.from === from);
      return `${to.name} of ${from.name}: ${JSON.stringify(before[n])} → ${JSON.stringify(now[n])}`;
    });
    const everybody = [...new Set(pairs.flatMap(({ to, from }) => [to, from]))];
    const troubles = await Promise.all(everybody.map(troubleIds));
    list.push(...everybody.map(({ name }, n) => `${name}: ${troubles[n]?.join(', ') || 'no trouble'}`));
    throw new Error(`${error.message}\n${list.join('\n')}`);
  });
  return new Set(now.map(({ codec }) => codec));
}

/**
 * Thrown by lib-jitsi-meet, without harm, when it hears of somebody's tracks before that person's presence, or after
 * that person left: the focus and the room speak over ways of their own.
 */
const LIBRARYS_RACE = 'uncaught: getPeerMediaInfo - no presence stored for';

/** Nobody told the console of an error. */
export function assertQuiet(people: Looked[]): void {
  for (const { name, consoleErrors } of people)
    assert.deepEqual(
      consoleErrors.filter(
        (line) =>
          (line.startsWith('Sealmeet') || line.startsWith('uncaught')) && !line.startsWith(LIBRARYS_RACE),
      ),
      [],
      `${name}'s console`,
    );
}
