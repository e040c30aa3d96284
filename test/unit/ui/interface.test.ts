// The interface in real Chromium: what each state shows, what each click means, focus, keys and announcements.

import assert from 'node:assert/strict';
import { onPage } from './on-page.ts';
import type { Look } from './page.ts';
import * as states from './states.ts';

const desktop: Look = {};

onPage('outside a call nothing is seen, in a call the shield always is', desktop, async (shown) => {
  await shown.show(states.away);
  assert.equal(await shown.part('shield').count(), 0);
  const words: Record<string, string> = {};
  const { open, sealing, sealed, asking, broken, trouble } = states;
  for (const [name, state] of Object.entries({ open, sealing, sealed, asking, broken, trouble })) {
    await shown.show(state);
    words[name] = (await shown.part('shield').locator('.word').textContent()) ?? '';
    assert.equal(await shown.page.locator('sealmeet-interface').getAttribute('data-phase'), state.phase);
    assert.equal(await shown.part('shield').locator('svg').count(), 1, 'an icon beside the word');
  }
  assert.deepEqual(words, {
    open: 'Not sealed',
    sealing: 'Sealing…',
    sealed: 'Sealed',
    asking: 'Room no longer sealed',
    broken: 'Something is wrong',
    trouble: 'Something is wrong',
  });
});

onPage('the owner seals with two clicks; another person finds no switch', desktop, async (shown) => {
  await shown.show(states.open);
  await shown.part('shield').click();
  assert.equal(await shown.part('seal').count(), 0);
  await shown.show(states.openOwner);
  await shown.part('seal').click();
  assert.deepEqual(await shown.called(), ['seal']);
});

onPage('unsealing says what it means and waits for a second, deliberate click', desktop, async (shown) => {
  await shown.show(states.sealedOwner);
  await shown.part('shield').click();
  await shown.holdTime();
  await shown.part('unseal').click();
  assert.match((await shown.part('panel').textContent()) ?? '', /server .* will be able to see and hear/);
  assert.equal(await shown.focused(), 'keep-seal');
  assert.equal(await shown.part('confirm-unseal').getAttribute('aria-disabled'), 'true');
  // A double click that began on "Stop sealing" ends here.
  await shown.part('confirm-unseal').click({ force: true });
  assert.deepEqual(await shown.called(), []);
  await shown.letTimePass();
  await shown.part('keep-seal').click();
  assert.equal(await shown.focused(), 'unseal');
  await shown.part('unseal').click();
  await shown.part('confirm-unseal').click();
  assert.deepEqual(await shown.called(), ['unseal']);
});

onPage('losing the ownership takes the question back', desktop, async (shown) => {
  await shown.show(states.sealedOwner);
  await shown.part('shield').click();
  await shown.part('unseal').click();
  await shown.show(states.sealed);
  assert.equal(await shown.part('confirm-unseal').count(), 0);
  assert.equal(await shown.focused(), 'panel', 'the focus does not fall out of the interface');
  await shown.show(states.sealedOwner);
  assert.equal(await shown.part('confirm-unseal').count(), 0, 'and it does not come back by itself');
});

onPage('a script of the page cannot unseal or agree, a hand can', desktop, async (shown) => {
  const clickByScript = (hook: string) =>
    shown.part(hook).evaluate((element) => {
      if (element instanceof HTMLElement) element.click();
      element.dispatchEvent(new MouseEvent('click', { bubbles: true, composed: true }));
    });
  await shown.show(states.sealedOwner);
  await shown.part('shield').click();
  await shown.part('unseal').click();
  await shown.part('confirm-unseal').and(shown.page.locator(':not([aria-disabled])')).waitFor();
  await clickByScript('confirm-unseal');
  await shown.show(states.asking);
  await shown.part('agree').and(shown.page.locator(':not([aria-disabled])')).waitFor();
  await clickByScript('agree');
  assert.deepEqual(await shown.called(), []);
  await shown.part('agree').click();
  assert.deepEqual(await shown.called(), ['agreeToUnseal']);
});

onPage(
  'where the server does not enforce the seal, going on without takes a hand, and time',
  desktop,
  async (shown) => {
    const agree = shown.part('agree');
    await shown.show(states.sealed);
    await shown.holdTime();
    await shown.part('shield').click();
    await shown.letTimePass();
    await shown.holdTime();
    await shown.show(states.notEnforced);
    await agree.click({ force: true });
    assert.deepEqual(await shown.called(), [], 'not under a click that was meant for something else');
    await shown.letTimePass();
    await agree.evaluate((element) => element instanceof HTMLElement && element.click());
    assert.deepEqual(await shown.called(), [], 'nor by a script');
    await shown.part('shield').click();
    await shown.holdTime();
    await shown.part('shield').click();
    await agree.click({ force: true });
    assert.deepEqual(await shown.called(), [], 'nor where the panel has just been opened');
    await shown.letTimePass();
    await agree.click();
    assert.deepEqual(await shown.called(), ['agreeToUnseal']);
  },
);

onPage(
  'the question takes no focus, names who did it, and takes no answer at once',
  desktop,
  async (shown) => {
    await shown.page.evaluate(() => {
      document.body.append(document.createElement('input'));
      document.querySelector('input')?.focus();
    });
    await shown.show(states.sealed);
    await shown.holdTime();
    await shown.show(states.asking);
    assert.equal(await shown.page.evaluate(() => document.activeElement?.tagName), 'INPUT');
    assert.match(
      (await shown.part('asking').textContent()) ?? '',
      /Mara.* ended the seal.*Nothing is sent until you agree/s,
    );
    assert.match((await shown.part('urgent').textContent()) ?? '', /Mara.* ended the seal/);
    await shown.part('agree').click({ force: true });
    assert.deepEqual(await shown.called(), []);
    await shown.part('leave').click();
    assert.deepEqual(await shown.called(), ['leave']);
    await shown.show({ ...states.asking, unsealedBy: null });
    assert.match((await shown.part('asking').textContent()) ?? '', /The seal of this room was ended/);
  },
);

onPage(
  'keyboard alone: open, walk through, close with Escape, and be where one was',
  desktop,
  async (shown) => {
    const { keyboard } = shown.page;
    await shown.show(states.sealedOwner);
    await keyboard.press('Tab');
    assert.equal(await shown.focused(), 'shield');
    await keyboard.press('Enter');
    assert.equal(await shown.focused(), 'panel');
    assert.equal(await shown.part('shield').getAttribute('aria-expanded'), 'true');
    await keyboard.press('Tab');
    assert.equal(await shown.focused(), 'close');
    await keyboard.press('Tab');
    assert.equal(await shown.focused(), 'open-code');
    await keyboard.press('Tab');
    assert.equal(await shown.focused(), 'unseal', 'ending the seal comes last');
    await keyboard.press('Space');
    assert.equal(await shown.focused(), 'keep-seal');
    await keyboard.press('Escape');
    assert.equal(await shown.focused(), 'unseal');
    await keyboard.press('Escape');
    assert.equal(await shown.part('panel').count(), 0);
    assert.equal(await shown.focused(), 'shield');
  },
);

onPage("keys pressed in the interface do not reach the page's shortcuts", desktop, async (shown) => {
  await shown.page.evaluate(() => {
    window.addEventListener('keydown', (event) => window.sealmeetTest.called.push(`page saw ${event.key}`));
  });
  await shown.show(states.sealed);
  await shown.part('shield').focus();
  await shown.page.keyboard.press('Space');
  await shown.page.keyboard.press('m');
  assert.deepEqual(await shown.called(), []);
});

onPage(
  'an alarm is shown without the panel, leads to its card, and can be dismissed',
  desktop,
  async (shown) => {
    await shown.show(states.sealed);
    await shown.show(states.trouble);
    assert.match((await shown.part('urgent').textContent()) ?? '', /Alarm: Somebody else's picture/);
    await shown.part('show-trouble').click();
    assert.equal(await shown.part('trouble').count(), 2);
    const first = shown.part('trouble').first();
    assert.equal(await first.getAttribute('data-trouble'), states.swapped.id, 'the worst stands first');
    assert.equal(await first.getAttribute('open'), '');
    assert.equal(await first.locator('[data-sealmeet="repeated"]').textContent(), '×3');
    assert.match((await first.textContent()) ?? '', /mixed (them )?up.*What to do: .*trust/s);
    await first.locator('[data-sealmeet="dismiss"]').click();
    assert.deepEqual(await shown.called(), [`dismiss ${states.swapped.id}`]);
    // Shown again with one message less, the other card stays as it was and the focus stays inside.
    await shown.show({ ...states.trouble, troubles: [states.unreadable] });
    assert.equal(await shown.part('trouble').count(), 1);
    assert.equal(await shown.focused(), 'panel');
  },
);

onPage('what a person opened and where the focus is survive a redraw', desktop, async (shown) => {
  await shown.show(states.trouble);
  await shown.part('shield').click();
  await shown.part('trouble').last().locator('summary').click();
  await shown.show({ ...states.trouble, people: states.sealed.people, isEnforced: false });
  assert.equal(await shown.part('trouble').last().getAttribute('open'), '');
  assert.equal(await shown.focused(), 'SUMMARY');
});

onPage('the panel lists everyone with a state in words', desktop, async (shown) => {
  await shown.show(states.trouble);
  await shown.part('shield').click();
  const rows = await shown.part('person').allTextContents();
  assert.equal(rows.length, 5);
  assert.match(rows[0] ?? '', /Anna Lindqvist \(you\)Sealed/);
  assert.match(rows[1] ?? '', /Wrong person shown/);
  assert.match(rows[3] ?? '', /Cannot take part.*neither see nor hear/);
  assert.equal(await shown.part('enforcement').getAttribute('data-state'), 'enforced');
  assert.match((await shown.part('since').textContent()) ?? '', /Sealed since /);
  await shown.show(states.notEnforced);
  assert.equal(await shown.part('enforcement').getAttribute('data-state'), 'not-enforced');
});

onPage('names are text, cleaned and cut', desktop, async (shown) => {
  const names = ['<img src=x onerror=alert(1)>', 'a\u202eb\nc', '\u200b', 'x'.repeat(500)];
  const people = names.map((name, index) => ({
    id: String(index),
    name,
    isSelf: false,
    state: 'sealed' as const,
  }));
  await shown.show({ ...states.sealed, people });
  await shown.part('shield').click();
  const shownNames = await shown.part('person').locator('bdi').allTextContents();
  assert.deepEqual(shownNames.slice(0, 3), [
    '<img src=x onerror=alert(1)>',
    'a b c',
    'Someone without a name',
  ]);
  assert.equal(shownNames[3]?.length, 48);
  assert.equal(await shown.page.locator('sealmeet-interface img').count(), 0);
});

onPage(
  'a notice is one line that is spoken, folded when it repeats, and closable',
  desktop,
  async (shown) => {
    await shown.show(states.sealed);
    await shown.holdTime();
    await shown.notify('Mara sealed this room.');
    await shown.notify('Mara sealed this room.');
    assert.deepEqual(await shown.part('notice').allTextContents(), ['Mara sealed this room. ×2']);
    assert.match((await shown.part('polite').textContent()) ?? '', /Mara sealed this room/);
    await shown.part('close-notice').click();
    assert.equal(await shown.part('notice').count(), 0);
    await shown.notify({ kind: 'unsealed-by', name: null });
    assert.equal(await shown.part('notice').count(), 1);
    await shown.letTimePass();
    assert.equal(await shown.part('notice').count(), 0, 'it goes by itself');
  },
);

for (const look of [
  { width: 320, height: 480 },
  { width: 640, height: 360 },
  { width: 1280, height: 800 },
]) {
  onPage(
    `at ${look.width} × ${look.height} all stays in the window and everything can be reached`,
    look,
    async (shown) => {
      const { sealedOwner, trouble, asking, broken } = states;
      for (const state of [sealedOwner, trouble, asking, broken]) {
        await shown.show(state);
        if ((await shown.part('panel').count()) === 0) await shown.part('shield').click();
        const shield = await shown.part('shield').boundingBox();
        assert.ok(
          shield && shield.y < 20 && shield.x + shield.width <= look.width,
          'the shield is in the corner',
        );
        assert.ok(shield.x + shield.width > look.width - 30, 'the right one');
        const panel = await shown.part('panel').boundingBox();
        assert.ok(panel && panel.x >= 0 && panel.x + panel.width <= look.width);
        const overflow = await shown
          .part('panel')
          .evaluate((element) => element.scrollWidth - element.clientWidth);
        assert.equal(overflow, 0, `${state.phase} scrolls sideways`);
        await shown.part('person').last().scrollIntoViewIfNeeded();
      }
    },
  );
}

onPage('removed, it leaves nothing behind', desktop, async (shown) => {
  await shown.show(states.sealed);
  await shown.page.evaluate(() => window.sealmeetTest.shown.remove());
  assert.equal(await shown.page.locator('sealmeet-interface').count(), 0);
});

onPage(
  'the question to everybody takes no focus, waits for a hand, and says how it goes',
  desktop,
  async (shown) => {
    await shown.show(states.sealed);
    await shown.part('shield').focus();
    await shown.holdTime();
    await shown.show(states.consentAsked);
    assert.equal(await shown.focused(), 'shield');
    assert.match(
      (await shown.part('consent').textContent()) ?? '',
      /Mara.* asks to stop sealing.*server .* can see and hear.*within 60 seconds/,
    );
    assert.match((await shown.part('urgent').textContent()) ?? '', /Mara.* asks to stop sealing/);
    await shown.part('consent-agree').click({ force: true });
    assert.deepEqual(await shown.called(), [], 'not under a click that was meant for something else');
    await shown.letTimePass();
    await shown.part('consent-agree').evaluate((element) => (element as HTMLElement).click());
    assert.deepEqual(await shown.called(), [], 'nor by a script');
    await shown.part('consent-agree').click();
    await shown.part('consent-refuse').click();
    assert.deepEqual(await shown.called(), ['answerConsent true', 'answerConsent false']);
    await shown.show(states.consentAgreed);
    assert.equal(await shown.focused(), 'consent', 'the focus stays where it was');
    assert.match((await shown.part('consent').textContent()) ?? '', /2 of 4 have agreed/);
  },
);

onPage('who asks everybody sees how it goes and how it ended', desktop, async (shown) => {
  await shown.show(states.asksEverybody);
  await shown.openPart('unseal');
  assert.match((await shown.part('panel').textContent()) ?? '', /everyone in it is asked first/);
  await shown.show(states.consentOwn);
  assert.equal(await shown.part('confirm-unseal').count(), 0, 'once is enough');
  assert.match((await shown.part('consent').textContent()) ?? '', /Everyone is being asked.*2 of 4/);
  await shown.show(states.consentRefused);
  assert.match((await shown.part('consent').textContent()) ?? '', /stays sealed.*wants to keep/);
  await shown.part('consent-close').click();
  assert.deepEqual(await shown.called(), ['closeConsent']);
});
