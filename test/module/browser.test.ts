// What a person reads: the real lib-jitsi-meet in a real browser, without the plugin.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { after, before } from 'node:test';
import type { Browser, Page } from '@playwright/test';
import { launchBrowser } from '../stack/chromium.ts';
import { bundle } from './person.ts';
import { suite } from './setup.ts';

const library = createRequire(import.meta.url).resolve(
  '@solyd/lib-jitsi-meet/dist/umd/lib-jitsi-meet.min.js',
);

/** Runs in the page: joins and keeps every event with its arguments in `seen`. */
const script = `
  const { events } = JitsiMeetJS;
  JitsiMeetJS.init({ disableAudioLevels: true, enableAnalyticsLogging: false });
  window.seen = [];
  const text = (value) => (typeof value === 'object' && value !== null && 'message' in value ? value.message : value);
  window.enter = (port, room, property) => new Promise((resolve, reject) => {
    const connection = new JitsiMeetJS.JitsiConnection(null, null, {
      hosts: { domain: 'meet.localhost', muc: 'conference.meet.localhost', focus: 'focus.meet.localhost' },
      serviceUrl: 'ws://127.0.0.1:' + port + '/xmpp-websocket',
    });
    connection.addEventListener(events.connection.CONNECTION_FAILED, (...args) => reject(new Error(args.join(' '))));
    connection.addEventListener(events.connection.CONNECTION_ESTABLISHED, () => {
      const conference = connection.initJitsiConference(room, {});
      window.conference = conference;
      for (const name of ['CONFERENCE_FAILED', 'CONFERENCE_JOINED', 'CONFERENCE_ERROR', 'MESSAGE_RECEIVED', 'KICKED', 'CONFERENCE_LEFT'])
        conference.on(events.conference[name], (...args) => window.seen.push([name, ...args.map((arg) => typeof arg === 'string' ? arg : '')]));
      if (property) conference.setLocalParticipantProperty('sealmeet', property);
      conference.join();
      resolve();
    });
    connection.connect();
  });`;

suite(
  'words in a browser',
  {
    muc: 'muc_e2ee_removal_delay = 1',
    tail: 'Component "focus.meet.localhost" "test_focus"',
  },
  (kit, test) => {
    let browser: Browser;
    let address = '';
    const server = createServer((request, response) => {
      const body =
        request.url === '/lib.js'
          ? readFileSync(library)
          : `<!doctype html><script src="/lib.js"></script><script>${script}</script>`;
      response.setHeader(
        'content-type',
        request.url === '/lib.js' ? 'text/javascript' : 'text/html; charset=utf-8',
      );
      response.end(body);
    });
    before(async () => {
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      const bound = server.address();
      if (bound === null || typeof bound === 'string') throw new Error('no port was assigned');
      address = `http://127.0.0.1:${bound.port}/`;
      browser = await launchBrowser();
    });
    after(async () => {
      await browser?.close();
      server.close();
    });

    const enter = async (room: string, property = ''): Promise<Page> => {
      const page = await browser.newPage();
      await page.goto(address);
      const call = `enter(${kit.prosody.httpPort}, ${JSON.stringify(room.split('@')[0])}, ${JSON.stringify(property)})`;
      await page.evaluate(call);
      return page;
    };
    /** The arguments of the first event of this name whose text matches. */
    const event = async (page: Page, name: string, words = ''): Promise<string[]> => {
      const found = await page.waitForFunction(
        `seen.find(([name, ...args]) => name === ${JSON.stringify(name)} && args.join(' ').includes(${JSON.stringify(words)}))`,
        undefined,
        { timeout: 15_000 },
      );
      return (await found.jsonValue()) as string[];
    };

    test('a refusal from a sealed room', async () => {
      const [alice] = await kit.sealed('alice');
      const page = await enter(alice.room);
      const [, error, reason] = await event(page, 'CONFERENCE_FAILED');
      assert.equal(error, 'conference.destroyed');
      assert.match(
        reason ?? '',
        /^This meeting is end-to-end encrypted and your app cannot take part in it; please open/,
      );
      await page.close();
    });

    test('the warning, and the reason of the removal, when the room is sealed', async () => {
      const [alice] = await kit.gather(kit.newRoom(), 'alice');
      const page = await enter(alice.room);
      await event(page, 'CONFERENCE_JOINED');
      await alice.request('seal');
      await event(page, 'MESSAGE_RECEIVED', 'will be removed in 1 seconds');
      const [, error, reason] = await event(page, 'CONFERENCE_FAILED');
      assert.equal(error, 'conference.destroyed');
      assert.match(reason ?? '', /was just sealed/);
      await page.close();
    });

    test('why a clear message was not sent', async () => {
      const [alice] = await kit.sealed('alice');
      const page = await enter(alice.room, bundle('browser'));
      await event(page, 'CONFERENCE_JOINED');
      await page.evaluate(`conference.sendTextMessage('hello')`);
      const [, error, words] = await event(page, 'CONFERENCE_ERROR');
      assert.equal(error, 'conference.chatError');
      assert.match(words ?? '', /the message was not sent, because it would have gone out unencrypted/);
      await page.close();
    });
  },
);
