// Pictures of every state of the interface, as <state>-<theme>-<width>.png in the folder given, or docs/screenshots.
// A second argument takes only the states whose name contains it.

import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { launchBrowser } from '../../stack/chromium.ts';
import { InterfacePage, jitsiLike } from './page.ts';
import * as states from './states.ts';

const folder = process.argv[2] ?? join('docs', 'screenshots');
const only = process.argv[3] ?? '';

interface Shot {
  name: string;
  state: states.UiState;
  view?: 'stage' | 'tiles' | 'prejoin';
  /** What to do before the picture is taken. */
  prepare?: (shown: InterfacePage) => Promise<unknown>;
  atDeskOnly?: boolean;
}

const openPanel = (shown: InterfacePage) => shown.openPart('panel');

const shots: Shot[] = [
  { name: 'not-sealed', state: states.open, view: 'tiles' },
  { name: 'not-sealed-owner', state: states.openOwner, prepare: openPanel },
  { name: 'sealing', state: states.sealing, prepare: openPanel },
  { name: 'sealed', state: states.sealed, view: 'tiles' },
  { name: 'sealed-panel', state: states.devices, prepare: openPanel },
  { name: 'quiet', state: states.quietOnes, prepare: openPanel },
  { name: 'names', state: states.names, prepare: openPanel },
  { name: 'verified', state: states.verified },
  { name: 'not-enforced', state: states.notEnforced, prepare: openPanel },
  { name: 'confirm-unseal', state: states.asksEverybody, prepare: (shown) => shown.openPart('unseal') },
  { name: 'alert', state: states.blackTiles },
  { name: 'black-tiles', state: states.trouble, view: 'tiles' },
  {
    name: 'trouble',
    state: states.trouble,
    prepare: (shown) => shown.part('show-trouble').click(),
  },
  { name: 'changed-device', state: states.changed, prepare: openPanel },
  { name: 'asking', state: states.asking, view: 'tiles' },
  { name: 'consent', state: states.consentAsked, view: 'tiles' },
  { name: 'consent-agreed', state: states.consentAgreed },
  { name: 'consent-asking', state: states.consentOwn },
  { name: 'consent-refused', state: states.consentRefused },
  { name: 'broken', state: states.broken },
  {
    name: 'notice',
    state: states.sealed,
    prepare: (shown) => shown.notify({ kind: 'sealed-by', name: 'Mara' }),
  },
  { name: 'compare-incoming', state: states.compareIncoming },
  { name: 'compare-connecting', state: states.compareConnecting },
  { name: 'compare-waiting', state: states.compareWaiting },
  { name: 'compare', state: states.compare },
  { name: 'compare-names', state: states.compareNames },
  { name: 'compare-confirming', state: states.compareConfirming },
  { name: 'compare-match', state: states.compareMatch },
  { name: 'compare-mismatch', state: states.compareMismatch },
  { name: 'compare-interrupted', state: states.compareInterrupted },
  { name: 'meeting-code', state: states.code, prepare: openPanel },
  { name: 'meeting-code-names', state: states.codeNames, prepare: openPanel },
  { name: 'meeting-code-large', state: states.codeLarge, prepare: openPanel },
  { name: 'meeting-code-outdated', state: states.codeOutdated, prepare: openPanel },
  {
    name: 'meeting-code-differs',
    state: states.code,
    prepare: async (shown) => {
      await shown.openPart('panel');
      await shown.part('code-differs').click();
    },
  },
  {
    name: 'this-browser',
    state: states.devices,
    prepare: async (shown) => {
      await shown.openPart('panel');
      await shown.part('this-browser').locator('summary').click();
      await shown.part('reset-device').click();
    },
  },
  { name: 'pre-join', state: states.preJoinUnknown, view: 'prejoin' },
  { name: 'pre-join-sealed', state: states.preJoinInvited, view: 'prejoin' },
  { name: 'pre-join-unable', state: states.preJoinUnable, view: 'prejoin' },
  { name: 'refused', state: states.refused, view: 'prejoin' },
  ...(['de', 'fr', 'es'] as const).map((language) => ({
    name: `sealed-panel-${language}`,
    state: { ...states.devices, language },
    prepare: openPanel,
    atDeskOnly: true,
  })),
];

/** Every state at a desk in light and on a phone in dark. */
const looks = [
  { width: 1280, height: 720, theme: 'light' },
  { width: 320, height: 640, theme: 'dark' },
] as const;

mkdirSync(folder, { recursive: true });
const browser = await launchBrowser();
try {
  const shown = await InterfacePage.open(browser);
  for (const look of looks) {
    for (const { name, state, view, prepare, atDeskOnly } of shots) {
      if (!name.includes(only) || (atDeskOnly && look.width < 1000)) continue;
      await shown.load({ ...look, html: jitsiLike(view ?? 'stage'), reducedMotion: true });
      await shown.show(state);
      await prepare?.(shown);
      await shown.settled();
      await shown.page.screenshot({ path: join(folder, `${name}-${look.theme}-${look.width}.png`) });
    }
  }
} finally {
  await browser.close();
}
