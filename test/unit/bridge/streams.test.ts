// Streams through the bridge without a network: frames put together, numbers kept continuous, loss noticed.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { EXTENSION_IDS, type VideoCodec } from '../../stack/bridge/capabilities.ts';
import { parseDependencyDescriptor } from '../../stack/bridge/dependency-descriptor.ts';
import { Egress } from '../../stack/bridge/egress.ts';
import { Endpoint } from '../../stack/bridge/endpoint.ts';
import { type Frame, FrameAssembler } from '../../stack/bridge/frame-assembler.ts';
import { IncomingSource } from '../../stack/bridge/incoming-source.ts';
import { IncomingStream } from '../../stack/bridge/incoming-stream.ts';
import { LayerSelection } from '../../stack/bridge/layer-selection.ts';
import { type PacketShape, packetize, redress } from '../../stack/bridge/packetize.ts';
import { headerExtension, parseRtp, type RtpPacket } from '../../stack/bridge/rtp.ts';

const SHAPES: Record<VideoCodec, PacketShape> = {
  // A delta frame's descriptor with 15 bits of picture ID and a TL0PICIDX.
  VP8: shape('VP8', 100, Buffer.from([0x90, 0xc0, 0x80, 0x05, 0x07])),
  // I, P, B; 7 bits of picture ID.
  VP9: shape('VP9', 101, Buffer.from([0xc8, 0x05])),
  H264: shape('H264', 107, Buffer.alloc(0)),
  AV1: shape('AV1', 41, Buffer.alloc(0), Buffer.from([0xc1, 0, 0])),
};

function shape(
  codec: VideoCodec,
  payloadType: number,
  descriptor: Buffer,
  dependencies: Buffer | null = null,
) {
  return { codec, payloadType, ssrc: 1, descriptor, dependencies };
}

function numbered(packet: RtpPacket, sequenceNumber: number, timestamp: number): RtpPacket {
  const bytes = Buffer.from(packet.bytes);
  bytes.writeUInt16BE(sequenceNumber & 0xffff, 2);
  bytes.writeUInt32BE(timestamp >>> 0, 4);
  const copy = parseRtp(bytes);
  assert.ok(copy);
  return copy;
}

/** The packets of frames, one after the other, 3000 ticks apart. */
function stream(codec: keyof typeof SHAPES, frames: Buffer[], first = 65530): RtpPacket[] {
  let next = first;
  return frames.flatMap((frame, n) =>
    packetize(frame, SHAPES[codec]).map((packet) => numbered(packet, next++, 3000 * n)),
  );
}

function assemble(packets: { packet: RtpPacket; index: number }[]) {
  const frames: Frame[] = [];
  const assembler = new FrameAssembler((frame) => frames.push(frame));
  let time = 1000;
  for (const { packet, index } of packets) {
    time += 5;
    assembler.push(index, packet, time);
  }
  assembler.expire(time + 10_000);
  return { frames, incomplete: assembler.incomplete };
}

function indexed(packets: RtpPacket[]) {
  return packets.map((packet, index) => ({ packet, index }));
}

/** What goes into the packetizer as it comes out of the depacketizer, by codec. */
const CONTENT: Record<keyof typeof SHAPES, (bytes: Buffer) => Buffer> = {
  VP8: (bytes) => bytes,
  VP9: (bytes) => bytes,
  // A NAL whose bytes hold no start code.
  H264: (bytes) =>
    Buffer.concat([Buffer.from([0, 0, 0, 1, 0x41]), Buffer.from(bytes.map((byte) => byte | 1))]),
  AV1: (bytes) => {
    const low = bytes.length & 0x7f;
    const size = bytes.length > 0x7f ? [low | 0x80, bytes.length >> 7] : [low];
    return Buffer.concat([Buffer.from([0x32, ...size]), bytes]);
  },
};

for (const codec of Object.keys(SHAPES) as (keyof typeof SHAPES)[]) {
  const anyFrames = fc
    .array(fc.uint8Array({ minLength: 1, maxLength: 4000 }), { minLength: 1, maxLength: 8 })
    .map((frames) => frames.map((bytes) => CONTENT[codec](Buffer.from(bytes))));

  test(`${codec}: frames come out of any packets as they went in`, () => {
    fc.assert(
      fc.property(anyFrames, (frames) => {
        const { frames: out, incomplete } = assemble(indexed(stream(codec, frames)));
        assert.deepEqual(
          out.map(({ data }) => data),
          frames,
        );
        assert.equal(incomplete, 0);
      }),
      { numRuns: 40 },
    );
  });

  test(`${codec}: neither disorder nor doubling changes anything but the time`, () => {
    fc.assert(
      fc.property(anyFrames, fc.infiniteStream(fc.integer({ min: 0, max: 6 })), (frames, delays) => {
        const packets = indexed(stream(codec, frames));
        const [first, ...rest] = packets;
        assert.ok(first);
        const mixed = [...rest, ...rest]
          .map((entry) => ({ entry, at: entry.index + (delays.next().value ?? 0) }))
          .sort((a, b) => a.at - b.at)
          .map(({ entry }) => entry);
        const { frames: out, incomplete } = assemble([first, ...mixed]);
        assert.deepEqual(
          out.map(({ data }) => data),
          frames,
        );
        assert.equal(incomplete, 0);
      }),
      { numRuns: 40 },
    );
  });

  test(`${codec}: a lost packet costs its frame and no other, and is counted`, () => {
    const frames = [500, 3000, 3000, 700, 800].map((size, n) =>
      CONTENT[codec](Buffer.alloc(size, 0x11 * (n + 1))),
    );
    const packets = indexed(stream(codec, frames));
    packets.forEach(({ packet }, lost) => {
      if (lost === 0 || lost === packets.length - 1) return;
      const { frames: out, incomplete } = assemble(packets.filter(({ index }) => index !== lost));
      const hurt = packet.timestamp / 3000;
      const expected = frames.filter((_, n) => n !== hurt);
      // Where only the marker ends a frame, the one after a lost end cannot be told from its continuation.
      const least = codec === 'H264' ? expected.length - 1 : expected.length;
      for (const { data } of out) assert.ok(frames.some((frame) => frame.equals(data)));
      assert.ok(out.length >= least && out.length <= expected.length, `lost ${lost}: ${out.length} frames`);
      if (packets.some((one) => one.index !== lost && one.packet.timestamp === packet.timestamp)) {
        assert.ok(incomplete >= 1, `lost ${lost} should count`);
      }
    });
  });
}

test('key frames: by the payload descriptor, or by what AV1 says of itself', () => {
  const vp8 = shape('VP8', 100, Buffer.from([0x10]));
  const vp9 = shape('VP9', 101, Buffer.from([0x88, 0x05]));
  // One picture in its group, which refers to the one before it: what Firefox says (RFC 9628 §4.2.1).
  const grouped = shape('VP9', 101, Buffer.from([0x8a, 0x05, 0x18, 1, 64, 0, 180, 1, 0x04, 1]));
  const structure = shape('AV1', 41, Buffer.alloc(0), Buffer.from([0xc0, 0, 1, 0x80]));
  const plain = SHAPES.AV1;
  const sequenceHeader = Buffer.from([0x0a, 0x01, 0x00, 0x32, 0x01, 0xaa]);
  const cases: [PacketShape, Buffer, boolean][] = [
    [vp8, Buffer.from([0x10, 0, 0]), true],
    [vp8, Buffer.from([0x11, 0, 0]), false],
    [vp9, Buffer.from([1, 2, 3]), true],
    [grouped, Buffer.from([1, 2, 3]), true],
    [SHAPES.VP9, Buffer.from([1, 2, 3]), false],
    [SHAPES.H264, Buffer.from([0, 0, 0, 1, 0x67, 1, 0, 0, 0, 1, 0x65, 2]), true],
    [SHAPES.H264, Buffer.from([0, 0, 0, 1, 0x41, 1]), false],
    [structure, Buffer.from([0x32, 0x01, 0xaa]), true],
    [plain, sequenceHeader, true],
    [plain, Buffer.from([0x32, 0x01, 0xaa]), false],
  ];
  for (const [form, frame, expected] of cases) {
    const packets = packetize(frame, form).map((packet, n) => numbered(packet, n, 0));
    const { frames } = assemble(indexed(packets));
    assert.equal(frames[0]?.keyFrame, expected, `${form.codec} ${frame.toString('hex')}`);
    assert.deepEqual(frames[0]?.data, frame);
  }
});

test('any payloads are frames or none, never an exception', () => {
  fc.assert(
    fc.property(
      fc.array(
        fc.tuple(fc.constantFrom(41, 100, 101, 107, 111, 77), fc.uint8Array({ maxLength: 60 }), fc.boolean()),
      ),
      (payloads) => {
        const packets = payloads.map(([payloadType, payload, marker], n) => {
          const header = Buffer.alloc(12);
          header.writeUInt8(0x80, 0);
          header.writeUInt8((marker ? 0x80 : 0) | payloadType, 1);
          const packet = parseRtp(Buffer.concat([header, payload]));
          assert.ok(packet);
          return numbered(packet, n, 3000 * Math.floor(n / 3));
        });
        assemble(indexed(packets));
      },
    ),
  );
});

function frameNumber(packet: RtpPacket): number | undefined {
  const extension = headerExtension(packet, EXTENSION_IDS.dependencyDescriptor);
  return (extension && parseDependencyDescriptor(extension))?.frameNumber;
}

test('egress: what is forwarded untouched is the very packet, and can be sent again', () => {
  const egress = new Egress(1, 90000);
  for (const packet of stream('AV1', [Buffer.alloc(3000), Buffer.alloc(30)])) {
    assert.equal(egress.forward(packet, 0), packet);
    assert.equal(egress.sent(packet.sequenceNumber), packet);
  }
  assert.equal(egress.sent(1000), null);
});

test('egress: left out, put in and exchanged packets leave no gap', () => {
  const egress = new Egress(1, 90000);
  const out: RtpPacket[] = [];
  const frames = Array.from({ length: 12 }, (_, n) =>
    Buffer.concat([Buffer.from([0x30]), Buffer.alloc(20, n)]),
  );
  const own = stream('AV1', frames).map((packet, n) => withFrameNumber(packet, 65530 + n));
  const other = stream('AV1', frames, 7000).map((packet, n) => {
    const bytes = withFrameNumber(packet, 40 + n).bytes;
    bytes.writeUInt32BE(2, 8);
    return parseRtp(bytes);
  });
  const forward = (packet: RtpPacket | null | undefined, now: number) => {
    assert.ok(packet);
    out.push(egress.forward(packet, now));
  };
  forward(own[0], 0);
  const left = own[1];
  assert.ok(left);
  egress.leaveOut(left);
  forward(own[2], 66);
  const [extra] = packetize(Buffer.alloc(20, 0xee), SHAPES.AV1);
  assert.ok(extra);
  const inserted = egress.insert(extra, 70, egress.lastTimestamp + 1);
  assert.ok(inserted);
  out.push(inserted);
  forward(own[3], 99);
  forward(other[0], 133);
  forward(other[1], 166);
  forward(own[6], 200);
  out.forEach((packet, n) => {
    assert.equal(packet.sequenceNumber, (65530 + n) & 0xffff);
    assert.equal(packet.ssrc, 1);
    assert.equal(frameNumber(packet), (65530 + n) & 0xffff);
    if (n > 0) assert.ok(packet.timestamp > (out[n - 1]?.timestamp ?? 0));
  });
  const again = own[6];
  assert.ok(again);
  assert.deepEqual(egress.verbatim(again).bytes, out.at(-1)?.bytes, 'a replay repeats what was sent');
  const report = Buffer.alloc(28);
  report.writeUInt32BE(2, 4);
  assert.equal(egress.senderReport(report), null, "the other stream's reports do not fit");
  report.writeUInt32BE(1, 4);
  assert.ok(egress.senderReport(report), 'its own reports fit again');
});

function withFrameNumber(packet: RtpPacket, number: number): RtpPacket {
  const copy = parseRtp(Buffer.from(packet.bytes));
  assert.ok(copy);
  headerExtension(copy, EXTENSION_IDS.dependencyDescriptor)?.writeUInt16BE(number & 0xffff, 1);
  return copy;
}

function audio(sequenceNumber: number, timestamp = 960 * sequenceNumber): RtpPacket {
  const header = Buffer.alloc(13);
  header.writeUInt8(0x80, 0);
  header.writeUInt8(111, 1);
  header.writeUInt32BE(1, 8);
  const packet = parseRtp(header);
  assert.ok(packet);
  return numbered(packet, sequenceNumber, timestamp);
}

test('incoming stream: doubles are dropped, gaps asked for again and again but not for ever, loss is reported', () => {
  const received = new IncomingStream(1, 48000);
  const numbers = [65534, 65535, 1, 1, 4];
  const indices = numbers.map((number, n) => received.receive(audio(number, 960 * n), 20 * n));
  assert.deepEqual(
    indices.map((index) => (index === null ? null : index & 0xffff)),
    [65534, 65535, 1, null, 4],
  );
  assert.deepEqual(received.takeNacks(100), [0, 2, 3]);
  assert.deepEqual(received.takeNacks(101), [], 'not at once again');
  assert.ok(received.receive(audio(2, 99), 110) !== null, 'asked for, and new');
  assert.deepEqual(received.takeNacks(150), [0, 3]);
  for (let now = 200; now < 2000; now += 50) received.takeNacks(now);
  assert.deepEqual(received.takeNacks(3000), [], 'given up');
  received.noteSenderReport(0x1234, 2000);
  const report = received.report(3000);
  assert.equal(report?.cumulativeLost, 2);
  assert.equal(report?.fractionLost, Math.floor((2 * 256) / 7));
  assert.equal(report?.highest, 65536 + 4);
  assert.equal(report?.lastSenderReport, 0x1234);
  assert.equal(report?.delaySinceSenderReport, 65536);
  assert.equal(received.report(4000)?.fractionLost, 0);
});

test('simulcast: the highest layer that is sent, from its key frame on', () => {
  const layers = new LayerSelection([1, 2, 3]);
  const at = (ssrc: number, keyFrame: boolean, now: number) => {
    const { forward, switched, wantsKeyFrame } = layers.packet(ssrc, keyFrame, now);
    return [forward, switched, wantsKeyFrame];
  };
  assert.deepEqual(at(1, true, 0), [true, false, false]);
  assert.deepEqual(at(3, false, 10), [false, false, true], 'higher, but no picture can begin');
  assert.deepEqual(at(2, true, 20), [false, false, true], 'not the highest');
  assert.deepEqual(at(1, false, 30), [true, false, true], 'meanwhile the lowest goes on');
  assert.deepEqual(at(3, true, 40), [true, true, false]);
  assert.equal(layers.ssrc, 3);
  assert.deepEqual(at(1, true, 50), [false, false, false]);
  assert.deepEqual(at(2, false, 800), [false, false, true], 'the highest fell silent');
  assert.deepEqual(at(2, true, 810), [true, true, false]);
  assert.deepEqual(at(9, true, 820), [false, false, false], 'no layer of it');
});

test('incoming stream: memory stays bounded whatever jumps', () => {
  const received = new IncomingStream(1, 48000);
  for (let n = 0; n < 20; n += 1) {
    received.receive(audio(150 * n), n);
    assert.ok(received.takeNacks(1000 * n).length <= 200, 'of many gaps');
  }
  received.receive(audio(30_000), 20);
  assert.ok(received.takeNacks(100_000).length <= 200, 'of a large one');
});

test('a frame whose packets are withheld does not hold up those after it for ever', () => {
  const frames: Frame[] = [];
  const assembler = new FrameAssembler((frame) => frames.push(frame));
  const packets = stream('VP8', [Buffer.alloc(20, 1), Buffer.alloc(20, 2), Buffer.alloc(20, 3)]);
  packets.forEach((packet, index) => {
    if (index !== 1) assembler.push(index, packet, 1000 + index);
  });
  assert.equal(frames.length, 1);
  assembler.expire(1300);
  assert.equal(frames.length, 1, 'a retransmission may still come');
  assembler.expire(3000);
  assert.equal(frames.length, 2);
});

test('packets wait for a lost one in bounded number, and a frame has a largest size', () => {
  const frames: Frame[] = [];
  const assembler = new FrameAssembler((frame) => frames.push(frame));
  const packets = stream('VP8', Array(1200).fill(Buffer.alloc(20)));
  packets.forEach((packet, index) => {
    if (index !== 1) assembler.push(index, packet, 1000);
  });
  assert.equal(frames.length, 1199, 'the gap was given up, though no time went by');

  frames.length = 0;
  const large = stream('VP8', [Buffer.alloc(5 << 20), Buffer.alloc(20)], 0);
  const second = new FrameAssembler((frame) => frames.push(frame));
  large.forEach((packet, index) => {
    second.push(index, packet, 1000);
  });
  assert.equal(second.incomplete, 1);
  assert.deepEqual(
    frames.map(({ data }) => data.length),
    [20],
  );
});

test('NACKs have what was sent sent again, at a bounded rate', () => {
  class CountingEndpoint extends Endpoint {
    sent = 0;
    override sendRtp(): void {
      this.sent += 1;
    }
  }
  const events = { frame: () => {}, requestKeyFrame: () => {} };
  const receiver = new CountingEndpoint('boris', events);
  const camera = { ssrc: 1, media: 'video', kind: 'camera', name: 'camera' } as const;
  const source = new IncomingSource('anna', camera, events, null);
  for (const packet of stream('VP8', Array(10).fill(Buffer.alloc(20)), 0))
    receiver.egress(source).forward(packet, 0);
  receiver.retransmit(1, [0, 5, 9, 10, 700]);
  assert.equal(receiver.sent, 3);
  receiver.retransmit(2, [0]);
  assert.equal(receiver.sent, 3, 'nothing of this SSRC was sent to it');
  for (let n = 0; n < 1000; n += 1) receiver.retransmit(1, [1, 2, 3, 4]);
  assert.equal(receiver.sent, 1000);
  receiver.report(0, 1_000_000);
  receiver.retransmit(1, [1]);
  assert.equal(receiver.sent, 1001);
});

test('an old packet is dressed in the descriptor of now, and nothing else of it changes', () => {
  const old = shape('AV1', 41, Buffer.alloc(0), Buffer.from([0x05, 0, 9, 0x80, 1, 2, 3]));
  const now = shape('AV1', 41, Buffer.alloc(0), Buffer.from([0x22, 0, 0]));
  const frame = CONTENT.AV1(Buffer.alloc(3000, 7));
  const packets = packetize(frame, old).map((packet, n) => numbered(packet, 100 + n, 777));
  const dressed = packets.map((packet) => redress(packet, now));
  const edges = dressed.map((packet) =>
    headerExtension(packet, EXTENSION_IDS.dependencyDescriptor)?.readUInt8(0),
  );
  assert.deepEqual(edges, [0xa2, 0x22, 0x62]);
  dressed.forEach((packet, n) => {
    assert.equal(packet.sequenceNumber, 100 + n);
    assert.equal(packet.timestamp, 777);
    assert.equal(packet.marker, n === dressed.length - 1);
  });
  assert.deepEqual(assemble(indexed(dressed)).frames[0]?.data, frame);
  const [vp8] = packetize(frame, SHAPES.VP8);
  assert.ok(vp8);
  assert.equal(redress(vp8, now), vp8);
});
