// A small run of every scenario of `npm run sim`, and that a seed replays it exactly.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SCENARIOS, simulate } from '../../sim/scenarios.ts';

const SMALL = { members: 7, active: 3, events: 14 };

for (const scenario of SCENARIOS) {
  test(`simulation: ${scenario} breaks no promise`, async () => {
    const { world } = await simulate({ ...SMALL, scenario, seed: 11 });
    assert.deepEqual(world.violations, []);
    world.free();
  });
}

for (const [scenario, standIns] of [
  ['hostile', false],
  ['storm', true],
] as const)
  test(`simulation: one seed of ${scenario} gives one trace, another gives another`, async () => {
    const trace = async (seed: number) => {
      const { world, measure } = await simulate({ ...SMALL, scenario, seed, standIns });
      world.free();
      const { cpu_ms_per_member: _, ...figures } = measure.figures('leave', SMALL.members, SMALL.active);
      return JSON.stringify([world.traceDigest(), figures]);
    };
    const [first, again, other] = [await trace(1), await trace(1), await trace(2)];
    assert.equal(first, again);
    assert.notEqual(first, other);
  });
