// Two people alone send to each other directly, past the bridge: sealed all the same, through every change of way.

import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { codecOf, peekHeader } from '../../web-plugin/src/frames/index.ts';
import { assertAllOpen, BridgeView, keysOf } from './bridge-view.ts';
import { readTheWire, type WireFrame } from './page-scripts.ts';
import {
  assertQuiet,
  goDirectly,
  pairsOf,
  Setting,
  seal,
  seeAndHear,
  seen,
  shownBy,
  troubleIds,
  until,
  waitForPhase,
} from './sealed-room.ts';

let setting: Setting;

before(async () => {
  setting = await Setting.start();
});
afterEach(() => setting.clear());
after(() => setting?.stop());

const PEER_TO_PEER = { peerToPeer: true };

test('sealed through the change to peer-to-peer, and back when a third joins', async () => {
  const room = 'direct';
  const bridge = new BridgeView(setting.stack, room);
  const ada = await setting.enter(room, 'Ada', PEER_TO_PEER);
  const ben = await setting.enter(room, 'Ben', PEER_TO_PEER);
  const cleo = await setting.enter(room, 'Cleo', PEER_TO_PEER);
  await seeAndHear(pairsOf([ada, ben, cleo]));
  await seal(ada);
  await waitForPhase([ada, ben, cleo], 'sealed');
  await bridge.startRecording('direct');

  await cleo.page.evaluate(() => window.call.leave());
  await goDirectly([ada, ben], true);
  await seeAndHear(pairsOf([ada, ben]));
  await waitForPhase([ada, ben], 'sealed');
  const counts = () => Promise.all([ada, ben].map((person) => bridge.counts(person)));
  const before = await counts();
  await seeAndHear(pairsOf([ada, ben]), { frames: 5, seconds: 0.3 });
  assert.deepEqual(await counts(), before, 'media that should go directly passes the bridge');

  const dora = await setting.enter(room, 'Dora', PEER_TO_PEER);
  await goDirectly([ada, ben, dora], false);
  await seeAndHear(pairsOf([ada, ben, dora]));
  await waitForPhase([ada, ben, dora], 'sealed');
  const recording = await bridge.stopRecording();
  await assertAllOpen(recording, await keysOf([ada, ben, cleo, dora]));

  for (const person of [ada, ben, dora]) {
    const shown = (await shownBy(person)).map(({ phase }) => phase);
    const since = shown.indexOf('sealed');
    assert.ok(since >= 0);
    assert.deepEqual(
      shown.slice(since).filter((phase) => phase !== 'sealed' && phase !== 'sealing'),
      [],
      `${person.name} showed ${shown.join(', ')}`,
    );
    const noted = person.warnings.filter((line) => line.startsWith('Sealmeet'));
    assert.deepEqual(await troubleIds(person), [], `${person.name}: ${noted.join('; ')}`);
  }
  assertQuiet([ada, ben, dora]);
});

test('what arrives from a peer is sealed, and without keys nothing of it can be seen or heard', async () => {
  const room = 'wire';
  const ada = await setting.enter(room, 'Ada', PEER_TO_PEER);
  const blind = await setting.enter(room, 'Ben', {
    ...PEER_TO_PEER,
    prepare: (context) => context.addInitScript(readTheWire),
  });
  await goDirectly([ada, blind], true);
  await seeAndHear(pairsOf([ada, blind]));
  const wire = () => blind.page.evaluate(() => window.wireFrames);
  const clear = judge(await wire());
  assert.ok(
    clear.frames > 20 && clear.sealed < clear.frames / 2,
    `before the seal: ${JSON.stringify(clear)}`,
  );

  await seal(ada);
  await waitForPhase([ada], 'sealed');
  // Frames of before may still wait in a jitter buffer; from the first sealed ones on nothing may be seen.
  await blind.page.evaluate(() => window.wireFrames.splice(0));
  await until('fifty sealed frames have come', async () => judge(await wire()).sealed > 50);
  const before = await seen(blind, ada);
  await blind.page.evaluate(() => window.wireFrames.splice(0));
  await until('two seconds of sound and picture have come', async () => {
    const frames = await wire();
    const count = (media: string) => frames.filter((one) => one.media === media).length;
    return count('audio') >= 100 && count('video') >= 20;
  });
  const all = judge(await wire());
  assert.equal(all.sealed, all.frames, `${all.frames - all.sealed} of ${all.frames} frames are not sealed`);
  const now = await seen(blind, ada);
  assert.equal(now.frames, before.frames, 'pictures were decoded without keys');
  assert.ok(now.seconds - before.seconds < 0.3, 'the tone was heard without keys');
  // The other way the keys are there, and so are sound and picture.
  await seeAndHear([{ to: ada, from: blind }]);
});

/** How many of these look sealed: a key id that this call can have had, of the right source. */
function judge(frames: WireFrame[]): { frames: number; sealed: number } {
  const sealed = frames.filter(({ media, mimeType, head }) => {
    const codec = codecOf(mimeType);
    const id = codec && peekHeader(Uint8Array.from(head), codec)?.id;
    return id && id.generation <= 4 && id.step <= 4 && id.source === (media === 'audio' ? 1 : 2);
  });
  return { frames: frames.length, sealed: sealed.length };
}
