// What every picture of the interface has to hold, on whatever page it stands: nothing that axe-core finds, no furniture covered.

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Page } from '@playwright/test';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** What axe-core finds by WCAG 2.2 A and AA, and by what it calls best practice. Only in the interface. */
export async function violations(page: Page): Promise<string[]> {
  if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(axe);
  return await page.evaluate(async () => {
    const { axe } = window as unknown as {
      axe: {
        run(
          context: object,
        ): Promise<{ violations: { id: string; nodes: { html: string; failureSummary: string }[] }[] }>;
      };
    };
    const { violations: found } = await axe.run({ include: [['sealmeet-interface']] });
    return found.flatMap(({ id, nodes }) =>
      nodes.map(({ html, failureSummary }) => `${id}: ${html} ${failureSummary}`),
    );
  });
}

const FURNITURE = [
  '.toolbox-content-items',
  '.vertical-filmstrip .filmstrip .videocontainer',
  '.notification',
  '#participants-pane',
  '.subject-text',
];

/** Pieces of Jitsi Meet's furniture that the shield lies over. */
export async function covered(page: Page): Promise<string[]> {
  return await page.locator('sealmeet-interface [data-sealmeet="shield"]').evaluate((element, selectors) => {
    const shield = element.getBoundingClientRect();
    return selectors.filter((selector) =>
      [...document.querySelectorAll(selector)].some((piece) => {
        const { left, right, top, bottom, width } = piece.getBoundingClientRect();
        const isApart =
          left >= shield.right || right <= shield.left || top >= shield.bottom || bottom <= shield.top;
        return width > 0 && !isApart;
      }),
    );
  }, FURNITURE);
}

/** Parts of the interface that stick out of the window, or need scrolling sideways. */
export async function sticksOut(page: Page): Promise<string[]> {
  return await page.evaluate(() => {
    const root = document.querySelector('sealmeet-interface')?.shadowRoot;
    const parts = [...(root?.querySelectorAll<HTMLElement>('.shield, .panel, .card, .tile') ?? [])];
    return parts.flatMap((part) => {
      const { left, right, top } = part.getBoundingClientRect();
      const isIn = left >= 0 && right <= innerWidth && top >= 0 && part.scrollWidth <= part.clientWidth + 1;
      return isIn ? [] : [part.dataset.sealmeet ?? part.className];
    });
  });
}

/** The hook of what has the focus inside the interface; null when the focus is on the page. */
export async function focused(page: Page): Promise<string | null> {
  return await page.evaluate(() => {
    const inside = document.activeElement?.shadowRoot?.activeElement;
    return inside instanceof HTMLElement ? (inside.dataset.sealmeet ?? inside.tagName) : null;
  });
}
