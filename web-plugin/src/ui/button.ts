// The one kind of button that the interface uses.

import { byHand, type Scene } from './scene.ts';
import { type Described, h } from './tree.ts';

type Look = 'primary' | 'plain' | 'danger' | 'quiet';

/** `hook` becomes `data-sealmeet`, by which tests and embedders' styles find it; it does not change with the language. */
export function button(
  hook: string,
  look: Look,
  label: string,
  click: (event: Event) => void,
  attributes: Record<string, string | boolean | null> = {},
): Described {
  return h(
    'button',
    { key: hook, type: 'button', class: `button ${look}`, 'data-sealmeet': hook, ...attributes },
    [label],
    {
      click: (event) => {
        // Unlike `disabled`, this leaves the button reachable and readable by keyboard and screen reader.
        if (attributes['aria-disabled'] !== 'true') click(event);
      },
    },
  );
}

/** A yes that weakens the protection: it takes a person's own hand, and not a click that was meant for something else. */
export const deliberate = (
  { local }: Pick<Scene, 'local'>,
  hook: string,
  look: Look,
  label: string,
  act: () => void,
): Described => button(hook, look, label, byHand(act), { 'aria-disabled': local.isArmed ? null : 'true' });
