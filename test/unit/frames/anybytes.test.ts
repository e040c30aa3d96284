// Any bytes in: the same bytes out, or a typed refusal. Never an exception, never clear where it must be sealed.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { CODECS, type Codec } from '../../../web-plugin/src/frames/index.ts';
import { acceptKey, Board, FakeFrame, key, useKey } from './fixture.ts';

const data = fc.oneof(fc.uint8Array({ maxLength: 200 }), fc.uint8Array({ minLength: 1000, maxLength: 2600 }));
const frame = fc.record({ data, isKey: fc.boolean() });

function pair(codec: Codec) {
  const source = codec.media === 'audio' ? 1 : 2;
  const alice = new Board().command({ type: 'gate', gate: 'sealed' }, useKey(key(1)));
  const out = alice.line(1, 'send', codec.media);
  alice.command({ type: 'send-route', transform: 1, source });
  const bob = new Board().command({ type: 'gate', gate: 'sealed' }, acceptKey('alice', key(1)));
  const into = bob.line(2, 'receive', codec.media);
  bob.command({ type: 'receive-route', transform: 2, owner: 'alice', source });
  const make = (content: Uint8Array, isKey: boolean) =>
    new FakeFrame(content, codec.mimeType, codec.media === 'audio' ? '' : isKey ? 'key' : 'delta');
  return { bob, out, into, make };
}

describe('any bytes', () => {
  for (const codec of CODECS) {
    it(`${codec.name}: come out as they went in`, async () => {
      const { bob, out, into, make } = pair(codec);
      await fc.assert(
        fc.asyncProperty(frame, async ({ data: content, isKey }) => {
          const [sealed] = await out.put(make(content, isKey));
          assert.ok(sealed);
          const [opened] = await into.put(sealed.copy());
          assert.ok(opened, JSON.stringify(bob.dropped(2)));
          assert.deepEqual(opened.bytes, new Uint8Array(content));
        }),
        { numRuns: 60 },
      );
    });

    it(`${codec.name}: that nobody sealed are refused and counted`, async () => {
      const { bob, into, make } = pair(codec);
      const garbage = fc.record({
        data: fc.uint8Array({ minLength: 1, maxLength: 300 }),
        isKey: fc.boolean(),
      });
      let put = 0;
      await fc.assert(
        fc.asyncProperty(garbage, async ({ data: content, isKey }) => {
          put++;
          assert.deepEqual(await into.put(make(content, isKey)), []);
        }),
        { numRuns: 150 },
      );
      // What waits for a key that never comes is counted when its time is over.
      bob.clock.advance(1000);
      const counted = Object.values(bob.dropped(2)).reduce((sum, count) => sum + count, 0);
      assert.equal(counted, put);
    });

    it(`${codec.name}: sealed and then changed, cut or lengthened open as they were or not at all`, async () => {
      const { out, into, make } = pair(codec);
      const change = fc.record({
        kind: fc.constantFrom('flip', 'cut', 'lengthen', 'splice'),
        at: fc.nat({ max: 4000 }),
        with: fc.uint8Array({ minLength: 1, maxLength: 8 }),
      });
      await fc.assert(
        fc.asyncProperty(frame, change, async ({ data: content, isKey }, { kind, at, with: inserted }) => {
          const [sealed] = await out.put(make(content, isKey));
          assert.ok(sealed);
          const whole = [...sealed.bytes];
          const place = at % whole.length;
          if (kind === 'flip') whole[place] = (whole[place] ?? 0) ^ ((inserted[0] ?? 0) || 1);
          else if (kind === 'cut') whole.length = place;
          else if (kind === 'lengthen') whole.push(...inserted);
          else whole.splice(place, 0, ...inserted);
          const changed = new FakeFrame(Uint8Array.from(whole), codec.mimeType, sealed.type);
          for (const opened of await into.put(changed))
            assert.deepEqual(opened.bytes, new Uint8Array(content));
        }),
        { numRuns: 120 },
      );
    });
  }
});
