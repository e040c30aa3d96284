// A clone of the repository in a folder of its own, deployed from there as an admin does it, on free ports.
import { type SpawnSyncReturns, spawnSync } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type Engine, IMAGES, ROOT } from './engine.ts';

const COMMAND_MS = 300_000;

export interface Ran {
  status: number;
  stdout: string;
  stderr: string;
  /** Both, without what is empty. */
  lines: string[];
}

function ran(done: SpawnSyncReturns<string>): Ran {
  if (done.error) throw done.error;
  const lines = `${done.stdout}${done.stderr}`.split('\n').filter((line) => line.trim() !== '');
  return { status: done.status ?? -1, stdout: done.stdout, stderr: done.stderr, lines };
}

/** What a clone would hold: everything that is committed or would be, and nothing else. */
export function cloneTo(folder: string): void {
  const listed = spawnSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '-z'], {
    cwd: ROOT,
    encoding: 'utf8',
  });
  for (const file of listed.stdout.split('\0')) {
    if (file === '' || !existsSync(join(ROOT, file))) continue;
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    cpSync(join(ROOT, file), join(folder, file));
  }
}

/** The start of a network that this machine knows nothing of: a killed run may have left its own, which takes answers. */
function freeNetwork(): string {
  const known = readFileSync('/proc/net/fib_trie', 'utf8');
  for (let third = 78; third < 256; third++) {
    const start = `172.30.${third}.`;
    if (!known.includes(` ${start}`)) return start;
  }
  throw new Error('no network 172.30.78.0/24 to 172.30.255.0/24 is free on this machine');
}

/** Whether both TCP and UDP are free there. */
async function isFree(port: number): Promise<boolean> {
  const [server, socket] = [createServer(), createSocket('udp4')];
  try {
    await Promise.all([once(server.listen(port), 'listening'), once(socket.bind(port), 'listening')]);
    return true;
  } catch {
    return false;
  } finally {
    server.close();
    socket.close();
  }
}

/** They are used only minutes later: below 32768, from where Linux gives ports to whoever asks for any. */
async function portsForLater(count: number): Promise<number[]> {
  const ports: number[] = [];
  for (let port = 20_000 + Math.floor(Math.random() * 10_000); ports.length < count; port += 1)
    if (await isFree(port)) ports.push(port);
  return ports;
}

export class Deployment {
  readonly folder: string;
  /** What its addresses begin with; its own in it is 1. */
  readonly network = freeNetwork();
  readonly ports: {
    http: number;
    https: number;
    jvb: number;
    metrics: number;
    turn: number;
    jvb2: number;
    jvb3: number;
  };
  env: NodeJS.ProcessEnv;

  private constructor(folder: string, ports: number[], engine: Engine) {
    this.folder = folder;
    const [http = 0, https = 0, jvb = 0, metrics = 0, turn = 0, jvb2 = 0, jvb3 = 0] = ports;
    this.ports = { http, https, jvb, metrics, turn, jvb2, jvb3 };
    // Compose takes these before .env: the stand-ins in place of Jitsi's images, and ports that are free here.
    this.env = {
      ...engine.env,
      COMPOSE_PROJECT_NAME: `sealmeet-test-${process.pid}`,
      JITSI_IMAGE_REPO: IMAGES.repo,
      JITSI_IMAGE_VERSION: IMAGES.version,
      TURN_IMAGE: `${IMAGES.repo}/coturn:${IMAGES.version}`,
      PROMETHEUS_IMAGE: `${IMAGES.repo}/prometheus:${IMAGES.version}`,
      SEALMEET_SUBNET: `${this.network}0/24`,
      ADDRESS: '127.0.0.1',
      PUBLIC_URL: `https://localhost:${https}`,
      HTTP_PORT: String(http),
      HTTPS_PORT: String(https),
      JVB_PORT: String(jvb),
      JVB2_PORT: String(jvb2),
      JVB3_PORT: String(jvb3),
      METRICS_PORT: String(metrics),
      TURN_PORT: String(turn),
      TURN_LISTEN_ADDRESS: '127.0.0.1',
    };
  }

  static async create(engine: Engine): Promise<Deployment> {
    const folder = mkdtempSync(join(tmpdir(), 'sealmeet-compose-'));
    cloneTo(folder);
    // As after `npm ci`, which would fetch the same files again.
    symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
    // Else they would look older than the lock file, and be fetched anew, into the folder that the link leads to.
    utimesSync(join(folder, 'package-lock.json'), 0, 0);
    const deployment = new Deployment(folder, await portsForLater(7), engine);
    writeFileSync(
      join(folder, 'config/jicofo/channel-url'),
      `wss://localhost:${deployment.ports.https}/colibri-ws/jvb\n`,
    );
    return deployment;
  }

  get url(): string {
    return `https://localhost:${this.ports.https}`;
  }

  path(name: string): string {
    return join(this.folder, name);
  }

  read(name: string): string {
    return readFileSync(this.path(name), 'utf8');
  }

  run(command: string, args: string[], env: NodeJS.ProcessEnv = {}): Ran {
    return ran(
      spawnSync(command, args, {
        cwd: this.folder,
        env: { ...this.env, ...env },
        encoding: 'utf8',
        timeout: COMMAND_MS,
        maxBuffer: 64 << 20,
      }),
    );
  }

  compose(...args: string[]): Ran {
    return this.run('docker', ['compose', ...args]);
  }

  /** A script of the deployment, as its make target runs it. */
  script(name: string, env: NodeJS.ProcessEnv = {}): Ran {
    return this.run('/bin/sh', [this.path(`scripts/deploy/${name}.sh`)], env);
  }

  /** A shell command in a running container. */
  inside(service: string, command: string): Ran {
    return this.compose('exec', '-T', service, 'sh', '-c', command);
  }

  /** Names of this deployment's containers, whatever their state. */
  containers(): string[] {
    return this.run('docker', [
      'ps',
      '--all',
      '--quiet',
      '--filter',
      `label=com.docker.compose.project=${this.env.COMPOSE_PROJECT_NAME}`,
    ]).lines;
  }

  remove(): void {
    this.compose('--profile', '*', 'down', '--volumes', '--remove-orphans', '--timeout', '3');
    rmSync(this.folder, { recursive: true, force: true });
  }
}
