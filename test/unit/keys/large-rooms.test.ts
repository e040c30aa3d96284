// Rooms in which not everybody has a channel with everybody. docs/protocol.md §4.1.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadOlm, type OlmLibrary } from '../../../web-plugin/src/keys/index.ts';
import { Chance, seedOlm } from '../../sim/chance.ts';
import { deviceFrom } from '../../sim/device.ts';
import { World } from '../../sim/world.ts';
import { newCore, ofType, Puppet } from './rig.ts';

const chance = new Chance(3);
seedOlm(chance);
const real = await loadOlm();

/** libolm, with the sessions counted that were made to start a channel. */
function counting(): { olm: OlmLibrary; offers(): number } {
  let offers = 0;
  const account: OlmLibrary['account'] = () => {
    const own = real.account();
    const outbound: typeof own.outbound = (...to) => {
      offers += 1;
      return own.outbound(...to);
    };
    return { ...own, outbound };
  };
  return { olm: { ...real, account }, offers: () => offers };
}

test('in a large room only pairs with something to send make channels, those of a newcomer too', () => {
  const { olm, offers } = counting();
  const world = new World({ olm, chance, device: deviceFrom });
  for (let n = 0; n < 40; n += 1) world.join(`m${n}`, { sealed: true, on: n === 0 });
  world.run(2000);
  assert.deepEqual(world.deaf(), []);
  const before = offers();
  const newcomer = world.join('newcomer', { sealed: true, on: false });
  world.run(2000);
  assert.equal(offers() - before, 1, 'with the one who speaks');
  world.feed(newcomer, { type: 'source', on: true });
  world.run(2000);
  assert.equal(offers() - before, 40, 'with everybody, once');
  assert.deepEqual([...world.deaf(), ...world.violations], []);
  world.free();
});

test('in a small room everybody has a channel with everybody, also before anything is sent', () => {
  const { olm, offers } = counting();
  const world = new World({ olm, chance, device: deviceFrom });
  for (let n = 0; n < 6; n += 1) world.join(`m${n}`, { sealed: true, on: false });
  world.run(1000);
  assert.equal(offers(), (6 * 5) / 2);
  world.free();
});

test('whoever has just come offers to four at a time, so that it can set up its media in between', () => {
  const core = newCore('alice');
  const others = Array.from({ length: 9 }, (_, n) => new Puppet(`p${n}`, core, 'alice', 'responder'));
  core.handle({ type: 'sealed' }, 0);
  for (const { id, property } of others) core.handle({ type: 'joined', occupant: id, bundle: property }, 0);
  const offered = (now: number) => ofType(core.handle({ type: 'timer' }, now), 'send').map(({ to }) => to);
  assert.deepEqual(
    [offered(29), offered(30), offered(30), offered(31), offered(32), offered(33)],
    [[], ['p0', 'p1', 'p2', 'p3'], [], ['p4', 'p5', 'p6', 'p7'], ['p8'], []],
  );
});
