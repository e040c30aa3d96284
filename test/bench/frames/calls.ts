// What a seal costs a whole call on the embedded stack: delay from glass to glass, and the browser's processor time.
import { readdir, readFile } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import {
  type EnterOptions,
  hook,
  type Person,
  pairsOf,
  Setting,
  seal,
  seeAndHear,
  unseal,
  waitForPhase,
} from '../../e2e/sealed-room.ts';
import type { VideoCodec } from '../../stack/stack.ts';
import { readTheClock } from './clock-picture.ts';

export const VIDEO_CODECS: readonly VideoCodec[] = ['AV1', 'VP9', 'VP8', 'H264'];

export interface CallResult {
  case: 'call';
  codec: VideoCodec;
  delay_ms_unsealed: number;
  delay_ms_sealed: number;
  /** Processor time of all the browser's processes, sealed over unsealed. */
  cpu_ratio: number;
}

interface Window {
  delayMs: number;
  /** Clock ticks. */
  cpu: number;
}

/** After a change the bandwidth estimate and the encoder's settle again. */
const SETTLE_MS = 2500;
const WINDOW_MS = 5000;

/** Two people, who seal and unseal their room in turn; each round compares the two windows next to each other. */
export async function* measureCalls(codecs: VideoCodec[], rounds: number): AsyncGenerator<CallResult> {
  for (const codec of codecs) yield await measureCall(codec, rounds);
}

async function measureCall(codec: VideoCodec, rounds: number): Promise<CallResult> {
  // A room that offers nothing else.
  const setting = await Setting.start({ videoCodecs: [codec] });
  try {
    const options: EnterOptions = { codec, prepare: (context) => context.addInitScript(readTheClock) };
    const ada = await setting.enter('delay', 'Ada', options);
    const ben = await setting.enter('delay', 'Ben', options);
    const people = [ada, ben];
    const used = [...(await seeAndHear(pairsOf(people)))].join();
    if (used !== codec) throw new Error(`expected a call in ${codec}, got one in ${used}`);
    const pairs: { open: Window; sealed: Window }[] = [];
    for (let round = 0; round < rounds; round++) {
      const open = await measure(people);
      await seal(ada);
      await waitForPhase(people, 'sealed');
      const sealed = await measure(people);
      await unseal(ada);
      await waitForPhase([ben], 'asking');
      await hook(ben, 'agree').click();
      await waitForPhase(people, 'open');
      pairs.push({ open, sealed });
    }
    return {
      case: 'call',
      codec,
      delay_ms_unsealed: median(pairs.map(({ open }) => open.delayMs)),
      delay_ms_sealed: median(pairs.map(({ sealed }) => sealed.delayMs)),
      cpu_ratio: Number(median(pairs.map(({ open, sealed }) => sealed.cpu / open.cpu)).toFixed(3)),
    };
  } finally {
    await setting.stop();
  }
}

async function measure(people: Person[]): Promise<Window> {
  await pause(SETTLE_MS);
  await Promise.all(people.map(({ page }) => page.evaluate(() => void window.delays.splice(0))));
  const before = await ticksOfBrowser();
  await pause(WINDOW_MS);
  const cpu = (await ticksOfBrowser()) - before;
  const delays = (await Promise.all(people.map(({ page }) => page.evaluate(() => window.delays)))).flat();
  if (delays.length === 0) throw new Error('no picture was shown');
  return { delayMs: median(delays), cpu };
}

/** User and system time of every process of the browsers that this one started: proc(5), /proc/pid/stat. */
async function ticksOfBrowser(): Promise<number> {
  const processes = new Map<number, { parent: number; name: string; ticks: number }>();
  for (const entry of await readdir('/proc')) {
    if (!/^\d+$/.test(entry)) continue;
    const stat = await readFile(`/proc/${entry}/stat`, 'utf8').catch(() => '');
    // The name stands in brackets and may contain anything.
    const match = /^\d+ \((.*)\) \S (.*)$/s.exec(stat);
    const fields = match?.[2]?.split(' ').map(Number);
    if (!match || !fields) continue;
    const [parent = 0] = fields;
    const [user = 0, system = 0] = fields.slice(10, 12);
    processes.set(Number(entry), { parent, name: match[1] ?? '', ticks: user + system });
  }
  const isOurs = (pid: number): boolean => {
    const parent = processes.get(pid)?.parent;
    return parent !== undefined && (parent === process.pid || isOurs(parent));
  };
  let sum = 0;
  for (const [pid, { name, ticks }] of processes) if (name.startsWith('chrom') && isOurs(pid)) sum += ticks;
  if (sum === 0) throw new Error('the processes of the browser were not found');
  return sum;
}

function median(values: number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
