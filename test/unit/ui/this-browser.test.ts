// The part of the panel about this browser's own key: saving what is public of it, and beginning anew.

import assert from 'node:assert/strict';
import { violations } from './checks.ts';
import { onPage } from './on-page.ts';
import type { InterfacePage } from './page.ts';
import * as states from './states.ts';

async function open(shown: InterfacePage, state = states.devices): Promise<void> {
  await shown.show(state);
  await shown.part('shield').click();
  await shown.part('this-browser').locator('summary').click();
}

onPage('what is public of this browser is saved by one click', {}, async (shown) => {
  await open(shown);
  await shown.part('save-device').click();
  assert.deepEqual(await shown.called(), ['ownDevice.save']);
});

onPage('beginning anew says what it means, and takes a second click by hand', {}, async (shown) => {
  await open(shown);
  await shown.part('reset-device').click();
  assert.match((await shown.part('this-browser').textContent()) ?? '', /has to verify you again/);
  assert.equal(await shown.focused(), 'keep-device', 'the harmless answer has the focus');
  assert.deepEqual(await violations(shown.page), []);
  await shown.page.keyboard.press('Escape');
  assert.equal(await shown.focused(), 'reset-device');
  assert.equal(await shown.part('confirm-reset').count(), 0);
  await shown.part('reset-device').click();
  await shown.part('confirm-reset').evaluate((element) => element instanceof HTMLElement && element.click());
  assert.deepEqual(await shown.called(), [], 'not by a script');
  await shown.part('confirm-reset').click();
  assert.deepEqual(await shown.called(), ['ownDevice.reset']);
  assert.equal(await shown.focused(), 'reset-device', 'the question is answered');
  await shown.notify({ kind: 'device-reset', isDone: true });
  assert.match((await shown.part('notice').textContent()) ?? '', /new key from the next time/);
  await shown.notify({ kind: 'device-reset', isDone: false });
  assert.match((await shown.part('notice').last().textContent()) ?? '', /could not be removed/);
});

onPage('a device that is gone with the page needs no button for that', {}, async (shown) => {
  await open(shown, { ...states.devices, isDeviceTemporary: true });
  assert.equal(await shown.part('reset-device').count(), 0);
  assert.match((await shown.part('this-browser').textContent()) ?? '', /remembers nobody/);
});
