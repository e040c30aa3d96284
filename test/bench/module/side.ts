// One of the two servers that are compared: its crowd of clients, and what a step costs it.

import { readFileSync } from 'node:fs';
import { Bare } from '../../module/bare.ts';
import type { Prosody } from '../../module/server.ts';

/** Of the size that the plugin's bundles have. */
export const bundle = `1.${'Ab_-'.repeat(70)}`;

export const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** Announcements of membership come up to a second after what they announce. */
export const settleMs = 1_300;

export class Side {
  crowd: Bare[] = [];
  room = '';
  rooms = 0;

  constructor(
    readonly prosody: Prosody,
    readonly withModule: boolean,
  ) {}

  connect = () => Bare.connect(this.prosody.c2sPort, this.prosody.domain);

  async connectMany(count: number): Promise<Bare[]> {
    const all: Bare[] = [];
    for (let index = 0; index < count; index += 1) all.push(await this.connect());
    return all;
  }

  /** A new room, sealed where the module is, that fills up to this many occupants. */
  async fill(occupants: number) {
    this.empty();
    await this.idle();
    this.rooms += 1;
    this.room = `bench${this.rooms}@${this.prosody.muc}`;
    this.crowd = await this.connectMany(occupants);
    for (const [index, bare] of this.crowd.entries()) {
      await bare.join(this.room, `crowd${index}`, bundle);
      if (index === 0 && this.withModule)
        await bare.say(
          `<iq type='set' id='seal' to='${this.room}'><seal xmlns='urn:sealmeet:e2ee:1'/></iq>`,
          `id='seal'`,
        );
    }
    await this.idle();
  }

  /** Milliseconds that the server has run on a CPU, exact to the nanosecond (the kernel's schedstat). */
  cpuMs(): number {
    return Number(readFileSync(`/proc/${this.prosody.pid}/schedstat`, 'utf8').split(' ')[0]) / 1e6;
  }

  /** Hundreds that come or go at once keep the server busy for a while; what is measured next waits for it. */
  async idle() {
    for (let quiet = 0; quiet < 2; ) {
      const before = this.cpuMs();
      await sleep(500);
      quiet = this.cpuMs() - before < 25 ? quiet + 1 : 0;
    }
  }

  empty() {
    for (const bare of this.crowd) bare.close();
    this.crowd = [];
  }

  /** What a step costs the server with all that follows it, and how long the step takes by its own account. */
  async costs(step: () => Promise<number>): Promise<{ cpu: number; wall: number }> {
    const [cpu, begin] = [this.cpuMs(), performance.now()];
    const end = await step();
    await sleep(settleMs);
    return { cpu: this.cpuMs() - cpu, wall: end - begin };
  }
}
