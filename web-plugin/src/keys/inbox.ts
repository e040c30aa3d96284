// What waits before it is read: messages of occupants whose presence has not come, and the rate of each occupant.
// docs/protocol.md §2.2.

import { type Arrival, LIMITS, Refusal } from '../wire/index.ts';
import type { OccupantId } from './events.ts';

/** Fills by one in `everyMs`, holds `burst`. */
class Bucket {
  private tokens: number;
  private at: number;
  private readonly burst: number;
  private readonly everyMs: number;

  constructor(burst: number, everyMs: number, now: number) {
    this.tokens = burst;
    this.burst = burst;
    this.everyMs = everyMs;
    this.at = now;
  }

  take(now: number): boolean {
    this.tokens = Math.min(this.burst, this.tokens + Math.max(0, now - this.at) / this.everyMs);
    this.at = now;
    if (this.tokens < 1) return false;
    this.tokens -= 1;
    return true;
  }
}

/** How much work one occupant can make. */
export class Allowance {
  private readonly messages: Bucket;
  private readonly handshakes: Bucket;

  constructor(now: number) {
    this.messages = new Bucket(90, 1000 / 30, now);
    this.handshakes = new Bucket(4, 2000, now);
  }

  spend(isHandshake: boolean, now: number): void {
    if (!this.messages.take(now)) throw new Refusal('message: too many');
    if (isHandshake && !this.handshakes.take(now)) throw new Refusal('hello: too many');
  }
}

interface Held {
  arrival: Arrival;
  until: number;
}

/** Messages that overtook the presence of their sender. */
export class HeldMessages {
  private readonly byOccupant = new Map<OccupantId, Held[]>();

  /** Of a message only what is for this client is held. */
  hold(from: OccupantId, arrival: Arrival, now: number): void {
    for (const [occupant, held] of this.byOccupant) {
      const fresh = held.filter(({ until }) => until > now);
      if (fresh.length === 0) this.byOccupant.delete(occupant);
      else this.byOccupant.set(occupant, fresh);
    }
    const held = this.byOccupant.get(from) ?? [];
    if (held.length >= LIMITS.heldPerOccupant) throw new Refusal('message: too many before the presence');
    if (held.length === 0 && this.byOccupant.size >= LIMITS.heldOccupants) {
      throw new Refusal('message: too many unknown senders');
    }
    const characters = [...this.byOccupant.values()]
      .flat()
      .reduce((sum, entry) => sum + size(entry.arrival), 0);
    if (characters + size(arrival) > LIMITS.heldCharacters) throw new Refusal('message: too much is held');
    this.byOccupant.set(from, [...held, { arrival, until: now + LIMITS.heldMs }]);
  }

  release(occupant: OccupantId, now: number): Arrival[] {
    const held = this.byOccupant.get(occupant) ?? [];
    this.byOccupant.delete(occupant);
    return held.filter(({ until }) => until > now).map(({ arrival }) => arrival);
  }
}

function size(arrival: Arrival): number {
  if (arrival.kind === 'olm') return arrival.part[1].length;
  return 'body' in arrival ? arrival.body.length : 0;
}
