// `npm run sim`: many members over a bad network in virtual time; a seed replays a run exactly.

import { parseArgs } from 'node:util';
import { SCENARIOS, simulate } from './scenarios.ts';

const { values } = parseArgs({
  options: {
    members: { type: 'string', default: '25' },
    active: { type: 'string', default: '5' },
    scenario: { type: 'string', default: 'churn' },
    seed: { type: 'string', default: '1' },
    events: { type: 'string', default: '200' },
    json: { type: 'boolean', default: false },
  },
});

function count(name: 'members' | 'active' | 'seed' | 'events', least: number): number {
  const value = Number(values[name]);
  if (!Number.isSafeInteger(value) || value < least) stop(`--${name} must be a whole number from ${least}`);
  return value;
}

function stop(message: string): never {
  process.stderr.write(`${message}\n`);
  process.exit(2);
}

const scenario =
  SCENARIOS.find((known) => known === values.scenario) ??
  stop(`--scenario is one of ${SCENARIOS.join(', ')}`);
const run = {
  members: count('members', 2),
  active: count('active', 1),
  seed: count('seed', 0),
  events: count('events', 1),
};
if (run.active > run.members) stop('--active cannot be more than --members');

const { world, measure } = await simulate({ ...run, scenario });
globalThis.gc?.();
const { rss } = process.memoryUsage();
for (const kind of ['leave', 'join'] as const) {
  const line = {
    command: 'sim',
    scenario,
    seed: run.seed,
    members: run.members,
    active: run.active,
    ...measure.figures(kind, run.members, run.active),
    memory_bytes_per_member: Math.round(rss / run.members),
    violations: world.violations.length,
    trace_sha256: world.traceDigest(),
  };
  if (values.json) process.stdout.write(`${JSON.stringify(line)}\n`);
  else
    process.stdout.write(
      `${Object.entries(line)
        .map(([name, value]) => `${name} ${value}`)
        .join('  ')}\n`,
    );
}
for (const violation of world.violations.slice(0, 20)) process.stderr.write(`${violation}\n`);
process.exitCode = world.violations.length === 0 ? 0 : 1;
