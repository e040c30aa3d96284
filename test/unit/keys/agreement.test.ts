// Beacons and what is made of them. docs/protocol.md §8; rules M6, M15, brief D9.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { Agreement, periodMs, spanMs } from '../../../web-plugin/src/keys/agreement.ts';
import {
  type Beacon,
  beaconBody,
  beaconMessage,
  beaconMessageBytes,
  encodeBeacon,
  type SourceState,
} from '../../../web-plugin/src/wire/index.ts';
import { Chance } from '../../sim/chance.ts';
import { Meeting, newCore, notices, ofType, Puppet, random, refusals } from './rig.ts';

const digest = (n: number): Uint8Array => new Uint8Array(32).fill(n);
const beacon = (n: number): Beacon => ({
  seq: 1,
  roster: digest(n),
  participants: 2,
  sealed: true,
  dead: 0,
  sources: [],
  name: '',
});

function party(draw?: () => number) {
  const chance = new Chance(3);
  const sent: number[] = [];
  const views: string[] = [];
  let own = 1;
  let now = 0;
  const agreement = new Agreement({
    chance: draw ?? (() => chance.unit()),
    send: () => sent.push(now),
    digest: () => digest(own),
    participants: () => 3,
    view: (identity, view) => views.push(`${identity} ${view}`),
  });
  return {
    agreement,
    sent,
    views: () => views.splice(0),
    see(next: number) {
      own = next;
    },
    at(time: number) {
      for (let due = agreement.deadline; due !== null && due <= time; due = agreement.deadline) {
        now = due;
        agreement.due(now);
      }
      now = time;
      return agreement;
    },
  };
}

/** Many who all see the same, told at the same moment; beacons arrive at once. */
class Views {
  readonly differs: string[] = [];
  private readonly chance = new Chance(7);
  private readonly all = new Map<string, Agreement>();
  private now = 0;

  constructor(people: number) {
    for (let n = 0; n < people; n += 1) this.add(`person ${n}`);
  }

  add(id: string): void {
    const agreement = new Agreement({
      chance: () => this.chance.unit(),
      send: () => this.beacon(id),
      digest: () => this.digest(),
      participants: () => this.all.size,
      view: (other, view) => view === 'differs' && this.differs.push(`${id}: ${other}`),
    });
    const others = [...this.all];
    this.all.set(id, agreement);
    agreement.turn(true, this.now);
    for (const [other, theirs] of others) {
      theirs.join(id, this.now);
      agreement.join(other, this.now);
    }
  }

  remove(id: string): void {
    this.all.delete(id);
    for (const agreement of this.all.values()) agreement.leave(id, this.now);
  }

  advance(ms: number): void {
    const end = this.now + ms;
    for (;;) {
      const next = Math.min(...[...this.all.values()].map(({ deadline }) => deadline ?? end));
      if (next >= end) break;
      this.now = Math.max(this.now, next);
      for (const agreement of this.all.values())
        if ((agreement.deadline ?? end) <= this.now) agreement.due(this.now);
    }
    this.now = end;
  }

  private beacon(from: string): void {
    const heard = { ...beacon(0), roster: this.digest(), participants: this.all.size };
    for (const [id, agreement] of this.all) if (id !== from) agreement.hear(from, heard, this.now);
  }

  private digest(): Uint8Array {
    return createHash('sha256')
      .update([...this.all.keys()].sort().join())
      .digest();
  }
}

test('nothing is sent in a room that is not sealed', () => {
  const { agreement, sent, at } = party();
  agreement.join('bob', 0);
  at(100_000);
  assert.deepEqual(sent, []);
  assert.equal(agreement.deadline, null);
});

test('a beacon within the span after a change, shared by the changes in it, then one each period', () => {
  const { agreement, sent, at } = party();
  agreement.turn(true, 0);
  for (const identity of ['bob', 'carol', 'dave']) agreement.join(identity, 0);
  at(spanMs(3));
  assert.equal(sent.length, 1);
  at(10_000).leave('dave', 10_000);
  at(10_000 + spanMs(3));
  assert.equal(sent.length, 2);
  at(10_000 + spanMs(3) + 3 * periodMs(3));
  assert.equal(sent.length, 5);
});

test('changes that never stop do not put the beacon off', () => {
  const { agreement, sent, at } = party(() => 0.99);
  agreement.turn(true, 0);
  for (let time = 0; time <= 60_000; time += 500) at(time).join(`n${time}`, time);
  assert.ok(sent.length >= 10);
});

test('the same view agrees at once, another one differs after five seconds, and may agree again', () => {
  const { agreement, views, at } = party();
  agreement.turn(true, 0);
  agreement.join('bob', 0);
  at(1000).hear('bob', beacon(1), 1000);
  assert.deepEqual(views(), ['bob agrees']);
  agreement.hear('bob', beacon(9), 2000);
  at(6999);
  assert.deepEqual(views(), []);
  at(7001);
  assert.deepEqual(views(), ['bob differs']);
  agreement.hear('bob', beacon(1), 8000);
  assert.deepEqual(views(), ['bob agrees']);
});

test('a view just behind or just ahead of a change agrees; one that stays behind differs', () => {
  const { agreement, views, see, at } = party();
  agreement.turn(true, 0);
  agreement.join('bob', 0);
  at(10_000);
  see(2);
  agreement.join('carol', 10_000);
  agreement.hear('bob', beacon(1), 10_100);
  assert.deepEqual(views(), ['bob agrees'], 'behind');
  agreement.hear('bob', beacon(3), 12_000);
  at(13_000);
  see(3);
  agreement.join('dave', 13_000);
  at(17_500);
  assert.deepEqual(views(), [], 'ahead');
  agreement.hear('bob', beacon(1), 60_000);
  at(66_000);
  assert.deepEqual(views(), ['bob differs']);
});

test('changes that never stop do not hide a view that differs', () => {
  const { agreement, views, see, at } = party();
  agreement.turn(true, 0);
  agreement.join('bob', 0);
  for (let time = 0; time < 30_000; time += 1000) {
    see(time / 1000 + 10);
    at(time).join(`n${time}`, time);
    if (time === 5000) agreement.hear('bob', beacon(5), time);
  }
  assert.ok(views().includes('bob differs'));
});

test('beacons that never stop, as of somebody who pushes to talk, do not put off that a view differs', () => {
  const { agreement, views, at } = party();
  agreement.turn(true, 0);
  agreement.join('bob', 0);
  for (let time = 1000; time < 8000; time += 1000) at(time).hear('bob', beacon(9), time);
  assert.deepEqual(views(), ['bob differs']);
});

test('somebody who is taken away for a moment again and again does not hide that a view differs', () => {
  const { agreement, views, see, at } = party();
  agreement.turn(true, 0);
  agreement.join('bob', 0);
  at(10_000);
  for (let time = 10_000; time < 60_000; time += 6000) {
    see(2);
    at(time).join('ghost', time);
    for (const later of [1000, 3000, 5000]) at(time + later).hear('bob', beacon(1), time + later);
    see(1);
    at(time + 5900).leave('ghost', time + 5900);
  }
  assert.ok(views().includes('bob differs'));
});

test('nor somebody who is taken away for a moment now and then, with beacons held back until just after it', () => {
  for (const away of [10, 2000]) {
    const { agreement, views, see, at } = party();
    agreement.turn(true, 0);
    agreement.join('bob', 0);
    see(2);
    at(10_000).join('ghost', 10_000);
    for (let time = 30_000; time < 200_000; time += 20_000) {
      see(1);
      at(time).leave('ghost', time);
      see(2);
      at(time + away).join('ghost', time + away);
      at(time + 4000).hear('bob', beacon(1), time + 4000);
    }
    assert.ok(views().includes('bob differs'), String(away));
  }
});

test('one who comes for a minute, and the next change soon after, accuse nobody', () => {
  for (const people of [5, 30, 100]) {
    for (let gap = 500; gap <= 12_000; gap += 2300) {
      const room = new Views(people);
      room.advance(120_000);
      room.add('guest');
      room.advance(60_000);
      room.remove('guest');
      room.advance(gap);
      room.add('other');
      room.advance(60_000);
      assert.deepEqual(room.differs, [], `${people} people, ${gap} ms`);
    }
  }
});

test('one whose presence flaps accuses nobody', () => {
  const room = new Views(5);
  room.advance(120_000);
  for (let n = 0; n < 10; n += 1) {
    room.remove('person 4');
    room.advance(20_000);
    room.add('person 4');
    room.advance(4000 + 300 * n);
  }
  room.advance(60_000);
  assert.deepEqual(room.differs, []);
});

test('who says nothing for three periods is silent, never agreeing', () => {
  const { agreement, views, at } = party();
  agreement.turn(true, 0);
  agreement.join('bob', 0);
  at(1000).hear('bob', beacon(1), 1000);
  at(1000 + 5 * periodMs(3));
  assert.deepEqual(views(), ['bob agrees', 'bob silent']);
});

test('a source that goes on or off is told at once, at most five times a second', () => {
  const { agreement, sent, at } = party();
  agreement.turn(true, 0);
  agreement.join('bob', 0);
  at(10_000);
  sent.length = 0;
  for (let time = 10_000; time < 11_000; time += 20) {
    at(time).stateChanged(time);
  }
  at(12_000);
  assert.ok(sent[0] !== undefined && sent[0] <= 10_020);
  assert.ok(sent.length >= 5 && sent.length <= 7, String(sent.length));
});

test('three cores agree, and see what a lie about the roster does', () => {
  const meeting = new Meeting();
  for (const id of ['alice', 'bob', 'carol']) meeting.add(id);
  meeting.seal('alice');
  meeting.advance(30_000);
  const views = (id: string) =>
    notices(
      meeting.log.filter((entry) => entry.id === id).map(({ action }) => action),
      'view',
    );
  for (const id of meeting.cores.keys()) {
    assert.deepEqual(new Set(views(id).map(({ view }) => view)), new Set(['agrees']), id);
  }
  // A ghost that only Alice is shown.
  const ghost = newCore('ghost');
  meeting.feed('alice', { type: 'joined', occupant: 'ghost', bundle: ghost.bundle() });
  meeting.advance(60_000);
  const seenByBob = views('bob').filter(({ occupant, view }) => occupant === 'alice' && view === 'differs');
  assert.deepEqual(seenByBob, [{ type: 'view', occupant: 'alice', view: 'differs', participants: 4 }]);
  assert.ok(views('alice').some(({ occupant, view }) => occupant === 'bob' && view === 'differs'));
});

function withPeer() {
  const core = newCore('alice');
  const bob = new Puppet('bob', core, 'alice', 'initiator');
  core.handle({ type: 'joined', occupant: 'bob', bundle: bob.property }, 0);
  const tell = (content: Partial<Beacon>, now: number, room = bob.room, occupant = 'bob', from = 'bob') => {
    const body = beaconBody({ ...beacon(1), ...content });
    const signature = bob.account.sign(beaconMessageBytes(room, occupant, body));
    return core.handle({ type: 'message', from, payload: beaconMessage(encodeBeacon(body, signature)) }, now);
  };
  return { core, bob, tell };
}

test('a beacon is taken only with a signature over this room and occupant, and a seq that rises', () => {
  const { tell, core } = withPeer();
  assert.deepEqual(refusals(tell({ seq: 5 }, 1)), []);
  assert.deepEqual(refusals(tell({ seq: 5 }, 2)), ['beacon: seq must rise']);
  assert.deepEqual(refusals(tell({ seq: 6 }, 3, 'other@conference.example')), [
    'beacon: the signature does not hold',
  ]);
  assert.deepEqual(refusals(tell({ seq: 7 }, 2000, undefined, 'carol')), [
    'beacon: the signature does not hold',
  ]);
  core.handle({ type: 'left', occupant: 'bob' }, 3000);
  core.handle({ type: 'joined', occupant: 'bob', bundle: withPeer().bob.property }, 3001);
  assert.deepEqual(refusals(tell({ seq: 8 }, 3002)), ['beacon: the signature does not hold']);
});

test('a beacon of one who left and came back under the same identity is not taken twice', () => {
  const { tell, core, bob } = withPeer();
  tell({ seq: 5 }, 1);
  core.handle({ type: 'left', occupant: 'bob' }, 2);
  core.handle({ type: 'joined', occupant: 'bob', bundle: bob.property }, 3);
  assert.deepEqual(refusals(tell({ seq: 5 }, 4)), ['beacon: seq must rise']);
});

test('a beacon that says sealed is evidence, and its sources go to the worker', () => {
  const { tell, bob } = withPeer();
  const sources: SourceState[] = [{ source: 1, on: false, floor: 2 ** 40 }];
  const actions = tell({ sources }, 1);
  assert.deepEqual(notices(actions, 'evidence'), [{ type: 'evidence', occupant: 'bob' }]);
  assert.deepEqual(ofType(actions, 'source-states'), [
    { type: 'source-states', owner: bob.participant.identity, sources },
  ]);
});

test('a new worker is told again what each said of its sources', () => {
  const { tell, core, bob } = withPeer();
  const sources: SourceState[] = [{ source: 0, on: false, floor: 7 }];
  tell({ sources: [{ source: 0, on: true, floor: 0 }], seq: 1 }, 1);
  tell({ sources, seq: 2 }, 2);
  assert.deepEqual(ofType(core.handle({ type: 'worker-restarted' }, 3), 'source-states'), [
    { type: 'source-states', owner: bob.participant.identity, sources },
  ]);
});

test('an own source that goes off is told to all, with its floor, and stands in every later KEY', () => {
  const meeting = new Meeting();
  meeting.add('alice');
  meeting.add('bob');
  meeting.seal('alice', 'bob');
  meeting.advance(10_000);
  meeting.feed('alice', { type: 'source-state', source: 1, on: false, floor: 777 });
  meeting.advance(10);
  assert.deepEqual(meeting.actionsOf('bob', 'source-states').at(-1)?.sources, [
    { source: 1, on: false, floor: 777 },
  ]);
  meeting.add('carol');
  meeting.feed('carol', { type: 'sealed' });
  meeting.advance(1000);
  const owner = meeting.cores.get('alice')?.identity;
  const key = meeting.actionsOf('carol', 'accept-key').find((action) => action.owner === owner);
  assert.deepEqual(key?.floors, [[1, 777]]);
});

test('random digests do not agree', () => {
  const { tell, core } = withPeer();
  core.handle({ type: 'sealed' }, 0);
  tell({ roster: random(32) }, 1);
  assert.deepEqual(notices(core.handle({ type: 'timer' }, 5002), 'view')[0]?.view, 'differs');
});
