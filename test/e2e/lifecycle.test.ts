// What a sealed call goes through besides people who come and leave: tracks replaced and removed, connections made
// anew, a page put to sleep, a page that nobody looks at. After each everybody is seen and heard again, nothing passed
// in clear, nobody is alarmed.

import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { type BrowserWindow, openWindow } from '../stack/chromium.ts';
import { assertAllOpen, BridgeView, keysOf, type Passed } from './bridge-view.ts';
import {
  assertCalm,
  goDirectly,
  type Person,
  pairsOf,
  Setting,
  seal,
  seeAndHear,
  seen,
  until,
  waitForPhase,
} from './sealed-room.ts';

const ROOM = 'lifecycle';

let setting: Setting;
let bridge: BridgeView;
let ada: Person;
let ben: Person;
let cleo: Person;
let dora: Person;
let windowOfDora: BrowserWindow;
/** Who is in the room. */
let people: Person[] = [];

before(async () => {
  setting = await Setting.start();
  bridge = new BridgeView(setting.stack, ROOM);
  const all = await setting.enterAll(ROOM, ['Ada', 'Ben', 'Cleo'], { peerToPeer: true });
  [ada, ben, cleo] = all as [Person, Person, Person];
  await seal(ada);
  await waitForPhase(all, 'sealed');
  await seeAndHear(pairsOf(all));
  await bridge.startRecording(ROOM);
  people = all;
});

afterEach(async () => {
  await seeAndHear(pairsOf(people));
  await waitForPhase(people, 'sealed');
  await assertCalm(people);
});

after(async () => {
  await windowOfDora?.close();
  await setting?.stop();
});

/** What lib-jitsi-meet offers that the page itself has no button for. */
interface Insides {
  call: {
    conference: {
      getLocalTracks(): { getType(): string; dispose(): Promise<void> }[];
      replaceTrack(before: object | null, now: object | null): Promise<void>;
      _restartMediaSessions(): void;
    };
  };
  JitsiMeetJS: {
    createLocalTracks(options: { devices: string[] }): Promise<{ setSourceName(name: string): void }[]>;
  };
}

/** Takes the track of this kind out, if there is one, and puts a new one in, unless nothing is to come in its place. */
const exchange = (person: Person, kind: 'audio' | 'video', comes: boolean) =>
  person.page.evaluate(
    async ({ kind, comes }) => {
      const { call, JitsiMeetJS } = window as unknown as Insides;
      const old = call.conference.getLocalTracks().find((track) => track.getType() === kind);
      const [fresh] = comes ? await JitsiMeetJS.createLocalTracks({ devices: [kind] }) : [];
      // The library looks up by this name what may be sent, and would name the track too late.
      fresh?.setSourceName(`${window.call.id}-${kind === 'audio' ? 'a' : 'v'}0`);
      await call.conference.replaceTrack(old ?? null, fresh ?? null);
      await old?.dispose();
    },
    { kind, comes },
  );

const restartSession = ({ page }: Person) =>
  page.evaluate(() => (window as unknown as Insides).call.conference._restartMediaSessions());

test('another camera and another microphone in the place of the first', async () => {
  await exchange(ada, 'video', true);
  await exchange(ada, 'audio', true);
});

test('a microphone taken out is not heard, and is when it is put back', async () => {
  await exchange(ada, 'audio', false);
  await until('nobody hears Ada', async () => {
    const heard = () => Promise.all([ben, cleo].map(async (to) => (await seen(to, ada)).seconds));
    const before = await heard();
    await pause(600);
    return (await heard()).every((seconds, n) => seconds === before[n]);
  });
  await exchange(ada, 'audio', true);
});

test('a session that ends and begins anew on another transport of the bridge, of one and then of everybody', async () => {
  await restartSession(ada);
  await seeAndHear(pairsOf(people));
  for (const person of people) await restartSession(person);
});

test('a page that was frozen in the background is there again when it is looked at', async () => {
  const devtools = await ben.context.newCDPSession(ben.page);
  await devtools.send('Page.setWebLifecycleState', { state: 'frozen' });
  await pause(4_000);
  await devtools.send('Page.setWebLifecycleState', { state: 'active' });
});

/**
 * After its page saw the leave (promise 4), and until the bridge sees it: the machine does a hidden page's work last.
 * What waits until somebody looks at the page comes far later.
 */
const OLD_KEY_MS = 1_000;

test('a page behind another one, hidden, changes its key in time when somebody leaves', async () => {
  windowOfDora = await openWindow();
  const { context } = windowOfDora;
  dora = await setting.enter(ROOM, 'Dora', { browser: { newContext: async () => context } });
  people = [ada, ben, cleo, dora];
  await seeAndHear(pairsOf(people));
  const other = await context.newPage();
  await other.bringToFront();
  const visibility = () => dora.page.evaluate(() => document.visibilityState);
  await until("Dora's page is hidden", async () => (await visibility()) === 'hidden');

  await dora.page.evaluate((id) => {
    const event = JitsiMeetJS.events.conference.USER_LEFT ?? '';
    window.call.conference?.on(event, (left: string) => {
      if (left === id) Object.assign(window, { leaveSeenAt: Date.now() });
    });
  }, cleo.endpoint);
  await cleo.page.evaluate(() => window.call.leave());
  people = [ada, ben, dora];
  let leftAt = 0;
  await until('Dora sees that Cleo left', async () => {
    leftAt = await dora.page.evaluate(() => Number(Reflect.get(window, 'leaveSeenAt') ?? 0));
    return leftAt > 0;
  });
  const newest = (passed: Passed[]) => Math.max(0, ...passed.map(({ id }) => id?.generation ?? 0));
  let passed: Passed[] = [];
  await until('Dora sends under a new generation', async () => {
    passed = await bridge.passed(dora);
    const old = newest(passed.filter(({ time }) => time < leftAt));
    const fresh = passed.filter(({ id }) => (id?.generation ?? 0) > old);
    return ['audio', 'video'].every((media) => fresh.filter((one) => one.media === media).length > 10);
  });
  const lastOld = passed.findLast(({ id }) => (id?.generation ?? 0) < newest(passed));
  const usedMs = Math.round((lastOld?.time ?? leftAt) - leftAt);
  assert.ok(usedMs <= OLD_KEY_MS, `Dora used the old key for ${usedMs} ms`);
  await seeAndHear(pairsOf(people));
  assert.equal(await visibility(), 'hidden');
  await dora.page.bringToFront();
});

test('a direct connection whose ICE restarts', async () => {
  await dora.page.evaluate(() => window.call.leave());
  people = [ada, ben];
  await goDirectly(people, true);
  await seeAndHear(pairsOf(people));
  const usernames = () => Promise.all(people.map(icePart));
  const before = await usernames();
  // As browsers do it (RFC 8445 §9): the descriptions of a new offer and answer with every candidate in them.
  const offer = await ada.page.evaluate(describeAnew, null);
  const answer = await ben.page.evaluate(describeAnew, offer);
  await ada.page.evaluate(describeAnew, answer);
  const now = await usernames();
  assert.ok(
    now.every((username, n) => username !== '' && username !== before[n]),
    JSON.stringify({ before, now }),
  );
});

test('through all of it not one frame passed the bridge in clear', async () => {
  await assertAllOpen(await bridge.stopRecording(), await keysOf([ada, ben, cleo, dora]));
});

/** The name under which this end of the direct connection answers ICE's checks. */
const icePart = ({ page }: Person) =>
  page.evaluate(() => {
    const connection = window.call.conference?.p2pJingleSession?.peerconnection?.peerconnection;
    return /a=ice-ufrag:(\S+)/.exec(connection?.currentLocalDescription?.sdp ?? '')?.[1] ?? '';
  });

/**
 * Null: offers; an offer: answers it; an answer: takes it. Of the other's description only what ICE and DTLS need is
 * taken over, as lib-jitsi-meet has given the streams in it names of its own. Runs in the page.
 */
async function describeAnew(
  remote: RTCSessionDescriptionInit | null,
): Promise<RTCSessionDescriptionInit | null> {
  const connection = window.call.conference?.p2pJingleSession?.peerconnection?.peerconnection;
  if (!connection) throw new Error('no direct connection');
  if (remote) {
    const isOfTransport = (line: string) => /^a=(ice-ufrag|ice-pwd|candidate|setup):/.test(line);
    const sections = (sdp = '') => sdp.split(/(?=^m=)/m).map((section) => section.trim().split('\r\n'));
    const fresh = sections(remote.sdp);
    const renewed = sections(connection.currentRemoteDescription?.sdp).map((lines, n) => [
      ...lines.filter((line) => !isOfTransport(line)),
      ...(fresh[n] ?? []).filter(isOfTransport),
    ]);
    await connection.setRemoteDescription({ type: remote.type, sdp: `${renewed.flat().join('\r\n')}\r\n` });
  }
  if (remote?.type === 'answer') return null;
  await connection.setLocalDescription(
    remote ? await connection.createAnswer() : await connection.createOffer({ iceRestart: true }),
  );
  while (connection.iceGatheringState !== 'complete') await new Promise((resolve) => setTimeout(resolve, 20));
  return connection.localDescription?.toJSON() ?? null;
}
