// Starts the real Prosody on free ports and says when it answers.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type ServerChild, startServer } from '../child-process.ts';
import { freePorts, LOOPBACK, listens } from '../loopback.ts';
import { DOMAIN, focusAccount, type ProsodyPorts, prosodyConfig } from './config.ts';

const HERE = dirname(fileURLToPath(import.meta.url));
const READY_MS = 15_000;

export interface RoomEvent {
  /** Milliseconds since the epoch, with fraction. */
  time: number;
  event: 'joined' | 'left';
  room: string;
  occupant: string;
}

export interface ProsodySetup {
  directory: string;
  secret: string;
  /** Folder that holds the project's module, when the rooms shall have it. */
  module: { path: string; name: string } | null;
  log: (line: string) => void;
}

function findProsody(): string {
  const found = (process.env.PATH ?? '')
    .split(delimiter)
    .map((folder) => join(folder, 'prosody'))
    .find((file) => existsSync(file));
  if (!found) throw new Error('Prosody is not installed: run "apt-get install prosody", or "make setup"');
  return found;
}

/** Whether the web socket's page is served: then HTTP and the main host are up. */
function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const call = request(
      { host: LOOPBACK, port, path: '/xmpp-websocket', headers: { host: DOMAIN }, timeout: 1000 },
      (response) => {
        response.resume();
        resolve(response.statusCode === 200);
      },
    );
    call.once('timeout', () => call.destroy());
    call.once('error', () => resolve(false));
    call.end();
  });
}

export class ProsodyServer {
  readonly ports: ProsodyPorts;
  #setup: ProsodySetup;
  #command: string;
  #config: string;
  #events: string;
  #child: ServerChild | null = null;

  private constructor(setup: ProsodySetup, command: string, ports: ProsodyPorts) {
    this.#setup = setup;
    this.#command = command;
    this.ports = ports;
    this.#config = join(setup.directory, 'prosody.cfg.lua');
    this.#events = join(setup.directory, 'room-events.jsonl');
  }

  static async create(setup: ProsodySetup): Promise<ProsodyServer> {
    const command = findProsody();
    const [c2s = 0, http = 0, component = 0] = await freePorts(3);
    const server = new ProsodyServer(setup, command, { c2s, http, component });
    server.#writeConfig();
    return server;
  }

  #writeConfig(): void {
    const { directory, secret, module } = this.#setup;
    const config = prosodyConfig({
      directory,
      ports: this.ports,
      pluginPaths: [HERE, ...(module ? [module.path] : [])],
      mucModules: module ? [module.name] : [],
      secret,
      eventsFile: this.#events,
    });
    writeFileSync(this.#config, config);
    writeFileSync(this.#events, '');
    const account = focusAccount(secret);
    const file = join(directory, 'data', account.path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, account.content);
  }

  async start(): Promise<void> {
    const { log, directory } = this.#setup;
    const child = startServer({
      name: 'Prosody',
      command: this.#command,
      args: ['--config', this.#config, '-F'],
      cwd: directory,
      log,
      onUnexpectedEnd: log,
    });
    this.#child = child;
    const { c2s, http, component } = this.ports;
    await child.waitUntil(
      async () => (await listens(c2s)) && (await listens(component)) && (await answers(http)),
      READY_MS,
    );
  }

  async stop(): Promise<void> {
    await this.#child?.stop();
    this.#child = null;
  }

  async restart(how: 'shutdown' | 'crash'): Promise<void> {
    await this.#child?.stop(how === 'crash' ? 'SIGKILL' : 'SIGTERM');
    await this.start();
  }

  kill(): void {
    this.#child?.kill();
  }

  events(): RoomEvent[] {
    return readFileSync(this.#events, 'utf8')
      .split('\n')
      .filter((line) => line.endsWith('}'))
      .map((line) => JSON.parse(line) as RoomEvent);
  }
}
