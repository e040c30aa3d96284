// A server as a child process: started so that it dies with its parent, watched until ready, stopped for certain.
import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

const TAIL_LINES = 12;
const STOP_MS = 3000;

export class ServerFailed extends Error {
  override readonly name = 'ServerFailed';
}

export interface ServerChild {
  readonly pid: number;
  /** Its last lines of output, for a person. */
  tail(): string;
  /** Rejects when the child ends before `ready` says so, or when the time is up. */
  waitUntil(ready: () => Promise<boolean>, timeoutMs: number): Promise<void>;
  /** Resolves with the first line of standard output that is JSON with `ready: true`. */
  readyLine: Promise<Record<string, unknown>>;
  stop(signal?: 'SIGTERM' | 'SIGKILL'): Promise<void>;
  /** At once and without waiting, for the end of the process. */
  kill(): void;
}

export interface ServerCommand {
  name: string;
  command: string;
  args: string[];
  log: (line: string) => void;
  cwd?: string;
  /** Called when it ends though nobody stopped it. */
  onUnexpectedEnd?: (what: string) => void;
}

function readinessOf(line: string): Record<string, unknown> | null {
  if (!line.startsWith('{')) return null;
  try {
    const parsed = JSON.parse(line) as Record<string, unknown>;
    return parsed.ready === true ? parsed : null;
  } catch {
    return null;
  }
}

export function startServer({ name, command, args, log, cwd, onUnexpectedEnd }: ServerCommand): ServerChild {
  // setpriv has the kernel end the child when this process dies, however that happens. Its own process group keeps
  // a Ctrl-C in the terminal from reaching it before its turn.
  const child: ChildProcess = spawn('setpriv', ['--pdeathsig', 'KILL', command, ...args], {
    cwd,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const lines: string[] = [];
  let stopping = false;
  let ended: string | null = null;
  let resolveReady: (value: Record<string, unknown>) => void = () => {};
  let rejectReady: (reason: Error) => void = () => {};
  const readyLine = new Promise<Record<string, unknown>>((resolve, reject) => {
    resolveReady = resolve;
    rejectReady = reject;
  });
  readyLine.catch(() => {});

  const tail = () =>
    lines
      .slice(-TAIL_LINES)
      .map((line) => `  ${name}| ${line}`)
      .join('\n');
  const failure = (what: string) =>
    new ServerFailed(`${name} ${what}${lines.length > 0 ? `; its last lines:\n${tail()}` : ''}`);

  const exited = new Promise<void>((resolve) => {
    const finish = (what: string) => {
      if (ended) return;
      ended = what;
      rejectReady(failure(what));
      if (!stopping) onUnexpectedEnd?.(failure(what).message);
      resolve();
    };
    child.once('error', (error) => finish(`could not be started: ${error.message}`));
    // `close`, not `exit`: by then all output has been read.
    child.once('close', (code, signal) => finish(`ended with ${signal ?? `exit status ${code}`}`));
  });

  for (const stream of [child.stdout, child.stderr]) {
    if (!stream) continue;
    createInterface({ input: stream }).on('line', (line) => {
      const ready = stream === child.stdout ? readinessOf(line) : null;
      if (ready) return resolveReady(ready);
      lines.push(line);
      if (lines.length > 200) lines.splice(0, 100);
      log(`${name}: ${line}`);
    });
  }

  const kill = () => {
    if (ended || child.pid === undefined) return;
    try {
      process.kill(-child.pid, 'SIGKILL');
    } catch {
      // Gone already.
    }
  };

  return {
    pid: child.pid ?? 0,
    tail,
    readyLine,
    async waitUntil(ready, timeoutMs) {
      const deadline = Date.now() + timeoutMs;
      while (!(await ready())) {
        if (ended) throw failure(ended);
        if (Date.now() > deadline) throw failure(`was not ready after ${timeoutMs / 1000} s`);
        await new Promise((resolve) => setTimeout(resolve, 25));
      }
      if (ended) throw failure(ended);
    },
    async stop(signal = 'SIGTERM') {
      stopping = true;
      if (!ended) child.kill(signal);
      const timer = setTimeout(kill, STOP_MS);
      await exited;
      clearTimeout(timer);
    },
    kill() {
      stopping = true;
      kill();
    },
  };
}

/** Rejects when the ready line does not come in time. */
export async function readyWithin(
  child: ServerChild,
  name: string,
  timeoutMs: number,
): Promise<Record<string, unknown>> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(
      () =>
        reject(
          new ServerFailed(
            `${name} was not ready after ${timeoutMs / 1000} s; its last lines:\n${child.tail()}`,
          ),
        ),
      timeoutMs,
    );
  });
  try {
    return await Promise.race([child.readyLine, late]);
  } finally {
    clearTimeout(timer);
  }
}
