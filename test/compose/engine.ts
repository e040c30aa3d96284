// Docker for the tests: the machine's own where it answers, else a daemon of ours that is started here and stopped
// again; Compose; and the stand-in images.
import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { writeContext } from '../stack/images/context.ts';

export const ROOT = join(dirname(fileURLToPath(import.meta.url)), '../..');
const CACHE = process.env.SEALMEET_CACHE ?? join(ROOT, '.cache');
const BASE = 'sealmeet-test/debian:trixie';
/** Where the stand-ins are, as JITSI_IMAGE_REPO and JITSI_IMAGE_VERSION say it. */
export const IMAGES = { repo: 'sealmeet-test', version: 'stand-in' };
const TARGETS = ['web', 'prosody', 'jicofo', 'jvb', 'coturn', 'prometheus'];
const START_MS = 60_000;
const COMPOSE = '/usr/libexec/docker/cli-plugins/docker-compose';

export interface Engine {
  /** Environment with which `docker` and `docker compose` reach it. */
  env: NodeJS.ProcessEnv;
  stop(): Promise<void>;
}

const say = (line: string) => process.stderr.write(`test-compose: ${line}\n`);

/** `quiet`: what it says is shown only when it fails. */
function run(command: string, args: string[], env = process.env, quiet = false): void {
  const done = spawnSync(command, args, { env, stdio: ['ignore', quiet ? 'pipe' : 2, quiet ? 'pipe' : 2] });
  if (done.error) throw new Error(`${command} could not be run: ${done.error.message}`);
  if (done.status !== 0 && quiet) process.stderr.write(Buffer.concat([done.stdout, done.stderr]));
  if (done.status !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${done.status}`);
}

const works = (command: string, args: string[], env = process.env) =>
  spawnSync(command, args, { env, stdio: 'ignore', timeout: 120_000 }).status === 0;

/** What a daemon of one's own needs of the kernel; the name of what is missing, for a person. */
function missingRight(): string | null {
  if (process.getuid?.() !== 0) return 'root (Docker does not answer here, and only root may start it)';
  const held = BigInt(
    `0x${/^CapEff:\s*([0-9a-f]+)/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? '0'}`,
  );
  for (const [bit, name] of [
    [21n, 'CAP_SYS_ADMIN (to mount)'],
    [12n, 'CAP_NET_ADMIN (to make networks)'],
    [18n, 'CAP_SYS_CHROOT'],
  ] as const) {
    if (!((held >> bit) & 1n)) return name;
  }
  if (!works('unshare', ['--mount', '--net', '--pid', '--fork', 'true']))
    return 'new namespaces (unshare is refused)';
  return null;
}

function install(...packages: string[]): void {
  say(`installing Debian packages: ${packages.join(' ')}`);
  run('apt-get', ['update', '-qq']);
  run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...packages], {
    ...process.env,
    DEBIAN_FRONTEND: 'noninteractive',
  });
}

/** Our own daemon has containers at its start only where a run was killed; they would be started again. */
function removeLeftovers(env: NodeJS.ProcessEnv): void {
  const remove = (list: string[], ...command: string[]) => {
    const left = execFileSync('docker', list, { env, encoding: 'utf8' }).trim();
    if (left !== '') run('docker', [...command, ...left.split('\n')], env, true);
  };
  remove(['ps', '--all', '--quiet'], 'rm', '--force', '--volumes');
  remove(['volume', 'ls', '--quiet'], 'volume', 'rm');
  run('docker', ['network', 'prune', '--force'], env, true);
}

async function startDaemon(): Promise<Engine> {
  const missing = missingRight();
  if (missing) throw new Error(`the containers cannot be started: this needs ${missing}`);
  if (!works('sh', ['-c', 'command -v dockerd && command -v iptables && command -v docker'])) {
    install('docker.io', 'iptables');
    if (!works('docker', ['--version'])) install('docker-cli');
  }
  const folder = mkdtempSync(join(tmpdir(), 'sealmeet-docker-'));
  const data = join(CACHE, 'docker');
  mkdirSync(data, { recursive: true });
  const logFile = join(folder, 'log');
  const log = openSync(logFile, 'w');
  const host = `unix://${join(folder, 'socket')}`;
  const daemon: ChildProcess = spawn(
    'setpriv',
    [
      ...['--pdeathsig', 'TERM', 'dockerd', '--host', host, '--data-root', data, '--bridge', 'none'],
      ...['--exec-root', join(folder, 'exec'), '--pidfile', join(folder, 'pid')],
    ],
    { stdio: ['ignore', log, log], detached: true },
  );
  let ended = false;
  const end = new Promise<void>((resolve) =>
    daemon.once('exit', () => {
      ended = true;
      resolve();
    }),
  );
  const env = { ...process.env, DOCKER_HOST: host };
  const stop = async () => {
    if (!ended) daemon.kill('SIGTERM');
    await end;
    // The daemon leaves the network namespaces mounted that it made there.
    for (const line of readFileSync('/proc/self/mounts', 'utf8').split('\n')) {
      const at = line.split(' ')[1] ?? '';
      if (at.startsWith(`${folder}/`)) spawnSync('umount', [at]);
    }
    rmSync(folder, { recursive: true, force: true });
  };
  const deadline = Date.now() + START_MS;
  while (!works('docker', ['info'], env)) {
    if (ended || Date.now() > deadline) {
      const lines = readFileSync(logFile, 'utf8').trim().split('\n');
      const reason = lines.filter((line) => /level=(error|fatal)|failed/.test(line)).at(-1) ?? lines.at(-1);
      await stop();
      throw new Error(`dockerd does not start here: ${reason}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 300));
  }
  removeLeftovers(env);
  say(`started dockerd (its data stay in ${data})`);
  return { env, stop };
}

/** Debian trixie: from a registry, else made here out of Debian's packages. */
function makeBase(env: NodeJS.ProcessEnv): void {
  if (works('docker', ['image', 'inspect', BASE], env)) return;
  if (works('timeout', ['60', 'docker', 'pull', '--quiet', 'debian:trixie-slim'], env)) {
    run('docker', ['tag', 'debian:trixie-slim', BASE], env);
    return;
  }
  say('no registry is reached: making Debian trixie with debootstrap');
  if (!works('sh', ['-c', 'command -v debootstrap'])) install('debootstrap');
  const mirror = execFileSync(
    'sh',
    [
      '-c',
      `apt-get indextargets --format '$(SITE)' 'Created-By: Packages' | sort | uniq -c | sort -rn | sed -n '1s/^ *[0-9]* //p'`,
    ],
    { encoding: 'utf8' },
  ).trim();
  const root = mkdtempSync(join(CACHE, 'trixie-'));
  chmodSync(root, 0o755);
  try {
    run('debootstrap', ['--variant=minbase', 'trixie', root, mirror]);
    run('sh', [
      '-c',
      `for f in /etc/apt/apt.conf.d/*[Pp]roxy*; do [ ! -e "$f" ] || cp "$f" '${root}/etc/apt/apt.conf.d/'; done`,
    ]);
    run('sh', ['-c', `tar -C '${root}' -c . | docker import - ${BASE}`], env);
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

/** Compose as a plugin of the docker command; Debian's where the machine has none. */
function findCompose(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  if (works('docker', ['compose', 'version'], env)) return env;
  const config = join(CACHE, 'docker-config');
  const plugins = join(config, 'cli-plugins');
  if (!existsSync(join(plugins, 'docker-compose'))) {
    say("fetching Docker Compose from Debian's packages");
    mkdirSync(plugins, { recursive: true });
    const script = `cd "$(mktemp -d)" && apt-get update -qq && apt-get download -qq docker-compose && dpkg -x docker-compose_*.deb . && cp .${COMPOSE} /out/`;
    run(
      'docker',
      ['run', '--rm', '--network', 'host', '--volume', `${plugins}:/out`, BASE, 'sh', '-ec', script],
      env,
    );
  }
  return { ...env, DOCKER_CONFIG: config };
}

async function buildImages(env: NodeJS.ProcessEnv): Promise<void> {
  const context = mkdtempSync(join(tmpdir(), 'sealmeet-images-'));
  try {
    await writeContext(context);
    // Without its plugin for the newer builder, Docker still has the older one.
    const builder = works('docker', ['buildx', 'version'], env) ? env : { ...env, DOCKER_BUILDKIT: '0' };
    for (const target of TARGETS) {
      run(
        'docker',
        [
          ...['build', '--quiet', '--network', 'host', '--build-arg', `BASE=${BASE}`, '--target', target],
          ...['--tag', `${IMAGES.repo}/${target}:${IMAGES.version}`, context],
        ],
        builder,
        true,
      );
    }
  } finally {
    rmSync(context, { recursive: true, force: true });
  }
}

export async function startEngine(): Promise<Engine> {
  mkdirSync(CACHE, { recursive: true });
  const engine = works('docker', ['info']) ? { env: process.env, stop: async () => {} } : await startDaemon();
  try {
    makeBase(engine.env);
    const env = findCompose(engine.env);
    await buildImages(env);
    return { env, stop: engine.stop };
  } catch (error) {
    await engine.stop();
    throw error;
  }
}
