// The thumbnails of the filmstrip and the large picture on the stage, with Jitsi Meet's ids and classes.
import type { PersonInCall } from '../call.ts';
import type { LocalTrack, RemoteTrack } from '../jitsi.ts';
import { Players } from '../players.ts';

interface Thumbnail {
  root: HTMLElement;
  video: HTMLVideoElement;
  audio: HTMLAudioElement;
  name: HTMLElement;
}

export class Thumbnails {
  readonly #remote: HTMLElement;
  readonly #large: HTMLVideoElement;
  readonly #all = new Map<string, Thumbnail>();
  readonly #players = new Players();
  readonly #onPicked: (id: string) => void;

  /** `onPicked`: a click on a thumbnail shows that person large. */
  constructor(remote: HTMLElement, large: HTMLVideoElement, onPicked: (id: string) => void) {
    this.#remote = remote;
    this.#large = large;
    this.#onPicked = onPicked;
  }

  attach(track: RemoteTrack): void {
    this.#players.attach(track, this.#thumbnail(track.getParticipantId()));
  }

  detach(track: RemoteTrack): void {
    const thumbnail = this.#all.get(track.getParticipantId());
    if (thumbnail) this.#players.detach(track, thumbnail);
  }

  showOwn(camera: LocalTrack | null, name: string): void {
    const own = document.querySelector('#localVideoContainer video');
    const label = document.querySelector('#localVideoContainer .displayname');
    if (own instanceof HTMLVideoElement && camera) camera.attach(own);
    if (label) label.textContent = `${name} (me)`;
  }

  update(people: readonly PersonInCall[]): void {
    for (const { id, name, videoMuted } of people) {
      const thumbnail = this.#thumbnail(id);
      thumbnail.name.textContent = name;
      thumbnail.root.classList.toggle('display-avatar-only', videoMuted);
    }
    const present = new Set(people.map(({ id }) => id));
    for (const [id, { root, video, audio }] of this.#all) {
      if (present.has(id)) continue;
      video.srcObject = null;
      audio.srcObject = null;
      root.remove();
      this.#all.delete(id);
    }
  }

  showLarge(id: string | undefined): void {
    const shown = id === undefined ? null : (this.#all.get(id)?.video.srcObject ?? null);
    if (this.#large.srcObject !== shown) this.#large.srcObject = shown;
  }

  #thumbnail(id: string): Thumbnail {
    const known = this.#all.get(id);
    if (known) return known;
    const root = document.createElement('span');
    root.className = 'videocontainer';
    root.id = `participant_${id}`;
    const video = document.createElement('video');
    const audio = document.createElement('audio');
    for (const media of [video, audio]) media.autoplay = true;
    video.muted = true;
    video.playsInline = true;
    const name = document.createElement('span');
    name.className = 'displayname';
    root.append(video, audio, name);
    root.addEventListener('click', () => this.#onPicked(id));
    this.#remote.append(root);
    const thumbnail = { root, video, audio, name };
    this.#all.set(id, thumbnail);
    return thumbnail;
  }
}
