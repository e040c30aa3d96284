// The bridge turned against its participants: attacks begun, listed and ended, each bounded in time or by its material.
import type { RunningAttack, Stage } from './attack.ts';
import { DamageAttack, InjectingAttack } from './attack-frames.ts';
import { DropAttack, ReorderAttack } from './attack-losses.ts';
import { KeepingAttack, ReplayAttack } from './attack-replays.ts';
import { RouteAttack } from './attack-routes.ts';
import type { Conference, Tamper } from './conference.ts';
import type { Endpoint } from './endpoint.ts';
import type { Attack, HostileParams, HostileResult, SourceRef } from './hostile-api.ts';
import type { IncomingSource } from './incoming-source.ts';
import { type PacketShape, shapeOf } from './packetize.ts';
import type { RtpPacket } from './rtp.ts';

/** Attacks of one conference that are remembered, captures that hold packets among them. */
const ATTACKS_LIMIT = 32;

class HostileBridge implements Tamper {
  private readonly attacks = new Map<number, RunningAttack>();
  private readonly shapes = new WeakMap<IncomingSource, PacketShape>();
  private readonly stage: Stage;
  private nextId = 1;

  constructor(private readonly conference: Conference) {
    this.stage = {
      conference,
      find: ({ endpoint, source }) => conference.endpoints.get(endpoint)?.sources.get(source) ?? null,
      shape: (source) => this.shapes.get(source) ?? null,
    };
  }

  incoming(source: IncomingSource, packet: RtpPacket, now: number): void {
    const shape = shapeOf(packet);
    if (shape) this.shapes.set(source, shape);
    for (const attack of this.attacks.values()) if (attack.isRunning) attack.incoming(source, packet, now);
  }

  /** The attack that was begun first and deals with the packet has it. */
  outgoing(receiver: Endpoint, source: IncomingSource, packet: RtpPacket, now: number): boolean {
    for (const attack of this.attacks.values()) {
      if (attack.isRunning && attack.outgoing(receiver, source, packet, now)) return true;
    }
    return false;
  }

  begin(attack: Attack): number {
    this.forgetEnded();
    if (this.attacks.size >= ATTACKS_LIMIT) {
      throw new Error(`hostile: there are ${ATTACKS_LIMIT} attacks, stop some first`);
    }
    const id = this.nextId;
    const running = this.create(id, attack);
    this.nextId += 1;
    this.attacks.set(id, running);
    return id;
  }

  /** A withhold that is to be played goes on as a replay, whose id is returned. */
  end(id: number, play: boolean): number {
    const attack = this.attacks.get(id);
    if (!attack) throw new Error(`hostile: attack ${id} is not known in ${this.conference.name}`);
    if (attack.isRunning) attack.stop();
    return play ? this.begin({ type: 'replay', capture: id, ...attack.aim() }) : id;
  }

  endAll(): void {
    for (const attack of this.attacks.values()) if (attack.isRunning) attack.stop();
    this.attacks.clear();
  }

  close(): void {
    this.endAll();
  }

  status(): HostileResult['attacks'] {
    return [...this.attacks.values()].map((attack) => attack.status());
  }

  private create(id: number, attack: Attack): RunningAttack {
    switch (attack.type) {
      case 'impersonate':
        this.mustExist(attack.from, attack.as);
        return new RouteAttack(id, attack, this.stage);
      case 'exchange':
        this.mustExist(attack.first, attack.second);
        return new RouteAttack(id, attack, this.stage);
      case 'capture':
      case 'withhold':
        this.mustExist(attack.source);
        return new KeepingAttack(id, attack, this.stage);
      case 'replay': {
        const capture = this.attacks.get(attack.capture);
        if (!(capture instanceof KeepingAttack)) {
          throw new Error(`hostile: expected the id of a capture or a withhold, came ${attack.capture}`);
        }
        const target = attack.as ?? capture.source;
        this.mustExist(target);
        return new ReplayAttack(id, attack, [...capture.kept], target, this.stage);
      }
      case 'damage':
        this.mustExist(attack.source);
        return new DamageAttack(id, attack, this.stage);
      case 'inject':
      case 'garbage':
        this.mustExist(attack.source);
        return new InjectingAttack(id, attack, this.stage);
      case 'drop':
        this.mustExist(attack.source);
        return new DropAttack(id, attack, this.stage);
      case 'reorder':
        this.mustExist(attack.source);
        return new ReorderAttack(id, attack, this.stage);
    }
  }

  private mustExist(...refs: SourceRef[]): void {
    for (const ref of refs) {
      if (this.stage.find(ref)) continue;
      throw new Error(`hostile: ${ref.endpoint}/${ref.source} is no source in ${this.conference.name}`);
    }
  }

  /** Captures stay until they are stopped by `all`: they are there to be replayed later. */
  private forgetEnded(): void {
    for (const [id, attack] of this.attacks) {
      if (this.attacks.size < ATTACKS_LIMIT) return;
      if (!attack.isRunning && !(attack instanceof KeepingAttack)) this.attacks.delete(id);
    }
  }
}

const BRIDGES = new WeakMap<Conference, HostileBridge>();

export function runHostile(conference: Conference, params: HostileParams): HostileResult {
  const hostile = BRIDGES.get(conference) ?? new HostileBridge(conference);
  BRIDGES.set(conference, hostile);
  conference.tamper = hostile;
  if ('attack' in params) {
    const id = hostile.begin(params.attack);
    return { id, attacks: hostile.status() };
  }
  if ('list' in params) return { attacks: hostile.status() };
  if (params.stop === 'all') {
    hostile.endAll();
    return { attacks: hostile.status() };
  }
  const id = hostile.end(params.stop, params.play ?? false);
  return { id, attacks: hostile.status() };
}
