// One seed of `npm run sim`, in a process of its own, as libolm draws its chance from one source.

import { couldNotRun } from '../command.ts';
import { kinds, report } from './report.ts';
import { type Run, simulate } from './scenarios.ts';

process.on('uncaughtException', couldNotRun);
const { json, ...run } = JSON.parse(process.argv[2] ?? '') as Run & { json: boolean };
const { scenario, seed, members, active, events } = run;

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
      deaf_max_ms: world.watch.longestDeafMs,
      memory_bytes_per_member: memory,
      violations: world.violations.length,
      trace_sha256: world.traceDigest(),
    },
    json,
  );
for (const violation of world.violations.slice(0, 20)) process.stderr.write(`${violation}\n`);
process.exitCode = world.violations.length === 0 ? 0 : 1;

/** A long run says now and then how far it is. */
function progress(done: number): void {
  if (done % 100 !== 0 || done === events) return;
  const { user, system } = process.cpuUsage();
  process.stderr.write(
    `sim: seed ${seed}, ${done} of ${events} events, ${Math.round((user + system) / 1e6)} s of CPU\n`,
  );
}
