// What is said beside a name that the server gave, in the code and in the comparison: described, without a page.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { comparison } from '../../../web-plugin/src/ui/comparison.ts';
import { meetingCode } from '../../../web-plugin/src/ui/meeting-code.ts';
import { assertedText } from '../../../web-plugin/src/ui/names.ts';
import { people } from '../../../web-plugin/src/ui/people.ts';
import type { Scene } from '../../../web-plugin/src/ui/scene.ts';
import type { UiState, VerificationIntents } from '../../../web-plugin/src/ui/state.ts';
import { languages } from '../../../web-plugin/src/ui/texts/index.ts';
import type { Child, Described } from '../../../web-plugin/src/ui/tree.ts';
import * as states from './states.ts';

const verification = {} as VerificationIntents;

const scene = (state: UiState): Scene =>
  ({
    state,
    local: { codeDiffers: false, isArmed: true },
    texts: languages.en,
    intents: { verification },
    actions: {},
  }) as unknown as Scene;

const all = (children: Child[]): Described[] =>
  children.flatMap((child) => (child && typeof child === 'object' ? [child, ...all(child.children)] : []));
const textOf = (children: Child[]): string =>
  children
    .map((child) => (typeof child === 'string' ? child : child ? textOf(child.children) : ''))
    .join('')
    .replace(/[\u2068\u2069]/gu, '');

/** What a screen reader says of it after its name. */
function described(element: Described | undefined, within: Described[]): string {
  const ids = String(element?.attributes['aria-describedby'] ?? '').split(' ');
  return ids
    .map((id) => textOf(within.find(({ attributes }) => attributes.id === id)?.children ?? []))
    .join(' ');
}

const TOM = 'Says that the name is Tom. The name above comes from the server and proves nothing.';
const NONE = 'Gives itself no name. The name above comes from the server and proves nothing.';

test('a tick says under its name what that person calls itself, to a screen reader too', () => {
  const { meetingCode: code } = states.codeNames;
  assert.ok(code);
  const drawn = all(meetingCode(scene(states.codeNames), code, verification));
  const ticks = drawn.filter(({ attributes }) => attributes.role === 'checkbox');
  assert.deepEqual(
    ticks.map((tick) => described(tick, drawn)),
    ['', TOM, `${NONE} Not yet reachable`],
  );
  assert.match(textOf(ticks[1]?.children ?? []), /^Mara Boss.*Says that the name is Tom/);
  const odd = code.people.map((person, place) => ({ ...person, id: `${place} b` }));
  const again = all(meetingCode(scene(states.codeNames), { ...code, people: odd }, verification));
  const second = again.filter(({ attributes }) => attributes.role === 'checkbox')[1];
  assert.equal(described(second, again), TOM, 'whatever the id is');
});

test('a comparison says under its title what the other calls itself, in each step', () => {
  const { comparison: first } = states.compareNames;
  assert.ok(first);
  for (const { comparison: running } of [states.compareNames, states.compareMatch, states.compareMismatch]) {
    const drawn = comparison(
      scene({ ...states.compareNames, ...(running && { comparison: { ...running, asserted: 'Tom' } }) }),
    );
    assert.ok(drawn);
    assert.equal(described(drawn, all([drawn])), TOM);
    assert.deepEqual(all([drawn])[1]?.tag, 'h2');
    assert.equal(textOf(drawn.children.slice(1, 2)), TOM, 'right under the title');
  }
  const plain = comparison(scene(states.compare));
  assert.equal(plain?.attributes['aria-describedby'], null);
});

test('who gives itself no name is marked in the list too', () => {
  const marked = states.names.people.map(({ device: _, ...one }) =>
    one.id === 'c' ? { ...one, asserted: '' } : one,
  );
  const rows = all([people(scene({ ...states.names, people: marked }))]).filter(({ tag }) => tag === 'li');
  assert.match(textOf(rows[2]?.children ?? []), /Mara Boss.*Gives itself no name\./);
  assert.doesNotMatch(textOf(rows[1]?.children ?? []), /no name/);
});

test('nothing is said where there is nothing to say', () => {
  for (const nothing of [null, undefined]) assert.equal(assertedText(nothing, languages.en), null);
});
