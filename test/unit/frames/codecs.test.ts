// Envelopes: what goes in comes out, whatever the transport does to sizes; nothing that parses badly throws.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { type Codec, wrap } from '../../../web-plugin/src/frames/codecs/index.ts';
import { CODECS, codecOf } from '../../../web-plugin/src/frames/index.ts';

const named = (mimeType: string): Codec => {
  const codec = codecOf(mimeType);
  assert.ok(codec !== null, mimeType);
  return codec;
};
const hex = (bytes: Uint8Array | null | undefined) => (bytes ? Buffer.from(bytes).toString('hex') : bytes);
const bytes = (data: Uint8Array) => new Uint8Array(data);

/** Zeros and small numbers on purpose: emulation prevention, empty fields, sizes. */
const message = fc.oneof(
  fc.uint8Array({ minLength: 1, maxLength: 3000 }),
  fc
    .array(fc.constantFrom(0, 0, 0, 1, 2, 3, 0x80), { minLength: 1, maxLength: 2500 })
    .map((values) => Uint8Array.from(values)),
);
const plain = fc.record({ isKey: fc.boolean(), data: fc.uint8Array({ maxLength: 40 }) });

describe('codecs', () => {
  for (const codec of CODECS) {
    it(`${codec.name}: unwraps what it wrapped`, () => {
      fc.assert(
        fc.property(message, plain, (content, frame) => {
          assert.equal(hex(codec.unwrap(wrap(codec, bytes(content), frame))), hex(content));
        }),
      );
    });

    it(`${codec.name}: shows the header in the first 64 bytes`, () => {
      fc.assert(
        fc.property(message, plain, (content, frame) => {
          const start = wrap(codec, bytes(content), frame).subarray(0, 64);
          const seen = codec.unwrap(start, false);
          const enough = Math.min(17, content.length);
          assert.equal(hex(seen?.subarray(0, enough)), hex(content.subarray(0, enough)));
        }),
      );
    });

    it(`${codec.name}: gives bytes or null for any bytes, cut or whole`, () => {
      fc.assert(
        fc.property(fc.uint8Array({ maxLength: 600 }), fc.boolean(), (content, isWhole) => {
          const seen = codec.unwrap(bytes(content), isWhole);
          assert.ok(seen === null || seen.length <= content.length);
        }),
        // A header alone that promises an extension behind it.
        { examples: [true, false].map((isWhole) => [Uint8Array.of(0x34), isWhole]) },
      );
    });
  }

  it('know a codec by its MIME type in any case, and no other', () => {
    assert.equal(codecOf('VIDEO/av1')?.name, 'AV1');
    for (const unknown of ['', 'video/H265', 'audio/PCMU', 'av1']) assert.equal(codecOf(unknown), null);
  });
});

describe('AV1', () => {
  const av1 = named('video/AV1');

  it('is an empty sequence header and one OBU on key frames, one OBU on others', () => {
    const content = bytes(Uint8Array.of(9, 8, 7));
    assert.equal(hex(wrap(av1, content, { isKey: true, data: content })), '0a003203090807');
    assert.equal(hex(wrap(av1, content, { isKey: false, data: content })), '3203090807');
  });

  it('takes what packetizers make of it: no size, a longer size, temporal delimiters, padding', () => {
    for (const made of ['30090807', '328300090807', '12003203090807', '7a0100320309080712', '0a0000']) {
      const seen = hex(av1.unwrap(Uint8Array.from(Buffer.from(made, 'hex'))));
      if (made === '0a0000') assert.equal(seen, null);
      else assert.equal(seen, '090807', made);
    }
  });

  it('refuses other OBUs and sizes that do not fit', () => {
    for (const wrong of ['2203090807', '3204090807', '32ff', '3280808080808080808001', '']) {
      assert.equal(av1.unwrap(Uint8Array.from(Buffer.from(wrong, 'hex'))), null, wrong);
    }
  });
});

describe('VP8', () => {
  const vp8 = named('video/VP8');

  it('shows the key frame bit and, of the real frame, the height alone', () => {
    const real = Uint8Array.from([0xd0, 0x55, 0x33, 0x9d, 0x01, 0x2a, 0x80, 0x02, 0x68, 0x01, 0x77, 0x66]);
    const wrapped = wrap(vp8, bytes(Uint8Array.of(1, 2)), { isKey: true, data: real });
    assert.equal(hex(wrapped), '1000009d012a800268010102');
    assert.equal(hex(wrap(vp8, bytes(Uint8Array.of(1, 2)), { isKey: false, data: real })), '010102');
  });
});

describe('H.264', () => {
  const h264 = named('video/H264');
  const nals = (data: Uint8Array) => (hex(data) ?? '').split('00000001').slice(1);

  it('puts no start code into a NAL unit and keeps each within a packet', () => {
    fc.assert(
      fc.property(message, plain, (content, frame) => {
        const units = nals(wrap(h264, bytes(content), frame));
        for (const unit of units) {
          assert.ok(!unit.match(/^(..)*?00000[0-2]/), unit);
          assert.ok(unit.length / 2 <= 1150 * 1.5);
        }
        const types = units.map((unit) => Number.parseInt(unit.slice(0, 2), 16) & 0x1f);
        if (frame.isKey) assert.deepEqual(types.slice(0, 3), [7, 8, 5]);
        else assert.deepEqual([...new Set(types)], [1]);
      }),
    );
  });

  it('survives being taken apart into NAL units and put together with start codes of either length', () => {
    fc.assert(
      fc.property(
        message,
        plain,
        fc.array(fc.boolean(), { minLength: 8, maxLength: 8 }),
        (content, frame, long) => {
          const units = nals(wrap(h264, bytes(content), frame));
          const joined = units.map((unit, i) => (long[i % 8] ? '00000001' : '000001') + unit).join('');
          const seen = h264.unwrap(Uint8Array.from(Buffer.from(joined, 'hex')));
          assert.equal(hex(seen), hex(content));
        },
      ),
    );
  });
});
