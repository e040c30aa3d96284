// Where the interface stands on Jitsi Meet's page: it covers no furniture, and goes along when that moves.

import assert from 'node:assert/strict';
import { covered } from './checks.ts';
import { eventually, onPage } from './on-page.ts';
import { type InterfacePage, jitsiLike } from './page.ts';
import * as states from './states.ts';

async function arrange(shown: InterfacePage, name: string, value: string): Promise<void> {
  await shown.page.evaluate(
    ([key, to]) => document.body.setAttribute(`data-${key}`, to ?? ''),
    [name, value],
  );
  await shown.settled();
}

for (const width of [1280, 900, 640, 320]) {
  const html = jitsiLike('stage');
  onPage(
    `at ${width} px the shield covers neither filmstrip, toolbar, notifications nor title`,
    { width, html },
    async (shown) => {
      for (const state of [states.sealed, states.asking, states.trouble, states.verified]) {
        await shown.show(state);
        assert.deepEqual(await covered(shown.page), [], state.phase);
      }
      await shown.show(states.asking);
      const banner = await shown.part('asking').boundingBox();
      assert.ok(
        banner && banner.x >= 0 && banner.width >= Math.min(288, width - 24),
        'the question has room for its words',
      );
    },
  );
}

onPage(
  'the shield makes way when the participants pane opens, and comes back',
  { html: jitsiLike('stage') },
  async (shown) => {
    await shown.show(states.sealed);
    const before = await shown.part('shield').boundingBox();
    await arrange(shown, 'pane', 'on');
    await eventually(async () => {
      const beside = await shown.part('shield').boundingBox();
      assert.ok(before && beside && beside.x < before.x - 300, `${before?.x} → ${beside?.x}`);
    });
    assert.deepEqual(await covered(shown.page), []);
    await arrange(shown, 'pane', 'off');
    await eventually(async () => assert.deepEqual(await shown.part('shield').boundingBox(), before));
  },
);

onPage(
  "it finds its place as well when Jitsi Meet's page is built after it",
  {
    html: jitsiLike('stage')
      .replace('<div id="react">', '<div id="react"><template>')
      .replace(/<\/div>\s*<\/body>/u, '</template></div></body>'),
  },
  async (shown) => {
    await shown.show(states.sealed);
    const alone = await shown.part('shield').boundingBox();
    await shown.page.evaluate(() => {
      const page = document.querySelector('template');
      if (page) document.querySelector('#react')?.append(page.content);
    });
    await eventually(async () => {
      const beside = await shown.part('shield').boundingBox();
      assert.ok(alone && beside && beside.x < alone.x - 50, `${alone?.x} → ${beside?.x}`);
    });
    assert.deepEqual(await covered(shown.page), []);
    await arrange(shown, 'pane', 'on');
    await eventually(async () => assert.deepEqual(await covered(shown.page), []));
  },
);

onPage('the panel ends above the toolbar', { html: jitsiLike('stage'), height: 500 }, async (shown) => {
  await shown.show(states.trouble);
  await shown.openPart('panel');
  const panel = await shown.part('panel').boundingBox();
  const toolbar = await shown.page.locator('#new-toolbox').boundingBox();
  assert.ok(panel && toolbar && panel.y + panel.height <= toolbar.y);
});

onPage(
  'a tile that stays black says why, lets clicks through, and goes along',
  { html: jitsiLike('tiles') },
  async (shown) => {
    await shown.show(states.trouble);
    const over = shown.part('tile').and(shown.page.locator('[data-person="b"]'));
    assert.match((await over.textContent()) ?? '', /Mara.*Wrong person: not shown/);
    const tile = shown.page.locator('#participant_b');
    assert.deepEqual(await over.boundingBox(), await tile.boundingBox());
    await tile.evaluate((element) =>
      element.addEventListener('click', () => window.sealmeetTest.called.push('tile')),
    );
    const box = await tile.boundingBox();
    await shown.page.mouse.click((box?.x ?? 0) + 30, (box?.y ?? 0) + 60);
    assert.deepEqual(await shown.called(), ['tile']);
    await shown.page.setViewportSize({ width: 800, height: 500 });
    await eventually(async () => assert.deepEqual(await over.boundingBox(), await tile.boundingBox()));
    await shown.show(states.sealed);
    assert.equal(await shown.part('tile').count(), 0);
  },
);

onPage(
  'who is shown large says so in the middle of the stage',
  { html: jitsiLike('stage') },
  async (shown) => {
    await shown.show(states.blackTiles);
    const places = shown.part('tile').and(shown.page.locator('[data-person="c"]'));
    assert.equal(await places.count(), 2);
    assert.match((await places.last().textContent()) ?? '', /Tom.*Cannot be opened/);
  },
);

onPage(
  'written from right to left, all is mirrored and nothing runs out of the window',
  { width: 320 },
  async (shown) => {
    await shown.show(states.devices);
    await shown.openPart('panel');
    await shown.part('panel').evaluate((element) => element.closest('.stack')?.setAttribute('dir', 'rtl'));
    const shield = await shown.part('shield').boundingBox();
    assert.ok(shield && shield.x < 20, 'the shield stands where lines end: on the left');
    const panel = await shown.part('panel').evaluate((element) => {
      const { left, right } = element.getBoundingClientRect();
      return { left, right, sideways: element.scrollWidth - element.clientWidth };
    });
    assert.ok(panel.left >= 0 && panel.right <= 320 && panel.sideways === 0, JSON.stringify(panel));
    const who = await shown.part('person').first().locator('.who').boundingBox();
    const state = await shown.part('person').first().locator('.state').boundingBox();
    assert.ok(who && state && who.x > state.x);
  },
);

onPage(
  'before joining: what this browser can, and what is known of the room',
  { html: jitsiLike('prejoin') },
  async (shown) => {
    const card = shown.part('pre-join');
    await shown.show(states.preJoinUnknown);
    assert.match((await card.textContent()) ?? '', /not known until you join.*can take part/);
    assert.equal(await shown.part('shield').count(), 0);
    await shown.show(states.preJoinKnown);
    assert.match((await card.textContent()) ?? '', /sealed: this browser has seen it so/);
    await shown.show(states.preJoinInvited);
    assert.match((await card.textContent()) ?? '', /sealed: your invitation says so/);
    await shown.show(states.preJoinUnable);
    assert.match((await card.textContent()) ?? '', /cannot take part in sealed rooms: update it/);
    const content = await shown.page.locator('.premeeting-screen .content').boundingBox();
    const box = await card.boundingBox();
    assert.ok(content && box && box.x >= content.x + content.width, 'beside the form');
  },
);

onPage('a refused join says what to do now', { html: jitsiLike('prejoin') }, async (shown) => {
  await shown.show(states.refused);
  assert.match(
    (await shown.part('refusal').textContent()) ?? '',
    /could not join.*What to do: Update the browser/s,
  );
  assert.match((await shown.part('urgent').textContent()) ?? '', /could not join/);
  await shown.part('reload').click();
  await shown.part('close-refusal').click();
  assert.deepEqual(await shown.called(), ['reload', 'closeRefusal']);
  await shown.show(states.refusedOther);
  assert.match((await shown.part('refusal').textContent()) ?? '', /The server said: The room is full\.What/);
});
