// What people see of each other's devices, and what they do to verify them.

import { readFile } from 'node:fs/promises';
import { hook, type Person, until } from './sealed-room.ts';

type Someone = Pick<Person, 'endpoint'>;

export async function openPanel(person: Person): Promise<void> {
  if ((await hook(person, 'panel').count()) === 0) await hook(person, 'shield').click();
}

export const row = (viewer: Person, { endpoint }: Someone) =>
  viewer.page.locator(`sealmeet-interface [data-sealmeet="person"][data-person="${endpoint}"]`);

/** Null: not in the list, or nothing is known of the device. */
export async function deviceOf(viewer: Person, other: Someone): Promise<string | null> {
  await openPanel(viewer);
  const found = row(viewer, other);
  return (await found.count()) === 1 ? found.getAttribute('data-device') : null;
}

/** The digits that this one would read aloud. */
export async function codeOf(person: Person): Promise<string> {
  await openPanel(person);
  await hook(person, 'open-code').click();
  await hook(person, 'code').waitFor();
  const digits = await hook(person, 'code').getAttribute('data-digits');
  await hook(person, 'code-back').click();
  return digits ?? '';
}

export interface SavedDevices {
  device: string;
  temporary: boolean;
  known: { device: string; names: string[] }[];
}

/** The file that "save the public part" hands out. */
export async function savedDevices(person: Person): Promise<SavedDevices> {
  await openPanel(person);
  const part = hook(person, 'this-browser');
  if ((await part.getAttribute('open')) === null) await part.locator('summary').click();
  const [file] = await Promise.all([
    person.page.waitForEvent('download'),
    hook(person, 'save-device').click(),
  ]);
  return JSON.parse(await readFile(await file.path(), 'utf8')) as SavedDevices;
}

/** This one has heard the other read the code. */
export async function tickHeard(person: Person, other: Someone): Promise<void> {
  await openPanel(person);
  await hook(person, 'open-code').click();
  await person.page
    .locator(`sealmeet-interface [data-sealmeet="heard"][data-person="${other.endpoint}"]`)
    .click();
  await hook(person, 'code-back').click();
}

/** One asks, the other accepts, and both see seven emoji. */
export async function compareEmoji(asking: Person, asked: Person): Promise<[string[], string[]]> {
  await openPanel(asking);
  await row(asking, asked).locator('[data-sealmeet="verify"]').click();
  await hook(asked, 'compare-accept').click();
  await Promise.all([asking, asked].map((person) => hook(person, 'emoji').waitFor()));
  return [await emojiOf(asking), await emojiOf(asked)];
}

const emojiOf = (person: Person): Promise<string[]> =>
  hook(person, 'emoji')
    .locator('[data-emoji]')
    .evaluateAll((all) => all.map((one) => one.getAttribute('data-emoji') ?? ''));

/** The same browser after a reload of the page, under a new endpoint id. */
export async function reloaded(person: Person): Promise<Person> {
  await person.page.reload();
  return arrived(person);
}

/** The same browser in another meeting. */
export async function movedTo(room: string, person: Person): Promise<Person> {
  const address = new URL(person.page.url());
  address.pathname = `/${room}`;
  await person.page.goto(address.href);
  return arrived(person);
}

/** The same page in another room of the same connection, as Jitsi Meet goes to a breakout room. */
export async function movedOver(room: string, person: Person): Promise<Person> {
  await person.page.evaluate((room) => window.call.moveTo(room), room);
  return arrived(person);
}

async function arrived(person: Person): Promise<Person> {
  await until(`${person.name} is there`, async () => person.page.evaluate(() => window.call?.joined));
  return Object.assign(Object.create(person) as Person, { endpoint: await person.id() });
}
