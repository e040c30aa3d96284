// The one bundled connection of an endpoint: ICE and DTLS by werift, SRTP by srtp.ts; RTP and RTCP in and out.
import { isIPv4 } from 'node:net';
import {
  RTCDtlsFingerprint,
  RTCDtlsParameters,
  RTCDtlsTransport,
  RTCIceGatherer,
  RTCIceParameters,
  RTCIceTransport,
} from 'werift';
import type { Candidate, TransportDescription } from './api.ts';
import { connectivityCheck } from './ice-check.ts';
import type { RtpPacket } from './rtp.ts';
import { AEAD_AES_128_GCM, MASTER_KEY_LENGTH, MASTER_SALT_LENGTH, SrtpSession } from './srtp.ts';

export interface TransportEvents {
  connected(): void;
  rtp(bytes: Buffer): void;
  rtcp(compound: Buffer): void;
  /** ICE or DTLS did not come about, or the peer is gone; `reason` is for a log. */
  failed(reason: string): void;
}

const LOOPBACK = '127.0.0.1';
/** Browsers that see the bridge's address have connected long before. */
const CHECK_EVERY_MS = 400;
const CHECKS = 25;
const CANDIDATE_LIMIT = 50;

/** werift's socket, past its state of connection. */
interface StunSender {
  sendData(data: Buffer, address: [string, number]): Promise<void>;
}

export class Transport {
  readonly description: TransportDescription;
  private session: SrtpSession | null = null;
  private remoteUfrag: string | null = null;
  private readonly remoteAddresses: [string, number][] = [];
  private checking: NodeJS.Timeout | null = null;
  private closed = false;

  private constructor(
    private readonly ice: RTCIceTransport,
    private readonly dtls: RTCDtlsTransport,
    private readonly events: TransportEvents,
  ) {
    const { usernameFragment, password } = ice.localParameters;
    const [fingerprint] = dtls.localParameters.fingerprints;
    if (!fingerprint) throw new Error('transport: expected a DTLS certificate, there is none');
    this.description = {
      ufrag: usernameFragment,
      pwd: password,
      fingerprint: { hash: fingerprint.algorithm, value: fingerprint.value, setup: 'actpass' },
      candidates: ice.localCandidates.map(toCandidate),
    };
    ice.connection.onData.subscribe((bytes) => this.receive(bytes));
    ice.onStateChange.subscribe((state) => {
      if (state === 'failed') this.fail('ICE failed');
    });
  }

  static async open(events: TransportEvents): Promise<Transport> {
    const certificate = await RTCDtlsTransport.SetupCertificate();
    const gatherer = new RTCIceGatherer({
      useIpv4: false,
      useIpv6: false,
      additionalHostAddresses: [LOOPBACK],
      interfaceAddresses: { udp4: LOOPBACK },
      // Only answers checks. A browser that believes itself controlled is told of the role conflict (RFC 8445
      // §7.3.1.1) and takes control. No consent of our own can then run out on a machine that is short of
      // processor time (RFC 7675 §5.1), which werift would take for the end: the browser watches over that.
      iceLite: true,
    });
    // werift asks a public STUN server unless told otherwise.
    delete gatherer.connection.stunServer;
    const ice = new RTCIceTransport(gatherer);
    await gatherer.gather();
    const dtls = new RTCDtlsTransport({}, ice, certificate, [AEAD_AES_128_GCM]);
    // SRTP is done here, not by werift.
    dtls.srtpStarted = true;
    return new Transport(ice, dtls, events);
  }

  /**
   * Begins to connect. Most browsers' own checks come from addresses that ICE learns as peer-reflexive (RFC 8445
   * §7.3.1.3), so names of mDNS or unreachable addresses harm nothing.
   */
  connect(remote: TransportDescription): void {
    if (this.closed) throw new Error('connect: this transport is closed, allocate a new one');
    if (this.remoteUfrag === remote.ufrag) return;
    if (this.remoteUfrag !== null) {
      throw new Error('connect: this transport has a remote already, allocate a new one for an ICE restart');
    }
    this.remoteUfrag = remote.ufrag;
    this.ice.setRemoteParams(new RTCIceParameters({ usernameFragment: remote.ufrag, password: remote.pwd }));
    this.addCandidates(remote.candidates);
    this.checkUntilConnected(remote);
    // actpass leaves the choice to us: active, as RFC 5763 §5 wants it of an answerer.
    this.dtls.role = remote.fingerprint.setup === 'active' ? 'server' : 'client';
    const { hash, value } = remote.fingerprint;
    this.dtls.setRemoteParams(new RTCDtlsParameters([new RTCDtlsFingerprint(hash, value)], 'auto'));
    this.run().catch((error: unknown) => this.fail(error instanceof Error ? error.message : String(error)));
  }

  addCandidates(candidates: Candidate[]): void {
    for (const { protocol, ip, port } of candidates) {
      if (this.remoteAddresses.length >= CANDIDATE_LIMIT) return;
      if (protocol === 'udp' && isIPv4(ip)) this.remoteAddresses.push([ip, port]);
    }
  }

  /**
   * Firefox has no address on loopback and sends nothing from another one to loopback, until a check comes from there:
   * then the bridge's address is a peer-reflexive one for it.
   */
  private checkUntilConnected(remote: TransportDescription): void {
    const [protocol] = (this.ice.connection as unknown as { protocols: StunSender[] }).protocols;
    const credentials = {
      localUfrag: this.description.ufrag,
      remoteUfrag: remote.ufrag,
      remotePassword: remote.pwd,
    };
    let left = CHECKS;
    this.checking = setInterval(() => {
      for (const address of this.remoteAddresses)
        protocol?.sendData(connectivityCheck(credentials), address).catch(() => {});
      left -= 1;
      if (left === 0) this.endChecks();
    }, CHECK_EVERY_MS);
  }

  private endChecks(): void {
    if (this.checking) clearInterval(this.checking);
    this.checking = null;
  }

  private async run(): Promise<void> {
    await this.ice.start();
    this.endChecks();
    if (this.closed) return;
    await this.dtls.start();
    const { dtls } = this.dtls;
    if (this.closed || !dtls) return;
    if (dtls.srtp.srtpProfile !== AEAD_AES_128_GCM) {
      throw new Error(`expected SRTP profile AEAD_AES_128_GCM, came ${dtls.srtp.srtpProfile}`);
    }
    const keys = dtls.extractSessionKeys(MASTER_KEY_LENGTH, MASTER_SALT_LENGTH);
    this.session = new SrtpSession({
      localKey: keys.localKey,
      localSalt: keys.localSalt,
      remoteKey: keys.remoteKey,
      remoteSalt: keys.remoteSalt,
    });
    this.events.connected();
  }

  get connected(): boolean {
    return this.session !== null && !this.closed;
  }

  sendRtp(packet: RtpPacket): void {
    if (!this.session || this.closed) return;
    const sealed = this.session.protectRtp(packet.bytes, packet.headerLength);
    if (sealed) this.send(sealed);
  }

  sendRtcp(compound: Buffer): void {
    if (!this.session || this.closed) return;
    this.send(this.session.protectRtcp(compound));
  }

  async close(): Promise<void> {
    if (this.closed) return;
    this.closed = true;
    this.endChecks();
    await this.dtls.stop();
  }

  private send(bytes: Buffer): void {
    this.ice.connection.send(bytes).catch(() => {
      // The socket is being closed; what is lost then nobody waits for.
    });
  }

  /** Demultiplexes by the first bytes (RFC 7983 §7, RFC 5761 §4); STUN and DTLS are werift's. */
  private receive(bytes: Buffer): void {
    if (!this.session || this.closed || bytes.length < 12) return;
    const first = bytes.readUInt8(0);
    if (first < 128 || first > 191) return;
    const second = bytes.readUInt8(1);
    if (second >= 192 && second <= 223) {
      const compound = this.session.unprotectRtcp(bytes);
      if (compound) this.events.rtcp(compound);
    } else {
      const packet = this.session.unprotectRtp(bytes);
      if (packet) this.events.rtp(packet);
    }
  }

  private fail(reason: string): void {
    if (this.closed) return;
    this.events.failed(reason);
  }
}

function toCandidate(candidate: Candidate): Candidate {
  const { foundation, component, protocol, priority, ip, port, type } = candidate;
  return { foundation, component, protocol, priority, ip, port, type };
}
