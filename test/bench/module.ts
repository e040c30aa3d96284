// What the Prosody module costs: the same load on two real servers, with the module and without, in turn.
// Usage: npm run bench:module -- [--json] [--version 12|13|12,13] [--occupants 10,100,500] [--rounds 10]
//        [--cases join,fanout,storm,flood]
// Exit code: 0 every bound holds, 1 one is missed (named on stderr), 2 it could not run.

import { each, oneOf, readOptions, wholeNumber } from '../command.ts';
import { type ProsodyVersion, startProsody } from '../module/server.ts';
import { fanOut, flood, joinAndLeave, storm } from './module/cases.ts';
import { type Figure, missed } from './module/figures.ts';
import { Side } from './module/side.ts';

const allCases = ['join', 'fanout', 'storm', 'flood'] as const;
type Case = (typeof allCases)[number];

interface Wanted {
  json: boolean;
  versions: ProsodyVersion[];
  sizes: number[];
  rounds: number;
  cases: Case[];
}

function readArguments(): Wanted {
  const values = readOptions({
    json: { type: 'boolean', default: false },
    version: { type: 'string', default: '12,13' },
    occupants: { type: 'string', default: '10,100,500' },
    rounds: { type: 'string', default: '10' },
    cases: { type: 'string', default: allCases.join() },
  });
  return {
    json: values.json,
    versions: each(values.version, (name) => oneOf(name, '--version', ['12', '13'])),
    sizes: each(values.occupants, (text) => wholeNumber(text, '--occupants', 1)),
    rounds: wholeNumber(values.rounds, '--rounds', 1),
    cases: each(values.cases, (name) => oneOf(name, '--cases', allCases)),
  };
}

async function* figuresOf(wanted: Wanted, on: Side, off: Side): AsyncGenerator<Figure[]> {
  const wants = (name: Case) => wanted.cases.includes(name);
  for (const occupants of wanted.sizes) {
    if (!wants('join') && !wants('fanout')) break;
    await Promise.all([on.fill(occupants), off.fill(occupants)]);
    if (wants('join')) yield await joinAndLeave(on, off, occupants, wanted.rounds);
    if (wants('fanout')) yield await fanOut(on, off, occupants);
  }
  const largest = Math.max(...wanted.sizes);
  if (wants('storm') && largest > 200) yield await storm(on, off, largest, Math.min(2, wanted.rounds));
  if (wants('flood')) yield await flood(on, off);
}

function print(found: Figure, version: ProsodyVersion, json: boolean) {
  if (json) {
    console.log(JSON.stringify({ ...found, prosody: version }));
    return;
  }
  const { case: name, occupants, unit, on, off, ratio } = found;
  console.log(
    `Prosody ${version}  ${name.padEnd(17)} ${String(occupants).padStart(4)} ${unit.padEnd(13)} on ${on}  off ${off}  ratio ${ratio}`,
  );
}

/** Returns whether every bound held. */
async function run(wanted: Wanted): Promise<boolean> {
  let holds = true;
  for (const version of wanted.versions) {
    const on = new Side(await startProsody({ version }), true);
    const off = new Side(await startProsody({ version, withModule: false }), false);
    try {
      for await (const figures of figuresOf(wanted, on, off))
        for (const found of figures) {
          print(found, version, wanted.json);
          const miss = missed(found);
          if (miss) {
            holds = false;
            console.error(`missed, Prosody ${version}: ${miss}`);
          }
        }
    } finally {
      for (const side of [on, off]) {
        side.empty();
        await side.prosody.stop();
      }
    }
  }
  return holds;
}

// Ends here whatever still waits: a client that was promised a stanza would hold the process for minutes.
process.exit((await run(readArguments())) ? 0 : 1);
