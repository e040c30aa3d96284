// Which simulcast layer of a source is forwarded: the highest that is sent, changed where a picture can begin.

/** A layer that sent nothing for this long is not sent any more. Browsers send at 5 frames a second at least. */
const SILENT_MS = 700;

export class LayerSelection {
  private current: number;
  private readonly lastSeen: number[];

  /** `layers`: SSRCs, lowest first. */
  constructor(private readonly layers: number[]) {
    this.current = 0;
    this.lastSeen = layers.map(() => Number.NEGATIVE_INFINITY);
  }

  get ssrc(): number | null {
    return this.layers[this.current] ?? null;
  }

  /**
   * A packet with media came: forward it, not it, or it and from now on its layer (`switched`).
   * `wantsKeyFrame`: another layer should be forwarded as soon as a key frame of it comes.
   */
  packet(ssrc: number, startsKeyFrame: boolean, now: number) {
    const layer = this.layers.indexOf(ssrc);
    if (layer < 0) return { forward: false, switched: false, wantsKeyFrame: false };
    this.lastSeen[layer] = now;
    const wanted = this.highestActive(now);
    const switched = layer === wanted && layer !== this.current && startsKeyFrame;
    if (switched) this.current = layer;
    return { forward: layer === this.current, switched, wantsKeyFrame: wanted !== this.current };
  }

  private highestActive(now: number): number {
    for (let layer = this.layers.length - 1; layer > 0; layer -= 1) {
      if (now - (this.lastSeen[layer] ?? 0) < SILENT_MS) return layer;
    }
    return 0;
  }
}
