// RTP, RTCP and SRTP at the level of bytes: what is read, what is written, and that no bytes from outside can do harm.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  GenericNack,
  ReceiverEstimatedMaxBitrate,
  RtcpPacketConverter,
  RtcpPayloadSpecificFeedback,
  RtcpRrPacket,
  RtcpTransportLayerFeedback,
  RtpHeader,
  SrtcpSession as WeriftSrtcp,
  SrtpSession as WeriftSrtp,
} from 'werift';
import { nack, parseRtcp, pictureLossIndication, receiverReport, remb } from '../../stack/bridge/rtcp.ts';
import {
  headerExtension,
  parseRtp,
  payloadOf,
  type RtpPacket,
  restoreFromRtx,
  sequenceDistance,
} from '../../stack/bridge/rtp.ts';
import { AEAD_AES_128_GCM, SrtpSession } from '../../stack/bridge/srtp.ts';

interface Made {
  sequenceNumber?: number;
  timestamp?: number;
  ssrc?: number;
  payloadType?: number;
  payload?: Buffer;
  extensions?: { id: number; payload: Buffer }[];
  twoByte?: boolean;
}

/** Written by werift, so that reading is held against another implementation. */
function make(given: Made = {}): RtpPacket {
  const { payload = Buffer.from('payload'), extensions = [], twoByte = false, ...fields } = given;
  const header = new RtpHeader({
    sequenceNumber: 1,
    timestamp: 1,
    ssrc: 1,
    payloadType: 111,
    ...fields,
    extensions,
    extensionProfile: twoByte ? 0x1000 : 0xbede,
  });
  const packet = parseRtp(Buffer.concat([header.serialize(header.serializeSize), payload]));
  assert.ok(packet);
  return packet;
}

test('an RTP packet is read as it was written, with both forms of header extensions', () => {
  for (const twoByte of [false, true]) {
    const extensions = [
      { id: 3, payload: Buffer.from([1, 2, 3]) },
      { id: 11, payload: Buffer.from([0xc0, 0, 7]) },
      ...(twoByte ? [{ id: 12, payload: randomBytes(40) }] : []),
    ];
    const packet = make({
      sequenceNumber: 65535,
      timestamp: 2 ** 32 - 1,
      ssrc: 0xfffffffe,
      extensions,
      twoByte,
    });
    assert.equal(packet.sequenceNumber, 65535);
    assert.equal(packet.timestamp, 2 ** 32 - 1);
    assert.equal(packet.ssrc, 0xfffffffe);
    assert.equal(payloadOf(packet).toString(), 'payload');
    for (const { id, payload } of extensions) assert.deepEqual(headerExtension(packet, id), payload);
    assert.equal(headerExtension(packet, 5), null);
  }
});

test('padding is no payload', () => {
  const bytes = Buffer.concat([make().bytes, Buffer.from([0, 0, 3])]);
  bytes.writeUInt8(bytes.readUInt8(0) | 0x20, 0);
  const packet = parseRtp(bytes);
  assert.ok(packet);
  assert.equal(payloadOf(packet).toString(), 'payload');
  bytes.writeUInt8(200, bytes.length - 1);
  assert.equal(parseRtp(bytes), null, 'more padding than packet');
});

test('any bytes are a packet or none, never an exception', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 80 }), fc.integer({ min: 0, max: 255 }), (raw, id) => {
      const bytes = Buffer.from(raw);
      if (bytes.length > 0) bytes.writeUInt8((bytes.readUInt8(0) & 0x3f) | 0x80, 0);
      const packet = parseRtp(bytes);
      if (packet) {
        payloadOf(packet);
        headerExtension(packet, id);
        restoreFromRtx(packet, 1, 41);
      }
      parseRtcp(bytes);
    }),
  );
});

test('a retransmission becomes the packet that it repeats', () => {
  const original = make({ sequenceNumber: 777, timestamp: 5, ssrc: 10, payloadType: 41 });
  const rtx = make({
    sequenceNumber: 3,
    timestamp: 5,
    ssrc: 11,
    payloadType: 42,
    payload: Buffer.concat([Buffer.from([777 >> 8, 777 & 0xff]), payloadOf(original)]),
  });
  assert.deepEqual(restoreFromRtx(rtx, 10, 41)?.bytes, original.bytes);
  assert.equal(restoreFromRtx(make({ payload: Buffer.alloc(0) }), 10, 41), null);
});

test('sequence numbers are compared around the wrap', () => {
  assert.equal(sequenceDistance(65535, 0), 1);
  assert.equal(sequenceDistance(0, 65535), -1);
  assert.equal(sequenceDistance(10, 10), 0);
});

test('what the bridge says by RTCP is understood by another implementation', () => {
  const block = {
    ssrc: 7,
    fractionLost: 12,
    cumulativeLost: -3,
    highest: 70000,
    jitter: 5.4,
    lastSenderReport: 99,
    delaySinceSenderReport: 65536,
  };
  const lost = [10, 11, 26, 27, 65535];
  const compound = Buffer.concat([receiverReport(1, [block]), remb(1, 2_000_000, [7, 8])]);
  const [report, estimate] = RtcpPacketConverter.deSerialize(compound);
  const [feedback] = RtcpPacketConverter.deSerialize(nack(1, 7, lost));
  assert.ok(report instanceof RtcpRrPacket);
  assert.equal(report.reports[0]?.ssrc, 7);
  assert.equal(report.reports[0]?.highestSequence, 70000);
  assert.equal(report.reports[0]?.fractionLost, 12);
  assert.ok(feedback instanceof RtcpTransportLayerFeedback && feedback.feedback instanceof GenericNack);
  assert.deepEqual(feedback.feedback.lost, lost);
  assert.ok(estimate instanceof RtcpPayloadSpecificFeedback);
  assert.ok(estimate.feedback instanceof ReceiverEstimatedMaxBitrate);
  assert.ok(Math.abs(Number(estimate.feedback.bitrate) - 2_000_000) < 16);
  assert.deepEqual(estimate.feedback.ssrcFeedbacks, [7, 8]);
  const across = [65000, 65534, 65535, 0, 3, 900];
  assert.deepEqual(parseRtcp(nack(1, 7, across)), [{ type: 'nack', ssrc: 7, lost: across }]);
  assert.deepEqual(parseRtcp(pictureLossIndication(1, 7)), [{ type: 'key-frame-request', ssrcs: [7] }]);
});

test('a sender report is handed on without its report blocks', () => {
  const report = Buffer.alloc(28 + 24);
  report.writeUInt8(0x81, 0);
  report.writeUInt8(200, 1);
  report.writeUInt16BE(12, 2);
  report.writeUInt32BE(42, 4);
  report.writeUInt32BE(0xaabbccdd, 10);
  const [message] = parseRtcp(report);
  assert.ok(message?.type === 'sender-report');
  assert.equal(message.ssrc, 42);
  assert.equal(message.ntp, 0xaabbccdd);
  assert.equal(message.bytes.length, 28);
  assert.equal(message.bytes.readUInt16BE(2), 6);
  assert.equal(message.bytes.readUInt8(0), 0x80);
});

const master = () => ({ key: randomBytes(16), salt: randomBytes(12) });

function pair() {
  const [a, b] = [master(), master()];
  const ours = new SrtpSession({ localKey: a.key, localSalt: a.salt, remoteKey: b.key, remoteSalt: b.salt });
  const keys = {
    localMasterKey: b.key,
    localMasterSalt: b.salt,
    remoteMasterKey: a.key,
    remoteMasterSalt: a.salt,
  };
  const config = { keys, profile: AEAD_AES_128_GCM } as const;
  const peer = new SrtpSession({ localKey: b.key, localSalt: b.salt, remoteKey: a.key, remoteSalt: a.salt });
  return { ours, peer, theirs: new WeriftSrtp(config), theirRtcp: new WeriftSrtcp(config) };
}

test('SRTP and SRTCP: another implementation opens ours, and we theirs', () => {
  const { ours, theirs, theirRtcp } = pair();
  const packet = make({ extensions: [{ id: 3, payload: Buffer.from([1, 2, 3]) }] });
  const sealed = ours.protectRtp(packet.bytes, packet.headerLength);
  assert.ok(sealed);
  assert.deepEqual(theirs.decrypt(sealed), packet.bytes);
  const header = new RtpHeader({ sequenceNumber: 9, timestamp: 9, ssrc: 9, payloadType: 111 });
  const opened = ours.unprotectRtp(theirs.encrypt(Buffer.from('theirs'), header));
  assert.equal(opened?.subarray(12).toString(), 'theirs');

  const compound = Buffer.concat([receiverReport(1, []), pictureLossIndication(1, 7)]);
  assert.deepEqual(theirRtcp.decrypt(ours.protectRtcp(compound)), compound);
  assert.deepEqual(ours.unprotectRtcp(theirRtcp.encrypt(compound)), compound);
});

test('SRTP: the rollover counter follows the highest packet, in spite of loss, disorder and repetition', () => {
  const { ours, peer } = pair();
  // Two rollovers, with a gap across the first and old packets sent again across the second.
  const numbers = [65000, 65500, 300, 65501, 301, 30000, 60000, 65535, 0, 65534, 1, 65535, 2, 64000, 3];
  for (const [n, sequenceNumber] of numbers.entries()) {
    const packet = make({ sequenceNumber, timestamp: n });
    const sealed = ours.protectRtp(packet.bytes, packet.headerLength);
    assert.ok(sealed);
    assert.deepEqual(peer.unprotectRtp(sealed), packet.bytes, `packet ${n}`);
  }
});

test('SRTP: a changed packet is none', () => {
  const { ours, peer } = pair();
  const packet = make();
  const sealed = ours.protectRtp(packet.bytes, packet.headerLength);
  const report = ours.protectRtcp(receiverReport(1, []));
  assert.ok(sealed);
  for (let at = 0; at < sealed.length; at += 1) {
    const changed: Buffer = Buffer.from(sealed);
    changed.writeUInt8(changed.readUInt8(at) ^ 1, at);
    assert.equal(peer.unprotectRtp(changed), null, `RTP, byte ${at}`);
  }
  for (let at = 0; at < report.length; at += 1) {
    const changed: Buffer = Buffer.from(report);
    changed.writeUInt8(changed.readUInt8(at) ^ 1, at);
    assert.equal(peer.unprotectRtcp(changed), null, `RTCP, byte ${at}`);
  }
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
      assert.equal(peer.unprotectRtp(Buffer.from(bytes)), null);
      assert.equal(peer.unprotectRtcp(Buffer.from(bytes)), null);
    }),
  );
});
