// The deployment as an admin meets it: nothing there, settings, up, a sealed call through it, restarts, and down.
import assert from 'node:assert/strict';
import { chmodSync, existsSync, mkdirSync, readdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import {
  assertQuiet,
  hook,
  type Person,
  pairsOf,
  phaseOf,
  Setting,
  seal,
  seeAndHear,
} from '../e2e/sealed-room.ts';
import { until } from '../stack/until.ts';
import { ROWS } from './contract.ts';
import { Deployment } from './deployment.ts';
import { type Engine, startEngine } from './engine.ts';
import { OPTIONS } from './options.ts';

const PATIENT = { withinMs: 90_000, everyMs: 500 };

let engine: Engine;
let deployment: Deployment;
/** Passwords of .env, which nothing may show. */
let secrets: string[] = [];

before(async () => {
  engine = await startEngine();
  deployment = await Deployment.create(engine);
});

after(async () => {
  deployment?.remove();
  await engine?.stop();
});

test('a fresh clone without .env: the file is in order, alone and with each profile', () => {
  for (const profile of [[], ['turn'], ['scale'], ['metrics'], ['turn', 'scale', 'metrics']]) {
    const done = deployment.compose(...profile.flatMap((name) => ['--profile', name]), 'config', '--quiet');
    assert.deepEqual({ status: done.status, lines: done.lines }, { status: 0, lines: [] }, profile.join());
  }
  const { JITSI_IMAGE_REPO: _repo, JITSI_IMAGE_VERSION: _version, ...env } = deployment.env;
  const images = deployment.run(
    'env',
    ['-u', 'JITSI_IMAGE_REPO', '-u', 'JITSI_IMAGE_VERSION', 'docker', 'compose', 'config', '--images'],
    env,
  );
  for (const name of ['web', 'prosody', 'jicofo', 'jvb'])
    assert.ok(images.lines.includes(`ghcr.io/jitsi/${name}:stable-11146-2`), images.stdout);
});

test('without .env, docker compose up stops with one line that names make env, and makes nothing', () => {
  const done = deployment.compose('up', '--detach');
  assert.notEqual(done.status, 0);
  assert.equal(done.lines.length, 1, done.lines.join('\n'));
  assert.match(done.lines[0] ?? '', /make env/);
  assert.deepEqual(deployment.containers(), []);
});

test('make env needs no Docker, and writes .env once, for its owner alone, with secrets of its own', () => {
  const done = deployment.script('env', {
    PATH: '/usr/sbin:/usr/bin:/sbin:/bin',
    DOCKER_HOST: 'unix:///nowhere',
  });
  assert.equal(done.status, 0, done.stderr);
  assert.equal(statSync(deployment.path('.env')).mode & 0o777, 0o600);
  const before = deployment.read('.env');
  secrets = [...before.matchAll(/^(?:\w+_PASSWORD|TURN_CREDENTIALS)=(\w+)$/gm)].map(
    ([, value]) => value ?? '',
  );
  assert.equal(new Set(secrets).size, 3);
  for (const secret of secrets) assert.match(secret, /^[0-9a-f]{32}$/);
  assert.equal(deployment.script('env', { PUBLIC_URL: 'https://other.example.org' }).status, 0);
  assert.equal(deployment.read('.env'), before);
});

test('a plugin that is not built is named by docker compose up, and nothing else is started', () => {
  const done = deployment.compose('up', '--detach');
  assert.notEqual(done.status, 0);
  const said = deployment.compose('logs', '--no-log-prefix', 'check').lines;
  assert.equal(said.length, 1, said.join('\n'));
  assert.match(said[0] ?? '', /not built.*make build/);
  assert.deepEqual(deployment.compose('ps', '--services', '--status', 'running').lines, []);
  deployment.compose('down');
});

test('make up says in one line what is missing, and leaves nothing half-started', async () => {
  const one = (env: NodeJS.ProcessEnv, expected: RegExp, script = 'up') => {
    const done = deployment.script(script, env);
    const errors = done.stderr.split('\n').filter((line) => line !== '');
    assert.notEqual(done.status, 0, String(expected));
    assert.equal(errors.length, 1, done.stderr);
    assert.match(errors[0] ?? '', expected);
    assert.deepEqual(deployment.containers(), [], String(expected));
  };
  one({ PATH: withoutDocker() }, /^sealmeet: Docker is missing: install/);
  one({ DOCKER_HOST: 'unix:///nowhere' }, /service does not answer: start it/);
  one({ PUBLIC_URL: 'http://meet.example.org' }, /^sealmeet: \.env: PUBLIC_URL must be https:\/\//);
  one({ SEALMEET_DEFAULT_POLICY: 'always' }, /must be off, optional or required, not "always"/);
  const memory = deployment.path('meminfo');
  writeFileSync(memory, 'MemTotal: 1000000 kB\nMemAvailable: 400000 kB\n');
  one({ MEMINFO: memory }, /390 MB of memory are free, at least 1500 MB are needed/);
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(deployment.ports.https, '127.0.0.1', resolve));
  one({}, /port \d+\/tcp on this machine is taken.*HTTPS_PORT/);
  await new Promise((resolve) => server.close(resolve));
  one({ JITSI_IMAGE_VERSION: 'no-such-release' }, /an image cannot be pulled/);
  // Root reads everything, so somebody else asks.
  chmodSync(deployment.folder, 0o755);
  const other = deployment.run('setpriv', [
    '--reuid',
    '65534',
    '--clear-groups',
    'sh',
    deployment.path('scripts/deploy/up.sh'),
  ]);
  assert.match(other.stderr, /\.env cannot be read by nobody/);
  assert.equal(other.lines.length, 1, other.stderr);
});

test('make up builds, starts, looks from outside, and says what to do next', () => {
  const done = deployment.script('up');
  assert.equal(done.status, 0, done.stdout + done.stderr);
  assert.match(done.stdout, new RegExp(`Sealmeet is up: ${deployment.url}`));
  assert.match(done.stdout, /self-signed/);
  assert.match(done.stdout, /Next: open the address/);
});

for (const { name, check } of ROWS) test(`contract: ${name}`, () => check(deployment));

test('a sealed call of three through nginx and TLS, and it goes on after Prosody and the bridge were restarted', async () => {
  const setting = await Setting.over(deployment.url);
  try {
    const people = await setting.enterAll('deployed', ['Ada', 'Ben', 'Cleo']);
    const [ada] = people;
    if (!ada) throw new Error('expected three people');
    assert.deepEqual(await seeAndHear(pairsOf(people)), new Set(['AV1']));
    await seal(ada);
    await everybody(people, 'sealed');
    assert.deepEqual(await seeAndHear(pairsOf(people)), new Set(['AV1']));
    assert.equal(await hook(ada, 'enforcement').getAttribute('data-state'), 'enforced');
    await noViolations(people);
    assertQuiet(people);

    // Everybody is told to leave, and comes back under another name.
    assert.equal(deployment.compose('restart', '--timeout', '5', 'prosody').status, 0);
    const again: Person[] = [];
    for (const person of people) again.push(await rejoined(person));
    await everybody(again, 'sealed');
    await all(again, 'Prosody');

    assert.equal(deployment.compose('restart', '--timeout', '5', 'jvb').status, 0);
    await all(again, 'the bridge');
    await everybody(again, 'sealed');

    // A link cannot switch on what the deployment switched off; what says that a room is sealed stays.
    const page = await setting.browser.newPage({ ignoreHTTPSErrors: true });
    await page.goto(`${deployment.url}/linked#sealed&config.p2p.enabled=true&config.e2ee.disabled=false`);
    assert.equal(await page.evaluate(() => location.hash), '#sealed');
    await page.evaluate(() => {
      location.hash = 'config.testing.disableE2EE=false';
    });
    await until('it is taken out later as well', () => page.evaluate(() => location.hash === ''), PATIENT);
  } finally {
    await setting.stop();
  }
});

for (const { name, check } of OPTIONS) test(name, () => check(deployment));

test('no secret is in an image or in a log', () => {
  const logs = deployment.compose('--profile', '*', 'logs').stdout;
  assert.ok(logs.length > 1000);
  for (const secret of secrets) assert.ok(!logs.includes(secret), 'a secret is in the logs');
  for (const image of ['web', 'prosody', 'jicofo', 'jvb']) {
    const name = `${deployment.env.JITSI_IMAGE_REPO}/${image}:${deployment.env.JITSI_IMAGE_VERSION}`;
    const told =
      deployment.run('docker', ['image', 'inspect', name]).stdout +
      deployment.run('docker', ['history', '--no-trunc', name]).stdout;
    for (const secret of secrets) assert.ok(!told.includes(secret), image);
  }
});

test('make down leaves no container and no network, and keeps accounts and certificates', () => {
  assert.equal(deployment.script('down').status, 0);
  assert.deepEqual(deployment.containers(), []);
  const project = deployment.env.COMPOSE_PROJECT_NAME ?? '';
  const list = (what: string) =>
    deployment.run('docker', [what, 'ls', '--quiet', '--filter', `name=${project}`]).lines;
  assert.deepEqual(list('network'), []);
  for (const volume of ['prosody-data', 'web-storage'])
    assert.ok(list('volume').includes(`${project}_${volume}`), volume);
});

async function everybody(people: Person[], phase: string): Promise<void> {
  await until(
    `everybody shows "${phase}"`,
    async () => (await Promise.all(people.map(phaseOf))).every((one) => one === phase),
    PATIENT,
  );
}

/** Nothing of the page or the plugin ran against the page's own policy. */
async function noViolations(people: Person[]): Promise<void> {
  for (const { name, consoleErrors } of people)
    assert.deepEqual(
      consoleErrors.filter((line) => /Content Security Policy/i.test(line)),
      [],
      name,
    );
}

async function rejoined(person: Person): Promise<Person> {
  let endpoint = '';
  await until(
    `${person.name} is back`,
    async () => {
      endpoint = await person.page.evaluate(() => (window.call.joined ? window.call.id : ''));
      return endpoint !== '' && endpoint !== person.endpoint;
    },
    PATIENT,
  );
  return { ...person, endpoint };
}

/** Everybody sees and hears everybody again; if not, what was missing at last, and what pages and servers said. */
async function all(people: Person[], after: string): Promise<void> {
  let missing = '';
  const look = () =>
    seeAndHear(pairsOf(people)).then(
      () => true,
      (error: Error) => {
        missing = error.message;
        return false;
      },
    );
  await until(`everybody sees and hears everybody after a restart of ${after}`, look, PATIENT).catch(
    async (error: Error) => {
      const pages = await Promise.all(
        people.map(async ({ name, endpoint, page }) => {
          const now = await page.evaluate(() => `${window.call.id} ${window.call.errors.join('; ')}`);
          return `${name}: was ${endpoint}, is ${now}`;
        }),
      );
      const said = deployment.compose('logs', '--timestamps', '--since', '3m', 'jicofo', 'jvb').lines;
      throw new Error([error.message, missing, ...pages, ...said.slice(-40)].join('\n'));
    },
  );
}

/** A folder with every command of the machine but docker's. */
function withoutDocker(): string {
  const folder = deployment.path('.cache/commands');
  mkdirSync(folder, { recursive: true });
  for (const from of ['/bin', '/usr/bin', '/usr/sbin'])
    for (const name of readdirSync(from))
      if (!name.startsWith('docker') && !existsSync(join(folder, name)))
        symlinkSync(join(from, name), join(folder, name));
  return folder;
}
