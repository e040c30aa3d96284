// Which transform carries which source of whom: keeps the worker's routes in step with the page's tracks.

import type { Identity, SourceId, WorkerCommand } from '../frames/index.ts';
import type { Attached } from './connections.ts';
import type { JitsiConference } from './library.ts';
import type { Room } from './room.ts';
import { localSource, remoteSource } from './sources.ts';

interface Outgoing {
  attached: Attached<RTCRtpSender>;
  source: SourceId | null;
  /** Its track is being replaced: whatever else happens, the old one says nothing of what comes through it. */
  isClosed: boolean;
}

interface Incoming {
  attached: Attached<RTCRtpReceiver>;
  /** Occupant whom lib-jitsi-meet shows for this track. */
  occupant: string | null;
  owner: Identity | null;
  source: SourceId | null;
}

export class Routes {
  readonly #outgoing = new Map<number, Outgoing>();
  readonly #incoming = new Map<number, Incoming>();

  constructor(private readonly send: (command: WorkerCommand) => void) {}

  addSender(attached: Attached<RTCRtpSender>, conference: JitsiConference | null): void {
    this.#outgoing.set(attached.transform, { attached, source: null, isClosed: false });
    this.routeSender(attached, conference);
  }

  addReceiver(attached: Attached<RTCRtpReceiver>): void {
    this.#incoming.set(attached.transform, { attached, occupant: null, owner: null, source: null });
  }

  remove(transforms: number[]): void {
    for (const transform of transforms) {
      this.#outgoing.delete(transform);
      this.#incoming.delete(transform);
      this.send({ type: 'detach', transform });
    }
  }

  sourceOf(attached: Attached<RTCRtpSender>): SourceId | null {
    return this.#outgoing.get(attached.transform)?.source ?? null;
  }

  /** Nothing may leave through this sender until `routeSender`. */
  closeSender(attached: Attached<RTCRtpSender>): void {
    this.#setSource(attached.transform, null, true);
  }

  routeSender(attached: Attached<RTCRtpSender>, conference: JitsiConference | null): void {
    const { track } = attached.holder;
    this.#setSource(attached.transform, track ? localSource(track, conference) : null, false);
  }

  /** The local tracks changed their meaning (an effect, a screen in the place of a camera). */
  routeSenders(conference: JitsiConference | null): void {
    for (const { attached, isClosed } of this.#outgoing.values())
      if (!isClosed) this.routeSender(attached, conference);
  }

  /** After any change of remote tracks, of who owns them, or of who has which identity. */
  routeReceivers(room: Room | null, identityOf: (occupant: string) => Identity | null): void {
    const tracks = new Map<MediaStreamTrack, { occupant: string; source: SourceId }>();
    for (const { owner, track } of room?.remoteTracks() ?? []) {
      tracks.set(track.getTrack(), { occupant: owner, source: remoteSource(track) });
    }
    for (const [transform, incoming] of this.#incoming) {
      const shown = tracks.get(incoming.attached.holder.track);
      const owner = shown ? identityOf(shown.occupant) : null;
      const source = shown?.source ?? null;
      incoming.occupant = shown?.occupant ?? null;
      if (owner === incoming.owner && source === incoming.source) continue;
      incoming.owner = owner;
      incoming.source = source;
      this.send({ type: 'receive-route', transform, owner, source });
    }
  }

  /** To a worker that knows none of them. */
  repeat(): void {
    for (const [transform, { source }] of this.#outgoing)
      this.send({ type: 'send-route', transform, source });
    for (const [transform, { owner, source }] of this.#incoming)
      this.send({ type: 'receive-route', transform, owner, source });
  }

  /** All senders and receivers, for the watchdog. */
  *all(): Generator<Attached<RTCRtpSender> | Attached<RTCRtpReceiver>> {
    for (const { attached } of this.#outgoing.values()) yield attached;
    for (const { attached } of this.#incoming.values()) yield attached;
  }

  /** Whom the interface shows for what comes through this transform. */
  occupantOf(transform: number): string | null {
    return this.#incoming.get(transform)?.occupant ?? null;
  }

  #setSource(transform: number, source: SourceId | null, isClosed: boolean): void {
    const outgoing = this.#outgoing.get(transform);
    if (!outgoing) return;
    outgoing.isClosed = isClosed;
    if (outgoing.source === source) return;
    outgoing.source = source;
    this.send({ type: 'send-route', transform, source });
  }
}
