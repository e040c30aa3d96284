// Media elements and the remote tracks that they play.
import type { RemoteTrack } from './jitsi.ts';

export class Players {
  readonly #playing = new WeakMap<HTMLMediaElement, RemoteTrack>();

  attach(track: RemoteTrack, element: HTMLMediaElement): void {
    this.#playing.get(element)?.detach(element);
    track.attach(element);
    this.#playing.set(element, track);
  }

  /** Where a session begins anew, the next track may come before the last one is removed: it goes on then. */
  detach(track: RemoteTrack, element: HTMLMediaElement): void {
    if (this.#playing.get(element) !== track) return;
    track.detach(element);
    this.#playing.delete(element);
  }
}
