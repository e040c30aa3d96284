// What the key core is told of the page's own media, and what the others hear of it.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { KeyExchange } from '../../../web-plugin/src/jitsi/key-exchange.ts';
import type { Room } from '../../../web-plugin/src/jitsi/room.ts';
import { CAMERA, MICROPHONE } from '../../../web-plugin/src/jitsi/sources.ts';
import { loadOlm, openDevice } from '../../../web-plugin/src/keys/index.ts';
import { parseBeacon } from '../../../web-plugin/src/wire/index.ts';
import { until } from '../../stack/until.ts';

test('each source is said to be on or off, also one that was muted from the beginning', async () => {
  const sources = new Map([
    [MICROPHONE, false],
    [CAMERA, true],
  ]);
  const sent: unknown[] = [];
  const room: Partial<Room> = {
    jid: 'weekly@muc.meet.example',
    self: 'me',
    ownName: 'Ada',
    publishBundle: () => undefined,
    sources: () => new Map(sources),
    send: (_to, message) => void sent.push(message),
  };
  const nothing = () => undefined;
  const keys = new KeyExchange(room as Room, {
    command: nothing,
    counters: async () => new Map([[CAMERA, 7]]),
    wish: nothing,
    run: (step) => step(),
    onNotice: nothing,
    onMissed: nothing,
    onStated: nothing,
    onTurn: nothing,
  });
  keys.start(await loadOlm(), await openDevice(null));
  keys.feed({ type: 'sealed' });
  const told = (expected: unknown) =>
    until(
      JSON.stringify(expected),
      async () => {
        keys.feed({ type: 'timer' });
        const beacon = sent
          .map((message) => (message as { beacon?: string }).beacon)
          .findLast((one) => one !== undefined);
        const said = beacon && parseBeacon(beacon).beacon.sources.map(({ source, on }) => [source, on]);
        return JSON.stringify(said) === JSON.stringify(expected);
      },
      { withinMs: 10_000, everyMs: 50 },
    );
  keys.sourcesChanged();
  assert.equal(keys.isSending, true);
  await told([
    [MICROPHONE, false],
    [CAMERA, true],
  ]);
  sources.delete(CAMERA);
  keys.sourcesChanged();
  assert.equal(keys.isSending, false);
  await told([
    [MICROPHONE, false],
    [CAMERA, false],
  ]);
  keys.end();
});
