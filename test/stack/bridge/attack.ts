// What all attacks of the hostile bridge have in common: whom they meet, and what they count.
import type { Conference } from './conference.ts';
import type { Endpoint } from './endpoint.ts';
import type { Attack, AttackStatus, SourceRef } from './hostile-api.ts';
import type { IncomingSource } from './incoming-source.ts';
import type { PacketShape } from './packetize.ts';
import type { RtpPacket } from './rtp.ts';

/** What an attack has to work with. */
export interface Stage {
  conference: Conference;
  /** null: the source is gone. */
  find(ref: SourceRef): IncomingSource | null;
  /** How the source's packets look; null before one has come. */
  shape(source: IncomingSource): PacketShape | null;
}

export abstract class RunningAttack {
  protected running = true;
  protected dropped = 0;
  protected changed = 0;
  protected sent = 0;
  /** Receivers for whom it has begun, which is between two frames, so that none is torn by accident. */
  private readonly begun = new Set<string>();

  constructor(
    readonly id: number,
    protected readonly attack: Attack,
    protected readonly stage: Stage,
  ) {}

  incoming(_source: IncomingSource, _packet: RtpPacket, _now: number): void {}

  /** true: the packet is dealt with; false: it goes on. */
  outgoing(_receiver: Endpoint, _source: IncomingSource, _packet: RtpPacket, _now: number): boolean {
    return false;
  }

  /** Ends it; what was changed on the way stays continuous for the receivers. */
  stop(): void {
    this.running = false;
  }

  protected get held(): number {
    return 0;
  }

  get isRunning(): boolean {
    return this.running;
  }

  status(): AttackStatus {
    const { id, running, dropped, changed, sent, held } = this;
    return { id, type: this.attack.type, running, dropped, changed, sent, held };
  }

  /** Whom the attack is aimed at, to be handed on. */
  aim(): { receivers?: string[] } {
    const receivers = 'receivers' in this.attack ? this.attack.receivers : undefined;
    return receivers === undefined ? {} : { receivers };
  }

  protected aimsAt(receiver: Endpoint): boolean {
    return this.aim().receivers?.includes(receiver.id) ?? true;
  }

  protected begins(receiver: Endpoint, source: IncomingSource): boolean {
    if (!this.begun.has(receiver.id) && receiver.egress(source).betweenFrames) this.begun.add(receiver.id);
    return this.begun.has(receiver.id);
  }

  /** Those to whom something can be sent as `source`. */
  protected victims(source: IncomingSource): Endpoint[] {
    return [...this.stage.conference.receiversOf(source)].filter((receiver) => this.aimsAt(receiver));
  }

  /** Puts the packets of one frame between two genuine ones; false: not just now. */
  protected insert(
    receiver: Endpoint,
    source: IncomingSource,
    frame: RtpPacket[],
    now: number,
    timestamp: number,
  ): boolean {
    const egress = receiver.egress(source);
    if (!egress.betweenFrames) return false;
    for (const packet of frame) {
      const inserted = egress.insert(packet, now, timestamp);
      if (!inserted) continue;
      receiver.sendRtp(inserted);
      this.sent += 1;
    }
    return true;
  }

  protected requestKeyFrame(ref: SourceRef): void {
    this.stage.find(ref)?.requestKeyFrame(performance.now());
  }
}

export function isSource(source: IncomingSource, ref: SourceRef): boolean {
  return source.endpoint === ref.endpoint && source.description.name === ref.source;
}

export function endsFrame(source: IncomingSource, packet: RtpPacket): boolean {
  return packet.marker || !source.isVideo;
}
