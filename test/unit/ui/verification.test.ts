// Verifying in the interface: devices, the emoji comparison on both sides, and the meeting code.

import assert from 'node:assert/strict';
import { onPage } from './on-page.ts';
import type { InterfacePage } from './page.ts';
import * as states from './states.ts';

const textOf = async (shown: InterfacePage, hook: string) => (await shown.part(hook).textContent()) ?? '';

onPage('each device says what is known of it; only the unverified can be verified', {}, async (shown) => {
  await shown.show(states.devices);
  await shown.part('shield').click();
  const rows = await shown.part('person').allTextContents();
  assert.doesNotMatch(rows[0] ?? '', /device/i, 'nothing about oneself');
  assert.match(rows[1] ?? '', /Verified on 14 May 2026$/);
  assert.match(rows[2] ?? '', /Device known since 3 Sept? 2026Verify$/);
  assert.match(rows[3] ?? '', /New deviceVerify$/);
  assert.match(await textOf(shown, 'key-change'), /New keys .*because .*Jo.* left/);
  await shown.show(states.changed);
  assert.match(await textOf(shown, 'panel'), /Mara.* is here with another device/);
  assert.match((await shown.part('person').nth(1).textContent()) ?? '', /Changed!.*Verify$/);
});

onPage('a window that cannot remember anything says so where people verify', {}, async (shown) => {
  await shown.show(states.devices);
  await shown.part('shield').click();
  assert.equal(await shown.part('temporary-device').count(), 0);
  await shown.show({ ...states.devices, isDeviceTemporary: true });
  assert.match(await textOf(shown, 'temporary-device'), /remembers nobody/);
});

onPage('"all verified" stands on the shield only when it is true of everyone else', {}, async (shown) => {
  const host = shown.page.locator('sealmeet-interface');
  await shown.show(states.verified);
  assert.equal(await host.getAttribute('data-shield'), 'verified');
  const people = states.verified.people.map((one) =>
    one.id === 'd' ? { ...one, state: 'waiting' as const } : one,
  );
  await shown.show({ ...states.verified, people });
  assert.equal(await host.getAttribute('data-shield'), 'sealed');
  await shown.show(states.devices);
  assert.equal(await host.getAttribute('data-shield'), 'sealed');
  await shown.show({ ...states.verified, people: states.verified.people.filter(({ isSelf }) => isSelf) });
  assert.equal(await host.getAttribute('data-shield'), 'sealed', 'alone, nobody is verified');
});

onPage('the comparison, from the side that asks', {}, async (shown) => {
  await shown.show(states.devices);
  await shown.part('shield').click();
  await shown.part('verify').first().click();
  assert.deepEqual(await shown.called(), ['verification.compare c']);
  await shown.show(states.compareWaiting);
  assert.equal(await shown.focused(), 'comparison', 'the focus goes where it goes on');
  await shown.show(states.compare);
  assert.deepEqual(await shown.part('emoji').locator('.emoji-name').allTextContents(), [
    ...['Dog', 'Butterfly', 'Robot', 'Book', 'Rocket', 'Cactus', 'Anchor'],
  ]);
  await shown.part('compare-same').click();
  assert.equal((await shown.called()).at(-1), 'verification.confirm true');
  await shown.show(states.compareConfirming);
  assert.equal(await shown.part('compare-same').count(), 0);
  assert.equal(await shown.part('emoji').count(), 1, 'the pictures stay while the other still reads');
  await shown.show(states.compareMatch);
  assert.match(await textOf(shown, 'comparison'), /Tom.* is verified/);
  assert.match(await textOf(shown, 'polite'), /Tom.* is verified/);
  await shown.part('compare-close').click();
  assert.equal((await shown.called()).at(-1), 'verification.close');
  await shown.show(states.devices);
  assert.equal(await shown.focused(), 'shield');
});

onPage('the comparison, from the side that is asked: passive, and it can be refused', {}, async (shown) => {
  await shown.show(states.devices);
  await shown.show(states.compareIncoming);
  assert.equal(await shown.focused(), null, 'a request takes no focus');
  assert.match(await textOf(shown, 'polite'), /Tom.* would like to compare/);
  await shown.part('compare-decline').click();
  await shown.part('compare-accept').click();
  assert.deepEqual(await shown.called(), ['verification.decline', 'verification.accept']);
});

onPage('"they are the same" takes a hand, and not one that was on its way elsewhere', {}, async (shown) => {
  await shown.show(states.devices);
  await shown.holdTime();
  await shown.show(states.compare);
  await shown.part('compare-same').click({ force: true });
  assert.deepEqual(await shown.called(), [], 'not at once');
  await shown.letTimePass();
  await shown.part('compare-same').evaluate((element) => element instanceof HTMLElement && element.click());
  assert.deepEqual(await shown.called(), [], 'not by a script');
  await shown.part('compare-differ').click();
  assert.deepEqual(await shown.called(), ['verification.confirm false']);
});

onPage('pictures that differ are an alarm, without "try again"', {}, async (shown) => {
  await shown.show(states.compareMismatch);
  assert.equal(await shown.page.locator('sealmeet-interface').getAttribute('data-shield'), 'alarm');
  assert.match(
    await textOf(shown, 'comparison'),
    /differ.*stand in between.*What to do: Say nothing confidential/s,
  );
  assert.match(await textOf(shown, 'urgent'), /differ/);
  assert.equal(await shown.part('compare-again').count(), 0);
  await shown.show(states.compareInterrupted);
  assert.match(await textOf(shown, 'comparison'), /Tom.* left before .*Nothing has changed/s);
  await shown.part('compare-again').click();
  assert.deepEqual(await shown.called(), ['verification.compare c']);
});

onPage(
  'the meeting code: six groups, digit by digit for a screen reader, ticks one by one',
  {},
  async (shown) => {
    await shown.show(states.devices);
    await shown.part('shield').click();
    await shown.part('open-code').click();
    await shown.show(states.code);
    assert.equal(await shown.focused(), 'panel');
    const groups = shown.part('code').locator('.group');
    assert.equal(await groups.count(), 6);
    assert.equal(await groups.first().locator('[aria-hidden]').textContent(), '09318');
    assert.equal(await groups.first().locator('.spoken-only').textContent(), '0 9 3 1 8, ');
    const ticks = shown.part('heard');
    assert.equal(await ticks.count(), 3, 'one tick for each other person, and none for all');
    assert.deepEqual(await ticks.evaluateAll((all) => all.map((one) => one.getAttribute('aria-checked'))), [
      'true',
      'false',
      'false',
    ]);
    await ticks.nth(1).evaluate((element) => element instanceof HTMLElement && element.click());
    assert.deepEqual(await shown.called(), ['verification.openCode'], 'a script ticks nobody');
    await ticks.nth(1).click();
    await ticks.nth(0).click();
    assert.deepEqual((await shown.called()).slice(1), [
      'verification.heard c true',
      'verification.heard b false',
    ]);
  },
);

onPage(
  'the code stays when somebody comes, until new digits are asked for; another code is an alarm',
  {},
  async (shown) => {
    await shown.show(states.codeOutdated);
    await shown.part('shield').click();
    assert.match(await textOf(shown, 'code-outdated'), /Somebody came or left/);
    await shown.part('new-code').click();
    await shown.part('code-differs').click();
    assert.deepEqual(await shown.called(), ['verification.openCode', 'verification.codeDiffers']);
    assert.match(await textOf(shown, 'code-alarm'), /codes differ.*What to do/s);
    assert.equal(await shown.focused(), 'code-alarm');
    await shown.page.keyboard.press('Escape');
    assert.equal((await shown.called()).at(-1), 'verification.closeCode');
    await shown.show(states.devices);
    assert.equal(await shown.focused(), 'open-code');
  },
);

onPage(
  'the code names everybody whom it covers; who is not reachable yet cannot be ticked, and why is said',
  {},
  async (shown) => {
    await shown.show(states.codeLarge);
    await shown.part('shield').click();
    assert.match(await textOf(shown, 'code-covers'), /covers you and these 5 people/);
    assert.match(await textOf(shown, 'code-connecting'), /2 people are not yet reachable/);
    const ticks = shown.part('heard');
    assert.deepEqual(await ticks.evaluateAll((all) => all.map((one) => one.getAttribute('aria-disabled'))), [
      null,
      'true',
      'true',
      'true',
      'true',
    ]);
    const described = await ticks.nth(1).evaluate((one) => {
      const root = one.getRootNode() as ShadowRoot;
      return root.getElementById(one.getAttribute('aria-describedby') ?? '')?.textContent;
    });
    assert.equal(described, 'Not yet reachable');
    await ticks.nth(1).click({ force: true });
    assert.ok(!(await shown.called()).some((call) => call.includes('heard')));
    await shown.show(states.code);
    await ticks.nth(1).click();
    assert.equal((await shown.called()).at(-1), 'verification.heard c true');
  },
);

onPage(
  'who has no channel yet can be asked to compare, and sees that it is being made',
  {},
  async (shown) => {
    await shown.show(states.quietOnes);
    await shown.part('shield').click();
    assert.match((await shown.part('person').nth(2).textContent()) ?? '', /Device not known yetVerify$/);
    await shown.part('verify').first().click();
    assert.deepEqual(await shown.called(), ['verification.compare c']);
    await shown.show(states.compareConnecting);
    assert.match(await textOf(shown, 'comparison'), /Connecting securely to .*Tom/);
    assert.match(await textOf(shown, 'polite'), /Connecting securely/);
    await shown.part('compare-stop').click();
    assert.equal((await shown.called()).at(-1), 'verification.close');
  },
);

onPage(
  'a name that only the server gives is marked as that, and who is here twice is said to be',
  {},
  async (shown) => {
    await shown.show(states.names);
    await shown.part('shield').click();
    const rows = (await shown.part('person').allTextContents()).map((row) =>
      row.replace(/[\u2068\u2069]/gu, ''),
    );
    assert.match(
      rows[2] ?? '',
      /Mara Boss.*Says that the name is Tom\. The name above comes from the server/,
    );
    assert.match(rows[1] ?? '', /Also here as نورا: the same device/);
    assert.match(rows[3] ?? '', /Also here as Mara: the same device/);
    assert.equal(await shown.part('names').count(), 3);
  },
);
