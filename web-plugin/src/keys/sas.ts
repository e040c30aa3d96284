// One emoji comparison with one person at a time. docs/protocol.md §7.3; rule S8.

import {
  compare,
  equal,
  Refusal,
  type SasMessage,
  type SasReason,
  toBase64,
  toBase64Url,
} from '../wire/index.ts';
import { hash } from './derive.ts';
import { forgetOldest } from './forget-oldest.ts';
import type { OlmLibrary, OlmSas } from './olm.ts';
import { isSoundCurve25519 } from './points.ts';

const TIMEOUT_MS = 5 * 60_000;
const EMOJI = 7;
const SILENCED = 256;

/** What a person sees; the shapes of the interface's comparison. */
export type ComparisonStep =
  /** The channel to compare over is being made. */
  | { step: 'connecting' }
  | { step: 'incoming' }
  | { step: 'waiting' }
  | { step: 'compare'; emoji: number[] }
  | { step: 'confirming'; emoji: number[] }
  | { step: 'match' }
  | { step: 'mismatch' }
  | { step: 'interrupted'; why: 'left' | 'declined' | 'stopped' | 'timeout' | 'unreachable' };

/** One finished channel between two proved devices. */
export interface SasChannel {
  occupant: string;
  isInitiator: boolean;
  transcript: Uint8Array;
  ownDevice: Uint8Array;
  peerDevice: Uint8Array;
}

export interface SasPorts {
  olm: OlmLibrary;
  random(length: number): Uint8Array;
  send(occupant: string, message: SasMessage): void;
  show(occupant: string, step: ComparisonStep): void;
  verified(occupant: string, device: string): void;
}

type Stage = 'started' | 'invited' | 'accepted' | 'sent-key' | 'comparing';

interface Run {
  channel: SasChannel;
  tx: Uint8Array;
  isStarter: boolean;
  stage: Stage;
  sas: OlmSas;
  commit: Uint8Array | null;
  peerKey: Uint8Array | null;
  emoji: number[];
  hasConfirmed: boolean;
  peerMac: string | null;
  until: number;
}

export class Comparisons {
  private readonly ports: SasPorts;
  private run: Run | null = null;
  /** Devices that may not ask again by themselves, as a comparison with them failed or was declined twice. */
  private readonly silenced = new Set<string>();
  private declined: string | null = null;

  constructor(ports: SasPorts) {
    this.ports = ports;
  }

  get deadline(): number | null {
    return this.run?.until ?? null;
  }

  due(now: number): void {
    if (this.run !== null && this.run.until <= now)
      this.cancel('timeout', { step: 'interrupted', why: 'timeout' });
  }

  /** The local user wants to compare. */
  start(channel: SasChannel, now: number): void {
    this.silenced.delete(toBase64(channel.peerDevice));
    if (this.run?.stage === 'invited') {
      if (this.isWith(channel.occupant)) {
        this.accept(this.run);
        return;
      }
      // An invitation is no reason that this person could not compare with somebody else.
      this.cancel('busy', { step: 'interrupted', why: 'stopped' });
    }
    if (this.run !== null) return;
    this.run = this.begin(channel, this.ports.random(16), true, 'started', now);
    this.ports.send(channel.occupant, { tx: this.run.tx, step: 'start' });
    this.ports.show(channel.occupant, { step: 'waiting' });
  }

  /** The local user's answer to `incoming`. */
  answer(isAccepted: boolean): void {
    if (this.run?.stage !== 'invited') return;
    if (isAccepted) this.accept(this.run);
    else {
      const device = toBase64(this.run.channel.peerDevice);
      if (this.declined === device) this.silence(this.run);
      this.declined = device;
      this.cancel('declined', { step: 'interrupted', why: 'declined' });
    }
  }

  /** The local user's word on the emoji. */
  confirm(isSame: boolean): void {
    const { run } = this;
    if (run?.stage !== 'comparing' || run.hasConfirmed) return;
    if (!isSame) {
      this.fail(run);
      return;
    }
    run.hasConfirmed = true;
    this.ports.send(run.channel.occupant, { tx: run.tx, step: 'mac', mac: this.mac(run, run.isStarter) });
    this.ports.show(run.channel.occupant, { step: 'confirming', emoji: run.emoji });
    this.finish(run);
  }

  /** The local user closes what runs. */
  stop(): void {
    this.cancel('stopped', { step: 'interrupted', why: 'stopped' });
  }

  isWith(occupant: string): boolean {
    return this.run?.channel.occupant === occupant;
  }

  /** The occupant left, or its channel was built anew: nothing of it holds any more. */
  gone(occupant: string): void {
    if (!this.isWith(occupant)) return;
    this.end();
    this.ports.show(occupant, { step: 'interrupted', why: 'left' });
  }

  receive(channel: SasChannel, message: SasMessage, now: number): void {
    if (message.step === 'start') {
      this.invited(channel, message.tx, now);
      return;
    }
    const { run } = this;
    if (run === null || run.channel.occupant !== channel.occupant || !equal(run.tx, message.tx)) {
      throw new Refusal('sas: no such comparison runs');
    }
    switch (message.step) {
      case 'accept':
        if (run.stage !== 'started') throw new Refusal('sas: accept is not expected now');
        run.commit = message.commit;
        run.stage = 'sent-key';
        this.ports.send(channel.occupant, { tx: run.tx, step: 'key', key: run.sas.publicKey });
        break;
      case 'key':
        this.key(run, message.key);
        break;
      case 'mac':
        if (run.stage !== 'comparing' || run.peerMac !== null)
          throw new Refusal('sas: mac is not expected now');
        run.peerMac = message.mac;
        this.finish(run);
        break;
      case 'cancel':
        this.cancelled(run, message.reason);
        break;
    }
  }

  private begin(channel: SasChannel, tx: Uint8Array, isStarter: boolean, stage: Stage, now: number): Run {
    return {
      channel,
      tx,
      isStarter,
      stage,
      sas: this.ports.olm.sas(),
      commit: null,
      peerKey: null,
      emoji: [],
      hasConfirmed: false,
      peerMac: null,
      until: now + TIMEOUT_MS,
    };
  }

  private invited(channel: SasChannel, tx: Uint8Array, now: number): void {
    const { run } = this;
    const isGlare = run?.stage === 'started' && run.channel.occupant === channel.occupant;
    if (isGlare && compare(run.tx, tx) <= 0) return;
    if ((run !== null && !isGlare) || this.silenced.has(toBase64(channel.peerDevice))) {
      this.ports.send(channel.occupant, { tx, step: 'cancel', reason: 'busy' });
      return;
    }
    this.end();
    this.run = this.begin(channel, tx, false, 'invited', now);
    // Both asked at once: neither has to be asked again.
    if (isGlare) this.accept(this.run);
    else this.ports.show(channel.occupant, { step: 'incoming' });
  }

  /** The commitment to the own key goes out before the starter's key is known. */
  private accept(run: Run): void {
    run.stage = 'accepted';
    const commit = hash(run.sas.publicKey, run.tx);
    this.ports.send(run.channel.occupant, { tx: run.tx, step: 'accept', commit });
    this.ports.show(run.channel.occupant, { step: 'waiting' });
  }

  private key(run: Run, key: Uint8Array): void {
    const isExpected = run.isStarter ? run.stage === 'sent-key' : run.stage === 'accepted';
    if (!isExpected) throw new Refusal('sas: key is not expected now');
    if (!isSoundCurve25519(key) || equal(key, run.sas.publicKey))
      throw new Refusal('sas: key is not a sound point');
    if (run.isStarter && (run.commit === null || !equal(hash(key, run.tx), run.commit))) {
      this.fail(run);
      throw new Refusal('sas: the key is not the one committed to');
    }
    run.peerKey = key;
    run.sas.setPeer(key);
    if (!run.isStarter) {
      this.ports.send(run.channel.occupant, { tx: run.tx, step: 'key', key: run.sas.publicKey });
    }
    run.emoji = sixBits(run.sas.bytes(this.info(run, ''), 6));
    run.stage = 'comparing';
    this.ports.show(run.channel.occupant, { step: 'compare', emoji: run.emoji });
  }

  private finish(run: Run): void {
    if (!run.hasConfirmed || run.peerMac === null) return;
    if (run.peerMac !== this.mac(run, !run.isStarter)) {
      this.fail(run);
      throw new Refusal('sas: the mac does not hold');
    }
    const { occupant, peerDevice } = run.channel;
    this.end();
    this.ports.show(occupant, { step: 'match' });
    this.ports.verified(occupant, toBase64(peerDevice));
  }

  private cancelled(run: Run, reason: SasReason): void {
    const { occupant } = run.channel;
    if (reason === 'mismatch') {
      this.silence(run);
      this.end();
      this.ports.show(occupant, { step: 'mismatch' });
      return;
    }
    this.end();
    this.ports.show(occupant, { step: 'interrupted', why: reason === 'busy' ? 'declined' : reason });
  }

  private fail(run: Run): void {
    this.silence(run);
    this.cancel('mismatch', { step: 'mismatch' });
  }

  private silence({ channel }: Run): void {
    this.silenced.add(toBase64(channel.peerDevice));
    forgetOldest(this.silenced, SILENCED);
  }

  private cancel(reason: SasReason, step: ComparisonStep): void {
    const { run } = this;
    if (run === null) return;
    this.end();
    this.ports.send(run.channel.occupant, { tx: run.tx, step: 'cancel', reason });
    this.ports.show(run.channel.occupant, step);
  }

  private end(): void {
    this.run?.sas.free();
    this.run = null;
  }

  /** What the emoji and the MACs are bound to; libolm takes text. */
  private info(run: Run, purpose: string): string {
    const { channel, sas, peerKey } = run;
    const [initiator, responder] = channel.isInitiator
      ? [channel.ownDevice, channel.peerDevice]
      : [channel.peerDevice, channel.ownDevice];
    const other = peerKey ?? new Uint8Array(0);
    const [starter, acceptor] = run.isStarter ? [sas.publicKey, other] : [other, sas.publicKey];
    const parts = [channel.transcript, initiator, responder, starter, acceptor, run.tx].map(toBase64Url);
    return [`Sealmeet 1 sas${purpose}`, ...parts].join('|');
  }

  /** Over the device of the one who sends it, labelled with its role. */
  private mac(run: Run, isStarter: boolean): string {
    const device = isStarter === run.isStarter ? run.channel.ownDevice : run.channel.peerDevice;
    return run.sas.mac(toBase64Url(device), this.info(run, isStarter ? ' mac starter' : ' mac acceptor'));
  }
}

/** The first 42 bits, six by six. */
function sixBits(bytes: Uint8Array): number[] {
  const bits = bytes.reduce((all, byte) => (all << 8n) | BigInt(byte), 0n);
  return Array.from({ length: EMOJI }, (_, at) => Number((bits >> BigInt(42 - 6 * at)) & 63n));
}
