// Two who are nowhere exchange keys once. Scripts and WebAssembly take three times as long when they run for the first
// time, and a page that was just opened has the time for it which it lacks when somebody joins.

import { createCore } from './core.ts';
import type { Core } from './core-api.ts';
import type { CoreEvent } from './events.ts';
import type { OlmLibrary } from './olm.ts';

interface Player {
  self: string;
  core: Core;
}

const ROOM = 'rehearsal@nowhere.invalid';
const STEP_MS = 50;
/** Until everything that waits for something has come to its end. */
const STEPS = 6;

/** Yields after each piece of work; whoever has something better to do goes no further. Returns how many keys came. */
export function* rehearsal(
  olm: OlmLibrary,
  random: (length: number) => Uint8Array,
): Generator<void, number, void> {
  const [one, other] = ['one', 'other'].map((self) => ({
    self,
    core: createCore({ olm, room: ROOM, self, random }),
  })) as [Player, Player];
  const due: [Player, CoreEvent][] = [];
  const both = (make: (peer: Player) => CoreEvent) => due.push([one, make(other)], [other, make(one)]);
  let keys = 0;
  try {
    both(({ self, core }) => ({ type: 'joined', occupant: self, bundle: core.bundle() }));
    both(() => ({ type: 'sealed' }));
    both(() => ({ type: 'source', on: true }));
    for (let step = 1; step <= STEPS; step += 1) {
      both(() => ({ type: 'timer' }));
      for (let next = due.shift(); next !== undefined; next = due.shift()) {
        const [player, event] = next;
        for (const action of player.core.handle(event, step * STEP_MS)) {
          if (action.type === 'accept-key') keys += 1;
          if (action.type !== 'send') continue;
          const payload: unknown = JSON.parse(JSON.stringify(action.message));
          due.push([player === one ? other : one, { type: 'message', from: player.self, payload }]);
        }
        yield;
      }
    }
  } finally {
    one.core.free();
    other.core.free();
  }
  return keys;
}
