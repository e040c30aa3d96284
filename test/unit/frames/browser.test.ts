// Real encoders, packetizers and decoders: each codec peer-to-peer through the worker, in Debian's Chromium.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { CallOptions, CallResult } from './page/call.ts';
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

  // 42001f is the profile that every browser has; packetization-mode=0 is what some of them choose among themselves.
  const video: (Partial<CallOptions> & { mimeType: string })[] = [
    { mimeType: 'video/AV1' },
    { mimeType: 'video/VP9' },
    { mimeType: 'video/VP8' },
    { mimeType: 'video/H264', fmtp: 'packetization-mode=1;profile-level-id=42001f' },
    { mimeType: 'video/H264', fmtp: 'packetization-mode=0;profile-level-id=42001f' },
    { mimeType: 'video/AV1', scalabilityMode: 'L1T3' },
    { mimeType: 'video/AV1', scalabilityMode: 'L3T3_KEY' },
    { mimeType: 'video/VP9', scalabilityMode: 'L3T3_KEY' },
    { mimeType: 'video/VP9', scalabilityMode: 'L2T2' },
  ];
  for (const options of video) {
    it(`${Object.values(options).join(' ')} seals and opens`, async () => {
      const result = await chromium.call(options);
      assert.equal(result.codec.toLowerCase(), options.mimeType.toLowerCase());
      assert.ok(result.framesDecoded >= 20, `${result.framesDecoded} frames`);
      assert.ok(result.sent.sealed > 10 && result.sent.clear === 0, JSON.stringify(result.sent));
      assertNothingLost(result);
      assert.ok(result.sent.overhead.sframe <= 22, `${result.sent.overhead.sframe} bytes of header and tag`);
    });
  }

  for (const mimeType of ['audio/opus', 'audio/red']) {
    it(`${mimeType} seals and opens`, async () => {
      const result = await chromium.call({ mimeType });
      assert.equal(result.sent.codec, mimeType);
      assert.ok(result.audioEnergy > 0, `energy ${result.audioEnergy}`);
      assert.ok(result.sent.sealed > 10 && result.sent.clear === 0, JSON.stringify(result.sent));
      assertNothingLost(result);
      assert.ok(result.sent.overhead.sframe <= 16, `${result.sent.overhead.sframe} bytes of header and tag`);
    });
  }

  for (const mimeType of ['video/VP8', 'audio/opus']) {
    it(`${mimeType} by createEncodedStreams, for browsers that have nothing newer`, async () => {
      const result = await chromium.call({ mimeType, byStreams: true });
      assert.ok(result.framesDecoded >= 20 || result.audioEnergy > 0, JSON.stringify(result));
      assert.ok(result.sent.sealed > 10 && result.sent.clear === 0, JSON.stringify(result.sent));
      assertNothingLost(result);
    });
  }

  for (const options of [
    ...video.filter(({ scalabilityMode }) => scalabilityMode === undefined),
    { mimeType: 'audio/opus' },
  ]) {
    it(`${Object.values(options).join(' ')}: any bytes survive packetizer and depacketizer`, async () => {
      const { anyBytes, received } = await chromium.call({ ...options, anyBytes: 40 });
      assert.ok(anyBytes !== null && anyBytes.same >= 40, JSON.stringify({ anyBytes, received }));
      assert.equal(anyBytes.different, 0);
      // An audio frame must fit one packet, which real ones do.
      if (options.mimeType.startsWith('video/')) assert.ok(anyBytes.largest > 4000, `${anyBytes.largest}`);
    });
  }

  it('seals every simulcast layer under one counter', async () => {
    // A bare peer cannot tell the layers apart, so what it decodes of the mixture is not looked at.
    const result = await chromium.call({ mimeType: 'video/VP8', rids: ['low', 'middle', 'high'] });
    assert.equal(result.layers, 3);
    assert.ok(result.sent.sealed > 30 && result.sent.clear === 0, JSON.stringify(result.sent));
    assertNothingLost(result);
  });

  const nobody = { mimeType: 'video/VP8', runMs: 1500 };
  it('a receiver without the key shows nothing', async () => {
    const result = await chromium.call({ ...nobody, withKey: false });
    assert.ok(result.packetsReceived > 0, 'no packet came');
    assert.equal(result.framesDecoded, 0);
  });

  it('somebody in between decodes nothing', async () => {
    const result = await chromium.call({ ...nobody, receiverTransform: false });
    assert.ok(result.packetsReceived > 0, 'no packet came');
    assert.equal(result.framesDecoded, 0);
  });
});
