// The looks of the interface: quiet surfaces over a video call, in light and dark, from 320 px up.

// Sizes are in px on purpose: Jitsi Meet sets its own root font size, and browser zoom scales px as well.
// Every text colour has a contrast of at least 4.5:1 on its surface (WCAG 2.2 §1.4.3); axe-core checks it in the tests.
const colours = `
:host {
  --surface: #ffffff;
  --raised: #f3f5f7;
  --text: #1b2026;
  --muted: #545d68;
  --line: #7b8590;
  --soft-line: #d5dae0;
  --good: #17713a;
  --busy: #0a5cb8;
  --warn: #875400;
  --bad: #b81f2c;
  --primary: #0a5cb8;
  --on-primary: #ffffff;
  --danger: #b81f2c;
  --on-danger: #ffffff;
  --shadow: 0 2px 10px rgb(0 0 0 / 28%);
}
@media (prefers-color-scheme: dark) {
  :host {
    --surface: #1b2027;
    --raised: #262d36;
    --text: #eef1f4;
    --muted: #adb7c2;
    --line: #7d8894;
    --soft-line: #39424d;
    --good: #63d388;
    --busy: #85bdff;
    --warn: #f2bd55;
    --bad: #ff928d;
    --primary: #85bdff;
    --on-primary: #0b1a2b;
    --danger: #ff928d;
    --on-danger: #2b0b0b;
    --shadow: 0 2px 12px rgb(0 0 0 / 60%);
  }
}`;

const layout = `
:host { all: initial; color-scheme: light dark; }
* { box-sizing: border-box; }
.stack {
  position: fixed;
  inset-block-start: var(--top, 12px);
  inset-inline-end: var(--end, 12px);
  z-index: 2147483000;
  display: flex;
  flex-direction: column;
  align-items: flex-end;
  gap: 8px;
  inline-size: calc(100vw - 12px - var(--end, 12px));
  /* Jitsi Meet's toolbar stands along the lower edge. */
  max-block-size: calc(100vh - 12px - var(--top, 12px) - var(--below, 0px));
  max-block-size: calc(100dvh - 12px - var(--top, 12px) - var(--below, 0px));
  pointer-events: none;
  font: 400 15px/1.45 system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', 'DejaVu Sans', sans-serif;
  color: var(--text);
}
.below {
  flex: 0 1 auto; min-block-size: 0; inline-size: calc(var(--cards, 384px) + 16px);
  display: flex; flex-direction: column; gap: 8px;
  /* Room for shadows and focus rings inside the scrolling box; the shield above never scrolls away. */
  overflow: hidden auto; padding: 0 8px 8px; margin-inline: -8px calc(var(--cardsEnd, 0px) - 8px);
  scrollbar-width: thin;
}
.below > * { flex: none; }
div.stack > .shield, div.below > * { pointer-events: auto; }
h2, h3, p, ul, li { margin: 0; padding: 0; font: inherit; list-style: none; overflow-wrap: anywhere; }
h2 { font-size: 17px; line-height: 1.3; font-weight: 650; }
h3 { font-size: 13px; font-weight: 650; color: var(--muted); }
strong { font-weight: 650; }
.icon { inline-size: 20px; block-size: 20px; flex: none; }
.icon path { fill: none; stroke: currentColor; stroke-width: 2; stroke-linecap: round; stroke-linejoin: round; }
.icon path.filled { fill: currentColor; }
.muted { color: var(--muted); font-size: 14px; }
.spoken-only {
  position: absolute; inline-size: 1px; block-size: 1px; margin: -1px; padding: 0;
  overflow: hidden; clip-path: inset(50%); white-space: nowrap; border: 0;
}
:focus { outline: none; }
:focus-visible { outline: 3px solid var(--busy); outline-offset: 2px; }`;

const shield = `
.shield {
  all: unset;
  box-sizing: border-box;
  display: inline-flex; align-items: center; gap: 7px; flex: none;
  min-block-size: 40px; max-inline-size: 100%;
  padding-inline: 11px 14px; padding-block: 6px;
  border: 1px solid var(--line); border-radius: 20px;
  background: var(--surface); color: var(--text);
  box-shadow: var(--shadow);
  font-weight: 600; cursor: pointer;
}
.shield:focus-visible { outline: 3px solid var(--busy); outline-offset: 1px; }
.shield:hover { background: var(--raised); }
.shield .icon { inline-size: 22px; block-size: 22px; }
.shield.sealing .icon { color: var(--busy); }
.shield:is(.sealed, .verified) { border-color: var(--good); }
.shield:is(.sealed, .verified) .icon { color: var(--good); }
.shield.asking { border-color: var(--warn); border-width: 2px; }
.shield.asking .icon { color: var(--warn); }
.shield.alarm { border-color: var(--bad); border-width: 2px; }
.shield.alarm .icon { color: var(--bad); }
.count {
  min-inline-size: 22px; padding: 0 6px; border-radius: 11px; text-align: center;
  background: var(--raised); border: 1px solid var(--line); font-size: 13px;
}
.shield.sealing .icon { animation: breathe 1.6s ease-in-out infinite; }
@keyframes breathe { 50% { opacity: .45; } }
@media (prefers-reduced-motion: reduce) { .shield.sealing .icon { animation: none; } }`;

const surfaces = `
.panel, .card {
  inline-size: 100%;
  background: var(--surface);
  border: 1px solid var(--line); border-radius: 12px;
  box-shadow: var(--shadow);
  padding: 14px 16px;
  display: flex; flex-direction: column; gap: 10px;
}
.below > .panel { gap: 14px; flex: 0 1 auto; min-block-size: min(100%, 240px); overflow: hidden auto; scrollbar-width: thin; }
.panel > * { flex: none; }
/* Where the focus goes when something opens: not a control, and its appearing is what one sees. */
.panel:focus-visible, .card:focus-visible, .confirming:focus-visible { outline: none; }
header { display: flex; align-items: flex-start; justify-content: space-between; gap: 8px; }
header h2 { padding-block-start: 4px; }
.close {
  all: unset; box-sizing: border-box; flex: none; cursor: pointer; border-radius: 8px;
  inline-size: 32px; block-size: 32px; display: grid; place-items: center; color: var(--muted);
  margin-inline-end: -6px;
}
.close:hover { background: var(--raised); color: var(--text); }
.close:focus-visible { outline: 3px solid var(--busy); }
.card.warning { border-color: var(--warn); border-width: 2px; }
.card.warning .lead > .icon { color: var(--warn); }
.card.alarm { border-color: var(--bad); border-width: 2px; }
.card.alarm .lead > .icon { color: var(--bad); }
.lead { display: flex; gap: 9px; align-items: flex-start; }
.lead > .icon { margin-block-start: 1px; }
.notice { flex-direction: row; align-items: center; padding-block: 8px; }
.notice p { flex: 1; }
.row { display: flex; flex-wrap: wrap; gap: 8px; margin-block-start: 2px; }
.switch { display: flex; flex-direction: column; gap: 8px; align-items: flex-start; }
.confirming {
  display: flex; flex-direction: column; gap: 8px;
  border: 2px solid var(--bad); border-radius: 10px; padding: 12px;
}
.confirming h3 { font-size: 15px; color: var(--text); }
.confirming p + p { margin-block-start: 4px; }
section { display: flex; flex-direction: column; gap: 6px; }`;

const buttons = `
.button {
  all: unset;
  box-sizing: border-box; cursor: pointer; text-align: center;
  min-block-size: 40px; padding: 8px 16px; border-radius: 9px;
  font-weight: 600; border: 1px solid transparent;
}
.button:focus-visible { outline: 3px solid var(--busy); outline-offset: 2px; }
.primary { background: var(--primary); color: var(--on-primary); }
.plain { border-color: var(--line); color: var(--text); background: var(--surface); }
.plain:hover { background: var(--raised); }
.danger { background: var(--danger); color: var(--on-danger); }
.button.quiet { min-block-size: 32px; padding: 4px 10px; border-color: var(--soft-line); color: var(--text); }
.button.quiet:hover { background: var(--raised); }
.primary:hover, .danger:hover { filter: brightness(1.12); }
@media (forced-colors: active) { .button, .shield, .close { border: 1px solid ButtonText; } }`;

const lists = `
.people { display: flex; flex-direction: column; }
.people li {
  display: flex; flex-wrap: wrap; align-items: center; justify-content: space-between; gap: 2px 12px;
  padding-block: 7px; border-block-start: 1px solid var(--soft-line);
}
.people .who { font-weight: 550; min-inline-size: 0; flex: 1 1 120px; }
.you { font-weight: 400; color: var(--muted); }
.state { display: inline-flex; align-items: center; gap: 5px; font-size: 14px; color: var(--muted); }
.state .icon { inline-size: 18px; block-size: 18px; }
.state.sealed { color: var(--good); }
.state.waiting { color: var(--busy); }
.state.incapable { color: var(--warn); }
.state.unreadable, .state.swapped { color: var(--bad); }
.detail { flex-basis: 100%; font-size: 14px; color: var(--text); }
.parts { display: grid; grid-template-columns: repeat(auto-fit, minmax(150px, 1fr)); gap: 4px 12px; font-size: 14px; }
.parts li { display: flex; align-items: center; gap: 6px; }
.parts .icon { inline-size: 18px; block-size: 18px; color: var(--muted); }
.trouble { border: 1px solid var(--soft-line); border-inline-start: 4px solid var(--line); border-radius: 8px; padding: 0 12px; }
.trouble.warning { border-inline-start-color: var(--warn); }
.trouble.alarm { border-inline-start-color: var(--bad); }
.trouble[open] { padding-block-end: 12px; }
.trouble p { margin-block-end: 8px; }
summary { display: flex; gap: 8px; align-items: flex-start; padding-block: 10px; cursor: pointer; border-radius: 6px; }
summary::-webkit-details-marker { display: none; }
summary .happened { flex: 1; font-weight: 550; overflow-wrap: anywhere; }
summary::after {
  content: ''; flex: none; inline-size: 8px; block-size: 8px; margin: 5px 3px 0;
  border: solid var(--muted); border-width: 0 2px 2px 0; transform: rotate(45deg);
}
details[open] > summary::after { transform: rotate(225deg); margin-block-start: 9px; }
.about p { margin-block-end: 8px; font-size: 14px; }
.about .row { margin-block-end: 8px; }
.about summary { font-size: 14px; padding-block: 4px; }
.trouble.alarm summary .icon { color: var(--bad); }
.trouble.warning summary .icon { color: var(--warn); }
.repeated { flex: none; font-size: 13px; color: var(--muted); padding-block-start: 1px; }`;

const verifying = `
.device { flex-basis: 100%; display: flex; flex-wrap: wrap; align-items: center; justify-content: space-between; gap: 4px 12px; }
.device.verified .state { color: var(--good); }
.device.changed .state { color: var(--bad); font-weight: 600; }
.emoji { display: grid; grid-template-columns: repeat(4, minmax(0, 1fr)); gap: 10px 4px; margin: 4px 0; padding: 0; list-style: none; }
@media (max-height: 480px) and (min-width: 560px) {
  .emoji { grid-template-columns: repeat(7, minmax(0, 1fr)); }
  .picture { font-size: 26px; }
  .emoji-name { font-size: 12px; }
  .panel, .card { padding: 10px 14px; gap: 7px; }
}
.emoji li { display: flex; flex-direction: column; align-items: center; gap: 2px; text-align: center; }
.picture { font-size: 34px; line-height: 1.2; font-family: 'Noto Color Emoji', 'Apple Color Emoji', 'Segoe UI Emoji', sans-serif; }
.emoji-name { font-size: 13px; overflow-wrap: anywhere; hyphens: auto; }
.emoji li { max-inline-size: 100%; }
.code { display: grid; grid-template-columns: repeat(3, auto); justify-content: center; gap: 8px 18px; padding: 14px 8px; border-radius: 10px; background: var(--raised); }
.group { font: 600 23px/1.2 ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, monospace; letter-spacing: .06em; }
@media (max-width: 360px) { .code { grid-template-columns: repeat(2, auto); } }
.outdated { display: flex; flex-direction: column; align-items: flex-start; gap: 6px; }
.heard { display: flex; flex-direction: column; gap: 2px; }
.tick {
  all: unset; box-sizing: border-box; inline-size: 100%; display: flex; align-items: center; gap: 10px;
  min-block-size: 40px; padding: 4px; border-radius: 8px; cursor: pointer; overflow-wrap: anywhere;
}
.whom { display: flex; flex-direction: column; align-items: flex-start; }
.said { font-size: 14px; color: var(--text); }
.tick[aria-disabled='true'] { cursor: default; }
.tick[aria-disabled='true'] .box { border-style: dashed; }
.tick:hover { background: var(--raised); }
.tick:focus-visible { outline: 3px solid var(--busy); outline-offset: -2px; }
.box {
  flex: none; inline-size: 22px; block-size: 22px; border: 2px solid var(--line); border-radius: 5px;
  display: grid; place-items: center;
}
.tick[aria-checked='true'] .box { background: var(--primary); border-color: var(--primary); color: var(--on-primary); }
.box .icon { inline-size: 16px; block-size: 16px; }
.box .icon path { stroke-width: 3; }
.tile {
  /* Over the filmstrip, under Jitsi Meet's title, toolbar and notifications. */
  position: fixed; z-index: 2; pointer-events: none; box-sizing: border-box; padding: 8px;
  display: flex; flex-direction: column; align-items: center; justify-content: center; gap: 6px;
  background: rgb(16 20 25 / 88%); color: #ffffff; text-align: center; border-radius: 4px;
  font: 600 14px/1.3 system-ui, sans-serif; overflow: hidden;
}
.tile .reason { display: block; font-weight: 500; }
.tile .icon { inline-size: 28px; block-size: 28px; color: #ffb4b0; }`;

export const styles = [colours, layout, shield, surfaces, buttons, lists, verifying].join('\n');
