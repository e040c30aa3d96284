// The worst that can come, at the limits of docs/protocol.md §2.2 and beyond them: what reading it costs grows no faster
// than its size, and what is refused leaves nothing behind.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readRoomState } from '../../../web-plugin/src/jitsi/room-state.ts';
import {
  beaconBody,
  dataPlaintext,
  encodeBeacon,
  encodeDataFrame,
  encodeKey,
  parseBeacon,
  parseBundle,
  parseData,
  parseDataFrame,
  parseEndpointMessage,
  parseKey,
  parsePlaintext,
  parseRelay,
  parseSas,
  sframeHeader,
  utf8,
} from '../../../web-plugin/src/wire/index.ts';
import { weigh } from '../../sim/scale.ts';
import { refusesOrReturns } from './arbitraries.ts';

type Reader = (text: string) => unknown;

const message: Reader = (text) => {
  const payload: unknown = JSON.parse(text);
  for (const [, relayed] of parseRelay(payload)) parseEndpointMessage(relayed, 'me');
  return parseEndpointMessage(payload, 'me');
};
const room: Reader = (text) => readRoomState(JSON.parse(text));
const words: Reader = (text) => parseData(dataPlaintext(new Uint8Array(64), utf8(text)));
const comparison: Reader = (text) => parseSas(JSON.parse(text));
/** All that reads JSON gets the same to read. */
const OF_JSON: Record<string, Reader> = { message, room, words, comparison, plaintext: parsePlaintext };

const ours = (fields: string) => `{"type":"sealmeet","v":1,${fields}}`;
const times = (count: number, make: (n: number) => string) =>
  Array.from({ length: Math.max(1, Math.floor(count)) }, (_, n) => make(n)).join(',');

/** Texts of about `size` characters. */
const JSON_TEXTS: Record<string, (size: number) => string> = {
  'arrays in arrays': (size) => '['.repeat(size / 2) + ']'.repeat(size / 2),
  'objects in objects': (size) => ours(`"olm":${'{"me":'.repeat(size / 7)}1${'}'.repeat(size / 7)}`),
  'unknown fields': (size) => ours(times(size / 14, (n) => `"field${n}":${n}`)),
  'unknown fields of a plaintext': (size) =>
    `{"v":1,"type":"keyreq","room":"r","from":"a","to":"b","seq":1,"min":1,${times(size / 14, (n) => `"f${n}":${n}`)}}`,
  'the same field': (size) => ours(times(size / 16, () => '"restart":false')),
  'keys named __proto__': (size) => ours(`"olm":{${times(size / 24, (n) => `"__proto__":[${n},"AAAA"]`)}}`),
  'prototypes in prototypes': (size) =>
    ours(`${'"__proto__":{'.repeat(size / 14)}"v":1${'}'.repeat(size / 14)}`),
  entries: (size) => ours(`"olm":{${times(size / 20, (n) => `"o${n}":[1,"AAAA"]`)},"me":[1,"AAAA"]}`),
  'an array in the place of a part': (size) => ours(`"olm":{"me":[${times(size / 2, () => '1')}]}`),
  'relayed messages': (size) =>
    ours(`"relay":[${times(size / 50, (n) => `["o${n}",{"olm":{"me":[1,"AAAA"]}}]`)}]`),
  'one text': (size) => ours(`"beacon":"${'A'.repeat(size)}"`),
  'one text of escapes': (size) => ours(`"data":"${'\\u0041'.repeat(size / 6)}"`),
  'one number': (size) => ours(`"restart":${'9'.repeat(size)}`),
  'a round of the room': (size) =>
    ours(`"room":{"policy":"off","sealed":true,"epoch":1,"consent":[${times(size / 2, () => '1')}]}`),
};

const noughts = (length: number) => new Uint8Array(length);
const sources = (count: number) =>
  Array.from({ length: count }, (_, source) => ({ source, on: true, floor: 2 ** 50 + source }));
const inBase64 = (size: number) => 'A'.repeat(size);

/** Texts that are not JSON, each with its reader; sizes as their formats allow. */
const OTHER: Record<string, [Reader, (size: number) => string]> = {
  'a beacon with all its sources and the longest name': [
    parseBeacon,
    (size) =>
      encodeBeacon(
        beaconBody({
          seq: 1,
          roster: noughts(32),
          participants: 1,
          sealed: true,
          dead: 0,
          sources: sources(15),
          name: 'x'.repeat(Math.min(512, size / 2)),
        }),
        noughts(64),
      ),
  ],
  'bytes for a beacon': [parseBeacon, inBase64],
  'bytes for a bundle': [parseBundle, (size) => `1.${inBase64(size)}`],
  'bytes for a key': [parseKey, inBase64],
  'bytes for words': [
    parseDataFrame,
    (size) => encodeDataFrame(sframeHeader(2 ** 31, 2 ** 50), noughts(size * 0.7)),
  ],
  'words of the greatest length': [words, (size) => JSON.stringify({ body: 'x'.repeat(size) })],
  'a key in its short form': [
    parsePlaintext,
    (size) => {
      const key = { generation: 9, step: 9, wrapped: noughts(48), reason: 'leave' as const, since: 1 };
      return `9.${encodeKey({ ...key, excludes: noughts(16 * Math.floor(Math.min(64, size / 32))), floors: [] })}`;
    },
  ],
  'digits for a key': [parsePlaintext, (size) => '9'.repeat(size)],
  'letters for a key': [parsePlaintext, (size) => `9.${'A'.repeat(size)}!`],
};

const CASES = [
  ...Object.entries(JSON_TEXTS).flatMap(([what, make]) =>
    Object.entries(OF_JSON).map(([reader, read]) => ({ what: `${what}, read as ${reader}`, make, read })),
  ),
  ...Object.entries(OTHER).map(([what, [read, make]]) => ({ what, make, read })),
];
const SMALL = 2_000;
const TIMES = 16;
/** So much more per character may the larger one take; if it grew with the square of its size, it would be TIMES. */
const GROWTH = 4;
/** So many times as long as plain JSON.parse may reading take, at most. */
const BESIDE_JSON = 10;
const ATTEMPTS = 8;
const ROUNDS = 12;
/** A tenth of what one round reads. */
const LEFT = 2 ** 20;

/** Milliseconds of the quickest of some turns: whatever else the machine does only makes them longer. */
function quickest(act: () => void, best = Number.POSITIVE_INFINITY): number {
  const REPEATS = 20;
  let quick = best;
  for (let turn = 0; turn < 5; turn += 1) {
    const begin = performance.now();
    for (let n = 0; n < REPEATS; n += 1) act();
    quick = Math.min(quick, (performance.now() - begin) / REPEATS);
  }
  return quick;
}

/** Measured again, as long as the machine is in the way. */
function takesAtMost(what: string, ratio: number, act: () => void, beside: () => void): void {
  let [own, other] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    own = quickest(act, own);
    other = quickest(beside, other);
    if (own <= ratio * other) return;
  }
  assert.fail(`${what}: ${own.toFixed(4)} ms, beside ${other.toFixed(4)} ms`);
}

const ordinary = (size: number) => JSON.stringify(Array.from({ length: size / 2 }, () => 1));

test('the worst of each size is read or refused with a reason, in time that grows with its size alone', () => {
  for (const { what, make, read } of CASES) {
    const [small, large] = [make(SMALL), make(SMALL * TIMES)];
    const reading = (text: string) => () => {
      try {
        return read(text);
      } catch {
        return null;
      }
    };
    for (const text of [small, large]) refusesOrReturns(() => read(text));
    takesAtMost(
      `${what}, ${large.length} beside ${small.length} characters`,
      (GROWTH * large.length) / small.length,
      reading(large),
      reading(small),
    );
    const plain = large.startsWith('{') || large.startsWith('[') ? large : ordinary(large.length);
    takesAtMost(`${what}, beside JSON.parse`, BESIDE_JSON, reading(large), () => JSON.parse(plain));
  }
});

test('what is refused leaves nothing behind, and what is read is not much larger than it came', () => {
  const texts = CASES.map(({ make, read }) => ({ read, text: make(SMALL * TIMES), fits: make(SMALL) }));
  const run = (turns: number) => {
    for (let n = 0; n < turns; n += 1) for (const { read, text } of texts) refusesOrReturns(() => read(text));
  };
  const weighed = () => Object.values(weigh()).reduce((sum, bytes) => sum + bytes, 0);
  // What Node itself keeps of code that is new to it comes in the first rounds.
  let least = Number.POSITIVE_INFINITY;
  for (let round = 0; round < ROUNDS && least >= LEFT; round += 1) {
    const before = weighed();
    run(5);
    least = Math.min(least, weighed() - before);
  }
  assert.ok(least < LEFT, `${least} bytes are left each time`);

  const before = weighed();
  const kept: unknown[] = [];
  let characters = 0;
  for (const { read, fits } of texts)
    for (let n = 0; n < 20; n += 1) {
      characters += fits.length;
      try {
        kept.push(read(fits));
      } catch {
        // Refused.
      }
    }
  const held = weighed() - before;
  assert.ok(kept.length > 0);
  assert.ok(held < 2 * characters, `${held} bytes are held of ${characters} characters`);
});
