// The processes in which the members of `sim:xmpp` run, so that not one thread has to do the work of all of them.

import { type ChildProcess, fork } from 'node:child_process';
import type { ClientsSetup, FromClients, Order, Report, ToClients } from './orders.ts';

/**
 * For Node: a process has dozens of members, each of which has a heap of its own in life. With the room that V8 gives
 * one program the young are collected in the middle of every leave, and the old every few leaves.
 */
const HEAP = ['--min-semi-space-size=128', '--max-semi-space-size=128', '--initial-old-space-size=512'];

interface Asked {
  resolve(value: string | number | null): void;
  reject(error: Error): void;
}

export class Host {
  private readonly child: ChildProcess;
  private readonly asked = new Map<number, Asked>();
  private count = 0;

  /** `program`: clients.ts, bundled. */
  constructor(program: string, setup: ClientsSetup, told: (reports: Report[], until: number) => void) {
    this.child = fork(program, [JSON.stringify(setup)], { execArgv: HEAP });
    this.child.on('message', (message: FromClients) => {
      if ('reports' in message) told(message.reports, message.until);
      else {
        const asked = this.asked.get(message.of);
        this.asked.delete(message.of);
        if ('failed' in message) asked?.reject(new Error(message.failed));
        else asked?.resolve(message.value);
      }
    });
    this.child.once('exit', (code, signal) => {
      const error = new Error(`the clients' process ended: ${signal ?? code}`);
      for (const { reject } of this.asked.values()) reject(error);
    });
  }

  /** Rejects with what the other process says went wrong. */
  order(order: Order): Promise<string | number | null> {
    this.count += 1;
    const message: ToClients = { number: this.count, order };
    return new Promise((resolve, reject) => {
      this.asked.set(message.number, { resolve, reject });
      this.child.send(message, (error) => {
        if (error !== null) reject(error);
      });
    });
  }

  /** It ends by itself when nobody gives orders any more. */
  release(): void {
    if (this.child.connected) this.child.disconnect();
  }

  kill(): void {
    this.child.kill('SIGKILL');
  }
}
