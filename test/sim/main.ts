// `npm run sim`: many members over a bad network in virtual time; a seed replays a run exactly.

import { spawn } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { inOrder, kinds, report, stop, wholeNumber } from './report.ts';
import { SCENARIOS, simulate } from './scenarios.ts';

/** More than one, so that five seeds on two cores leave none idle in the end; few, as each holds all its members. */
const SEEDS_PER_CORE = 2.5;

const { values } = parseArgs({
  options: {
    members: { type: 'string', default: '25' },
    active: { type: 'string', default: '5' },
    scenario: { type: 'string', default: 'churn' },
    /** One, or several at once: `1-20`. */
    seed: { type: 'string', default: '1' },
    events: { type: 'string', default: '200' },
    'stand-ins': { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  },
});

const scenario =
  SCENARIOS.find((known) => known === values.scenario) ??
  stop(`--scenario: expected one of ${SCENARIOS.join(', ')}, came ${values.scenario}`);
const members = wholeNumber(values.members, '--members', 2);
const active = wholeNumber(values.active, '--active', 1);
const events = wholeNumber(values.events, '--events', 1);
if (active > members) stop(`--active: expected at most ${members}, the members; came ${active}`);
const [first = '', last] = values.seed.split('-');
const seed = wholeNumber(first, '--seed', 0);
const until = last === undefined ? seed : wholeNumber(last, '--seed', seed);

if (until > seed) await many();
else await one();

async function one(): Promise<void> {
  const run = { members, active, scenario, seed, events, standIns: values['stand-ins'] };
  const { world, measure, memory } = await simulate(run, { memory: true, progress });
  for (const event of kinds)
    report(
      {
        command: 'sim',
        scenario,
        seed,
        members,
        active,
        ...measure.figures(event, members, active),
        memory_bytes_per_member: memory,
        violations: world.violations.length,
        trace_sha256: world.traceDigest(),
      },
      values.json,
    );
  for (const violation of world.violations.slice(0, 20)) process.stderr.write(`${violation}\n`);
  process.exitCode = world.violations.length === 0 ? 0 : 1;
}

/** A long run says now and then how far it is. */
function progress(done: number): void {
  if (done % 100 !== 0 || done === events) return;
  const { user, system } = process.cpuUsage();
  process.stderr.write(
    `sim: seed ${seed}, ${done} of ${events} events, ${Math.round((user + system) / 1e6)} s of CPU\n`,
  );
}

/** Each seed is a process of its own, as libolm draws its chance from one source; the lines come in order of seeds. */
async function many(): Promise<void> {
  const seeds = Array.from({ length: until - seed + 1 }, (_, n) => seed + n);
  const codes = await inOrder(seeds, Math.ceil(SEEDS_PER_CORE * availableParallelism()), (each) => {
    const args = process.argv.slice(2).filter((arg, at, all) => arg !== '--seed' && all[at - 1] !== '--seed');
    const others = args.filter((arg) => !arg.startsWith('--seed='));
    const child = spawn(
      process.execPath,
      [...process.execArgv, fileURLToPath(import.meta.url), ...others, '--seed', String(each)],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    let text = '';
    child.stdout.on('data', (data: Buffer) => {
      text += data.toString();
    });
    return new Promise((resolve) => {
      child.once('close', (code) => resolve({ text, code: code ?? 2 }));
    });
  });
  const passed = codes.filter((code) => code === 0).length;
  process.stderr.write(`sim: ${passed} passed, ${codes.length - passed} failed\n`);
  process.exitCode = Math.max(...codes);
}
