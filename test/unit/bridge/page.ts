// Runs in the browser: one participant of bare RTCPeerConnection, driven by participant.ts.
import type { Seen } from './tagging-worker.ts';

export interface ReceiveStatistics {
  ssrc: number;
  kind: string;
  framesDecoded: number;
  framesPerSecond: number;
  frameWidth: number;
  packetsReceived: number;
  packetsLost: number;
  codec: string;
}

export interface SendStatistics {
  ssrc: number;
  kind: string;
  targetBitrate: number;
  framesEncoded: number;
  frameWidth: number;
  availableOutgoingBitrate: number;
}

const pc = new RTCPeerConnection({ iceServers: [] });
const tones = new Map<number, AnalyserNode>();
const context = new AudioContext();
let connectedAt = 0;
let tagging: Worker | null = null;
/** Of each video by its m-line: when the connection stood and when its first frame was shown, in ms since the epoch. */
const firstFrames: { mid: number; connected: number; shown: number }[] = [];

pc.onconnectionstatechange = () => {
  if (pc.connectionState === 'connected') connectedAt = performance.timeOrigin + performance.now();
};

pc.ontrack = ({ track, transceiver, receiver }) => {
  if (tagging) {
    const options = { direction: 'receive', name: String(transceiver.mid) };
    receiver.transform = new RTCRtpScriptTransform(tagging, options);
  }
  const stream = new MediaStream([track]);
  if (track.kind === 'audio') {
    const element = new Audio();
    element.srcObject = stream;
    element.play().catch(() => {});
    const analyser = context.createAnalyser();
    analyser.fftSize = 8192;
    context.createMediaStreamSource(stream).connect(analyser);
    tones.set(Number(transceiver.mid), analyser);
  } else {
    const element = document.createElement('video');
    element.muted = true;
    element.autoplay = true;
    element.srcObject = stream;
    document.body.append(element);
    element.requestVideoFrameCallback(() => {
      const shown = performance.timeOrigin + performance.now();
      firstFrames.push({ mid: Number(transceiver.mid), connected: connectedAt, shown });
    });
  }
};

/** Layers the way lib-jitsi-meet asks for them: more SSRCs in the answer, in a group of semantics SIM. */
function withSimulcast(sdp: string, layers: number): string {
  const [before, video = '', ...after] = sdp.split(/(?=^m=)/m).reduce<string[]>(
    (parts, section) => {
      if (section.startsWith('m=video') && parts.length === 1) parts.push(section);
      else if (parts.length > 1) parts.push(section);
      else parts[0] += section;
      return parts;
    },
    [''],
  );
  const ssrc = Number(/^a=ssrc:(\d+)/m.exec(video)?.[1]);
  const attributes = [...video.matchAll(new RegExp(`^a=ssrc:${ssrc} (.*)$`, 'gm'))].map(([, value]) => value);
  const ssrcs = Array.from({ length: layers }, (_, n) => ssrc + n);
  const lines = [
    `a=ssrc-group:SIM ${ssrcs.join(' ')}`,
    ...ssrcs.flatMap((one) => attributes.map((value) => `a=ssrc:${one} ${value}`)),
  ];
  const plain = video.replace(/^a=ssrc.*\r\n/gm, '');
  return `${before}${plain}${lines.join('\r\n')}\r\n${after.join('')}`;
}

const page = {
  /** Camera of the fake device, and a sine of this frequency for a microphone. `tag`: marks every frame with it. */
  async addMedia(frequency: number, frameRate: number, width: number, tag: string | null): Promise<void> {
    if (tag !== null) tagging = new Worker('/tagging-worker.js');
    const camera = await navigator.mediaDevices.getUserMedia({
      video: { width, height: (width * 9) / 16, frameRate },
    });
    const oscillator = context.createOscillator();
    oscillator.frequency.value = frequency;
    const gain = context.createGain();
    gain.gain.value = 0.3;
    const microphone = context.createMediaStreamDestination();
    oscillator.connect(gain).connect(microphone);
    oscillator.start();
    await context.resume();
    for (const track of [...microphone.stream.getTracks(), ...camera.getTracks()]) {
      const sender = pc.addTrack(track);
      if (!tagging) continue;
      const name = `${tag}/${track.kind === 'audio' ? 'microphone' : 'camera'}`;
      sender.transform = new RTCRtpScriptTransform(tagging, { direction: 'send', name });
    }
  },

  /** What the receiving transform of this m-line saw since the last call. */
  seen(mid: number): Promise<Seen> {
    return new Promise((resolve) => {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = ({ data }) => resolve(data as Seen);
      tagging?.postMessage({ name: String(mid), port: port2 }, [port2]);
    });
  },

  async answer(offer: string, layers: number): Promise<string> {
    await pc.setRemoteDescription({ type: 'offer', sdp: offer });
    const { sdp } = await pc.createAnswer();
    await pc.setLocalDescription({
      type: 'answer',
      sdp: layers > 1 ? withSimulcast(sdp ?? '', layers) : (sdp ?? ''),
    });
    return pc.localDescription?.sdp ?? '';
  },

  /** Turns all simulcast layers but the lowest ones off. None is made smaller because the machine is busy. */
  async limitLayers(on: number): Promise<void> {
    const sender = pc.getSenders().find(({ track }) => track?.kind === 'video');
    const parameters = sender?.getParameters();
    if (!sender || !parameters) throw new Error('no camera is sent');
    parameters.degradationPreference = 'maintain-resolution';
    parameters.encodings.forEach((encoding, n) => {
      encoding.active = n < on;
    });
    await sender.setParameters(parameters);
  },

  async whenConnected(patience: number): Promise<void> {
    const end = performance.now() + patience * 1000;
    while (pc.connectionState !== 'connected') {
      if (performance.now() > end)
        throw new Error(`not connected after ${patience} s: ${pc.connectionState}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  },

  firstFrames: () => firstFrames,

  /** Strongest frequency of the audio in this m-line, in hertz; 0 for silence. */
  tone(mid: number): number {
    const analyser = tones.get(mid);
    if (!analyser) return 0;
    const bins = new Float32Array(analyser.frequencyBinCount);
    analyser.getFloatFrequencyData(bins);
    let best = 0;
    bins.forEach((level, n) => {
      if (level > (bins[best] ?? 0)) best = n;
    });
    return (bins[best] ?? -200) < -60 ? 0 : (best * context.sampleRate) / analyser.fftSize;
  },

  async received(): Promise<ReceiveStatistics[]> {
    const report = await pc.getStats();
    const found: ReceiveStatistics[] = [];
    report.forEach((one) => {
      if (one.type !== 'inbound-rtp') return;
      found.push({
        ssrc: one.ssrc,
        kind: one.kind,
        framesDecoded: one.framesDecoded ?? 0,
        framesPerSecond: one.framesPerSecond ?? 0,
        frameWidth: one.frameWidth ?? 0,
        packetsReceived: one.packetsReceived,
        packetsLost: one.packetsLost,
        codec: report.get(one.codecId)?.mimeType ?? '',
      });
    });
    return found;
  },

  async sent(): Promise<SendStatistics[]> {
    const report = await pc.getStats();
    let available = 0;
    report.forEach((one) => {
      // Several pairs may be nominated, one after the other; one of them is in use.
      if (one.type !== 'transport') return;
      available = report.get(one.selectedCandidatePairId)?.availableOutgoingBitrate ?? 0;
    });
    const found: SendStatistics[] = [];
    report.forEach((one) => {
      if (one.type !== 'outbound-rtp') return;
      found.push({
        ssrc: one.ssrc,
        kind: one.kind,
        targetBitrate: one.targetBitrate ?? 0,
        framesEncoded: one.framesEncoded ?? 0,
        frameWidth: one.frameWidth ?? 0,
        availableOutgoingBitrate: available,
      });
    });
    return found;
  },

  state: () => `${pc.connectionState} ${pc.iceConnectionState}`,

  close: () => pc.close(),
};

export type Page = typeof page;
Object.assign(window, { participant: page });
