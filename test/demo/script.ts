// The demo's call: three people, a seal, a fourth who comes, one who leaves; and what the bridge makes of it.

import type { Browser } from '@playwright/test';
import { codecOf, peekHeader } from '../../web-plugin/src/frames/index.ts';
import { type BrowserParticipant, launchBrowser, launchParticipant } from '../stack/browser.ts';
import {
  audible,
  loadRecording,
  openRecording,
  realSequenceHeader,
  visibleFrames,
} from '../stack/evidence.ts';
import { distinctKeys, tapKeys, tappedKeys } from '../stack/key-tap.ts';
import type { Stack } from '../stack/stack.ts';
import { until as waitUntil } from '../stack/until.ts';
import type { Pair, Report } from './report.ts';

const ROOM = 'demo';
const UNSEALED_MS = 8_000;
const SEALED_MS = 12_000;
const PATIENCE = { withinMs: 15_000, everyMs: 50 };

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

const until = (what: string, check: () => Promise<boolean>) => waitUntil(what, check, PATIENCE);

interface Heard {
  frames: number;
  seconds: number;
}

export class Demo {
  readonly #browsers: Browser[] = [];
  readonly #people: (BrowserParticipant & { endpoint: string })[] = [];

  constructor(
    private readonly stack: Stack,
    private readonly say: (line: string) => void,
    /** Where a picture of the owner's page goes, while the room is sealed. */
    private readonly picture?: string,
  ) {}

  /** Closes the browsers; the stack is the caller's. */
  async close(): Promise<void> {
    await Promise.all(this.#browsers.map((browser) => browser.close().catch(() => undefined)));
  }

  async run(): Promise<Report> {
    for (const [index, name] of ['Ada', 'Ben', 'Cleo'].entries()) await this.#join(name, 440 + 110 * index);
    await until('everybody sees everybody', () => this.#allSee());
    const codec = await this.#codec();
    this.say(`all three see and hear each other; codec ${codec}`);

    const unsealedSources = await this.#record('unsealed', UNSEALED_MS);
    const sequenceHeader = realSequenceHeader(unsealedSources);
    const tone = (endpoint: string) => this.#people.find((one) => one.endpoint === endpoint)?.tone ?? 0;
    const unsealed = {
      packets: packets(unsealedSources),
      decodableVideoFrames: await visibleFrames(unsealedSources, sequenceHeader),
      audibleSeconds: await audible(unsealedSources, tone),
    };
    this.say(
      `the bridge recorded ${UNSEALED_MS / 1000} s: it sees ${unsealed.decodableVideoFrames} frames and hears the tones for ${unsealed.audibleSeconds} s`,
    );

    await this.#seal();
    this.say(`sealed at ${new Date().toLocaleTimeString('en-GB')}: every browser shows it`);

    const start = Date.now();
    const before = await this.#heard();
    const sealedSources = await this.#record('sealed', SEALED_MS);
    const after = await this.#heard();
    const sealedMs = Date.now() - start;
    const isSealed = await this.#allShow('sealed');
    const pairs = this.#pairs(before, after);
    for (const { from, to, videoFramesDecoded, audioSeconds } of pairs) {
      this.say(
        `${to.padEnd(4)} decoded ${videoFramesDecoded} frames of ${from} and heard ${from} for ${audioSeconds} s`,
      );
    }
    if (this.picture) await this.#people[0]?.page.screenshot({ path: this.picture });
    const keys = (await Promise.all(this.#people.map((one) => tappedKeys(one.page)))).flat();
    const opened = await openRecording(sealedSources, distinctKeys(keys));
    const sealed = {
      packets: packets(sealedSources),
      decodableVideoFrames: await visibleFrames(sealedSources, sequenceHeader),
      audibleSeconds: await audible(sealedSources, tone),
      openedVideoFrames: await visibleFrames(opened.sources, sequenceHeader),
    };
    this.say(
      `the bridge recorded ${SEALED_MS / 1000} s: it sees ${sealed.decodableVideoFrames} frames and hears ${sealed.audibleSeconds} s`,
    );
    this.say(`the same recording, opened with the participants' keys: ${sealed.openedVideoFrames} frames`);

    const join = await this.#fourthJoins(sealedSources);
    const leave = await this.#oneLeaves('Cleo');
    return {
      participants: 3,
      codec: codec === (await this.#codec()) ? codec : `${codec}, then ${await this.#codec()}`,
      sealed: isSealed,
      sealedMs,
      pairs,
      bridge: { unsealed, sealed },
      leave,
      join,
    };
  }

  async #join(name: string, tone: number): Promise<BrowserParticipant & { endpoint: string }> {
    const browser = await launchBrowser();
    this.#browsers.push(browser);
    const person = await launchParticipant({
      browser,
      stack: this.stack,
      room: ROOM,
      name,
      tone,
      initScript: tapKeys,
    });
    const one = Object.assign(person, { endpoint: await person.id() });
    this.#people.push(one);
    this.say(`${name} is in`);
    return one;
  }

  async #seal(): Promise<void> {
    const owner = this.#people[0]?.page;
    await owner?.locator('sealmeet-interface [data-sealmeet="shield"]').click();
    await owner?.locator('sealmeet-interface [data-sealmeet="seal"]').click();
    this.say(`${this.#people[0]?.name} seals the room`);
    await until('every browser shows the room as sealed', () => this.#allShow('sealed'));
  }

  async #allShow(phase: string): Promise<boolean> {
    const shown = await Promise.all(
      this.#people.map((one) =>
        one.page.evaluate(
          () => document.querySelector('sealmeet-interface')?.getAttribute('data-phase') ?? null,
        ),
      ),
    );
    return shown.every((one) => one === phase);
  }

  /** By receiver, then sender: what it has decoded and heard so far. */
  async #heard(): Promise<Map<string, Map<string, Heard>>> {
    const all = new Map<string, Map<string, Heard>>();
    for (const to of this.#people) {
      const others = this.#people
        .filter((one) => one !== to)
        .map(({ endpoint, tone }) => ({ endpoint, tone }));
      const row = await to.page.evaluate(async (others) => {
        const figures = await window.call.stats();
        return others.map(({ endpoint, tone }): [string, Heard] => [
          endpoint,
          {
            frames: figures[endpoint]?.videoFramesDecoded ?? 0,
            seconds: window.call.toneHeard(endpoint, tone),
          },
        ]);
      }, others);
      all.set(to.endpoint, new Map(row));
    }
    return all;
  }

  async #allSee(): Promise<boolean> {
    for (const row of (await this.#heard()).values()) {
      for (const { frames, seconds } of row.values()) if (frames === 0 || seconds === 0) return false;
    }
    return true;
  }

  async #codec(): Promise<string> {
    const codecs = new Set<string>();
    for (const { page } of this.#people) {
      for (const { codec } of Object.values(await page.evaluate(() => window.call.stats())))
        codecs.add(codec);
    }
    return [...codecs].join(' and ');
  }

  #pairs(before: Map<string, Map<string, Heard>>, after: Map<string, Map<string, Heard>>): Pair[] {
    const pairs: Pair[] = [];
    for (const from of this.#people) {
      for (const to of this.#people) {
        if (from === to) continue;
        const [was, is] = [before, after].map((when) => when.get(to.endpoint)?.get(from.endpoint));
        pairs.push({
          from: from.name,
          to: to.name,
          videoFramesDecoded: (is?.frames ?? 0) - (was?.frames ?? 0),
          audioSeconds: Math.round(((is?.seconds ?? 0) - (was?.seconds ?? 0)) * 10) / 10,
        });
      }
    }
    return pairs;
  }

  /** The bridge asks for key frames first, so that every recording can be decoded from its beginning. */
  async #record(label: string, ms: number) {
    await this.stack.bridge.call('record', { conference: ROOM, label });
    await pause(ms);
    return loadRecording((await this.stack.bridge.call('stopRecording', { conference: ROOM })).sources);
  }

  /** The fourth, with the recording of before in its hands. */
  async #fourthJoins(earlier: Awaited<ReturnType<typeof loadRecording>>): Promise<Report['join']> {
    const dora = await this.#join('Dora', 880);
    const others = this.#people.filter((one) => one !== dora).map((one) => one.endpoint);
    await until('the fourth sees everybody', async () => {
      const figures = await dora.page.evaluate(() => window.call.stats());
      return others.every((endpoint) => (figures[endpoint]?.videoFramesDecoded ?? 0) > 0);
    });
    const seenAt = Date.now();
    const joinedAt = this.stack
      .prosodyEvents()
      .find((one) => one.event === 'joined' && one.occupant === dora.endpoint)?.time;
    if (joinedAt === undefined) throw new Error('Prosody did not note when the fourth came');
    const firstFrameMs = Math.round(seenAt - joinedAt);
    this.say(`Dora sees everybody ${firstFrameMs} ms after Prosody let her in`);
    await until('every browser shows the room as sealed again', () => this.#allShow('sealed'));
    const { tried, opened } = await openRecording(earlier, distinctKeys(await tappedKeys(dora.page)));
    this.say(
      `Dora tries her keys on ${tried} frames that the bridge recorded before she came: ${opened} open`,
    );
    return { firstFrameMs, earlierFramesTried: tried, couldOpenEarlier: opened };
  }

  async #oneLeaves(name: string): Promise<Report['leave']> {
    const leaver = this.#people.find((one) => one.name === name);
    if (!leaver) throw new Error(`nobody is called ${name}`);
    const remaining = this.#people.filter((one) => one !== leaver);
    const held = await tappedKeys(leaver.page);
    await leaver.page.evaluate(() => window.call.leave());
    this.#people.splice(this.#people.indexOf(leaver), 1);
    // Longer than any old key may live, so that the last frame under it has come.
    await pause(2_000);
    const leftAt = this.stack
      .prosodyEvents()
      .find((one) => one.event === 'left' && one.occupant === leaver.endpoint)?.time;
    if (leftAt === undefined) throw new Error(`Prosody did not note when ${name} left`);
    const oldKeyInUseMs: number[] = [];
    for (const person of remaining)
      oldKeyInUseMs.push(await this.#oldKeyInUse(person, leftAt, held.length > 0));
    this.say(`${name} left; the old keys were last used ${oldKeyInUseMs.join(', ')} ms after that`);
    return { oldKeyInUseMs };
  }

  /** From the leave to the last frame at the bridge under a generation that was in use before it, in milliseconds. */
  async #oldKeyInUse(
    person: BrowserParticipant & { endpoint: string },
    leftAt: number,
    wasHolder: boolean,
  ): Promise<number> {
    if (!wasHolder) throw new Error('the one who left had no keys: the measurement says nothing');
    const { sources } = await this.stack.bridge.call('observe', {
      conference: ROOM,
      endpoint: person.endpoint,
    });
    const frames = sources.flatMap(({ codec, frames }) => {
      const known = codec && codecOf(codec === 'opus' ? 'audio/opus' : `video/${codec}`);
      if (!known) return [];
      return frames.flatMap(({ time, head }) => {
        const header = peekHeader(Buffer.from(head, 'hex'), known);
        return header ? [{ time, generation: header.id.generation }] : [];
      });
    });
    const old = Math.max(...frames.filter(({ time }) => time <= leftAt).map(({ generation }) => generation));
    const last = Math.max(...frames.filter(({ generation }) => generation <= old).map(({ time }) => time));
    if (!frames.some(({ generation }) => generation > old))
      throw new Error(`${person.name} never changed its key`);
    return Math.round(last - leftAt);
  }
}

const packets = (sources: { packets: number }[]) => sources.reduce((sum, source) => sum + source.packets, 0);
