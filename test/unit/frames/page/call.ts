// Runs inside Chromium: two bare RTCPeerConnections on one page, every frame through the real worker.
import type {
  TransformOptions,
  TransformStatistics,
  WorkerCommand,
  WorkerReport,
} from '../../../../web-plugin/src/frames/commands.ts';

export interface CallOptions {
  /** "video/AV1", "audio/opus" …; as in RTCRtpReceiver.getCapabilities. */
  mimeType: string;
  /** Further demands on the codec's parameters, e.g. "packetization-mode=1". */
  fmtp?: string;
  scalabilityMode?: string;
  /** Simulcast layers, to look at what leaves; a bare peer cannot receive them all. */
  rids?: string[];
  sealed: boolean;
  /** Does the receiver get the sender's key? */
  withKey: boolean;
  /** Is the receiver transformed at all? Without, it stands for somebody in between. */
  receiverTransform: boolean;
  /** Ends when so many frames were decoded (audio: heard, with energy), at the latest `runMs` after the first packet. */
  untilFrames: number;
  runMs: number;
  /** By createEncodedStreams instead of RTCRtpScriptTransform, as older browsers have it. */
  byStreams: boolean;
  /** Every frame's bytes are replaced before sealing and checked after opening; ends after so many. */
  anyBytes: number | null;
}

/** How many replaced frames came through as they were, and not. */
export interface AnyBytes {
  type: 'any-bytes';
  same: number;
  different: number;
  largest: number;
}

export interface CallResult {
  framesDecoded: number;
  keyFramesDecoded: number;
  audioEnergy: number;
  codec: string;
  packetsReceived: number;
  /** Simulcast layers that were encoded. */
  layers: number;
  anyBytes: AnyBytes | null;
  sent: TransformStatistics;
  received: TransformStatistics | null;
  reports: WorkerReport[];
}

const OWNER = 'alice';
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
let transformIds = 0;

declare const RTCRtpScriptTransform: new (worker: Worker, options: TransformOptions) => unknown;

export async function call(options: CallOptions): Promise<CallResult> {
  const media = options.mimeType.startsWith('audio/') ? 'audio' : 'video';
  const worker = new Worker(options.anyBytes === null ? '/worker.js' : '/any-bytes.js');
  const reports: WorkerReport[] = [];
  let anyBytes: AnyBytes | null = null;
  worker.onmessage = ({ data }: MessageEvent<WorkerReport | AnyBytes>) => {
    if (data.type === 'any-bytes') anyBytes = data;
    else reports.push(data);
  };
  worker.onerror = (event) => console.error(`worker: ${event.message}`);
  const command = (message: WorkerCommand) => worker.postMessage(message);

  const source = media === 'audio' ? 1 : 2;
  const base = crypto.getRandomValues(new Uint8Array(32));
  const context = crypto.getRandomValues(new Uint8Array(32));
  const key = { generation: 1, step: 0, base, context };
  command({ type: 'gate', gate: options.sealed ? 'sealed' : 'clear' });
  if (options.sealed) {
    command({ type: 'use-key', ...key, inMs: 0 });
    if (options.withKey) command({ type: 'accept-key', owner: OWNER, floors: [], leave: false, ...key });
  }

  const configuration = (options.byStreams ? { encodedInsertableStreams: true } : {}) as RTCConfiguration;
  const [a, b] = [new RTCPeerConnection(configuration), new RTCPeerConnection(configuration)];
  const attach = options.byStreams ? attachStreams : attachTransform;
  a.onicecandidate = ({ candidate }) => candidate && b.addIceCandidate(candidate);
  b.onicecandidate = ({ candidate }) => candidate && a.addIceCandidate(candidate);
  // Chromium gives three simulcast layers to pictures of this size and up.
  const size = options.rids === undefined ? { width: 640, height: 360 } : { width: 960, height: 540 };
  const stream = await navigator.mediaDevices.getUserMedia(
    media === 'audio' ? { audio: true } : { video: { ...size, frameRate: 30 } },
  );
  const [track] = stream.getTracks();
  if (track === undefined) throw new Error('no track');
  const encoding: RTCRtpEncodingParameters & { scalabilityMode?: string } =
    options.scalabilityMode === undefined ? {} : { scalabilityMode: options.scalabilityMode };
  const sendEncodings: RTCRtpEncodingParameters[] = options.rids?.map((rid, i) => ({
    rid,
    scaleResolutionDownBy: 4 / 2 ** i,
    maxBitrate: 50_000 * (i + 1),
  })) ?? [encoding];
  const transceiver = a.addTransceiver(track, { direction: 'sendonly', sendEncodings });
  const capabilities = RTCRtpReceiver.getCapabilities(media)?.codecs ?? [];
  const wanted = capabilities.filter(
    (codec) =>
      codec.mimeType.toLowerCase() === options.mimeType.toLowerCase() &&
      (options.fmtp === undefined || codec.sdpFmtpLine?.includes(options.fmtp)),
  );
  if (wanted.length === 0) throw new Error(`this browser does not offer ${options.mimeType}`);
  const carried = options.mimeType.toLowerCase() === 'audio/red' ? 'audio/opus' : 'video/rtx';
  transceiver.setCodecPreferences([...wanted, ...capabilities.filter((codec) => codec.mimeType === carried)]);
  const sendId = ++transformIds;
  attach(transceiver.sender, worker, { transform: sendId, direction: 'send', media });
  command({ type: 'send-route', transform: sendId, source });

  const receiveId = ++transformIds;
  const played = new Promise<RTCRtpReceiver>((resolve) => {
    b.ontrack = ({ receiver, streams: _ }) => {
      if (options.receiverTransform) {
        attach(receiver, worker, { transform: receiveId, direction: 'receive', media });
        command({ type: 'receive-route', transform: receiveId, owner: OWNER, source });
      }
      const element = document.createElement(media);
      element.srcObject = new MediaStream([receiver.track]);
      element.autoplay = true;
      document.body.append(element);
      resolve(receiver);
    };
  });
  await a.setLocalDescription();
  await b.setRemoteDescription(a.localDescription as RTCSessionDescription);
  await b.setLocalDescription();
  const answer = b.localDescription?.sdp ?? '';
  // A browser accepts no simulcast; a bridge does. These lines are a bridge's.
  const simulcast = options.rids === undefined ? '' : acceptSimulcast(options.rids);
  await a.setRemoteDescription({ type: 'answer', sdp: answer + simulcast });
  const receiver = await played;

  let after = await inbound(receiver);
  for (let tries = 0; tries < 300 && after.packetsReceived === 0; tries++) {
    await pause(100);
    after = await inbound(receiver);
  }
  const begun = performance.now();
  while (performance.now() - begun < options.runMs) {
    await pause(125);
    after = await inbound(receiver);
    if (options.anyBytes !== null) {
      if (wholeOf(anyBytes) >= options.anyBytes) break;
      continue;
    }
    if (options.rids !== undefined) {
      // The upper layers start when the bandwidth estimate allows.
      const { layers, frames } = await encoded(transceiver.sender);
      if (layers === options.rids.length && frames >= 2 * options.untilFrames) break;
      continue;
    }
    // Of audio, each packet is a frame.
    const frames = media === 'audio' && after.audioEnergy > 0 ? after.packetsReceived : after.framesDecoded;
    if (frames >= options.untilFrames) break;
  }
  const transforms = await statistics(worker, reports);
  const result = {
    framesDecoded: after.framesDecoded,
    keyFramesDecoded: after.keyFramesDecoded,
    audioEnergy: after.audioEnergy,
    codec: after.codec,
    packetsReceived: after.packetsReceived,
    anyBytes,
    layers: (await encoded(transceiver.sender)).layers,
    sent: transforms.find(({ transform }) => transform === sendId) as TransformStatistics,
    received: transforms.find(({ transform }) => transform === receiveId) ?? null,
    reports,
  };
  a.close();
  b.close();
  track.stop();
  worker.terminate();
  return result;
}

function acceptSimulcast(rids: string[]): string {
  const lines = [...rids.map((rid) => `a=rid:${rid} recv`), `a=simulcast:recv ${rids.join(';')}`];
  return `${lines.join('\r\n')}\r\n`;
}

function wholeOf(seen: AnyBytes | null): number {
  return seen?.same ?? 0;
}

/** How many layers were really encoded, and how many frames of them in all. */
async function encoded(sender: RTCRtpSender): Promise<{ layers: number; frames: number }> {
  const report = await sender.getStats();
  const layers = [...report.values()].filter(
    (entry) => entry.type === 'outbound-rtp' && entry.framesEncoded > 0,
  );
  return { layers: layers.length, frames: layers.reduce((sum, { framesEncoded }) => sum + framesEncoded, 0) };
}

interface Streaming {
  createEncodedStreams(): { readable: ReadableStream; writable: WritableStream };
}

function attachStreams(
  target: RTCRtpSender | RTCRtpReceiver,
  worker: Worker,
  options: TransformOptions,
): void {
  const { readable, writable } = (target as unknown as Streaming).createEncodedStreams();
  const command: WorkerCommand = { type: 'attach', options, readable, writable };
  worker.postMessage(command, [readable, writable]);
}

function attachTransform(
  target: RTCRtpSender | RTCRtpReceiver,
  worker: Worker,
  options: TransformOptions,
): void {
  (target as unknown as { transform: unknown }).transform = new RTCRtpScriptTransform(worker, options);
}

async function inbound(receiver: RTCRtpReceiver) {
  const found = { framesDecoded: 0, keyFramesDecoded: 0, audioEnergy: 0, codec: '', packetsReceived: 0 };
  const report = await receiver.getStats();
  for (const entry of report.values()) {
    if (entry.type !== 'inbound-rtp') continue;
    found.framesDecoded = entry.framesDecoded ?? 0;
    found.keyFramesDecoded = entry.keyFramesDecoded ?? 0;
    found.audioEnergy = entry.totalAudioEnergy ?? 0;
    found.packetsReceived = entry.packetsReceived ?? 0;
    found.codec = report.get(entry.codecId)?.mimeType ?? '';
  }
  return found;
}

async function statistics(worker: Worker, reports: WorkerReport[]): Promise<TransformStatistics[]> {
  worker.postMessage({ type: 'statistics', id: 1 } satisfies WorkerCommand);
  for (;;) {
    const report = reports.find((candidate) => candidate.type === 'statistics');
    if (report?.type === 'statistics') return report.transforms;
    await pause(10);
  }
}

Object.assign(globalThis, { call });
