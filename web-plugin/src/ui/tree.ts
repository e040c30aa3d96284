// Puts a described tree of elements on the page and changes only what differs, so that focus and scrolling stay.
// Data reaches the page as text nodes and attribute values alone, never as markup.

export type Child = Described | string | null | false;

type AttributeValue = string | number | boolean | null | undefined;

export interface Described {
  tag: string;
  /** Tells siblings apart when they come, go or change places. */
  key: string | undefined;
  attributes: Record<string, AttributeValue>;
  on: Record<string, (event: Event) => void>;
  children: Child[];
  /** Where a box of changing size stands. By CSSOM: a `style` attribute would need an exception in the page's CSP. */
  box?: Box;
}

type Properties = Record<string, AttributeValue> & { key?: string };

/** A box in the window, in px. */
export interface Box {
  left: number;
  top: number;
  width: number;
  height: number;
}

/** An element: `h('button', { type: 'button' }, ['Leave'], { click: leave })`. A null or false attribute is left out. */
export function h(
  tag: string,
  properties: Properties = {},
  children: Child[] = [],
  on: Described['on'] = {},
): Described {
  const { key, ...attributes } = properties;
  return { tag, key, attributes, on, children };
}

/** What stands on the page for one child, with the description that made it. */
interface Standing {
  node: Node;
  described: Described | string;
  children: Standing[];
}

export class Tree {
  #standing: Standing[] = [];
  readonly #parent: Node;

  constructor(parent: Node) {
    this.#parent = parent;
  }

  show(children: Child[]): void {
    this.#standing = arrange(this.#parent, this.#standing, children);
  }
}

const SVG = 'http://www.w3.org/2000/svg';
const SVG_TAGS = new Set(['svg', 'path', 'circle', 'g']);

function arrange(parent: Node, before: Standing[], children: Child[]): Standing[] {
  const wanted = children.filter((child): child is Described | string => child !== null && child !== false);
  const free = new Set(before);
  const after = wanted.map((child) => {
    const match = before.find((standing) => free.has(standing) && isSameKind(standing.described, child));
    if (!match) return create(child);
    free.delete(match);
    update(match, child);
    return match;
  });
  for (const gone of free) parent.removeChild(gone.node);
  // Moving a focused element takes the focus from it: whatever already stands in its place is left alone.
  let place = parent.firstChild;
  for (const { node } of after) {
    if (node === place) place = node.nextSibling;
    else parent.insertBefore(node, place);
  }
  return after;
}

function isSameKind(a: Described | string, b: Described | string): boolean {
  if (typeof a === 'string' || typeof b === 'string') return typeof a === typeof b;
  return a.tag === b.tag && a.key === b.key;
}

function create(child: Described | string): Standing {
  if (typeof child === 'string') {
    return { node: document.createTextNode(child), described: child, children: [] };
  }
  const element = SVG_TAGS.has(child.tag)
    ? document.createElementNS(SVG, child.tag)
    : document.createElement(child.tag);
  const standing: Standing = { node: element, described: h(child.tag), children: [] };
  update(standing, child);
  return standing;
}

function update(standing: Standing, next: Described | string): void {
  const { node, described } = standing;
  standing.described = next;
  if (typeof next === 'string' || typeof described === 'string') {
    if (described !== next) node.nodeValue = String(next);
    return;
  }
  if (!(node instanceof Element)) return;
  if (next.box && node instanceof HTMLElement) {
    for (const side of ['left', 'top', 'width', 'height'] as const) {
      node.style.setProperty(side, `${next.box[side]}px`);
    }
  }
  for (const name of new Set([...Object.keys(described.attributes), ...Object.keys(next.attributes)])) {
    const value = next.attributes[name];
    if (value === described.attributes[name]) continue;
    if (value === null || value === undefined || value === false) node.removeAttribute(name);
    else node.setAttribute(name, value === true ? '' : String(value));
  }
  for (const type of Object.keys(next.on)) {
    // One listener for each type, which asks the newest description what to do.
    if (described.on[type]) continue;
    node.addEventListener(type, (event) => {
      if (typeof standing.described !== 'string') standing.described.on[type]?.(event);
    });
  }
  standing.children = arrange(node, standing.children, next.children);
}
