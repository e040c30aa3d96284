// One Prosody for a file of tests, and what most of them begin with: people in a room, sealed or not.

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { type Element, mucUser, Person } from './person.ts';
import { type Prosody, type ProsodyOptions, type ProsodyVersion, startProsody } from './server.ts';

export const version: ProsodyVersion = process.env.PROSODY_VERSION === '13' ? '13' : '12';

/** Reason of a destroy in an unavailable presence: what an unmodified Jitsi Meet shows. */
export const destroyReason = (stanza: Element) =>
  stanza.getChild('x', mucUser)?.getChild('destroy')?.getChildText('reason') ?? null;

export class Kit {
  people: Person[] = [];
  private rooms = 0;
  private running: Prosody | undefined;

  constructor(private readonly options: Omit<ProsodyOptions, 'version'>) {}

  get prosody(): Prosody {
    assert.ok(this.running, 'Prosody is not running');
    return this.running;
  }

  async start() {
    this.running = await startProsody({ version, ...this.options });
  }

  async stop() {
    if (process.env.PROSODY_LOG) console.error(this.running?.log());
    await this.running?.stop();
  }

  async connect(account?: string, options?: Parameters<typeof Person.connect>[2]): Promise<Person> {
    const person = await Person.connect(this.prosody, account, options);
    this.people.push(person);
    return person;
  }

  /** A room that no other test uses. */
  newRoom(name = 'room', host = this.prosody.muc) {
    this.rooms += 1;
    return `${name}-${this.rooms}@${host}`;
  }

  /** Joins people with these nicks one after the other; the first is the owner. */
  async gather<T extends string[]>(room: string, ...nicks: T): Promise<{ [K in keyof T]: Person }> {
    const joined: Person[] = [];
    for (const nick of nicks) {
      const person = await this.connect();
      await person.join(room, nick);
      joined.push(person);
    }
    return joined as { [K in keyof T]: Person };
  }

  /** The same in a new room that the first one then seals; everybody has read the announcement. */
  async sealed<T extends [string, ...string[]]>(...nicks: T): Promise<{ [K in keyof T]: Person }> {
    const all = await this.gather(this.newRoom(), ...nicks);
    await this.seal(all);
    return all;
  }

  async seal(all: Person[]) {
    assert.equal((await all[0]?.request('seal'))?.attrs.type, 'result');
    for (const person of all) await person.announcement((state) => state.sealed, 'the seal');
  }

  /** What is sent meanwhile reaches the server at one moment. */
  async atOnce(send: () => Promise<unknown>) {
    process.kill(this.prosody.pid, 'SIGSTOP');
    try {
      await send();
      // TCP may hold a second write back until the first is acknowledged, by itself after 200 ms at the latest.
      await new Promise((resolve) => setTimeout(resolve, 250));
    } finally {
      process.kill(this.prosody.pid, 'SIGCONT');
    }
  }

  async disconnect() {
    await Promise.all(this.people.splice(0).map((person) => person.close()));
  }
}

/** A group of tests against one Prosody with these options; rooms are not shared between tests. */
export function suite(
  name: string,
  options: Omit<ProsodyOptions, 'version'>,
  body: (kit: Kit, test: (name: string, run: () => Promise<void>) => void) => void,
) {
  const kit = new Kit(options);
  describe(`${name}, Prosody ${version}`, () => {
    before(() => kit.start());
    after(() => kit.stop());
    body(kit, (title, run) =>
      it(title, async () => {
        try {
          await run();
        } finally {
          await kit.disconnect();
        }
      }),
    );
  });
}
