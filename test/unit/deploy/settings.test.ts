// The settings of a deployment: written once, checked in words, and read by the module's configuration.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, beforeEach, test } from 'node:test';
import { fileURLToPath } from 'node:url';

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '../../..');
const PATH = '/usr/sbin:/usr/bin:/sbin:/bin';
const folders: string[] = [];
let folder = '';

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sealmeet-settings-'));
  folders.push(folder);
  for (const name of ['config', 'scripts/deploy', '.env.example'])
    cpSync(join(ROOT, name), join(folder, name), { recursive: true });
  mkdirSync(join(folder, 'dist'));
  for (const name of ['plugin.js', 'worker.js', 'olm.wasm'])
    writeFileSync(join(folder, 'dist', name), 'built');
});
after(() => {
  for (const one of folders) rmSync(one, { recursive: true, force: true });
});

function sh(script: string, env: Record<string, string> = {}) {
  const done = spawnSync('/bin/sh', [join(folder, script)], {
    cwd: folder,
    env: { PATH, ...env },
    encoding: 'utf8',
  });
  return {
    status: done.status,
    lines: `${done.stdout}${done.stderr}`.split('\n').filter((line) => line !== ''),
  };
}

const GOOD: Record<string, string> = {
  PUBLIC_URL: 'https://meet.example.org',
  HTTP_PORT: '80',
  HTTPS_PORT: '443',
  JVB_PORT: '10000',
  JVB_ADVERTISE_IPS: '203.0.113.7',
  SEALMEET_DEFAULT_POLICY: 'optional',
  SEALMEET_SUBNET: '172.30.77.0/24',
  JICOFO_AUTH_PASSWORD: '0123456789abcdef0123456789abcdef',
  JVB_AUTH_PASSWORD: '1123456789abcdef0123456789abcdef',
  TURN_CREDENTIALS: '2123456789abcdef0123456789abcdef',
};

test('good settings, plain and with everything on, are taken without a word', () => {
  for (const more of [
    {},
    { PUBLIC_URL: 'https://localhost:8443', JVB_ADVERTISE_IPS: '203.0.113.7#20000,2001:db8::7' },
    {
      LETSENCRYPT_EMAIL: 'admin@example.org',
      LETSENCRYPT_DOMAIN: 'meet.example.org',
      ENABLE_HTTP_REDIRECT: '1',
    },
    { COMPOSE_PROFILES: 'scale,turn,metrics', ENABLE_OCTO: '1', TURN_HOST: 'meet.example.org' },
    {
      SEALMEET_ROOMS: 'board-*=required:pinned webinar-?=off',
      SEALMEET_PIN_DEFAULT: '1',
      SEALMEET_EXEMPT: 'bot@auth.meet.jitsi',
    },
  ]) {
    assert.deepEqual(sh('config/check.sh', { ...GOOD, ...more }), { status: 0, lines: [] });
  }
});

const BAD: [setting: Record<string, string>, said: RegExp][] = [
  [{ PUBLIC_URL: 'http://meet.example.org' }, /PUBLIC_URL must be https:.*not "http:\/\/meet\.example\.org"/],
  [{ PUBLIC_URL: 'https://meet.example.org/' }, /PUBLIC_URL must be/],
  [{ PUBLIC_URL: 'https://meet.example.org:https' }, /PUBLIC_URL must be/],
  [{ PUBLIC_URL: 'https://a"b' }, /PUBLIC_URL must be/],
  [{ HTTPS_PORT: '70000' }, /HTTPS_PORT must be a port from 1 to 65535, not "70000"/],
  [{ LISTEN_ADDRESS: 'eth0' }, /LISTEN_ADDRESS must be an IP address/],
  [{ DISABLE_HTTPS: 'no' }, /DISABLE_HTTPS must be 0 or 1, not "no"/],
  [
    { ENABLE_HTTP_REDIRECT: '1', PUBLIC_URL: 'https://meet.example.org:8443' },
    /ENABLE_HTTP_REDIRECT must be 0 while/,
  ],
  [
    { LETSENCRYPT_EMAIL: 'admin', LETSENCRYPT_DOMAIN: 'meet.example.org' },
    /LETSENCRYPT_EMAIL must be one e-mail address/,
  ],
  [
    { LETSENCRYPT_EMAIL: 'a@b.c', PUBLIC_URL: 'https://localhost', LETSENCRYPT_DOMAIN: 'localhost' },
    /PUBLIC_URL must be a public name/,
  ],
  [
    { LETSENCRYPT_EMAIL: 'a@b.c', LETSENCRYPT_DOMAIN: 'other.example.org' },
    /LETSENCRYPT_DOMAIN must be the name in PUBLIC_URL/,
  ],
  [{ JVB_ADVERTISE_IPS: '' }, /JVB_ADVERTISE_IPS must be the IP address/],
  [{ JVB_ADVERTISE_IPS: '203.0.113.7, 203.0.113.8' }, /JVB_ADVERTISE_IPS must be IP addresses with commas/],
  [{ JVB_ADVERTISE_IPS: '203.0.113.700' }, /JVB_ADVERTISE_IPS must be/],
  [{ SEALMEET_SUBNET: '172.30.77.0' }, /SEALMEET_SUBNET must be a private network/],
  [
    { JICOFO_AUTH_PASSWORD: 'secret' },
    /JICOFO_AUTH_PASSWORD must be at least 32 characters of 0-9 and a-f, as "make env" writes it$/,
  ],
  [{ JVB_AUTH_PASSWORD: 'abc123' }, /JVB_AUTH_PASSWORD must be at least 32 characters/],
  [{ COMPOSE_PROFILES: 'scale' }, /ENABLE_OCTO must be 1 with the profile scale/],
  [{ COMPOSE_PROFILES: 'turn' }, /TURN_HOST must be the public name/],
  [{ COMPOSE_PROFILES: 'all' }, /COMPOSE_PROFILES must be of turn, scale, metrics/],
  [{ SEALMEET_DEFAULT_POLICY: 'always' }, /must be off, optional or required, not "always"/],
  [
    { SEALMEET_ROOMS: 'board-*=sealed' },
    /SEALMEET_ROOMS must be pattern=policy.*what is wrong: board-\*=sealed/,
  ],
  [{ SEALMEET_ROOMS: 'required' }, /SEALMEET_ROOMS must be pattern=policy/],
  [{ SEALMEET_EXEMPT: 'focus' }, /SEALMEET_EXEMPT must be accounts as name@domain/],
  [{ MAX_PARTICIPANTS: 'ten' }, /MAX_PARTICIPANTS must be a number/],
];

test('each wrong setting is named with what is allowed, in one line, and a secret is never shown', () => {
  for (const [setting, said] of BAD) {
    const { status, lines } = sh('config/check.sh', { ...GOOD, ...setting });
    assert.equal(status, 1, JSON.stringify(setting));
    assert.equal(lines.length, 1, lines.join('\n'));
    assert.match(lines[0] ?? '', said);
    assert.doesNotMatch(lines[0] ?? '', /not "secret"/);
  }
});

test('without any setting, and without the plugin, the line says what to run', () => {
  assert.match(sh('config/check.sh').lines.join(), /^\.env is missing or empty: run "make env" first$/);
  rmSync(join(folder, 'dist/worker.js'));
  const { status, lines } = sh('config/check.sh', GOOD);
  assert.equal(status, 1);
  assert.match(
    lines.join(),
    /^The plugin is not built \(dist\/worker\.js is missing\): run "make up", or "make build"/,
  );
});

test('make env writes settings that pass, with mode 600 and new secrets each time', () => {
  const written = new Set<string>();
  for (const env of [
    {},
    { PUBLIC_URL: 'https://meet.example.org/', ADDRESS: '203.0.113.7', EMAIL: 'admin@example.org' },
    { PUBLIC_URL: 'https://meet.example.org:4443', ADDRESS: '2001:db8::7' },
  ]) {
    rmSync(join(folder, '.env'), { force: true });
    assert.equal(sh('scripts/deploy/env.sh', env).status, 0);
    assert.equal(statSync(join(folder, '.env')).mode & 0o777, 0o600);
    const text = readFileSync(join(folder, '.env'), 'utf8');
    assert.doesNotMatch(text, /@[A-Z]+@/);
    for (const [, secret = ''] of text.matchAll(/^(?:\w+_PASSWORD|TURN_CREDENTIALS)=(.*)$/gm)) {
      assert.match(secret, /^[0-9a-f]{32}$/);
      assert.ok(!written.has(secret));
      written.add(secret);
    }
  }
  assert.equal(written.size, 9);
});

test('make env writes nothing for values that cannot be, and never over what is there', () => {
  for (const env of [
    { PUBLIC_URL: 'http://x.org' },
    { PUBLIC_URL: 'https://x.org|' },
    { ADDRESS: 'here' },
    { EMAIL: 'a&b' },
  ] as Record<string, string>[]) {
    const { status, lines } = sh('scripts/deploy/env.sh', { ADDRESS: '203.0.113.7', ...env });
    assert.equal(status, 1, JSON.stringify(env));
    assert.match(lines[0] ?? '', /no \.env was written/);
    assert.ok(!existsSync(join(folder, '.env')));
  }
  writeFileSync(join(folder, '.env'), 'PUBLIC_URL=mine\n');
  assert.equal(sh('scripts/deploy/env.sh').status, 0);
  assert.equal(readFileSync(join(folder, '.env'), 'utf8'), 'PUBLIC_URL=mine\n');
});
