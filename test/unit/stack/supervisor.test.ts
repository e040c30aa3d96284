// The supervisor: what it says when something is missing, and that it leaves nothing behind, however it ends.
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { get } from 'node:https';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { LOOPBACK, listens } from '../../stack/loopback.ts';
import { type Stack, startStack } from '../../stack/stack.ts';
import { until } from '../../stack/until.ts';

const HERE = dirname(fileURLToPath(import.meta.url));
const ROOT = join(HERE, '../../..');

const foldersOf = (pid: number) =>
  readdirSync(tmpdir()).filter((name) => name.startsWith(`sealmeet-stack-${pid}-`));

/** Command lines of the processes that name this folder, or that this process started. */
function processesAt(directory: string): string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
      } catch {
        return '';
      }
    })
    .filter((line) => line.includes(directory));
}

function focusProcesses(c2sPort: number): string[] {
  return processesAt(`"c2sPort":${c2sPort},`);
}

const eventually = (condition: () => boolean | Promise<boolean>, what: string) =>
  until(what, condition, { withinMs: 10_000, everyMs: 50 });

function portOf(url: string): number {
  return Number(new URL(url).port);
}

test('serves the page, the library and nothing outside, and leaves no process and no folder after stop', async () => {
  const stack: Stack = await startStack();
  try {
    const page = await (await fetch(`${stack.url}/some-room`)).text();
    assert.match(page, /<title>Sealmeet test room<\/title>/);
    assert.doesNotMatch(page, /#include/);
    assert.ok(
      page.indexOf('lib-jitsi-meet.min.js') < page.indexOf('/page/app.js'),
      'the library comes before the app',
    );
    const library = await fetch(`${stack.url}/libs/lib-jitsi-meet.min.js`);
    assert.equal(library.headers.get('content-type'), 'text/javascript; charset=utf-8');
    await library.arrayBuffer();
    for (const path of ['/page/..%2fstack.ts', '/sealmeet/..%2fpackage.json', '/libs/nothing.js', '/a/b']) {
      assert.equal((await fetch(`${stack.url}${path}`)).status, 404, path);
    }
    assert.equal((await fetch(`${stack.url}/%E0%A4%A`)).status, 400);
    assert.equal(processesAt(stack.directory).length, 2, 'Prosody and the bridge know the folder');
    assert.equal(focusProcesses(stack.xmpp.c2sPort).length, 1);
  } finally {
    await stack.stop();
  }
  assert.equal(existsSync(stack.directory), false);
  assert.deepEqual(processesAt(stack.directory), []);
  assert.deepEqual(focusProcesses(stack.xmpp.c2sPort), []);
  assert.equal(await listens(portOf(stack.url)), false);
  assert.equal(await listens(stack.xmpp.c2sPort), false);
  await stack.stop();
});

test('says in one line that the port is taken', async () => {
  const other = createServer();
  await new Promise<void>((resolve) => other.listen(0, LOOPBACK, resolve));
  const address = other.address();
  assert.ok(address !== null && typeof address === 'object');
  try {
    await assert.rejects(startStack({ port: address.port }), {
      message: `Port ${address.port} on 127.0.0.1 is taken: choose another one, or stop what uses it`,
    });
  } finally {
    await new Promise((resolve) => other.close(resolve));
  }
  assert.deepEqual(foldersOf(process.pid), []);
});

test('says in one line that Prosody is not installed', async () => {
  const path = process.env.PATH;
  process.env.PATH = join(HERE, 'no-such-folder');
  try {
    await assert.rejects(
      startStack(),
      /^Error: Prosody is not installed: run "apt-get install prosody"[^\n]*$/,
    );
  } finally {
    process.env.PATH = path;
  }
  assert.deepEqual(foldersOf(process.pid), []);
});

test('says in one line that the certificate is broken', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'sealmeet-test-'));
  const [cert, key] = [join(folder, 'cert.pem'), join(folder, 'key.pem')];
  try {
    await assert.rejects(
      startStack({ tls: { cert, key } }),
      /The certificate .*cert\.pem .* cannot be used \([^\n]*\): expected[^\n]*$/,
    );
    writeFileSync(cert, '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n');
    writeFileSync(key, 'nothing');
    await assert.rejects(startStack({ tls: { cert, key } }), /The certificate .* cannot be used/);
  } finally {
    rmSync(folder, { recursive: true });
  }
  assert.deepEqual(foldersOf(process.pid), []);
});

test('with a certificate everything goes by TLS', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'sealmeet-test-'));
  const [cert, key] = [join(folder, 'cert.pem'), join(folder, 'key.pem')];
  const request = [
    'req',
    '-x509',
    '-newkey',
    'ec',
    '-pkeyopt',
    'ec_paramgen_curve:P-256',
    '-nodes',
    '-days',
    '2',
  ];
  execFileSync('openssl', [...request, '-subj', '/CN=localhost', '-keyout', key, '-out', cert], {
    stdio: 'ignore',
  });
  const stack = await startStack({ tls: { cert, key } });
  try {
    assert.match(stack.url, /^https:\/\/localhost:\d+$/);
    assert.match(stack.xmpp.websocket, /^wss:\/\/localhost:\d+\/xmpp-websocket$/);
    const ask = { rejectUnauthorized: false, headers: { upgrade: 'websocket', connection: 'Upgrade' } };
    const webSocketHeaders = {
      'sec-websocket-version': '13',
      'sec-websocket-key': 'AAAAAAAAAAAAAAAAAAAAAA==',
    };
    for (const path of ['/xmpp-websocket', '/colibri-ws/stack']) {
      const headers = { ...ask.headers, ...webSocketHeaders, 'sec-websocket-protocol': 'xmpp' };
      const status = await new Promise<number | undefined>((resolve, reject) => {
        const call = get(`${stack.url}${path}`, { ...ask, headers });
        call.once('upgrade', (response, socket) => {
          socket.destroy();
          resolve(response.statusCode);
        });
        call.once('response', (response) => resolve(response.statusCode));
        call.once('error', reject);
      });
      assert.equal(status, 101, path);
    }
  } finally {
    await stack.stop();
    rmSync(folder, { recursive: true });
  }
});

test('names the server that does not come up, with its last lines', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'sealmeet-test-'));
  writeFileSync(join(folder, 'prosody'), '#!/bin/sh\necho no more memory\nexit 7\n', { mode: 0o755 });
  const path = process.env.PATH;
  process.env.PATH = `${folder}:${path}`;
  try {
    await assert.rejects(
      startStack(),
      /Prosody ended with exit status 7; its last lines:\n {2}Prosody\| no more memory$/,
    );
  } finally {
    process.env.PATH = path;
    rmSync(folder, { recursive: true });
  }
  assert.deepEqual(foldersOf(process.pid), []);
});

/** A process of its own that starts a stack and says where it is. */
async function elsewhere(): Promise<{
  pid: number;
  directory: string;
  c2sPort: number;
  ended: Promise<void>;
}> {
  const child = spawn(process.execPath, ['--import', 'tsx', join(HERE, 'start-and-stay.ts')], {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const line = await new Promise<string>((resolve, reject) => {
    child.stdout.once('data', (chunk: Buffer) => resolve(chunk.toString()));
    child.once('exit', () => reject(new Error('expected a stack, came the end of its process')));
  });
  const { directory, c2sPort } = JSON.parse(line) as { directory: string; c2sPort: number };
  return { pid: child.pid ?? 0, directory, c2sPort, ended };
}

test('leaves nothing behind after Ctrl-C', async () => {
  const { pid, directory, c2sPort, ended } = await elsewhere();
  process.kill(pid, 'SIGINT');
  await ended;
  assert.equal(existsSync(directory), false);
  assert.deepEqual(processesAt(directory), []);
  assert.deepEqual(focusProcesses(c2sPort), []);
});

test('leaves nothing behind when Ctrl-C comes while it starts', async () => {
  for (const delayMs of [700, 1200, 1700]) {
    const child = spawn(process.execPath, ['--import', 'tsx', join(HERE, 'start-and-stay.ts')], {
      cwd: ROOT,
      stdio: 'ignore',
    });
    const pid = child.pid ?? 0;
    const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
    await new Promise((resolve) => setTimeout(resolve, delayMs));
    child.kill('SIGINT');
    await ended;
    await eventually(() => processesAt(`sealmeet-stack-${pid}-`).length === 0, 'no process');
    assert.deepEqual(foldersOf(pid), []);
  }
});

test('leaves no process behind when it is killed, and the next start removes the folder', async () => {
  const { pid, directory, c2sPort, ended } = await elsewhere();
  process.kill(pid, 'SIGKILL');
  await ended;
  await eventually(
    () => processesAt(directory).length === 0 && focusProcesses(c2sPort).length === 0,
    'no process',
  );
  assert.equal(existsSync(directory), true);
  await (await startStack()).stop();
  assert.equal(existsSync(directory), false);
});
