// A program of the simulation as one file of plain JavaScript. Loaded file by file through tsx, each function that is
// made takes its name along, which is a tenth of all the time that a simulation needs.

import { rmSync } from 'node:fs';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildSync } from 'esbuild';

/** For Node: members draw new keys all the time, and with V8's own room for the young its collector works most of it. */
export const YOUNG = '--max-semi-space-size=64';

/** Inside the project, so that its packages are found from there. */
const FOLDER = fileURLToPath(new URL('../../.cache/sim', import.meta.url));

/** Where it lies, until this process ends; `program`: a file of this folder. */
export function bundled(program: string): string {
  const outfile = `${FOLDER}/${basename(program, '.ts')}-${process.pid}.mjs`;
  process.on('exit', () => rmSync(outfile, { force: true }));
  buildSync({
    entryPoints: [fileURLToPath(new URL(program, import.meta.url))],
    bundle: true,
    platform: 'node',
    format: 'esm',
    packages: 'external',
    outfile,
  });
  return outfile;
}
