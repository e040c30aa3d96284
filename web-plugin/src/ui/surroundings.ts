// What stands on Jitsi Meet's page: where its furniture leaves room, and where the tile of a person is.

import { isBlack } from './people.ts';
import type { Person } from './state.ts';
import type { Box } from './tree.ts';

/** Along the edge where the shield stands: participants pane, chat, and the thumbnails of the vertical filmstrip. */
const SIDE_FURNITURE = [
  '#participants-pane',
  '.participants_pane',
  '#sideToolbarContainer',
  '.vertical-filmstrip .filmstrip .videocontainer',
];
/** In the middle of the upper edge: the name of the meeting, its timer and labels. */
const TOP_FURNITURE = '.subject-info-container';
const TOOLBAR = '#new-toolbox, [role=toolbar]';
const STAGE = '#largeVideoContainer';

const MARGIN = 12;
const SHIELD_HEIGHT = 44;
/** The height of Jitsi Meet's toolbar, kept free also while it is hidden: it slides in at any time. */
const TOOLBAR_HEIGHT = 72;
const CARD_WIDTH = 384;
/** In a low window (a telephone on its side, large zoom) words go into the width, so that the buttons stay in sight. */
const LOW = 480;
const CARD_WIDTH_WHEN_LOW = 560;
const MIN_CARD_WIDTH = 288;
/** The shield wraps its words before it gives way further. */
const MIN_ROOM = 120;

export interface Room {
  top: number;
  /** From the edge where lines end: right, or left where one writes from right to left. */
  end: number;
  below: number;
  /** Cards under the shield keep clear as well where there is enough room for them; else they use all the width. */
  cards: { width: number; end: number };
}

/** How far the shield keeps from the edges so that it covers none of the furniture. */
export function roomFor(shieldWidth: number, direction: 'ltr' | 'rtl'): Room {
  const width = window.innerWidth;
  const side = SIDE_FURNITURE.flatMap((selector) => [...document.querySelectorAll(selector)].slice(0, 100))
    .map((element) => fromEnd(element.getBoundingClientRect(), width, direction))
    .filter((box) => box.breadth > 0 && box.top < MARGIN + SHIELD_HEIGHT && box.bottom > 0);
  let end = MARGIN;
  // One piece may stand beside the next (filmstrip beside the participants pane): from the edge inwards.
  for (const box of side.sort((a, b) => a.near - b.near)) {
    if (box.near <= end + shieldWidth && box.far > end) end = box.far + MARGIN;
  }
  end = Math.max(MARGIN, Math.min(end, width - MIN_ROOM - MARGIN));
  let top = MARGIN;
  for (const element of document.querySelectorAll(TOP_FURNITURE)) {
    const box = fromEnd(element.getBoundingClientRect(), width, direction);
    const isAbove = box.breadth > 0 && box.bottom > 0 && box.top < MARGIN + SHIELD_HEIGHT;
    if (isAbove && box.near < end + shieldWidth + MARGIN && box.far > end)
      top = Math.max(top, box.bottom + 6);
  }
  const wanted = window.innerHeight < LOW ? CARD_WIDTH_WHEN_LOW : CARD_WIDTH;
  const besideFurniture = width - MARGIN - end;
  const cards =
    besideFurniture >= MIN_CARD_WIDTH
      ? { width: Math.min(wanted, besideFurniture), end }
      : { width: Math.min(wanted, width - 2 * MARGIN), end: MARGIN };
  return { top, end, cards, below: document.querySelector(TOOLBAR) ? TOOLBAR_HEIGHT : 0 };
}

/** `near` and `far`: distances from the edge where lines end. */
function fromEnd({ left, right, top, bottom }: DOMRect, width: number, direction: 'ltr' | 'rtl') {
  const near = direction === 'rtl' ? left : width - right;
  const far = direction === 'rtl' ? right : width - left;
  return { near, far, breadth: far - near, top, bottom };
}

/** Where to say so for people whose media is not shown: over their tiles, and in the middle of the stage. */
export function tilesOf(people: Person[]): { personId: string; box: Box }[] {
  const places: { personId: string; box: Box }[] = [];
  for (const { id, isOnStage } of people.filter(isBlack)) {
    const tile = visibleBox(tileOf(id));
    if (tile) places.push({ personId: id, box: tile });
    const stage = isOnStage ? visibleBox(document.querySelector(STAGE)) : null;
    if (stage) places.push({ personId: id, box: middleOf(stage) });
  }
  return places;
}

/** Jitsi Meet's tile of a participant, or that of another page over lib-jitsi-meet that marks its tiles. */
function tileOf(id: string): Element | null {
  return (
    document.getElementById(`participant_${id}`) ??
    document.querySelector(`[data-participant="${CSS.escape(id)}"]`)
  );
}

/** The part of an element inside the window; null when there is next to nothing of it. */
function visibleBox(element: Element | null): Box | null {
  if (!element) return null;
  const { left, top, right, bottom } = element.getBoundingClientRect();
  const box = { left: Math.max(0, left), top: Math.max(0, top), width: 0, height: 0 };
  box.width = Math.min(right, window.innerWidth) - box.left;
  box.height = Math.min(bottom, window.innerHeight) - box.top;
  return box.width >= 24 && box.height >= 24 ? box : null;
}

/** The stage reaches under the filmstrip and the toolbar: only its middle is certain to be free. */
function middleOf({ left, top, width, height }: Box): Box {
  const middle = { width: Math.min(260, width), height: Math.min(110, height) };
  return { ...middle, left: left + (width - middle.width) / 2, top: top + (height - middle.height) / 2 };
}
