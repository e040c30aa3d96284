// Builds the plugin into dist/: one script for the page, one for the worker, Olm's WebAssembly, and their digests.
// The same sources give the same bytes, wherever, whenever and by whomever they are built (test/unit/deploy/reproducible.test.ts).

import { createHash } from 'node:crypto';
import { copyFile, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));
const dist = `${root}dist`;
const FILES = ['olm.wasm', 'plugin.js', 'worker.js'];

await mkdir(dist, { recursive: true });
// The folder itself stays: a container may have it mounted.
for (const name of await readdir(dist)) {
  if (name !== 'README.md') await rm(`${dist}/${name}`, { recursive: true, force: true });
}
await build({
  absWorkingDir: root,
  entryPoints: { plugin: 'web-plugin/src/plugin.ts', worker: 'web-plugin/src/worker.ts' },
  outdir: dist,
  bundle: true,
  format: 'iife',
  platform: 'browser',
  target: 'es2022',
  minify: true,
  legalComments: 'none',
  charset: 'ascii',
  // Olm's loader asks for these only when it runs in Node.
  external: ['fs', 'path', 'crypto'],
  logLevel: 'warning',
});
await copyFile(`${root}node_modules/@matrix-org/olm/olm.wasm`, `${dist}/olm.wasm`);

const sums: string[] = [];
for (const name of FILES) {
  const bytes = await readFile(`${dist}/${name}`);
  sums.push(`${createHash('sha256').update(bytes).digest('hex')}  ${name}\n`);
  const integrity = createHash('sha384').update(bytes).digest('base64');
  process.stdout.write(`built dist/${name}  integrity="sha384-${integrity}"\n`);
}
await writeFile(`${dist}/SHA256SUMS`, sums.join(''));
