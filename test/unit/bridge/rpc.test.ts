// The bridge's process and its RPC: what is malformed is refused in words, and nothing from outside ends it.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { Source, TransportDescription } from '../../stack/bridge/api.ts';
import { type BridgeProcess, startBridge } from './setting.ts';

const MAIN = fileURLToPath(new URL('../../stack/bridge/main.ts', import.meta.url));

let started: BridgeProcess;

before(async () => {
  started = await startBridge();
});

after(async () => {
  await started.stop();
});

async function raw(
  body: string,
  path = '/rpc',
  method = 'POST',
): Promise<{ status: number; error?: string }> {
  const init = method === 'GET' ? { method } : { method, body };
  const response = await fetch(`http://127.0.0.1:${started.bridge.port}${path}`, init);
  return { status: response.status, ...((await response.json()) as object) };
}

const call = (method: string, params: unknown) => raw(JSON.stringify({ method, params }));

const remote: TransportDescription = {
  ufrag: 'abcd',
  pwd: 'abcdefghijklmnopqrstuv',
  fingerprint: { hash: 'sha-256', value: Array(32).fill('AB').join(':'), setup: 'active' },
  candidates: [],
};
const microphone: Source = { ssrc: 1, media: 'audio', kind: 'microphone', name: 'm' };
const room = { conference: 'room', endpoint: 'a' };

test('malformed requests are refused with what was expected and what came', async () => {
  const cases: [Promise<{ status: number; error?: string }>, RegExp][] = [
    [raw('', '/rpc', 'GET'), /expected POST \/rpc, came GET/],
    [raw('{}', '/other'), /expected POST \/rpc, came POST \/other/],
    [raw('nonsense'), /body: expected JSON \{method, params\}, came "nonsense"/],
    [raw('[]'), /body: expected an object, came \[\]/],
    [call('explode', {}), /method: expected one of allocate, .*came "explode"/],
    [call('allocate', {}), /conference: expected a string of 1 to 256 characters, came undefined/],
    [call('allocate', { conference: 'x'.repeat(300), endpoint: 'a' }), /conference: expected a string.*…/],
    [call('allocate', []), /params: expected an object, came \[\]/],
    [call('record', { conference: 'room', label: '../../etc' }), /label: expected a string like/],
    [call('connect', room), /remote: expected an object, came undefined/],
    [
      call('connect', { ...room, remote: { ...remote, fingerprint: { hash: 'md5' } } }),
      /remote.fingerprint.hash/,
    ],
    [
      call('connect', { ...room, remote: { ...remote, candidates: 7 } }),
      /remote.candidates: expected a list, came 7/,
    ],
    [
      call('sources', { ...room, sources: [{ ...microphone, ssrc: -1 }] }),
      /sources\[0\].ssrc: expected a whole/,
    ],
    [call('sources', { ...room, sources: [microphone, microphone] }), /each name once, came "m"/],
    [
      call('sources', { ...room, sources: [microphone, { ...microphone, name: 'n' }] }),
      /each SSRC once \(n and m\)/,
    ],
    [call('sources', { ...room, sources: Array(33).fill(microphone) }), /at most 32 entries, came 33/],
    [raw(`{"method":"${'x'.repeat(9 << 20)}"}`), /body: expected at most 8388608 bytes/],
  ];
  for (const [answer, expected] of cases) {
    const { status, error } = await answer;
    assert.equal(status, 400);
    assert.match(error ?? '', expected);
  }
});

test('who is not there is named', async () => {
  assert.match(
    (await call('release', { conference: 'none', endpoint: 'a' })).error ?? '',
    /conference none is not known/,
  );
  await started.bridge.call('allocate', room);
  const other = { ...room, endpoint: 'b' };
  for (const method of ['release', 'observe', 'addCandidates']) {
    const answer = await call(method, { ...other, candidates: [] });
    assert.match(answer.error ?? '', /endpoint b is not in conference room/);
  }
  assert.match(
    (await call('stopRecording', { conference: 'room' })).error ?? '',
    /nothing is being recorded in room/,
  );
  await started.bridge.call('record', { conference: 'room', label: 'one' });
  const second = await call('record', { conference: 'room', label: 'two' });
  assert.match(second.error ?? '', /one is being recorded, stop that first/);
  await started.bridge.call('stopRecording', { conference: 'room' });
  await started.bridge.call('release', room);
});

test('an SSRC belongs to one endpoint at a time', async () => {
  const other = { ...room, endpoint: 'b' };
  await started.bridge.call('allocate', room);
  await started.bridge.call('allocate', other);
  await started.bridge.call('sources', { ...room, sources: [microphone] });
  const refused = await call('sources', { ...other, sources: [microphone] });
  assert.match(refused.error ?? '', /SSRC 1 of m is one of endpoint a already/);
  await started.bridge.call('release', room);
  await started.bridge.call('sources', { ...other, sources: [microphone] });
  await started.bridge.call('release', other);
});

test('a transport takes one remote; allocating anew makes another', async () => {
  const first = await started.bridge.call('allocate', room);
  await started.bridge.call('connect', { ...room, remote });
  await started.bridge.call('connect', { ...room, remote });
  const again = await call('connect', { ...room, remote: { ...remote, ufrag: 'other' } });
  assert.match(again.error ?? '', /has a remote already, allocate a new one/);
  const second = await started.bridge.call('allocate', room);
  assert.notEqual(first.ufrag, second.ufrag);
  for (const { ip } of second.candidates) assert.equal(ip, '127.0.0.1');
  assert.equal(second.candidates.length, 1);
  await started.bridge.call('connect', { ...room, remote: { ...remote, ufrag: 'other' } });
  const mdns = {
    foundation: '1',
    component: 1,
    protocol: 'udp',
    priority: 1,
    ip: 'x.local',
    port: 9,
    type: 'host',
  };
  await started.bridge.call('addCandidates', { ...room, candidates: [mdns] });
  await started.bridge.call('release', room);
});

test('the number of endpoints is bounded', async () => {
  const many = Array.from({ length: 64 }, (_, n) => ({ conference: 'full', endpoint: `e${n}` }));
  for (const one of many) await started.bridge.call('allocate', one);
  const refused = await call('allocate', { conference: 'full', endpoint: 'late' });
  assert.match(refused.error ?? '', /has 64 endpoints, the most there may be/);
  for (const one of many) await started.bridge.call('release', one);
});

test('a flood of nonsense at its media port leaves it unharmed', async () => {
  const { candidates } = await started.bridge.call('allocate', room);
  await started.bridge.call('connect', { ...room, remote });
  const port = candidates[0]?.port ?? 0;
  const socket = createSocket('udp4');
  for (let n = 0; n < 6000; n += 1) {
    const bytes = randomBytes(20 + (n % 200));
    // STUN (with its magic cookie), DTLS handshake records, RTP, RTCP, and whatever comes.
    const first = [0x00, 22, 0x80, 0x81, bytes.readUInt8(0)][n % 5] ?? 0;
    bytes.writeUInt8(first, 0);
    if (first === 0) bytes.writeUInt32BE(0x2112a442, 4);
    if (first === 0) bytes.writeUInt16BE(bytes.length - 20, 2);
    if (first === 0x81) bytes.writeUInt8(200 + (n % 8), 1);
    socket.send(bytes, port, '127.0.0.1');
    if (n % 100 === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  await new Promise((resolve) => setTimeout(resolve, 300));
  socket.close();
  const { conferences } = await started.bridge.call('statistics', {});
  assert.equal(conferences.room?.endpoints.a?.connected, false);
  await started.bridge.call('release', room);
  assert.equal(started.child.exitCode, null);
});

test('a start that cannot work ends in one line', async () => {
  const cases: [string[], RegExp][] = [
    [[], /^bridge: expected one JSON argument/],
    [['{"directory":"/does/not/exist"}'], /^bridge: ENOENT/],
    [
      ['{"directory":"/tmp","port":70000}'],
      /^bridge: port: expected a whole number from 0 to 65535, came 70000/,
    ],
    [[JSON.stringify({ directory: '/tmp', port: started.bridge.port })], /^bridge: listen EADDRINUSE/],
  ];
  for (const [given, expected] of cases) {
    const child = spawn(process.execPath, ['--import', 'tsx', MAIN, ...given], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let output = '';
    child.stderr.on('data', (chunk: Buffer) => {
      output += chunk.toString();
    });
    const [code] = (await once(child, 'close')) as [number];
    assert.equal(code, 1);
    assert.match(output, expected);
    assert.equal(output.trim().split('\n').length, 1, output);
  }
});

test('it ends when whoever started it is gone', async () => {
  const script = `
    const { spawn } = require('node:child_process');
    const child = spawn(process.execPath, ['--import', 'tsx', ${JSON.stringify(MAIN)}, '{"directory":"/tmp"}'], {
      stdio: ['ignore', 'pipe', 'ignore'], detached: true });
    child.stdout.once('data', () => { console.log(child.pid); process.exit(0); });`;
  const parent = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = (await once(parent.stdout, 'data')) as [Buffer];
  const pid = Number(line.toString());
  assert.ok(pid > 0);
  const end = performance.now() + 10_000;
  while (isAlive(pid)) {
    assert.ok(performance.now() < end, 'the bridge lives on');
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
