// Puts together what the Dockerfile beside it copies: scripts as they are, the test page laid out as Jitsi Meet is,
// and focus and bridge each as one file.
import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const HERE = dirname(fileURLToPath(import.meta.url));
const ROOT = join(HERE, '../../..');

/** Files that Jitsi Meet's page includes; empty as they come, for admins to mount over. */
const SLOTS = ['head.html', 'base.html', 'fonts.html', 'title.html', 'plugin.head.html', 'body.html'];

/** The page with Jitsi Meet's slots, its scripts in Jitsi Meet's order: configuration, library, application, plugin. */
async function page(): Promise<string> {
  const html = await readFile(join(ROOT, 'test/stack/page/index.html'), 'utf8');
  const body = html.slice(html.indexOf('<body>'));
  return `<!doctype html>
<html lang="en">
  <head>
    <!--#include virtual="head.html" -->
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <!--#include virtual="base.html" -->
    <link rel="icon" href="data:,">
    <link rel="stylesheet" href="css/all.css?v=1">
    <script><!--#include virtual="/config.js" --></script>
    <script src="libs/lib-jitsi-meet.min.js?v=1"></script>
    <script src="libs/app.bundle.min.js?v=1" type="module"></script>
    <!--#include virtual="title.html" -->
    <!--#include virtual="plugin.head.html" -->
  </head>
  ${body}`;
}

async function bundle(entry: string, outfile: string, platform: 'node' | 'browser'): Promise<void> {
  await build({
    absWorkingDir: ROOT,
    entryPoints: [entry],
    outfile,
    bundle: true,
    platform,
    format: 'esm',
    target: platform === 'node' ? 'node20' : 'es2022',
    logLevel: 'error',
    // Packages that still ask for one another by require().
    ...(platform === 'node'
      ? {
          banner: {
            js: "import { createRequire as makeRequire } from 'node:module'; const require = makeRequire(import.meta.url);",
          },
        }
      : {}),
  });
}

export async function writeContext(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true });
  await mkdir(join(folder, 'site/libs'), { recursive: true });
  await mkdir(join(folder, 'site/css'), { recursive: true });
  await mkdir(join(folder, 'site/static'), { recursive: true });
  for (const name of ['Dockerfile', 'tools', 'web', 'prosody']) {
    await cp(join(HERE, name), join(folder, name), { recursive: true });
  }
  for (const name of ['jicofo', 'jvb']) {
    for (const file of ['init', 'healthcheck.sh']) await cp(join(HERE, name, file), join(folder, name, file));
    await bundle(join(HERE, name, 'main.ts'), join(folder, name, 'main.js'), 'node');
    await writeFile(join(folder, name, 'package.json'), '{"type":"module"}\n');
  }
  const library = 'node_modules/@solyd/lib-jitsi-meet/dist/umd/lib-jitsi-meet.min.js';
  await cp(join(ROOT, library), join(folder, 'site/libs/lib-jitsi-meet.min.js'));
  await cp(join(ROOT, 'test/stack/page/style.css'), join(folder, 'site/css/all.css'));
  await bundle('test/stack/page/app.ts', join(folder, 'site/libs/app.bundle.min.js'), 'browser');
  for (const slot of SLOTS) await writeFile(join(folder, 'site', slot), '');
  await writeFile(join(folder, 'site/base.html'), '<base href="/" />\n');
  await writeFile(join(folder, 'site/static/404.html'), '<!doctype html><title>404</title>\n');
  await writeFile(join(folder, 'site/index.html'), await page());
}
