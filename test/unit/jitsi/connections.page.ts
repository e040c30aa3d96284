// The page of connections.test.ts: hooked connections with a worker that drops everything.

import { hookConnections } from '../../../web-plugin/src/jitsi/connections.ts';
import { hookDisplayMedia, localSource } from '../../../web-plugin/src/jitsi/sources.ts';

declare const RTCRtpScriptTransform: new (worker: Worker, options: object) => object;

const workerCode = `
onrtctransform = ({ transformer }) => {
  const { direction, media } = transformer.options;
  postMessage({ direction, media, event: 'attached' });
  transformer.readable.pipeTo(new WritableStream({ write: () => postMessage({ direction, media, event: 'frame' }) }));
};`;

const seen: Record<string, number> = {};
const closed: number[] = [];
const replaced: string[] = [];
let worker = startWorker();

function startWorker(): Worker {
  const started = new Worker(URL.createObjectURL(new Blob([workerCode])));
  started.onmessage = ({ data }) => {
    const name = `${data.event} ${data.direction} ${data.media}`;
    seen[name] = (seen[name] ?? 0) + 1;
  };
  return started;
}

const maker = {
  createTransform: (options: object) => new RTCRtpScriptTransform(worker, options),
  attachStreams: () => undefined,
};

hookDisplayMedia();
const renew = hookConnections('script', maker, {
  onSender: () => undefined,
  onReceiver: () => undefined,
  beforeReplaceTrack: async (_sender, track) =>
    void replaced.push(`before ${track ? localSource(track, null) : 'nothing'}`),
  onReplacedTrack: () => void replaced.push('after'),
  onClosed: (transforms) => void closed.push(...transforms),
});

async function connect(offerer: RTCPeerConnection, answerer: RTCPeerConnection): Promise<void> {
  offerer.onicecandidate = ({ candidate }) => void answerer.addIceCandidate(candidate ?? undefined);
  answerer.onicecandidate = ({ candidate }) => void offerer.addIceCandidate(candidate ?? undefined);
  await offerer.setLocalDescription(await offerer.createOffer());
  await answerer.setRemoteDescription(offerer.localDescription as RTCSessionDescription);
  await answerer.setLocalDescription(await answerer.createAnswer());
  await offerer.setRemoteDescription(answerer.localDescription as RTCSessionDescription);
}

async function figures(
  connection: RTCPeerConnection,
): Promise<{ packetsSent: number; framesReceived: number; samples: number }> {
  const sums = { packetsSent: 0, framesReceived: 0, samples: 0 };
  for (const report of (await connection.getStats()).values()) {
    sums.packetsSent += report.type === 'outbound-rtp' ? report.packetsSent : 0;
    sums.framesReceived += report.type === 'inbound-rtp' ? (report.framesDecoded ?? 0) : 0;
    sums.samples += report.type === 'inbound-rtp' ? (report.jitterBufferEmittedCount ?? 0) : 0;
  }
  return sums;
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

function forget(): void {
  for (const name of Object.keys(seen)) delete seen[name];
}

/** Until frames of both media reach the worker, half a minute at most; then so long. */
async function running(seconds: number): Promise<void> {
  const reach = (media: string, frames: number) => (seen[`frame send ${media}`] ?? 0) > frames;
  for (let tries = 0; tries < 300 && !(reach('audio', 20) && reach('video', 5)); tries++) await pause(100);
  await pause(seconds * 1000);
}

/** Calls between two connections of this page, made in each way that lib-jitsi-meet makes them. */
type Way = 'addTrack' | 'addTransceiver' | 'replaceTrack' | 'answerer-first';

/** `restarts`: the worker is ended in the middle, and another takes its place half a second later, so many times. */
async function call(way: Way, seconds: number, restarts = 0) {
  forget();
  const stream = await navigator.mediaDevices.getUserMedia({
    audio: true,
    video: { width: 320, height: 180 },
  });
  const [offerer, answerer] = [new RTCPeerConnection(), new RTCPeerConnection()];
  for (const track of stream.getTracks()) {
    if (way === 'addTrack' || way === 'answerer-first') offerer.addTrack(track, stream);
    if (way === 'addTransceiver') offerer.addTransceiver(track, { streams: [stream] });
    if (way === 'replaceTrack') offerer.addTransceiver(track.kind);
    // The trap: this receiver exists before the remote description, and its `track` event comes too late.
    if (way === 'answerer-first') answerer.addTrack(track);
  }
  await connect(offerer, answerer);
  if (way === 'replaceTrack') {
    const tracks = stream.getTracks();
    for (const [index, sender] of offerer.getSenders().entries())
      await sender.replaceTrack(tracks[index] ?? null);
  }
  for (let restart = 0; restart < restarts; restart++) {
    await running(seconds);
    worker.terminate();
    await pause(500);
    forget();
    worker = startWorker();
    renew();
  }
  await running(seconds);
  const result = { sent: await figures(offerer), received: await figures(answerer), seen: { ...seen } };
  offerer.close();
  answerer.close();
  for (const track of stream.getTracks()) track.stop();
  return result;
}

function sideDoors(): string[] {
  const connection = new RTCPeerConnection();
  const { sender, receiver } = connection.addTransceiver('video');
  const tries: [string, () => unknown][] = [
    ['sender.transform', () => Object.assign(sender, { transform: null })],
    ['receiver.transform', () => Object.assign(receiver, { transform: null })],
    [
      'sender.createEncodedStreams',
      () => (sender as unknown as { createEncodedStreams(): unknown }).createEncodedStreams(),
    ],
    [
      'constructor',
      () => {
        const Other = connection.constructor as typeof RTCPeerConnection;
        if (Other !== RTCPeerConnection) return new Other();
        throw new Error('it is the hooked one');
      },
    ],
  ];
  return tries
    .filter(([, attempt]) => {
      try {
        attempt();
        return true;
      } catch {
        return false;
      }
    })
    .map(([name]) => name);
}

Object.assign(globalThis, { test: { call, sideDoors, closed, replaced } });
