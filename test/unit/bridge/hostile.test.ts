// Each attack of the hostile bridge, seen from the receiver's encoded transform: frames that say whose they are.
import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import type { Attack } from '../../stack/bridge/api.ts';
import { capabilities } from '../../stack/bridge/capabilities.ts';
import { Participant } from './participant.ts';
import { type Setting, startSetting } from './setting.ts';
import type { Seen } from './tagging-worker.ts';

const conference = 'hostile';
const camera = (endpoint: string) => ({ endpoint, source: 'camera' });
const microphone = (endpoint: string) => ({ endpoint, source: 'microphone' });
const ofBoris = [camera('boris'), microphone('boris')];
const aim = { receivers: ['carla'] };

let setting: Setting;
let anna: Participant;
let boris: Participant;
let carla: Participant;

before(async () => {
  setting = await startSetting();
  const { browser, url, bridge } = setting;
  // AV1, where a bridge that adds or leaves out frames has the most to keep up: the dependency descriptor.
  const base = { browser, url, bridge, conference, capabilities: capabilities(['AV1']), tagged: true };
  anna = await Participant.join({ ...base, endpoint: 'anna', frequency: 440 }, []);
  boris = await Participant.join({ ...base, endpoint: 'boris', frequency: 880 }, [anna]);
  carla = await Participant.join({ ...base, endpoint: 'carla', frequency: 1320 }, [anna, boris]);
});

after(async () => {
  await setting.stop();
});

afterEach(async () => {
  await setting.bridge.call('hostile', { conference, stop: 'all' });
});

const seconds = (n: number) => new Promise((resolve) => setTimeout(resolve, n * 1000));

async function attack(what: Attack): Promise<number> {
  const { id } = await setting.bridge.call('hostile', { conference, attack: what });
  assert.ok(id !== undefined);
  return id;
}

async function stop(id: number, play?: boolean): Promise<number> {
  const params = { conference, stop: id, ...(play === undefined ? {} : { play }) };
  return (await setting.bridge.call('hostile', params)).id ?? 0;
}

async function statusOf(id: number) {
  const { attacks } = await setting.bridge.call('hostile', { conference, list: true });
  const status = attacks.find((one) => one.id === id);
  assert.ok(status);
  return status;
}

/** Looks again and again until the check holds; its last complaint is the failure. */
async function eventually(check: () => Promise<void>, limit = 15): Promise<void> {
  const end = performance.now() + limit * 1000;
  for (;;) {
    try {
      await check();
      return;
    } catch (error) {
      if (performance.now() > end) throw error;
    }
  }
}

/** What Carla gets of a source in `duration` seconds from now. */
async function carlaSees(source: { endpoint: string; source: string }, duration = 0.4): Promise<Seen> {
  await carla.seen(source.endpoint, source.source);
  await seconds(duration);
  return carla.seen(source.endpoint, source.source);
}

function counters(seen: Seen, { endpoint, source }: { endpoint: string; source: string }): number[] {
  return seen.intact[`${endpoint}/${source}`] ?? [];
}

/** What Carla gets of a source from now on, until there is enough of it. */
async function carlaGathers(
  source: { endpoint: string; source: string },
  enough: (numbers: number[]) => boolean,
): Promise<number[]> {
  const numbers: number[] = [];
  await eventually(async () => {
    await seconds(0.2);
    const seen = await carla.seen(source.endpoint, source.source);
    assert.equal(seen.broken, 0);
    numbers.push(...counters(seen, source));
    assert.ok(enough(numbers), `came: ${numbers}`);
  });
  return numbers;
}

/** Nothing but frames of `source`, at least `least`, all whole. */
function only(seen: Seen, source: { endpoint: string; source: string }, least: number): void {
  assert.deepEqual(Object.keys(seen.intact), [`${source.endpoint}/${source.source}`]);
  assert.equal(seen.broken, 0);
  assert.ok(counters(seen, source).length >= least, JSON.stringify(seen));
}

/** Frames that came after one that was sent later. */
function late(numbers: number[]): number[] {
  let highest = -1;
  return numbers.filter((number) => {
    const behind = number < highest;
    highest = Math.max(highest, number);
    return behind;
  });
}

/** Everybody is seen and heard as himself again. */
async function allIsWell(): Promise<void> {
  await Promise.all(
    [camera, microphone]
      .flatMap((of) => [of('anna'), of('boris')])
      .map((source) => eventually(async () => only(await carlaSees(source), source, 2))),
  );
  const before = (await carla.received('boris', 'camera'))?.framesDecoded ?? 0;
  await eventually(async () => {
    await seconds(0.1);
    const after = (await carla.received('boris', 'camera'))?.framesDecoded ?? 0;
    assert.ok(after > before, 'the picture moves');
  });
}

test('all is well before the bridge turns hostile', allIsWell);

test('impersonate: Anna under the name of Boris', async () => {
  const id = await attack({ type: 'impersonate', from: camera('anna'), as: camera('boris'), ...aim });
  await eventually(async () => only(await carlaSees(camera('boris')), camera('anna'), 2));
  await eventually(async () => only(await carlaSees(camera('anna')), camera('anna'), 2));
  await stop(id);
  await allIsWell();
});

test('exchange: the pictures of Anna and Boris, in the eyes of Carla alone', async () => {
  const id = await attack({ type: 'exchange', first: camera('anna'), second: camera('boris'), ...aim });
  await eventually(async () => only(await carlaSees(camera('anna')), camera('boris'), 2));
  await eventually(async () => only(await carlaSees(camera('boris')), camera('anna'), 2));
  await anna.seen('boris', 'camera');
  await eventually(async () => {
    await seconds(0.4);
    only(await anna.seen('boris', 'camera'), camera('boris'), 2);
  });
  await stop(id);
  await allIsWell();
});

test('exchange: the voices of Anna and Boris', async () => {
  const id = await attack({ type: 'exchange', first: microphone('anna'), second: microphone('boris') });
  await eventually(async () => only(await carlaSees(microphone('anna')), microphone('boris'), 5));
  await eventually(async () => only(await carlaSees(microphone('boris')), microphone('anna'), 5));
  await eventually(async () => {
    await seconds(0.1);
    assert.ok(Math.abs((await carla.tone('anna')) - 880) < 15, 'unsealed, the swap is heard');
  });
  await stop(id);
  await allIsWell();
});

for (const source of ofBoris) {
  test(`capture and replay of a ${source.source}, between genuine frames and in their place`, async () => {
    const capture = await attack({ type: 'capture', source });
    await eventually(async () => {
      await seconds(0.2);
      assert.ok((await statusOf(capture)).held >= 15);
    });
    await stop(capture);

    await setting.bridge.call('keyFrames', { conference });
    await eventually(async () => only(await carlaSees(source), source, 2));
    await carla.seen('boris', source.source);
    const replay = await attack({ type: 'replay', capture, speed: 4, ...aim });
    // Old frames between new ones.
    const both = await carlaGathers(source, (numbers) => late(numbers).length >= 8);
    await eventually(async () => {
      await seconds(0.2);
      assert.equal((await statusOf(replay)).running, false);
    });
    const newest = Math.max(...both);

    await eventually(async () => {
      // Minutes old, by the measure of key frames.
      await setting.bridge.call('keyFrames', { conference });
      await seconds(0.3);
      const instead = await attack({ type: 'replay', capture, instead: true, speed: 0.2, ...aim });
      await seconds(0.3);
      const alone = counters(await carlaSees(source, 0.7), source);
      await stop(instead);
      assert.ok(alone.length >= 1 && Math.max(...alone) < newest, `nothing but old ones: ${alone}`);
    });
    await allIsWell();
  });

  test(`withhold a ${source.source}, and play it later`, async () => {
    const id = await attack({ type: 'withhold', source, ...aim });
    await eventually(async () => assert.deepEqual(await carlaSees(source), { intact: {}, broken: 0 }));
    const other = { ...source, endpoint: 'anna' };
    await eventually(async () => only(await carlaSees(other), other, 2));
    await eventually(async () => {
      await seconds(0.2);
      assert.ok((await statusOf(id)).held >= 15);
    });
    await carla.seen('boris', source.source);
    await stop(id);
    // Genuine ones first, then those kept back.
    await eventually(async () => only(await carlaSees(source), source, 2));
    await carla.seen('boris', source.source);
    const replay = await stop(id, true);
    // Those withheld, after newer ones.
    await carlaGathers(source, (numbers) => late(numbers).length >= 8);
    await eventually(async () => {
      await seconds(0.2);
      assert.equal((await statusOf(replay)).running, false);
    });
    await allIsWell();
  });
}

test('a verbatim replay is a repeated packet, which SRTP refuses', async () => {
  const source = microphone('boris');
  const capture = await attack({ type: 'capture', source });
  await seconds(0.5);
  await stop(capture);
  await carla.seen('boris', 'microphone');
  const replay = await attack({ type: 'replay', capture, verbatim: true, speed: 10, ...aim });
  await eventually(async () => {
    await seconds(0.1);
    const { running, sent } = await statusOf(replay);
    assert.ok(!running && sent > 5);
  });
  await seconds(0.3);
  const seen = counters(await carla.seen('boris', 'microphone'), source);
  assert.deepEqual(seen, [...new Set(seen)]);
  await allIsWell();
});

test('damage: flipped, cut and lengthened frames', async () => {
  for (const how of ['flip', 'cut', 'lengthen'] as const) {
    const voice = await attack({ type: 'damage', source: microphone('anna'), how, ...aim });
    const picture = await attack({ type: 'damage', source: camera('anna'), how, every: 2, ...aim });
    await eventually(async () => {
      const seen = await carlaSees(microphone('anna'));
      assert.deepEqual(seen.intact, {}, how);
      assert.ok(seen.broken >= 3, `${how}: ${seen.broken} broken`);
    });
    await eventually(async () => {
      const seen = await carlaSees(camera('anna'));
      assert.ok(
        seen.broken >= 2 && counters(seen, camera('anna')).length >= 2,
        `${how}: ${JSON.stringify(seen)}`,
      );
    });
    await stop(voice);
    await stop(picture);
  }
  await allIsWell();
});

test('inject: given frames in place of genuine ones, and between them', async () => {
  const frames = [120, 3000].map((size) => Buffer.alloc(size, 0xab).toString('base64'));
  for (const source of [camera('anna'), microphone('anna')]) {
    const given = { type: 'inject' as const, source, frames, ...aim };
    const instead = await attack({ ...given, seconds: 60 });
    // Key frames are left out as well, and what they announce.
    await setting.bridge.call('keyFrames', { conference });
    await seconds(0.5);
    await eventually(async () => {
      const seen = await carlaSees(source);
      assert.deepEqual(seen.intact, {});
      assert.ok(seen.broken >= 2, `${seen.broken} injected frames came`);
    });
    await stop(instead);
    const between = await attack({ ...given, rate: 50, seconds: 60 });
    await eventually(async () => {
      const seen = await carlaSees(source);
      assert.ok(seen.broken >= 10, `${seen.broken} injected frames came`);
      assert.ok(counters(seen, source).length >= 2);
    });
    await stop(between);
  }
  await allIsWell();
});

test('garbage: hundreds of frames a second reach the receiver, end by themselves, and others are still seen', async () => {
  await carla.seen('anna', 'camera');
  await carla.seen('boris', 'camera');
  const id = await attack({
    type: 'garbage',
    source: camera('anna'),
    rate: 1000,
    size: 300,
    seconds: 2,
    ...aim,
  });
  await eventually(async () => {
    await seconds(0.2);
    assert.equal((await statusOf(id)).running, false);
  });
  const { sent } = await statusOf(id);
  assert.ok(sent >= 200 && sent <= 2000, `${sent} were sent in 2 s`);
  let [broken, genuine] = [0, 0];
  await eventually(async () => {
    await seconds(0.2);
    const flooded = await carla.seen('anna', 'camera');
    broken += flooded.broken;
    // Those that come after the garbage prove nothing.
    if (flooded.broken > 0) genuine += counters(flooded, camera('anna')).length;
    assert.ok(broken >= 0.8 * sent, `${broken} of ${sent} garbage frames came`);
  });
  assert.ok(genuine >= 5, 'genuine frames come through between them');
  only(await carla.seen('boris', 'camera'), camera('boris'), 5);
  await allIsWell();
});

/** How many were sent of frames numbered one after the other, from the first to the last that came. */
const span = (numbers: number[]): number => Math.max(...numbers) - Math.min(...numbers) + 1;

test('drop and reorder', async () => {
  const source = microphone('anna');
  const drop = await attack({ type: 'drop', source, fraction: 0.5, seed: 7, ...aim });
  await carla.seen('anna', 'microphone');
  const half = await carlaGathers(source, (numbers) => numbers.length >= 35);
  const share = half.length / span(half);
  assert.ok(share > 0.3 && share < 0.7, `${share} of the packets came`);
  await stop(drop);
  // Of video a lost packet is asked for again, and comes.
  const lossy = await attack({ type: 'drop', source: camera('anna'), fraction: 0.1, seed: 7, ...aim });
  await carla.seen('anna', 'camera');
  await eventually(async () => {
    await seconds(0.2);
    assert.ok((await statusOf(lossy)).dropped >= 10);
  }, 60);
  const { dropped } = await statusOf(lossy);
  await stop(lossy);
  await seconds(1);
  const came = counters(await carla.seen('anna', 'camera'), camera('anna'));
  assert.ok(came.length > dropped, `${came.length} frames came`);
  const missing = span(came) - came.length;
  assert.ok(missing <= dropped / 4, `${missing} frames did not come, ${dropped} packets were dropped`);
  const reorder = await attack({ type: 'reorder', source, depth: 5, ...aim });
  await eventually(async () => {
    const mixed = counters(await carlaSees(source), source);
    assert.ok(late(mixed).length >= mixed.length / 2 && mixed.length >= 5, `${mixed}`);
  });
  await stop(reorder);
  await allIsWell();
});

test('what cannot be is refused in words', async () => {
  const ask = (given: object) => setting.bridge.call('hostile', { conference, attack: given as Attack });
  await assert.rejects(
    ask({ type: 'capture', source: camera('nobody') }),
    /nobody\/camera is no source in hostile/,
  );
  await assert.rejects(
    ask({ type: 'garbage', source: camera('anna'), rate: 5000, size: 9, seconds: 1 }),
    /attack.rate/,
  );
  await assert.rejects(
    ask({ type: 'replay', capture: 999 }),
    /expected the id of a capture or a withhold, came 999/,
  );
  await assert.rejects(
    ask({ type: 'exchange', first: camera('anna'), second: microphone('anna') }),
    /one medium/,
  );
  await assert.rejects(ask({ type: 'melt' }), /attack.type: expected one of impersonate, .*came "melt"/);
  const { attacks } = await setting.bridge.call('hostile', { conference, stop: 'all' });
  assert.deepEqual(attacks, []);
});
