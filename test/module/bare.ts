// An XMPP client that reads nothing but marks in the stream: hundreds of them cost a test process little.

import { connect, type Socket } from 'node:net';

export class Bare {
  /** Bytes received since the last reset. */
  bytes = 0;
  private tail = '';
  private waiting: { mark: string; resolve: (at: number) => void }[] = [];

  private constructor(
    private readonly socket: Socket,
    readonly jid: { value: string },
  ) {
    socket.setNoDelay(true);
    socket.on('error', () => {});
    socket.on('data', (data: Buffer) => {
      this.bytes += data.length;
      if (this.waiting.length === 0) {
        this.tail = '';
        return;
      }
      // A mark may be cut in two by the network; marks are short.
      const text = this.tail + data.toString('latin1');
      this.waiting = this.waiting.filter(({ mark, resolve }) => {
        if (!text.includes(mark)) return true;
        resolve(performance.now());
        return false;
      });
      this.tail = text.slice(-400);
    });
  }

  /** Anonymous login on the host of the tests. */
  static async connect(port: number, host: string): Promise<Bare> {
    const socket = connect(port, '127.0.0.1');
    const bare = new Bare(socket, { value: '' });
    const open = `<?xml version='1.0'?><stream:stream to='${host}' version='1.0' xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'>`;
    await bare.say(open, 'stream:features>');
    await bare.say(`<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='ANONYMOUS'/>`, '<success');
    await bare.say(open, 'stream:features>');
    const bound = bare.until('</jid>');
    let text = '';
    const read = (data: Buffer) => {
      text += data.toString();
    };
    socket.on('data', read);
    bare.write(`<iq type='set' id='bind'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></iq>`);
    await bound;
    socket.off('data', read);
    bare.jid.value = /<jid>([^<]+)<\/jid>/.exec(text)?.[1] ?? '';
    return bare;
  }

  write(text: string): void {
    this.socket.write(text);
  }

  /** Resolves with the time at which the mark came; ask before sending what brings it. */
  until(mark: string, withinMs = 300_000): Promise<number> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`waited ${withinMs} ms for ${mark}`)), withinMs);
      this.waiting.push({
        mark,
        resolve: (at) => {
          clearTimeout(timer);
          resolve(at);
        },
      });
    });
  }

  say(text: string, mark: string): Promise<number> {
    const came = this.until(mark);
    this.write(text);
    return came;
  }

  presence(room: string, nick: string, bundle: string): string {
    return `<presence to='${room}/${nick}'><x xmlns='http://jabber.org/protocol/muc'/><stats-id>Someone-Abc</stats-id><nick xmlns='http://jabber.org/protocol/nick'>${nick}</nick><jitsi_participant_sealmeet>${bundle}</jitsi_participant_sealmeet><c xmlns='http://jabber.org/protocol/caps' hash='sha-1' node='https://jitsi.org/jitsi-meet' ver='cvjWXufsg4xT62Ec2mlATkFZ9lk='/><SourceInfo>{}</SourceInfo><audiomuted xmlns='http://jitsi.org/jitmeet/audio'>false</audiomuted></presence>`;
  }

  /** Resolves when the own presence has come back, after those of all others. */
  join(room: string, nick: string, bundle: string): Promise<number> {
    return this.say(this.presence(room, nick, bundle), `code='110'`);
  }

  leave(room: string, nick: string): void {
    this.write(`<presence type='unavailable' to='${room}/${nick}'/>`);
  }

  close(): void {
    this.socket.destroy();
  }
}
