// One UDP port for all clients, as the videobridge has it: told apart by the user name in their first ICE check
// (RFC 8445 §7.2.2), then by their address, and passed on to the transport's own port on loopback.
import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';

const BINDING_REQUEST = 0x0001;
const MAGIC_COOKIE = 0x2112a442;
const USERNAME = 0x0006;
const IDLE_MS = 90_000;
const LOOPBACK = '127.0.0.1';

interface Session {
  ufrag: string;
  port: number;
  inside: Socket;
  lastSeen: number;
}

/** The user-name fragment of the one who is asked, of a STUN binding request (RFC 8489 §5, §14.3); else null. */
export function askedUfrag(packet: Buffer): string | null {
  if (packet.length < 20 || packet.readUInt16BE(0) !== BINDING_REQUEST) return null;
  if (packet.readUInt32BE(4) !== MAGIC_COOKIE) return null;
  const end = Math.min(packet.length, 20 + packet.readUInt16BE(2));
  for (let at = 20; at + 4 <= end; ) {
    const type = packet.readUInt16BE(at);
    const length = packet.readUInt16BE(at + 2);
    if (at + 4 + length > end) return null;
    if (type === USERNAME) {
      return packet.toString('utf8', at + 4, at + 4 + length).split(':')[0] ?? null;
    }
    at += 4 + length + ((4 - (length % 4)) % 4);
  }
  return null;
}

export class SinglePort {
  readonly #socket: Socket = createSocket('udp4');
  /** Transport's port on loopback, by its user-name fragment. */
  readonly #transports = new Map<string, number>();
  readonly #sessions = new Map<string, Session>();
  readonly #sweep = setInterval(() => this.#forgetIdle(), IDLE_MS / 3);

  static async listen(port: number): Promise<SinglePort> {
    const single = new SinglePort();
    await new Promise<void>((resolve, reject) => {
      single.#socket.once('error', reject);
      single.#socket.bind(port, '0.0.0.0', resolve);
    });
    single.#socket.on('message', (packet, from) => single.#fromClient(packet, from));
    return single;
  }

  register(ufrag: string, port: number): void {
    this.#transports.set(ufrag, port);
  }

  #fromClient(packet: Buffer, from: RemoteInfo): void {
    const key = `${from.address}:${from.port}`;
    const ufrag = askedUfrag(packet);
    let session = this.#sessions.get(key);
    if (ufrag !== null && session?.ufrag !== ufrag) {
      const port = this.#transports.get(ufrag);
      if (port === undefined) return;
      session?.inside.close();
      const inside = createSocket('udp4');
      inside.bind(0, LOOPBACK);
      inside.on('message', (answer) => this.#socket.send(answer, from.port, from.address));
      session = { ufrag, port, inside, lastSeen: 0 };
      this.#sessions.set(key, session);
    }
    if (!session) return;
    session.lastSeen = Date.now();
    session.inside.send(packet, session.port, LOOPBACK);
  }

  #forgetIdle(): void {
    const before = Date.now() - IDLE_MS;
    for (const [key, { inside, lastSeen }] of this.#sessions) {
      if (lastSeen > before) continue;
      inside.close();
      this.#sessions.delete(key);
    }
  }

  close(): void {
    clearInterval(this.#sweep);
    for (const { inside } of this.#sessions.values()) inside.close();
    this.#socket.close();
  }
}
