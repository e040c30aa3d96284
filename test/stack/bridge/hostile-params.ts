// Checks of the parameters of `hostile`, and the bounds of each attack.
import { flag, integer, list, matching, number, oneOf, record, text } from './checks.ts';
import type { Attack, HostileParams, SourceRef } from './hostile-api.ts';

type Fields = Record<string, unknown>;

const ID_LIMIT = 256;
const RECEIVERS_LIMIT = 64;
const INJECTED_FRAMES_LIMIT = 2000;
const RATE_LIMIT = 1000;
const SECONDS_LIMIT = 60;
/** Base64 of 40,000 bytes, the largest frame that is of interest. */
const FRAME_LIMIT = 54_000;

function source(value: unknown, where: string): SourceRef {
  const fields = record(value, where);
  return {
    endpoint: text(fields.endpoint, `${where}.endpoint`, ID_LIMIT),
    source: text(fields.source, `${where}.source`, ID_LIMIT),
  };
}

function aim({ receivers }: Fields): { receivers?: string[] } {
  if (receivers === undefined) return {};
  const read = (one: unknown, where: string) => text(one, where, ID_LIMIT);
  return { receivers: list(receivers, 'attack.receivers', RECEIVERS_LIMIT, read) };
}

const base64 = (value: unknown, where: string) =>
  text(matching(value, where, /^[A-Za-z0-9+/]+={0,2}$/), where, FRAME_LIMIT);

function optional<K extends string, T>(
  fields: Fields,
  key: K,
  read: (value: unknown, where: string) => T,
): { [P in K]?: T } {
  const value = fields[key];
  if (value === undefined) return {};
  return { [key]: read(value, `attack.${key}`) } as { [P in K]?: T };
}

const READERS: { [T in Attack['type']]: (fields: Fields) => Extract<Attack, { type: T }> } = {
  impersonate: (fields) => ({
    type: 'impersonate',
    from: source(fields.from, 'attack.from'),
    as: source(fields.as, 'attack.as'),
    ...aim(fields),
  }),
  exchange: (fields) => ({
    type: 'exchange',
    first: source(fields.first, 'attack.first'),
    second: source(fields.second, 'attack.second'),
    ...aim(fields),
  }),
  capture: (fields) => ({ type: 'capture', source: source(fields.source, 'attack.source') }),
  withhold: (fields) => ({
    type: 'withhold',
    source: source(fields.source, 'attack.source'),
    ...aim(fields),
  }),
  replay: (fields) => ({
    type: 'replay',
    capture: integer(fields.capture, 'attack.capture', 1, Number.MAX_SAFE_INTEGER),
    ...optional(fields, 'as', source),
    ...optional(fields, 'instead', flag),
    ...optional(fields, 'verbatim', flag),
    ...optional(fields, 'speed', (value, where) => number(value, where, 0.1, 10)),
    ...aim(fields),
  }),
  damage: (fields) => ({
    type: 'damage',
    source: source(fields.source, 'attack.source'),
    how: oneOf(fields.how, 'attack.how', ['flip', 'cut', 'lengthen']),
    ...optional(fields, 'every', (value, where) => integer(value, where, 1, 1000)),
    ...aim(fields),
  }),
  inject: (fields) => {
    const frames = list(fields.frames, 'attack.frames', INJECTED_FRAMES_LIMIT, base64);
    integer(frames.length, 'attack.frames (their number)', 1, INJECTED_FRAMES_LIMIT);
    return {
      type: 'inject',
      source: source(fields.source, 'attack.source'),
      frames,
      ...optional(fields, 'rate', (value, where) => number(value, where, 0.1, RATE_LIMIT)),
      seconds: number(fields.seconds, 'attack.seconds', 0.1, SECONDS_LIMIT),
      ...aim(fields),
    };
  },
  garbage: (fields) => ({
    type: 'garbage',
    source: source(fields.source, 'attack.source'),
    rate: number(fields.rate, 'attack.rate', 0.1, RATE_LIMIT),
    size: integer(fields.size, 'attack.size', 1, 8000),
    seconds: number(fields.seconds, 'attack.seconds', 0.1, SECONDS_LIMIT),
    ...aim(fields),
  }),
  drop: (fields) => ({
    type: 'drop',
    source: source(fields.source, 'attack.source'),
    fraction: number(fields.fraction, 'attack.fraction', 0, 1),
    ...optional(fields, 'seed', (value, where) => integer(value, where, 0, 2 ** 32 - 1)),
    ...aim(fields),
  }),
  reorder: (fields) => ({
    type: 'reorder',
    source: source(fields.source, 'attack.source'),
    depth: integer(fields.depth, 'attack.depth', 2, 50),
    ...aim(fields),
  }),
};

export function readHostileParams(params: Fields): HostileParams {
  const conference = text(params.conference, 'conference', ID_LIMIT);
  if (params.attack !== undefined) {
    const fields = record(params.attack, 'attack');
    const type = oneOf(fields.type, 'attack.type', Object.keys(READERS) as Attack['type'][]);
    return { conference, attack: READERS[type](fields) };
  }
  if (params.list !== undefined) {
    oneOf(String(params.list), 'list', ['true']);
    return { conference, list: true };
  }
  if (params.stop === 'all') return { conference, stop: 'all' };
  const stop = integer(params.stop, 'stop (or attack, or list)', 1, Number.MAX_SAFE_INTEGER);
  return params.play === undefined
    ? { conference, stop }
    : { conference, stop, play: flag(params.play, 'play') };
}
