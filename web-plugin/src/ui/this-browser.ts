// What this browser is to others: its key, which can be saved to compare and begun anew.

import { button } from './button.ts';
import { byHand, type Scene } from './scene.ts';
import { type Child, type Described, h } from './tree.ts';

export function thisBrowser(scene: Scene): Described | null {
  const { state, texts, intents } = scene;
  const { ownDevice } = intents;
  if (!ownDevice) return null;
  const words = texts.ownDevice;
  const isTemporary = state.isDeviceTemporary === true;
  return h('details', { key: 'this-browser', class: 'about', 'data-sealmeet': 'this-browser' }, [
    h('summary', {}, [h('span', { class: 'happened' }, [words.title])]),
    h('p', {}, [words.means]),
    // A device that is gone with the page needs no button for that.
    isTemporary && h('p', { key: 'temporary' }, [texts.verify.temporary]),
    h('div', { key: 'save', class: 'row' }, [
      button('save-device', 'quiet', words.save, () => ownDevice.save()),
    ]),
    ...(isTemporary ? [] : anew(scene, ownDevice.reset)),
  ]);
}

function anew({ local, texts, actions }: Scene, reset: () => void): Child[] {
  const words = texts.ownDevice;
  if (!local.isConfirmingReset) {
    return [
      h('div', { key: 'reset', class: 'row' }, [
        button('reset-device', 'quiet', words.reset, actions.askReset),
      ]),
    ];
  }
  return [
    h('div', { key: 'confirm-reset', class: 'confirming', role: 'group', 'aria-labelledby': 'reset-title' }, [
      h('h3', { id: 'reset-title' }, [words.confirmTitle]),
      h('p', {}, [words.confirmMeaning]),
      h('div', { class: 'row' }, [
        button('keep-device', 'primary', words.keep, actions.keepDevice),
        button(
          'confirm-reset',
          'danger',
          words.confirm,
          byHand(() => {
            actions.keepDevice();
            reset();
          }),
        ),
      ]),
    ]),
  ];
}
