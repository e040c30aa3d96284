// `npm run sim`: many members over a bad network in virtual time; a seed replays a run exactly.

import { type ChildProcess, spawn } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { oneOf, readOptions, stop, wholeNumber } from '../command.ts';
import { bundled, YOUNG } from './bundle.ts';
import { inOrder } from './report.ts';
import { SCENARIOS } from './scenarios.ts';

/** More than one, so that five seeds on two cores leave none idle in the end; few, as each holds all its members. */
const SEEDS_PER_CORE = 2.5;

const values = readOptions({
  members: { type: 'string', default: '25' },
  active: { type: 'string', default: '5' },
  scenario: { type: 'string', default: 'churn' },
  /** One, or several at once: `1-20`. */
  seed: { type: 'string', default: '1' },
  events: { type: 'string', default: '200' },
  'stand-ins': { type: 'boolean', default: false },
  json: { type: 'boolean', default: false },
});

const scenario = oneOf(values.scenario, '--scenario', SCENARIOS);
const members = wholeNumber(values.members, '--members', 2);
const active = wholeNumber(values.active, '--active', 1);
const events = wholeNumber(values.events, '--events', 1);
if (active > members) stop(`--active: expected at most ${members}, the members; came ${active}`);
const [first = '', last] = values.seed.split('-');
const seed = wholeNumber(first, '--seed', 0);
const until = last === undefined ? seed : wholeNumber(last, '--seed', seed);

/** And room for 500 members. */
const MEMORY = [YOUNG, '--max-old-space-size=14336'];
const seeds = Array.from({ length: until - seed + 1 }, (_, n) => seed + n);
const program = bundled('seed.ts');
const running = new Set<ChildProcess>();
process.on('exit', () => {
  for (const child of running) child.kill();
});

/** The lines come in order of seeds. */
const codes = await inOrder(seeds, Math.ceil(SEEDS_PER_CORE * availableParallelism()), (each) => {
  const run = {
    members,
    active,
    scenario,
    seed: each,
    events,
    standIns: values['stand-ins'],
    json: values.json,
  };
  const child = spawn(process.execPath, [...MEMORY, program, JSON.stringify(run)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  running.add(child);
  let text = '';
  child.stdout.on('data', (data: Buffer) => {
    text += data.toString();
  });
  return new Promise((resolve) => {
    child.once('close', (code) => {
      running.delete(child);
      resolve({ text, code: code ?? 2 });
    });
  });
});
if (seeds.length > 1) {
  const passed = codes.filter((code) => code === 0).length;
  process.stderr.write(`sim: ${passed} passed, ${codes.length - passed} failed\n`);
}
process.exitCode = Math.max(...codes);
