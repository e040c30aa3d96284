// The supervisor of the embedded stack: starts Prosody, bridge, focus and web server, and leaves nothing behind.
import { randomBytes } from 'node:crypto';
import { mkdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { BridgeOptions, VideoCodec } from './bridge/api.ts';
import { type BridgeClient, bridgeClient } from './bridge/client.ts';
import { readyWithin, type ServerChild, startServer } from './child-process.ts';
import { createFolder, removeLeftovers } from './data-folder.ts';
import { askToMove, type Move } from './focus/control.ts';
import type { FocusSettings } from './focus/focus.ts';
import { Liar } from './liar.ts';
import { AUTH_DOMAIN, DOMAIN, FOCUS_DOMAIN, FOCUS_USER, MUC_DOMAIN } from './prosody/config.ts';
import { ProsodyServer, type RoomEvent } from './prosody/server.ts';
import type { WebProcessAnswer, WebProcessSettings } from './web-process.ts';
import { WebServer } from './web-server.ts';

export type { VideoCodec } from './bridge/api.ts';
export type { BridgeClient } from './bridge/client.ts';
export type { RoomEvent } from './prosody/server.ts';

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '../..');
/** The project's Prosody module. */
export const MODULE = { path: join(ROOT, 'prosody-module'), name: 'muc_e2ee' };
const READY_MS = 20_000;
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

export interface StackOptions {
  /** What is offered, in this order, and nothing else; AV1 alone when absent. */
  videoCodecs?: VideoCodec[];
  /** Whether sound goes with redundancy by preference (RFC 2198). */
  audioRed?: boolean;
  /** How many bridges there are; conferences begin at the first. One when absent. */
  bridges?: number;
  /** Whether the page loads the plugin. */
  plugin?: boolean;
  /** What else an admin has in the client configuration, such as `sealmeet`. */
  pageConfig?: Record<string, unknown>;
  /** Whether rooms have the project's Prosody module. */
  module?: boolean;
  /** Whether every stanza between browsers and Prosody can be changed: `Stack.liar`. Without stream management then. */
  lies?: boolean;
  /** Of the web server; a free one when absent. */
  port?: number;
  /** Paths of PEM files; plain HTTP when absent. */
  tls?: { cert: string; key: string };
  log?: (line: string) => void;
}

export interface Stack {
  /** Address of the web server, without a slash at its end: `${url}/room`. */
  url: string;
  xmpp: { websocket: string; domain: string; muc: string; c2sPort: number };
  /** Temporary folder of this run. */
  directory: string;
  bridge: BridgeClient;
  /** All of them, `bridge` first. */
  bridges: readonly BridgeClient[];
  /** Has the focus move everybody's session; resolves before browsers have followed. */
  moveConference(move: Move): Promise<void>;
  /** Null unless the options ask for it. */
  liar: Liar | null;
  /** Who joined and left which room, the focus included, as Prosody saw it. */
  prosodyEvents(): RoomEvent[];
  /**
   * Ends Prosody and starts it again on the same ports; resolves when it answers. A shutdown, as systemd does it,
   * makes everybody leave first; after a crash nobody was told anything. Shutdown when absent.
   */
  restartProsody(how?: 'shutdown' | 'crash'): Promise<void>;
  stop(): Promise<void>;
}

function node(name: string, script: string, argument: object, log: (line: string) => void): ServerChild {
  return startServer({
    name,
    command: process.execPath,
    args: ['--import', 'tsx', join(ROOT, 'test/stack', script), JSON.stringify(argument)],
    cwd: ROOT,
    log,
    onUnexpectedEnd: log,
  });
}

/** Of a server of ours, when it is ready. */
async function portOf(child: ServerChild, name: string): Promise<number> {
  const { port } = await readyWithin(child, name, READY_MS);
  if (typeof port !== 'number') throw new Error(`expected the ${name} to name its port, came nothing`);
  return port;
}

interface Web {
  readonly origin: string;
  readonly socketOrigin: string;
}

async function serveHere(settings: WebProcessSettings, liar: Liar, cleanup: Cleanup): Promise<Web> {
  const web = await WebServer.start({ ...settings, liar });
  cleanup.add(
    () => web.stop(),
    () => {},
  );
  return web;
}

async function serveApart(
  settings: WebProcessSettings,
  cleanup: Cleanup,
  log: (line: string) => void,
): Promise<Web> {
  const child = node('web server', 'web-process.ts', settings, log);
  cleanup.add(
    () => child.stop(),
    () => child.kill(),
  );
  const answer = (await readyWithin(child, 'web server', READY_MS)) as unknown as WebProcessAnswer;
  if ('failed' in answer) throw new Error(answer.failed);
  return answer;
}

/** Undoes what was started, last first, once. */
class Cleanup {
  #steps: { stop: () => Promise<void>; kill: () => void }[] = [];
  #stopped: Promise<void> | null = null;
  #onExit = () => this.#killAll();
  #onSignal = (signal: NodeJS.Signals) => {
    // Somebody else who listens to the signal decides about the process; this only tidies up.
    const alone = process.listenerCount(signal) === 1;
    void this.run().finally(() => {
      if (alone) process.kill(process.pid, signal);
    });
  };

  constructor() {
    process.on('exit', this.#onExit);
    for (const signal of SIGNALS) process.on(signal, this.#onSignal);
  }

  add(stop: () => Promise<void>, kill: () => void): void {
    if (this.#stopped) {
      kill();
      throw new Error('The stack was stopped while it was starting');
    }
    this.#steps.push({ stop, kill });
  }

  run(): Promise<void> {
    this.#stopped ??= this.#stopAll();
    return this.#stopped;
  }

  async #stopAll(): Promise<void> {
    for (const { stop } of [...this.#steps].reverse()) await stop().catch(() => {});
    process.off('exit', this.#onExit);
    for (const signal of SIGNALS) process.off(signal, this.#onSignal);
  }

  #killAll(): void {
    for (const { kill } of [...this.#steps].reverse()) kill();
  }
}

export async function startStack(options: StackOptions = {}): Promise<Stack> {
  const cleanup = new Cleanup();
  try {
    return await start(options, cleanup);
  } catch (error) {
    await cleanup.run();
    throw error;
  }
}

async function start(options: StackOptions, cleanup: Cleanup): Promise<Stack> {
  const log = options.log ?? (() => {});
  const videoCodecs = options.videoCodecs ?? ['AV1'];
  removeLeftovers();
  const directory = createFolder();
  const remove = () => rmSync(directory, { recursive: true, force: true });
  cleanup.add(async () => remove(), remove);

  const secret = randomBytes(16).toString('hex');
  const prosody = await ProsodyServer.create({
    directory,
    secret,
    module: options.module ? MODULE : null,
    log,
  });
  cleanup.add(
    () => prosody.stop(),
    () => prosody.kill(),
  );
  const xmpp = { port: prosody.ports.http, host: DOMAIN };
  const liar = options.lies ? new Liar(xmpp) : null;
  const webSettings: WebProcessSettings = {
    root: ROOT,
    plugin: options.plugin ?? false,
    port: options.port,
    tls: options.tls,
    xmpp,
    config: {
      hosts: { domain: DOMAIN, muc: MUC_DOMAIN, focus: FOCUS_DOMAIN },
      focusUserJid: `${FOCUS_USER}@${AUTH_DOMAIN}`,
      videoCodecs,
      ...options.pageConfig,
    },
  };
  // What is lied about is decided by the test, in its own process.
  const web = await (liar ? serveHere(webSettings, liar, cleanup) : serveApart(webSettings, cleanup, log));

  const bridgeNames = Array.from({ length: options.bridges ?? 1 }, (_, n) => `bridge${n === 0 ? '' : n + 1}`);
  const starting = bridgeNames.map((name) => {
    const recordings = join(directory, name);
    mkdirSync(recordings);
    const bridgeOptions: BridgeOptions = { directory: recordings };
    const child = node(name, 'bridge/main.ts', bridgeOptions, log);
    cleanup.add(
      () => child.stop(),
      () => child.kill(),
    );
    return portOf(child, name);
  });
  const [bridgePorts] = await Promise.all([Promise.all(starting), prosody.start()]);
  const bridges = bridgePorts.map((port) => bridgeClient(port));
  const [bridge] = bridges;
  if (!bridge) throw new Error(`expected at least one bridge, came ${options.bridges}`);

  const focusSettings: FocusSettings & { bridgePorts: number[] } = {
    c2sPort: prosody.ports.c2s,
    componentPort: prosody.ports.component,
    authDomain: AUTH_DOMAIN,
    mucDomain: MUC_DOMAIN,
    domain: FOCUS_DOMAIN,
    user: FOCUS_USER,
    secret,
    videoCodecs,
    audioRed: options.audioRed ?? false,
    channelUrl: `${web.socketOrigin}/colibri-ws/stack`,
    bridgePorts,
  };
  const focusChild = node('focus', 'focus/main.ts', focusSettings, log);
  cleanup.add(
    () => focusChild.stop(),
    () => focusChild.kill(),
  );
  const focusPort = await portOf(focusChild, 'focus');

  return {
    url: web.origin,
    xmpp: {
      websocket: `${web.socketOrigin}/xmpp-websocket`,
      domain: DOMAIN,
      muc: MUC_DOMAIN,
      c2sPort: prosody.ports.c2s,
    },
    directory,
    bridge,
    bridges,
    moveConference: (move) => askToMove(focusPort, move),
    liar,
    prosodyEvents: () => prosody.events(),
    restartProsody: (how = 'shutdown') => prosody.restart(how),
    stop: () => cleanup.run(),
  };
}
