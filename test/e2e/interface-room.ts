// A room as people see it: on a page built as Jitsi Meet's, in the sizes and themes that they use.

import assert from 'node:assert/strict';
import type { Locator } from '@playwright/test';
import type { Sealmeet } from '../../web-plugin/src/embed/index.ts';
import { covered, focused, sticksOut, violations } from '../unit/ui/checks.ts';
import { type EnterOptions, hook, type Person, type Setting, until } from './sealed-room.ts';

declare global {
  interface Window {
    readonly sealmeet: Sealmeet;
  }
}

export interface Look {
  width: number;
  height: number;
  theme: 'light' | 'dark';
}

export const DESKTOP: Look = { width: 1280, height: 720, theme: 'light' };
export const PHONE: Look = { width: 360, height: 740, theme: 'dark' };
/** What is left of a desktop's window when the browser enlarges it to 200 %. */
export const ENLARGED: Look = { width: 640, height: 360, theme: 'dark' };

export async function enterLike(
  setting: Setting,
  room: string,
  name: string,
  look: Look,
  options: EnterOptions = {},
): Promise<Person> {
  const person = await setting.enter(room, name, {
    ...options,
    query: { like: 'jitsi', ...options.query },
  });
  await setLook(person, look);
  return person;
}

export async function setLook({ page }: Person, { width, height, theme }: Look): Promise<void> {
  await page.setViewportSize({ width, height });
  await page.emulateMedia({ colorScheme: theme, reducedMotion: 'reduce' });
}

/** Nothing that axe-core finds, nothing outside the window, no furniture covered. */
export async function assertFine(person: Person, what: string): Promise<void> {
  assert.deepEqual(await violations(person.page), [], `${what}: axe-core, ${person.name}`);
  // It follows the page's arrangement a moment later.
  await until(`${what}: all of it in the window at ${person.name}'s`, async () => {
    return (await sticksOut(person.page)).length === 0;
  });
  if ((await hook(person, 'shield').count()) > 0)
    await until(`${what}: the shield covers nothing at ${person.name}'s`, async () => {
      return (await covered(person.page)).length === 0;
    });
}

/** Goes by Tab to a part of the interface, and presses it. */
export async function press(person: Person, name: string): Promise<void> {
  await goTo(person, name);
  // What has just come takes no answer for a moment.
  await hook(person, name).and(person.page.locator(':not([aria-disabled])')).waitFor();
  await person.page.keyboard.press('Enter');
}

export async function goTo(person: Person, name: string): Promise<void> {
  await hook(person, name).first().waitFor();
  for (let steps = 0; (await focused(person.page)) !== name; steps += 1) {
    assert.ok(steps < 60, `${person.name}: Tab does not lead to "${name}"`);
    await person.page.keyboard.press('Tab');
  }
}

export const focusOf = (person: Person): Promise<string | null> => focused(person.page);

/** What a key press or click asked for is drawn with the next state, up to a tenth of a second later. */
export const focusGoesTo = (person: Person, name: string): Promise<void> =>
  until(`${person.name}: the focus goes to "${name}"`, async () => (await focusOf(person)) === name);

export const isGone = (person: Person, name: string): Promise<void> =>
  hook(person, name).waitFor({ state: 'detached' });

/** The row of somebody in the panel. */
export const rowOf = (viewer: Person, other: Person): Locator =>
  hook(viewer, 'person').and(viewer.page.locator(`[data-person="${other.endpoint}"]`));

export const deviceOf = (viewer: Person, other: Person): Promise<string | null> =>
  rowOf(viewer, other).getAttribute('data-device');

export async function openPanel(person: Person): Promise<void> {
  if ((await hook(person, 'panel').count()) === 0) await hook(person, 'shield').click();
}

export async function closePanel(person: Person): Promise<void> {
  if ((await hook(person, 'panel').count()) > 0) await hook(person, 'close').click();
}

export const textOf = async (person: Person, name: string): Promise<string> =>
  ((await hook(person, name).first().textContent()) ?? '').replace(/[\u2066-\u2069]/gu, '');

/** What a screen reader was told last. */
export const toldTo = async (person: Person): Promise<string> =>
  `${await textOf(person, 'polite')} ${await textOf(person, 'urgent')}`;
