// Recorders, streamers, transcribers and dial-in: refused from sealed rooms by every way to start them.

import assert from 'node:assert/strict';
import { until } from '../stack/until.ts';
import { bundle, errorOf, type Person, xml } from './person.ts';
import { destroyReason, suite } from './setup.ts';

const features = (variable: string) => xml('features', {}, xml('feature', { var: variable }));
const jibri = (action: string) =>
  xml('jibri', { xmlns: 'http://jitsi.org/protocol/jibri', action, recording_mode: 'file' });
const dial = (to: string) => xml('dial', { xmlns: 'urn:xmpp:rayo:1', to, from: 'fromnumber' });

suite(
  'gateways',
  {
    muc: `
      muc_e2ee_removal_delay = 1
      transcriber_prefixes = { "transcriber@recorder." }
      recorder_prefixes = { "jibri@auth." }`,
    mucModules: ['test_visitors'],
    tail: `
      Component "metadata.meet.localhost" "test_metadata"
      Component "audiotranslation.meet.localhost" "test_audiotranslation"
      Component "polls.meet.localhost" "test_echo"
      Component "filesharing.meet.localhost" "test_echo"
      Component "speakerstats.meet.localhost" "test_echo"`,
  },
  (kit, test) => {
    /** Each has a bundle, as a recorder's browser that loads the plugin would have. */
    const joiners: [what: string, account: string | undefined, children: ReturnType<typeof xml>[]][] = [
      ['a recorder by the start of its account', 'jibri@auth.meet.localhost', []],
      ['a recorder by its domain', 'recorder@recorder.meet.localhost', []],
      ['a dial-in gateway by its feature', undefined, [features('http://jitsi.org/protocol/jigasi')]],
      [
        'a dial-in gateway by its initiator',
        undefined,
        [xml('initiator', { xmlns: 'http://jitsi.org/protocol/jigasi' })],
      ],
      ['a transcriber by its feature', undefined, [features('http://jitsi.org/protocol/transcriber')]],
      ['a SIP recorder by its feature', undefined, [features('http://jitsi.org/protocol/jibri')]],
    ];
    for (const [what, account, children] of joiners) {
      test(`${what} is refused from a sealed room and may be in another`, async () => {
        const [alice] = await kit.sealed('alice');
        const gateway = await kit.connect(account);
        gateway.tryJoin(alice.room, 'gateway', bundle('gateway'), children);
        const farewell = await gateway.next((stanza) => destroyReason(stanza) !== null, 'the farewell');
        assert.match(destroyReason(farewell) ?? '', /recording, streaming, transcription and dial-in/);
        const error = await gateway.error('the refusal');
        assert.deepEqual([error.type, error.condition], ['cancel', 'not-allowed']);
        const [{ room }] = await kit.gather(kit.newRoom(), 'bob');
        await gateway.join(room, 'gateway', bundle('gateway'), children);
      });
    }

    test('a gateway that is there when the room is sealed is removed', async () => {
      const [alice] = await kit.gather(kit.newRoom(), 'alice');
      const gateway = await kit.connect('recorder@recorder.meet.localhost');
      await gateway.join(alice.room, 'gateway', bundle('gateway'));
      await alice.request('seal');
      const farewell = await gateway.next((stanza) => destroyReason(stanza) !== null, 'the farewell');
      assert.match(destroyReason(farewell) ?? '', /end here/);
    });

    test('a gateway that shows itself only later is removed', async () => {
      const [, bob] = await kit.sealed('alice', 'bob');
      await bob.update([
        xml('jitsi_participant_sealmeet', {}, bundle('bob')),
        features('http://jitsi.org/protocol/jigasi'),
      ]);
      const error = await bob.next((stanza) => stanza.attrs.type === 'error', 'the refusal');
      assert.equal(errorOf(error).condition, 'not-acceptable');
    });

    /** Asks the focus for something and says what came of it: the focus's answer or the refusal. */
    const askFocus = async (alice: Person, child: ReturnType<typeof xml>) => {
      const focus = await kit.connect('focus@auth.meet.localhost');
      await focus.join(alice.room, 'focus', null);
      focus.xmpp.on('stanza', ({ name, attrs: { type, from, id } }) => {
        if (name === 'iq' && type === 'set') void focus.send(xml('iq', { type: 'result', to: from, id }));
      });
      const answer = await alice.ask('set', child, `${alice.room}/focus`);
      await focus.close();
      return answer;
    };
    for (const [what, child] of [
      ['a recording', jibri('start')],
      ['a dial-out', dial('sip:someone')],
      ['a transcription', dial('jitsi_meet_transcribe')],
    ] as const) {
      test(`the request for ${what} is refused in a sealed room and reaches the focus in another`, async () => {
        const [alice] = await kit.sealed('alice');
        const error = errorOf(await askFocus(alice, child));
        assert.deepEqual([error.type, error.condition], ['cancel', 'not-allowed']);
        assert.match(error.text, /recording, streaming, transcription, translation and dial-out are refused/);
        const [bob] = await kit.gather(kit.newRoom(), 'bob');
        assert.equal((await askFocus(bob, child)).attrs.type, 'result');
      });
    }
    test('stopping a recording is never refused', async () => {
      const [alice] = await kit.sealed('alice');
      assert.equal((await askFocus(alice, jibri('stop'))).attrs.type, 'result');
    });
    test('IQs between participants pass', async () => {
      const [alice, bob] = await kit.sealed('alice', 'bob');
      const answering = bob
        .next((stanza) => stanza.is('iq') && stanza.attrs.type === 'set', 'the offer')
        .then((stanza) =>
          bob.send(xml('iq', { type: 'result', to: stanza.attrs.from, id: stanza.attrs.id })),
        );
      const jingle = xml('jingle', { xmlns: 'urn:xmpp:jingle:1', action: 'session-initiate', sid: '1' });
      assert.equal((await alice.ask('set', jingle, `${alice.room}/bob`)).attrs.type, 'result');
      await answering;
    });

    const setMetadata = (person: Person, key: string, data: unknown) =>
      person.send(
        xml(
          'message',
          { to: 'metadata.meet.localhost' },
          xml(
            'room_metadata',
            { xmlns: 'http://jitsi.org/jitmeet', room: person.room },
            JSON.stringify({ key, data }),
          ),
        ),
      );
    const logged = (text: string) =>
      until(`the log has ${text}`, () => kit.prosody.log().includes(text), { withinMs: 20_000, everyMs: 25 });
    for (const [key, data] of [
      ['recording', { isTranscribingEnabled: true }],
      ['recording', { isRecordingRequested: true }],
      ['asyncTranscription', true],
      ['audioTranslationRequests', { de: ['alice'] }],
    ] as const) {
      test(`metadata ${key} ${JSON.stringify(data)} is refused in a sealed room`, async () => {
        const [alice] = await kit.sealed('alice');
        await setMetadata(alice, key, data);
        assert.match((await alice.error('the refusal')).text, /recording, streaming, transcription/);
        assert.ok(!kit.prosody.log().includes(`metadata of ${alice.room}:`));
      });
    }
    const whiteboard = { collabDetails: { roomId: 'r', roomKey: 'k' } };
    test('the key of a whiteboard is refused in a sealed room, and one that is there goes with the seal', async () => {
      const [alice] = await kit.gather(kit.newRoom(), 'alice');
      await setMetadata(alice, 'startMuted', { audio: true });
      await setMetadata(alice, 'whiteboard', whiteboard);
      // It passes in a room that is not sealed.
      await logged('"roomKey":"k"');
      await alice.request('seal');
      await logged(`metadata of ${alice.room} changed to {"startMuted":{"audio":true}}`);

      const [bob] = await kit.sealed('bob');
      await setMetadata(bob, 'whiteboard', whiteboard);
      assert.match((await bob.error('the refusal')).text, /key of a whiteboard/);
      assert.ok(!kit.prosody.log().includes(`metadata of ${bob.room}:`));
    });
    test('other metadata, and switching off, pass', async () => {
      const [alice] = await kit.sealed('alice');
      await setMetadata(alice, 'startMuted', { audio: true });
      await logged(`metadata of ${alice.room}: {"startMuted":{"audio":true}}`);
      await setMetadata(alice, 'recording', { isTranscribingEnabled: false });
      await logged(`"recording":{"isTranscribingEnabled":false}`);
    });
    test('a transcription that runs is switched off when the room is sealed', async () => {
      const [alice] = await kit.gather(kit.newRoom(), 'alice');
      await setMetadata(alice, 'recording', { isTranscribingEnabled: true });
      await logged(`metadata of ${alice.room}: {"recording":{"isTranscribingEnabled":true}}`);
      await alice.request('seal');
      await logged(`metadata of ${alice.room} changed to {"recording":{"isTranscribingEnabled":false}}`);
    });

    const translate = (person: Person) =>
      person.send(
        xml(
          'message',
          { to: 'audiotranslation.meet.localhost' },
          xml('audio-translation', { xmlns: 'http://jitsi.org/jitmeet' }, '{"a1b2c3d4":"en"}'),
        ),
      );
    test('a translation by the bridge is refused in a sealed room', async () => {
      const [alice, bob] = await kit.sealed('alice', 'bob');
      await translate(bob);
      const error = await bob.error('the refusal');
      assert.deepEqual([error.type, error.condition], ['modify', 'policy-violation']);
      assert.match(error.text, /translation and dial-out are refused/);
      assert.ok(!kit.prosody.log().includes(`translations of ${alice.room}`));
    });
    test('a translation that runs ends when the room is sealed', async () => {
      const [alice] = await kit.gather(kit.newRoom(), 'alice');
      await translate(alice);
      await logged(`translations of ${alice.room}: {"a1b2c3d4":"en"}`);
      await alice.request('seal');
      await logged(`translations of ${alice.room}: none`);
    });
    test('a translation asked for just before the seal does not begin', async () => {
      const [alice] = await kit.gather(kit.newRoom(), 'alice');
      await translate(alice);
      await alice.request('seal');
      await logged(`translations of ${alice.room}: none`);
      assert.ok(!kit.prosody.log().includes(`translations of ${alice.room}: {`));
    });

    test('visitor servers are not connected to a sealed room', async () => {
      const connect = (room: string) =>
        kit.prosody.shell(
          `> prosody.hosts['conference.meet.localhost'].modules.test_visitors.connect('${room}')`,
        );
      const [alice] = await kit.gather(kit.newRoom(), 'alice');
      assert.match(connect(alice.room), /connected/);
      await alice.request('seal');
      assert.match(connect(alice.room), /refused/);
    });

    for (const component of ['polls', 'filesharing']) {
      test(`the ${component} component is out of reach from a sealed room`, async () => {
        const message = xml(
          'message',
          { to: `${component}.meet.localhost` },
          xml('json-message', { xmlns: 'http://jitsi.org/jitmeet' }, '{"type":"polls"}'),
        );
        const [alice] = await kit.gather(kit.newRoom(), 'alice');
        await alice.send(message);
        await logged(`took a message of ${alice.jid}`);
        const [bob] = await kit.sealed('bob');
        await bob.send(message);
        const error = await bob.error('the refusal');
        assert.deepEqual([error.type, error.condition], ['modify', 'policy-violation']);
        assert.match(error.text, /polls and files/);
        await bob.send(
          xml('message', { to: 'speakerstats.meet.localhost' }, xml('speakerstats', { xmlns: 'x' })),
        );
        await logged(`took a message of ${bob.jid}`);
      });
    }
  },
);
