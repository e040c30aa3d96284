// Media elements and the remote tracks that they play.
import type { RemoteTrack } from './jitsi.ts';

/** What plays one participant. */
interface Elements {
  readonly video: HTMLVideoElement;
  readonly audio: HTMLAudioElement;
}

export class Players {
  readonly #playing = new WeakMap<HTMLMediaElement, RemoteTrack>();

  attach(track: RemoteTrack, elements: Elements): void {
    const element = elements[track.getType()];
    this.#playing.get(element)?.detach(element);
    track.attach(element);
    this.#playing.set(element, track);
  }

  /** Where a session begins anew, the next track may come before the last one is removed: it goes on then. */
  detach(track: RemoteTrack, elements: Elements): void {
    const element = elements[track.getType()];
    if (this.#playing.get(element) !== track) return;
    track.detach(element);
    this.#playing.delete(element);
  }
}
