// Notices when Jitsi Meet's page changes its arrangement, without looking at each of its many redraws.

/** The elements whose coming, going, classes and sizes make the arrangement. */
const ARRANGED = [
  '#react',
  '#layout_wrapper',
  '#videoconference_page',
  '#new-toolbox',
  '.filmstrip',
  '#filmstripRemoteVideos',
  '#filmstripRemoteVideosContainer',
  '#participants-pane',
];
/** At most this often. */
const PAUSE_MS = 100;

export class Furniture {
  readonly #onChange: () => void;
  readonly #sizes: ResizeObserver;
  readonly #children: MutationObserver;
  #waiting: ReturnType<typeof setTimeout> | undefined;

  constructor(onChange: () => void) {
    this.#onChange = onChange;
    this.#sizes = new ResizeObserver(() => this.#changed());
    this.#children = new MutationObserver(() => {
      this.lookAgain();
      this.#changed();
    });
  }

  watch(): void {
    window.addEventListener('resize', this.#changed);
    // Its toolbar, filmstrip and panes slide: what counts is where they stand in the end.
    document.addEventListener('transitionend', this.#changed, true);
    this.lookAgain();
  }

  unwatch(): void {
    window.removeEventListener('resize', this.#changed);
    document.removeEventListener('transitionend', this.#changed, true);
    this.#sizes.disconnect();
    this.#children.disconnect();
    clearTimeout(this.#waiting);
    this.#waiting = undefined;
  }

  /** The page may have been built since the last look: Jitsi Meet starts after the plugin. */
  lookAgain(): void {
    this.#sizes.disconnect();
    this.#children.disconnect();
    this.#children.observe(document.body, { childList: true });
    for (const element of ARRANGED.flatMap((selector) => [...document.querySelectorAll(selector)])) {
      this.#sizes.observe(element);
      this.#children.observe(element, { childList: true, attributeFilter: ['class', 'style'] });
    }
  }

  readonly #changed = (): void => {
    this.#waiting ??= setTimeout(() => {
      this.#waiting = undefined;
      this.#onChange();
    }, PAUSE_MS);
  };
}
