// Builds the plugin into dist/: one script for the page, one for the worker, and Olm's WebAssembly.

import { copyFile, mkdir, rm } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));
const dist = `${root}dist`;

await rm(dist, { recursive: true, force: true });
await mkdir(dist, { recursive: true });
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
process.stderr.write('built dist/plugin.js, dist/worker.js, dist/olm.wasm\n');
