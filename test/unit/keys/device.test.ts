// The device proved inside the channel. docs/protocol.md §7.1; rules M17, M18, brief D7.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deviceMessage } from '../../../web-plugin/src/keys/device.ts';
import type { CoreAction } from '../../../web-plugin/src/keys/index.ts';
import { type DeviceProof, toBase64 } from '../../../web-plugin/src/wire/index.ts';
import { Meeting, newCore, notices, ofType, olm, Puppet, random, refusals } from './rig.ts';

test('two cores with devices prove them to each other; the signature may take its time', () => {
  const meeting = new Meeting();
  const devices = new Map(['alice', 'bob'].map((id) => [id, olm.account()]));
  for (const [id, device] of devices)
    meeting.add(id, newCore(id, { device: device.ed25519, name: `${id}!` }));
  const signed = new Set<string>();
  meeting.seal('alice', 'bob');
  for (let round = 0; round < 4; round += 1) {
    meeting.advance(10);
    for (const [id, device] of devices) {
      for (const { id: request, message } of meeting.actionsOf(id, 'sign')) {
        if (signed.has(`${id}${request}`)) continue;
        signed.add(`${id}${request}`);
        assert.equal(meeting.actionsOf(id === 'alice' ? 'bob' : 'alice', 'accept-key').length, 0);
        meeting.feed(id, { type: 'signed', id: request, signature: device.sign(message) });
      }
    }
  }
  assert.equal(signed.size, 2);
  for (const [id, other] of [
    ['alice', 'bob'],
    ['bob', 'alice'],
  ] as const) {
    const [channel] = notices(
      meeting.log.filter((entry) => entry.id === id).map(({ action }) => action),
      'channel',
    );
    assert.equal(channel?.device, toBase64(devices.get(other)?.ed25519 ?? new Uint8Array(0)));
    assert.equal(channel?.name, `${other}!`);
    assert.ok(meeting.actionsOf(id, 'accept-key').length > 0);
  }
});

/** How the core answers a CONFIRM with this proof. */
function confirmWith(prove: (transcript: Uint8Array) => DeviceProof): string[] {
  const core = newCore('alice');
  const puppet = new Puppet('mallory', core, 'alice', 'initiator');
  core.handle({ type: 'joined', occupant: 'mallory', bundle: puppet.property }, 0);
  puppet.outbound();
  const nonce = random(16);
  const [accept] = puppet.hear(
    puppet.tell(puppet.part({ type: 'hello', ordinal: 1, nonce, sealed: true }), 1),
  );
  if (accept?.content.type !== 'accept') throw new Error('the core did not accept');
  const keys = puppet.keys(true, 1, nonce, accept.content.nonce);
  const confirm = { type: 'confirm' as const, sealed: true, confirm: keys.confirm, name: null, key: null };
  const actions = puppet.tell(puppet.part({ ...confirm, proof: prove(keys.transcript) }), 2);
  assert.equal(notices(actions, 'channel').length, refusals(actions).length === 0 ? 1 : 0);
  return refusals(actions);
}

test('a proof counts for its role, transcript and device alone', () => {
  const device = olm.account();
  const proof = (role: 'initiator' | 'responder', transcript: Uint8Array, named = device.ed25519) => ({
    device: named,
    signature: device.sign(deviceMessage(role, transcript, device.ed25519)),
  });
  const refused = ['confirm: the device signature does not hold'];
  assert.deepEqual(
    confirmWith((transcript) => proof('initiator', transcript)),
    [],
  );
  assert.deepEqual(
    confirmWith((transcript) => proof('responder', transcript)),
    refused,
  );
  assert.deepEqual(
    confirmWith(() => proof('initiator', random(32))),
    refused,
  );
  assert.deepEqual(
    confirmWith((transcript) => proof('initiator', transcript, olm.account().ed25519)),
    refused,
  );
  assert.deepEqual(
    confirmWith((transcript) => proof('initiator', transcript, new Uint8Array(32))),
    refused,
  );
});

/** How the core answers an ACCEPT with this proof; `device`: its own. */
function acceptWith(
  prove: (transcript: Uint8Array) => DeviceProof | null,
  device = olm.account(),
): { actions: CoreAction[]; puppet: Puppet } {
  const core = newCore('alice', { device: device.ed25519, name: 'Alice' });
  const puppet = new Puppet('mallory', core, 'alice', 'responder');
  core.handle({ type: 'joined', occupant: 'mallory', bundle: puppet.property }, 0);
  const [hello] = puppet.hear(core.handle({ type: 'sealed' }, 0));
  if (hello?.content.type !== 'hello') throw new Error('the core did not say HELLO');
  const nonce = random(16);
  const keys = puppet.keys(false, hello.content.ordinal, hello.content.nonce, nonce);
  const accept = {
    type: 'accept' as const,
    nonce,
    sealed: true,
    confirm: keys.accept,
    name: null,
    key: null,
  };
  const actions = puppet.tell(puppet.part({ ...accept, proof: prove(keys.transcript) }), 1);
  for (const { id, message } of ofType(actions, 'sign'))
    actions.push(...core.handle({ type: 'signed', id, signature: device.sign(message) }, 2));
  return { actions, puppet };
}

test('of the responder, too, a proof counts for its role, transcript and device alone', () => {
  const device = olm.account();
  const proof = (role: 'initiator' | 'responder', transcript: Uint8Array, named = device.ed25519) => ({
    device: named,
    signature: device.sign(deviceMessage(role, transcript, device.ed25519)),
  });
  const { actions } = acceptWith((transcript) => proof('responder', transcript));
  assert.equal(notices(actions, 'channel')[0]?.device, toBase64(device.ed25519));
  for (const wrong of [
    (transcript: Uint8Array) => proof('initiator', transcript),
    () => proof('responder', random(32)),
    (transcript: Uint8Array) => proof('responder', transcript, olm.account().ed25519),
    (transcript: Uint8Array) => proof('responder', transcript, new Uint8Array(32)),
  ]) {
    const refused = acceptWith(wrong).actions;
    assert.deepEqual(refusals(refused), ['accept: the device signature does not hold']);
    assert.deepEqual(ofType(refused, 'sign'), [], 'and the own device is not shown');
  }
});

test('a device is shown to whoever shows one', () => {
  const confirmOf = ({ actions, puppet }: ReturnType<typeof acceptWith>) =>
    puppet.hear(actions).find(({ content }) => content.type === 'confirm')?.content;
  const device = olm.account();
  const signed = (transcript: Uint8Array) => ({
    device: device.ed25519,
    signature: device.sign(deviceMessage('responder', transcript, device.ed25519)),
  });
  const shown = confirmOf(acceptWith(signed));
  assert.ok(shown?.type === 'confirm' && shown.proof !== null);
  const withheld = confirmOf(acceptWith(() => null));
  assert.ok(withheld?.type === 'confirm' && withheld.proof === null && withheld.name === 'Alice');
});

test('a device of small order, for which anybody can make signatures, is refused', () => {
  const neutral = new Uint8Array(32);
  neutral[0] = 1;
  const signature = new Uint8Array(64);
  signature[0] = 1;
  assert.ok(olm.verify(neutral, random(40), signature), 'libolm takes it for any message');
  assert.deepEqual(
    confirmWith(() => ({ device: neutral, signature })),
    ['confirm: the device signature does not hold'],
  );
});

test('an answer to a signature request that is over does nothing', () => {
  const device = olm.account();
  const core = newCore('alice', { device: device.ed25519 });
  const puppet = new Puppet('mallory', core, 'alice', 'initiator');
  core.handle({ type: 'joined', occupant: 'mallory', bundle: puppet.property }, 0);
  puppet.outbound();
  const asked = puppet.tell(puppet.part({ type: 'hello', ordinal: 1, nonce: random(16), sealed: true }), 1);
  const [request] = ofType(asked, 'sign');
  assert.ok(request);
  core.handle({ type: 'left', occupant: 'mallory' }, 2);
  const signature = device.sign(request.message);
  assert.deepEqual(core.handle({ type: 'signed', id: request.id, signature }, 3), []);
  assert.deepEqual(core.handle({ type: 'signed', id: 99, signature }, 4), []);
});
