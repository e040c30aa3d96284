// make verify against servers: an honest one, ones that serve another plugin, and ones that cannot be compared.
import assert from 'node:assert/strict';
import { execFile, execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '../../..');
const FILES = ['olm.wasm', 'plugin.js', 'worker.js'];
const TAG = '<script src="/sealmeet/plugin.js"></script>';

let folder = '';
let server: Server;
/** What the server gives out. */
let served = new Map<string, string>();

before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sealmeet-verify-'));
  cpSync(join(ROOT, 'scripts/deploy'), join(folder, 'scripts/deploy'), { recursive: true });
  mkdirSync(join(folder, 'config/web'), { recursive: true });
  cpSync(join(ROOT, 'config/web/plugin.head.html'), join(folder, 'config/web/plugin.head.html'));
  mkdirSync(join(folder, 'dist'));
  const sums = FILES.map((name) => {
    writeFileSync(join(folder, 'dist', name), `the ${name} of this release`);
    return `${createHash('sha256').update(`the ${name} of this release`).digest('hex')}  ${name}\n`;
  });
  writeFileSync(join(folder, 'dist/SHA256SUMS'), sums.join(''));
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
  execFileSync(
    'openssl',
    ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-subj', '/CN=localhost', '-keyout', key, '-out', cert],
    { stdio: 'ignore' },
  );
  server = createServer({ key: readFileSync(key), cert: readFileSync(cert) }, (request, response) => {
    const body =
      served.get(request.url ?? '') ?? (/^\/[^/]*$/.test(request.url ?? '') ? served.get('page') : undefined);
    response.writeHead(body === undefined ? 404 : 200).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});

after(() => {
  server.close();
  rmSync(folder, { recursive: true, force: true });
});

function verify(env: Record<string, string> = {}): Promise<{ status: number; out: string }> {
  const { port } = server.address() as AddressInfo;
  return new Promise((resolve) => {
    execFile(
      '/bin/sh',
      [join(folder, 'scripts/deploy/verify.sh')],
      {
        env: {
          PATH: process.env.PATH,
          NO_PROXY: '*',
          INSECURE: '1',
          URL: `https://localhost:${port}/`,
          ...env,
        },
      },
      (error, stdout, stderr) =>
        resolve({ status: typeof error?.code === 'number' ? error.code : 0, out: stdout + stderr }),
    );
  });
}

function honest(): void {
  served = new Map([
    ['page', `<html><head>${TAG}</head></html>`],
    ...FILES.map((name): [string, string] => [`/sealmeet/${name}`, `the ${name} of this release`]),
  ]);
}

test('a server that serves this release is told so, file by file', async () => {
  honest();
  const { status, out } = await verify();
  assert.equal(status, 0, out);
  assert.equal(out.match(/^same /gm)?.length, 4, out);
});

test('one byte more in any file, another script in the page, the plugin twice or not at all: all differ', async () => {
  for (const name of FILES) {
    honest();
    served.set(`/sealmeet/${name}`, `the ${name} of this release.`);
    const { status, out } = await verify();
    assert.equal(status, 1, out);
    assert.match(out, new RegExp(`DIFFERS  /sealmeet/${name}`));
  }
  for (const head of [
    `${TAG}${TAG}`,
    '',
    '<script src="/sealmeet/plugin.js?other"></script>',
    '<script async src="https://example.org/sealmeet/plugin.js"></script>',
  ]) {
    honest();
    served.set('page', `<html><head>${head}</head></html>`);
    const { status, out } = await verify();
    assert.equal(status, 1, out);
    assert.match(out, /DIFFERS {2}https:/);
  }
});

test('what cannot be compared is neither the same nor different', async () => {
  honest();
  served.delete('/sealmeet/worker.js');
  assert.match((await verify()).out, /^verify: .*worker\.js could not be fetched: .*404/m);
  for (const env of [
    { URL: '' },
    { URL: 'http://localhost' },
    { URL: 'https://localhost:1' },
    { INSECURE: '' },
  ] as Record<string, string>[]) {
    const { status, out } = await verify(env);
    assert.equal(status, 2, `${JSON.stringify(env)}: ${out}`);
    assert.equal(out.trim().split('\n').length, 1, out);
  }
});
