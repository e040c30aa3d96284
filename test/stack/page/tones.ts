// Test tones: a microphone that is an oscillator, and an ear that says which tone it heard for how long.

const SAMPLE_MS = 100;
/** A busy machine samples late; a sample stands for the time since the one before it, but for no more than this. */
const MAX_SAMPLE_MS = 300;
const FFT_SIZE = 4096;
/** A tone stands out if it is louder than this and this far above more than half of the spectrum. */
const FLOOR_DB = -70;
const PROMINENCE_DB = 20;

/** From now on the page's microphone is a sine of `hz`. */
export function playToneAsMicrophone(hz: number): void {
  const devices = navigator.mediaDevices;
  const original = devices.getUserMedia.bind(devices);
  let context: AudioContext | null = null;
  devices.getUserMedia = async (constraints?: MediaStreamConstraints) => {
    if (!constraints?.audio) return original(constraints);
    context ??= new AudioContext();
    await context.resume();
    const oscillator = new OscillatorNode(context, { frequency: hz });
    const gain = new GainNode(context, { gain: 0.3 });
    const destination = new MediaStreamAudioDestinationNode(context, { channelCount: 1 });
    oscillator.connect(gain).connect(destination);
    oscillator.start();
    const video = constraints.video ? await original({ video: constraints.video }) : null;
    return new MediaStream([...destination.stream.getAudioTracks(), ...(video?.getVideoTracks() ?? [])]);
  };
}

interface Ear {
  participant: string;
  source: MediaStreamAudioSourceNode;
  analyser: AnalyserNode;
}

interface Heard {
  /** Milliseconds by the number of the spectrum's strongest bin. */
  byBin: Map<number, number>;
  last: number | null;
}

export class ToneListener {
  #context = new AudioContext();
  #ears = new Map<MediaStreamTrack, Ear>();
  #heard = new Map<string, Heard>();
  #sampledAt = performance.now();
  #spectrum = new Float32Array(FFT_SIZE / 2);

  constructor() {
    setInterval(() => this.#sample(), SAMPLE_MS);
  }

  /** Browsers let a page play and analyse sound only after the person did something. */
  wake(): void {
    void this.#context.resume();
  }

  listen(participant: string, track: MediaStreamTrack): void {
    if (this.#ears.has(track)) return;
    const source = this.#context.createMediaStreamSource(new MediaStream([track]));
    const analyser = new AnalyserNode(this.#context, { fftSize: FFT_SIZE, smoothingTimeConstant: 0 });
    source.connect(analyser);
    this.#ears.set(track, { participant, source, analyser });
  }

  forget(track: MediaStreamTrack): void {
    this.#ears.get(track)?.source.disconnect();
    this.#ears.delete(track);
  }

  #binOf(hz: number): number {
    return hz / (this.#context.sampleRate / FFT_SIZE);
  }

  /** The strongest bin if it stands out, else null. */
  #strongest(analyser: AnalyserNode): number | null {
    analyser.getFloatFrequencyData(this.#spectrum);
    const low = Math.ceil(this.#binOf(100));
    const high = Math.floor(this.#binOf(8000));
    let best = low;
    for (let bin = low; bin <= high; bin += 1) {
      if ((this.#spectrum[bin] ?? -Infinity) > (this.#spectrum[best] ?? -Infinity)) best = bin;
    }
    const loudness = this.#spectrum[best] ?? -Infinity;
    let quiet = 0;
    for (let bin = low; bin < high; bin += 1)
      if ((this.#spectrum[bin] ?? -Infinity) < loudness - PROMINENCE_DB) quiet += 1;
    return loudness > FLOOR_DB && quiet > (high - low) / 2 ? best : null;
  }

  #sample(): void {
    const now = performance.now();
    const elapsed = Math.min(now - this.#sampledAt, MAX_SAMPLE_MS);
    this.#sampledAt = now;
    for (const { participant, analyser } of this.#ears.values()) {
      let heard = this.#heard.get(participant);
      if (!heard) {
        heard = { byBin: new Map(), last: null };
        this.#heard.set(participant, heard);
      }
      const bin = this.#strongest(analyser);
      heard.last = bin;
      if (bin !== null) heard.byBin.set(bin, (heard.byBin.get(bin) ?? 0) + elapsed);
    }
  }

  #seconds(participant: string, counts: (bin: number) => boolean): number {
    let ms = 0;
    for (const [bin, heardMs] of this.#heard.get(participant)?.byBin ?? []) if (counts(bin)) ms += heardMs;
    return ms / 1000;
  }

  toneSeconds(participant: string, hz: number): number {
    return this.#seconds(participant, (bin) => Math.abs(bin - this.#binOf(hz)) <= 1.5);
  }

  anySeconds(participant: string): number {
    return this.#seconds(participant, () => true);
  }

  lastTone(participant: string): number | null {
    const bin = this.#heard.get(participant)?.last ?? null;
    return bin === null ? null : Math.round((bin * this.#context.sampleRate) / FFT_SIZE);
  }
}
