// The bridge's web socket as lib-jitsi-meet expects it (RFC 6455): opened, kept open, and silent. The library is
// calm with a channel that never says anything; without one it retries or renegotiates for ever.
import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';

const GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';
const OPCODE_CLOSE = 8;
const CLOSE_FRAME = Buffer.from([0x88, 0]);

export function acceptBridgeChannel(request: IncomingMessage, socket: Duplex): void {
  const key = request.headers['sec-websocket-key'];
  if (!key) {
    socket.end('HTTP/1.1 400 Bad Request\r\nconnection: close\r\n\r\n');
    return;
  }
  const accept = createHash('sha1').update(`${key}${GUID}`).digest('base64');
  socket.write(
    `HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: Upgrade\r\nsec-websocket-accept: ${accept}\r\n\r\n`,
  );
  let pending: Buffer = Buffer.alloc(0);
  socket.on('error', () => socket.destroy());
  socket.on('data', (chunk: Buffer) => {
    pending = Buffer.concat([pending, chunk]);
    for (let frame = nextFrame(pending); frame; frame = nextFrame(pending)) {
      pending = pending.subarray(frame.length);
      if (frame.opcode === OPCODE_CLOSE) return void socket.end(CLOSE_FRAME);
    }
  });
}

/** Length of the first whole frame, masked as every frame of a client is (§5.2), or null if it is not all there. */
function nextFrame(bytes: Buffer): { opcode: number; length: number } | null {
  const [first, second] = bytes;
  if (first === undefined || second === undefined) return null;
  const short = second & 0x7f;
  const extended = short === 126 ? 2 : short === 127 ? 8 : 0;
  if (bytes.length < 2 + extended) return null;
  const payload =
    extended === 2 ? bytes.readUInt16BE(2) : extended === 8 ? Number(bytes.readBigUInt64BE(2)) : short;
  const length = 2 + extended + (second & 0x80 ? 4 : 0) + payload;
  return bytes.length < length ? null : { opcode: first & 0x0f, length };
}
