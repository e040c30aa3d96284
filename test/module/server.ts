// Starts and stops a real Prosody with the module, 0.12 of this machine or 13 in its own root, on loopback.

import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { createHash, createHmac, pbkdf2Sync } from 'node:crypto';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePorts } from '../stack/loopback.ts';

export type ProsodyVersion = '12' | '13';

const here = fileURLToPath(new URL('.', import.meta.url));
/** Another copy of the module may be tested in its place, to see which check each test depends on. */
const moduleFolder = process.env.SEALMEET_MODULE ?? join(here, '../../prosody-module/mod_muc_e2ee');

/** Uid and gid of nobody: Prosody refuses to run as root. */
const nobody = 65534;

export interface ProsodyOptions {
  version: ProsodyVersion;
  /** Lua lines for the conference component, the breakout component and the global section. */
  muc?: string;
  breakout?: string;
  global?: string;
  /** Further modules of the main host, of the conference component and of the breakout component. */
  hostModules?: string[];
  mucModules?: string[];
  /** Lua lines after all hosts, for components of a test. */
  tail?: string;
  /** Whether the module itself is loaded. */
  withModule?: boolean;
}

export interface Prosody {
  version: ProsodyVersion;
  c2sPort: number;
  httpPort: number;
  domain: string;
  muc: string;
  breakout: string;
  /** All that it has logged so far. */
  log(): string;
  /** Runs `prosodyctl shell` with this line and returns what it printed. */
  shell(line: string): string;
  /** Milliseconds of CPU that the process has used. */
  cpuMs(): number;
  pid: number;
  stop(): Promise<void>;
  /** The same server again, on the same ports, with its data. */
  restart(): Promise<void>;
}

/** The root with Debian trixie's Prosody 13; made on first use, which takes about a minute. */
function rootOf13(): string {
  return execFileSync(join(here, 'prosody13.sh'), { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] })
    .trim()
    .split('\n')
    .slice(-1)
    .join('');
}

function configuration(folder: string, c2sPort: number, httpPort: number, options: ProsodyOptions): string {
  const ours = options.withModule === false ? [] : ['muc_e2ee'];
  const list = (names: string[]) => `{ ${names.map((name) => `"${name}"`).join('; ')} }`;
  const muc = (options.mucModules ?? []).concat(ours);
  return `
pidfile = "${folder}/prosody.pid"
data_path = "${folder}/data"
admin_socket = "${folder}/admin.sock"
plugin_paths = { "${folder}/modules" }
log = { { levels = { min = "info" }, to = "file", filename = "${folder}/log" } }
interfaces = { "127.0.0.1" }
c2s_ports = { ${c2sPort} }
http_ports = { ${httpPort} }
http_interfaces = { "127.0.0.1" }
https_ports = {}
s2s_ports = {}
component_ports = {}
http_default_host = "meet.localhost"
modules_enabled = { "saslauth"; "disco"; "ping"; "posix"; "websocket"; "http_openmetrics"; "admin_shell" }
modules_disabled = { "s2s"; "tls"; "offline" }
c2s_require_encryption = false
allow_unencrypted_plain_auth = true
consider_websocket_secure = true
use_libevent = false
statistics = "internal"
statistics_interval = "manual"
smacks_hibernation_time = 5
${options.global ?? ''}
VirtualHost "meet.localhost"
  authentication = "anonymous"
  modules_enabled = ${list(options.hostModules ?? [])}
-- Stream management only here: @xmpp/client miscounts what it acknowledges when stanzas come early.
VirtualHost "mobile.meet.localhost"
  authentication = "anonymous"
  modules_enabled = { "smacks" }
VirtualHost "auth.meet.localhost"
  authentication = "internal_hashed"
VirtualHost "recorder.meet.localhost"
  authentication = "internal_hashed"
Component "conference.meet.localhost" "muc"
  storage = "memory"
  muc_room_locking = false
  muc_room_default_public_jids = true
  component_admins_as_room_owners = true
  admins = { "focus@auth.meet.localhost" }
  modules_enabled = ${list(muc.concat('admin_shell'))}
  ${options.muc ?? ''}
Component "breakout.meet.localhost" "muc"
  storage = "memory"
  muc_room_locking = false
  muc_room_default_public_jids = true
  modules_enabled = ${list(muc)}
  ${options.breakout ?? options.muc ?? ''}
${options.tail ?? ''}
`;
}

const accounts: [host: string, user: string][] = [
  ['auth.meet.localhost', 'focus'],
  ['auth.meet.localhost', 'jibri'],
  ['auth.meet.localhost', 'somebody'],
  ['recorder.meet.localhost', 'recorder'],
];

export const password = 'pw';

/** What Prosody stores of the password (RFC 5802 §3), with few iterations: they cost @xmpp/client seconds. */
function storedPassword(): string {
  const [salt, iterations] = ['salt', 8];
  const salted = pbkdf2Sync(password, salt, iterations, 20, 'sha1');
  const key = (name: string) => createHmac('sha1', salted).update(name).digest();
  const stored = createHash('sha1').update(key('Client Key')).digest('hex');
  return `return { stored_key = "${stored}"; server_key = "${key('Server Key').toString('hex')}"; salt = "${salt}"; iteration_count = ${iterations} };\n`;
}

export async function startProsody(options: ProsodyOptions): Promise<Prosody> {
  const outside = mkdtempSync(join(tmpdir(), 'sealmeet-module-'));
  const root = options.version === '13' ? rootOf13() : '';
  // Inside its root, Prosody 13 sees the folder as /mnt.
  const inside = options.version === '13' ? '/mnt' : outside;
  mkdirSync(join(outside, 'modules'));
  cpSync(moduleFolder, join(outside, 'modules/mod_muc_e2ee'), { recursive: true });
  const testModules = join(here, 'modules');
  if (existsSync(testModules))
    for (const name of readdirSync(testModules))
      cpSync(join(testModules, name), join(outside, 'modules', name));
  for (const [host, user] of accounts) {
    const folder = join(outside, 'data', host.replaceAll('.', '%2e'), 'accounts');
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, `${user}.dat`), storedPassword());
  }
  const [c2sPort = 0, httpPort = 0] = await freePorts(2);
  const configFile = join(outside, 'prosody.cfg.lua');
  writeFileSync(configFile, configuration(inside, c2sPort, httpPort, options));
  const isRoot = process.getuid?.() === 0;
  if (isRoot) execFileSync('chown', ['-R', `${nobody}:${nobody}`, outside]);
  chmodSync(outside, 0o755);

  const command = (program: string[]): [string, string[]] => {
    if (options.version === '13')
      return [
        'unshare',
        [
          '-m',
          'sh',
          '-c',
          'mount --bind "$1" "$2/mnt" && mount --bind /dev "$2/dev" && mount -t proc proc "$2/proc" && root=$2 && shift 2 && exec chroot --userspec=' +
            `${nobody}:${nobody} "$root" "$@"`,
          'sh',
          outside,
          root,
          ...program,
        ],
      ];
    if (isRoot) return ['setpriv', [`--reuid=${nobody}`, `--regid=${nobody}`, '--clear-groups', ...program]];
    return [program[0] ?? '', program.slice(1)];
  };

  let child: ChildProcess | undefined;
  const log = () => (existsSync(join(outside, 'log')) ? readFileSync(join(outside, 'log'), 'utf8') : '');
  /** However this process ends, the server ends with it. */
  const kill = () => {
    child?.kill('SIGKILL');
    rmSync(outside, { recursive: true, force: true });
  };
  process.once('exit', kill);
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));

  const start = async () => {
    const marks = log().length;
    const [program, args] = command(['prosody', '--config', `${inside}/prosody.cfg.lua`, '-F']);
    const started = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    child = started;
    let said = '';
    started.stdout?.on('data', (data) => {
      said += data;
    });
    started.stderr?.on('data', (data) => {
      said += data;
    });
    const deadline = Date.now() + 20_000;
    // Both ports are announced in the log once they listen.
    while (
      !(
        log()
          .slice(marks)
          .match(/Activated service 'c2s'/) &&
        log()
          .slice(marks)
          .match(/Activated service 'http'/)
      )
    ) {
      if (started.exitCode !== null || Date.now() > deadline) {
        throw new Error(`Prosody ${options.version} did not start:\n${said}\n${log().slice(-2000)}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
  };

  const end = async () => {
    const running = child;
    if (!running || running.exitCode !== null) return;
    const gone = new Promise((resolve) => running.once('exit', resolve));
    running.kill('SIGTERM');
    const timer = setTimeout(() => running.kill('SIGKILL'), 5_000);
    await gone;
    clearTimeout(timer);
  };

  await start();
  return {
    version: options.version,
    c2sPort,
    httpPort,
    domain: 'meet.localhost',
    muc: 'conference.meet.localhost',
    breakout: 'breakout.meet.localhost',
    log,
    shell(line) {
      const [program, args] = command([
        'prosodyctl',
        '--config',
        `${inside}/prosody.cfg.lua`,
        'shell',
        ...line.split('\u0000'),
      ]);
      return execFileSync(program, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
    },
    get pid() {
      return child?.pid ?? 0;
    },
    cpuMs() {
      const fields = readFileSync(`/proc/${child?.pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
      // utime and stime in ticks of 10 ms (proc(5), USER_HZ is 100 on Linux).
      return (Number(fields[11]) + Number(fields[12])) * 10;
    },
    async stop() {
      await end();
      process.removeListener('exit', kill);
      rmSync(outside, { recursive: true, force: true });
    },
    async restart() {
      await end();
      await start();
    },
  };
}
