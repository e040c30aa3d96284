// What people send each other in a sealed room beside sound and picture, as Jitsi Meet's interface sends and hears it.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { assertQuiet, type Person, Setting, seal, until, waitForPhase } from './sealed-room.ts';

const ROOM = 'talk';

let setting: Setting;
let ada: Person;
let ben: Person;
let cleo: Person;

before(async () => {
  setting = await Setting.start();
  [ada, ben, cleo] = (await setting.enterAll(ROOM, ['Ada', 'Ben', 'Cleo'])) as [Person, Person, Person];
  await seal(ada);
  await waitForPhase([ada, ben, cleo], 'sealed');
});

after(() => setting?.stop());

test('a reaction, a poll and votes are sealed, and arrive by the events that Jitsi Meet listens to', async () => {
  const people = [ada, ben, cleo];
  for (const { page } of people) {
    await page.evaluate(() => {
      const { conference } = window.call as unknown as {
        conference: { on(event: string, listener: (from: unknown, payload: object) => void): void };
      };
      const heard: object[] = [];
      Object.assign(window, { heard });
      for (const name of ['ENDPOINT_MESSAGE_RECEIVED', 'NON_PARTICIPANT_MESSAGE_RECEIVED'])
        conference.on(JitsiMeetJS.events.conference[name] ?? '', (from, payload) => {
          const id = typeof from === 'string' ? from : (from as { getId(): string }).getId();
          heard.push({ name, from: id, payload });
        });
    });
  }
  // As the interface of this version of the library does it.
  const reaction = { name: 'endpoint-reaction', reactions: ['like'], timestamp: 1 };
  const poll = { type: 'new-poll', pollId: 'p1', question: 'Lunch?', answers: ['now', 'later'] };
  const vote = { type: 'answer-poll', pollId: 'p1', answers: [false, true] };
  const say = (person: Person, how: 'sendMessage' | 'react', payload: object) =>
    person.page.evaluate(
      ([how, payload]) => {
        const { conference } = window.call as unknown as {
          conference: {
            sendMessage(payload: object): void;
            sendEndpointMessage(to: string, payload: object): void;
          };
        };
        if (how === 'react') conference.sendEndpointMessage('', payload);
        else conference.sendMessage(payload);
      },
      [how, payload] as const,
    );
  await say(ada, 'react', reaction);
  await say(ada, 'sendMessage', { ...poll, senderId: cleo.endpoint, senderName: 'Cleo' });
  const heardBy = (person: Person) =>
    person.page.evaluate(() => (window as unknown as { heard: unknown[] }).heard);
  await until('Ben has the poll', async () => (await heardBy(ben)).length === 2);
  await say(ben, 'sendMessage', { ...vote, voterId: cleo.endpoint, voterName: 'Cleo' });
  await until('everybody has what is for them', async () => {
    const counts = await Promise.all(people.map(async (person) => (await heardBy(person)).length));
    return counts.join() === '2,3,3';
  });

  const asked = { ...poll, senderId: ada.endpoint, senderName: 'Ada' };
  const voted = { ...vote, voterId: ben.endpoint, voterName: 'Ben' };
  const [other, own] = ['ENDPOINT_MESSAGE_RECEIVED', 'NON_PARTICIPANT_MESSAGE_RECEIVED'];
  assert.deepEqual(await heardBy(ada), [
    { name: own, from: ada.endpoint, payload: asked },
    { name: other, from: ben.endpoint, payload: voted },
  ]);
  const ofAda = [reaction, asked].map((payload) => ({ name: other, from: ada.endpoint, payload }));
  assert.deepEqual(await heardBy(ben), [...ofAda, { name: own, from: ben.endpoint, payload: voted }]);
  assert.deepEqual(await heardBy(cleo), [...ofAda, { name: other, from: ben.endpoint, payload: voted }]);
  assertQuiet(people);
});
