// Somebody's packets under somebody else's SSRC: impersonate, exchange.
import { isSource, RunningAttack, type Stage } from './attack.ts';
import type { Endpoint } from './endpoint.ts';
import { startsKeyFrame } from './frame-assembler.ts';
import type { Attack, SourceRef } from './hostile-api.ts';
import type { IncomingSource } from './incoming-source.ts';
import type { RtpPacket } from './rtp.ts';

interface Route {
  from: SourceRef;
  as: SourceRef;
}

export class RouteAttack extends RunningAttack {
  private readonly routes: Route[];
  /** Receivers that had the key frame with which a picture can begin, by route. */
  private readonly started = new Set<string>();

  constructor(id: number, attack: Extract<Attack, { type: 'impersonate' | 'exchange' }>, stage: Stage) {
    super(id, attack, stage);
    this.routes =
      attack.type === 'impersonate'
        ? [{ from: attack.from, as: attack.as }]
        : [
            { from: attack.first, as: attack.second },
            { from: attack.second, as: attack.first },
          ];
    for (const { from, as } of this.routes) {
      if (stage.find(from)?.isVideo !== stage.find(as)?.isVideo) {
        throw new Error('hostile: expected two sources of one medium, came audio and video');
      }
      this.requestKeyFrame(from);
    }
  }

  override outgoing(receiver: Endpoint, source: IncomingSource, packet: RtpPacket, now: number): boolean {
    if (!this.aimsAt(receiver)) return false;
    let replaced = false;
    for (const [n, { from, as }] of this.routes.entries()) {
      // Nobody is sent a stream under an SSRC of its own, and its own stream is not sent back to it.
      if (as.endpoint === receiver.id || from.endpoint === receiver.id) continue;
      if (isSource(source, as)) replaced = true;
      const target = isSource(source, from) ? this.stage.find(as) : null;
      if (target && this.starts(receiver, source, packet, n)) {
        this.stage.conference.forward(receiver, target, packet, now);
        this.changed += 1;
      }
    }
    if (replaced) this.dropped += 1;
    return replaced;
  }

  private starts(receiver: Endpoint, source: IncomingSource, packet: RtpPacket, route: number): boolean {
    const key = `${route} ${receiver.id}`;
    if (!source.isVideo || startsKeyFrame(packet)) this.started.add(key);
    return this.started.has(key);
  }

  override stop(): void {
    super.stop();
    for (const { as } of this.routes) this.requestKeyFrame(as);
  }
}
