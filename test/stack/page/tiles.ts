// The tiles: one for each participant, with picture, sound, name and what is muted.
import type { PersonInCall } from './call.ts';
import type { LocalTrack, RemoteTrack } from './jitsi.ts';
import { Players } from './players.ts';

interface Tile {
  root: HTMLElement;
  video: HTMLVideoElement;
  audio: HTMLAudioElement;
  name: HTMLElement;
  state: HTMLElement;
}

function element<K extends keyof HTMLElementTagNameMap>(tag: K, className: string): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag);
  made.className = className;
  return made;
}

function initials(name: string): string {
  const letters = name.split(/\s+/).map((word) => [...word][0] ?? '');
  return letters.slice(0, 2).join('').toUpperCase() || '?';
}

export class Tiles {
  #container: HTMLElement;
  #tiles = new Map<string, Tile>();
  #players = new Players();

  constructor(container: HTMLElement) {
    this.#container = container;
  }

  #tile(id: string): Tile {
    const known = this.#tiles.get(id);
    if (known) return known;
    const root = element('li', 'tile');
    root.dataset.participant = id;
    const video = element('video', 'tile-video');
    video.autoplay = true;
    video.playsInline = true;
    video.muted = true;
    const audio = element('audio', 'tile-audio');
    audio.autoplay = true;
    const caption = element('p', 'tile-caption');
    const name = element('span', 'tile-name');
    const state = element('span', 'tile-state');
    caption.append(name, state);
    root.append(video, audio, caption);
    this.#container.append(root);
    const tile = { root, video, audio, name, state };
    this.#tiles.set(id, tile);
    return tile;
  }

  attach(track: RemoteTrack): void {
    this.#players.attach(track, this.#tile(track.getParticipantId()));
  }

  detach(track: RemoteTrack): void {
    const tile = this.#tiles.get(track.getParticipantId());
    if (tile) this.#players.detach(track, tile);
  }

  showOwn(id: string, track: LocalTrack | null): void {
    const { root, video } = this.#tile(id);
    root.classList.add('own');
    if (track) track.attach(video);
  }

  update(people: readonly (PersonInCall & { own: boolean })[]): void {
    for (const person of people) {
      const { root, name, state } = this.#tile(person.id);
      name.textContent = person.own ? `${person.name} (you)` : person.name;
      const words = [
        person.role === 'moderator' ? 'owner' : '',
        person.screen ? 'sharing a screen' : '',
        person.audioMuted ? 'microphone off' : '',
        person.videoMuted ? 'camera off' : '',
      ].filter((word) => word !== '');
      state.textContent = words.join(' · ');
      root.dataset.initials = initials(person.name);
      root.classList.toggle('no-picture', person.videoMuted);
      root.classList.toggle('screen', person.screen);
    }
    const present = new Set(people.map(({ id }) => id));
    for (const [id, { root, video, audio }] of this.#tiles) {
      if (present.has(id)) continue;
      video.srcObject = null;
      audio.srcObject = null;
      root.remove();
      this.#tiles.delete(id);
    }
    this.#container.dataset.count = String(people.length);
  }
}
