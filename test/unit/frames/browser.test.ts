// Real encoders, packetizers and decoders: each codec peer-to-peer through the worker, in Debian's Chromium.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { CallResult } from './page/call.ts';
import { type CallPage, openCallPage } from './page/chromium.ts';

/** Chromium resends packets to probe the line, so some frames come twice; nothing else may be dropped. */
function assertNothingLost({ received }: CallResult): void {
  const { replayed: _, ...others } = received?.dropped ?? { forged: 1 };
  assert.deepEqual(others, {}, JSON.stringify(received));
}

describe('sealed peer-to-peer in Chromium', () => {
  let chromium: CallPage;
  before(async () => {
    chromium = await openCallPage();
  });
  after(() => chromium?.close());

  for (const mimeType of ['video/AV1', 'video/VP9', 'video/VP8']) {
    it(`${mimeType} seals and opens`, async () => {
      const result = await chromium.call({ mimeType });
      assert.equal(result.codec.toLowerCase(), mimeType.toLowerCase());
      assert.ok(result.framesPerSecond >= 10, `${result.framesPerSecond} frames a second`);
      assert.ok(result.sent.sealed > 10 && result.sent.clear === 0, JSON.stringify(result.sent));
      assertNothingLost(result);
      assert.ok(result.sent.overhead.sframe <= 22, `${result.sent.overhead.sframe} bytes of header and tag`);
    });
  }

  it('Opus seals and opens', async () => {
    const result = await chromium.call({ mimeType: 'audio/opus' });
    assert.ok(result.audioEnergy > 0, `energy ${result.audioEnergy}`);
    assert.ok(result.sent.sealed > 10 && result.sent.clear === 0, JSON.stringify(result.sent));
    assertNothingLost(result);
    assert.ok(result.sent.overhead.sframe <= 16, `${result.sent.overhead.sframe} bytes of header and tag`);
  });

  it('a receiver without the key shows nothing', async () => {
    const result = await chromium.call({ mimeType: 'video/VP8', withKey: false });
    assert.ok(result.packetsReceived > 0, 'no packet came');
    assert.equal(result.framesDecoded, 0);
  });

  it('somebody in between decodes nothing', async () => {
    const result = await chromium.call({ mimeType: 'video/VP8', receiverTransform: false });
    assert.ok(result.packetsReceived > 0, 'no packet came');
    assert.equal(result.framesDecoded, 0);
  });
});
