// The two invariants of docs/protocol.md §5.2 under random joins, leaves, mutes, delays and losses (rule M1).

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { loadOlm } from '../../../web-plugin/src/keys/index.ts';
import { Chance, seedOlm } from '../../sim/chance.ts';
import { deviceFrom, unprovedPairs } from '../../sim/device.ts';
import { type Network, World } from '../../sim/world.ts';

const chance = new Chance(1);
seedOlm(chance);
const olm = await loadOlm();

type Step =
  | { do: 'join'; on: boolean }
  | { do: 'leave' | 'toggle' | 'restart-worker'; who: number }
  | { do: 'wait'; ms: number };

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ do: fc.constant('join' as const), on: fc.boolean() }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('leave' as const), who: fc.nat(20) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('toggle' as const), who: fc.nat(20) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('restart-worker' as const), who: fc.nat(20) }) },
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constant('wait' as const),
      ms: fc.constantFrom(1, 10, 29, 31, 90, 110, 160, 400),
    }),
  },
);

const network: fc.Arbitrary<Network> = fc.record({
  minMs: fc.constantFrom(0, 5),
  maxMs: fc.constantFrom(10, 50, 250),
  loses: fc.constantFrom(0, 0, 0.1, 0.3),
  doubles: fc.constantFrom(0, 0.2),
  reorders: fc.boolean(),
  signsLate: fc.constantFrom(0, 0, 0.2),
});

/** Long enough for two repeated handshakes of a lossy network and for the requests after them. */
const UNTIL_CALM_MS = 60_000;

function play(seed: number, net: Network, steps: Step[]): void {
  const own = new Chance(seed);
  seedOlm(own);
  const world = new World({ olm, chance: own, device: deviceFrom, network: net });
  for (let n = 0; n < 3; n += 1) world.join(`m${n}`, { sealed: true, on: n < 2 });
  let joined = 3;
  for (const move of steps) {
    if (move.do === 'wait') {
      world.run(move.ms);
    } else if (move.do === 'join') {
      if (world.present.length < 7) world.join(`m${joined}`, { sealed: true, on: move.on });
      joined += 1;
    } else {
      const member = world.present[move.who % Math.max(1, world.present.length)];
      if (member === undefined) continue;
      if (move.do === 'leave') world.leave(member.id);
      else if (move.do === 'toggle') world.feed(member, { type: 'source', on: !member.isOn });
      else world.restartWorker(member);
    }
  }
  world.server.network = { ...net, loses: 0, doubles: 0, reorders: false, maxMs: 30, signsLate: 0 };
  world.run(UNTIL_CALM_MS);
  const deaf = [...world.deaf(), ...unprovedPairs(world.present, () => true)];
  world.free();
  assert.deepEqual(world.violations, []);
  assert.deepEqual(deaf, []);
}

test('nobody opens what was sealed before its join or 300 ms after its leave, and all who remain hear all', () => {
  fc.assert(fc.property(fc.nat(), network, fc.array(step, { minLength: 5, maxLength: 40 }), play), {
    numRuns: Number(process.env.RUNS ?? 20),
    seed: 20261123,
  });
});
