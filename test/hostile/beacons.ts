// Has people say at once whom they see, which they otherwise do every twenty seconds.

import { setTimeout as pause } from 'node:timers/promises';
import type { Person } from '../e2e/sealed-room.ts';

/** A source that goes off and on is told in a beacon, and with it who is here. */
export async function beaconsOf(people: Person[]): Promise<void> {
  for (const isMuted of [true, false])
    await Promise.all(
      people.map(({ page }) => page.evaluate((muted) => window.call.muteAudio(muted), isMuted)),
    );
}

/** So long after a change of who is here a view from before it still counts as the same (docs/protocol.md §8). */
const STILL_AGREES_MS = 7_500;

/** The same once views that differ are told. */
export async function lateBeaconsOf(people: Person[]): Promise<void> {
  await pause(STILL_AGREES_MS);
  await beaconsOf(people);
}
