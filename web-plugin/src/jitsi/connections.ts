// Every RTCPeerConnection of the page: a transform on each sender and receiver from its first moment (D1, M21).
//
// A transform is attached in the same call that makes the sender or receiver, so no frame can pass before it:
// in `addTrack`, `addTransceiver`, in the `track` event before any other listener, and once more over all
// transceivers when a description has been applied (an m-line that only we send on fires no event).

import type { TransformOptions } from '../frames/index.ts';

/** One transform and the object that it stands in. */
export interface Attached<T extends RTCRtpSender | RTCRtpReceiver> {
  readonly transform: number;
  readonly media: 'audio' | 'video';
  readonly holder: T;
}

export interface ConnectionEvents {
  onSender(sender: Attached<RTCRtpSender>): void;
  onReceiver(receiver: Attached<RTCRtpReceiver>): void;
  /** Resolves when the new track may be put in: what the sender carried before can no longer be mistaken for it. */
  beforeReplaceTrack(sender: Attached<RTCRtpSender>, track: MediaStreamTrack | null): Promise<void>;
  onReplacedTrack(sender: Attached<RTCRtpSender>): void;
  onClosed(transforms: number[]): void;
}

/** What `createEncodedStreams` of older Chromium and Electron gives; both can be transferred to a worker. */
export interface EncodedStreams {
  readable: ReadableStream;
  writable: WritableStream;
}

/** How a transform comes into being; the worker's side of it is in worker-link.ts. */
export interface TransformMaker {
  createTransform(options: TransformOptions): object;
  attachStreams(options: TransformOptions, streams: EncodedStreams): void;
}

interface Transformable {
  transform: unknown;
  createEncodedStreams(): EncodedStreams;
}

/**
 * How this browser puts a transform between encoder and packetizer: `script`, the standard's RTCRtpScriptTransform,
 * which can be put in anew; `streams`, its forerunner createEncodedStreams, which works once for each sender and
 * receiver, on connections made for it; null: not at all.
 */
export function encodedTransforms(scope: typeof globalThis = globalThis): 'script' | 'streams' | null {
  if (typeof scope.RTCPeerConnection !== 'function') return null;
  const prototypes = [scope.RTCRtpSender.prototype, scope.RTCRtpReceiver.prototype];
  if ('RTCRtpScriptTransform' in scope && prototypes.every((prototype) => 'transform' in prototype))
    return 'script';
  return prototypes.every((prototype) => 'createEncodedStreams' in prototype) ? 'streams' : null;
}

/**
 * Takes hold of the browser's WebRTC surface. Must run before the page makes its first connection, and before
 * `JitsiMeetJS.init`, which keeps a reference to the constructor.
 *
 * Gives a function that puts a new transform into every living sender and receiver: no frame passes between the old
 * one and the new, and none through an old one whose worker is gone. For `script` alone; throws if the browser refuses.
 */
export function hookConnections(
  way: 'script' | 'streams',
  maker: TransformMaker,
  events: ConnectionEvents,
): () => void {
  const put = way === 'script' ? scriptTransforms(maker) : encodedStreams(maker);
  const registry = new Registry(put, events);
  hookMethods(registry, events);
  closeSideDoors();

  const Native = globalThis.RTCPeerConnection;
  const Hooked = new Proxy(Native, {
    construct(target, [configuration, ...others], newTarget) {
      const args =
        way === 'script' ? [configuration] : [{ ...configuration, encodedInsertableStreams: true }];
      const connection: RTCPeerConnection = Reflect.construct(target, [...args, ...others], newTarget);
      // The first listener of all: it runs before lib-jitsi-meet's, in the same dispatch.
      connection.addEventListener('track', (event) => registry.adopt(connection, event.transceiver));
      connection.addEventListener('connectionstatechange', () => {
        if (connection.connectionState === 'closed') registry.release(connection);
      });
      return connection;
    },
  });
  Native.prototype.constructor = Hooked;
  globalThis.RTCPeerConnection = Hooked;
  return () => registry.renew();
}

class Registry {
  #next = 1;
  readonly #senders = new WeakMap<RTCRtpSender, Attached<RTCRtpSender>>();
  readonly #receivers = new WeakMap<RTCRtpReceiver, Attached<RTCRtpReceiver>>();
  readonly #connections = new Map<RTCPeerConnection, Installed[]>();

  constructor(
    private readonly put: PutTransform,
    private readonly events: ConnectionEvents,
  ) {}

  sender(sender: RTCRtpSender): Attached<RTCRtpSender> | undefined {
    return this.#senders.get(sender);
  }

  adopt(connection: RTCPeerConnection, transceiver: RTCRtpTransceiver): void {
    const { sender, receiver } = transceiver;
    const media = receiver.track.kind === 'audio' ? 'audio' : 'video';
    if (!this.#senders.has(sender)) {
      const attached = this.#attach(connection, sender, { direction: 'send', media });
      this.#senders.set(sender, attached);
      this.events.onSender(attached);
    }
    if (!this.#receivers.has(receiver)) {
      const attached = this.#attach(connection, receiver, { direction: 'receive', media });
      this.#receivers.set(receiver, attached);
      this.events.onReceiver(attached);
    }
  }

  adoptAll(connection: RTCPeerConnection): void {
    for (const transceiver of connection.getTransceivers()) this.adopt(connection, transceiver);
  }

  adoptSender(connection: RTCPeerConnection, sender: RTCRtpSender): void {
    const transceiver = connection.getTransceivers().find((one) => one.sender === sender);
    if (transceiver) this.adopt(connection, transceiver);
  }

  release(connection: RTCPeerConnection): void {
    const installed = this.#connections.get(connection);
    if (!installed) return;
    this.#connections.delete(connection);
    this.events.onClosed(installed.map(({ options }) => options.transform));
  }

  /** The worker that the transforms stand in is another one now. */
  renew(): void {
    for (const installed of this.#connections.values())
      for (const { holder, options } of installed) this.put(holder, options);
  }

  #attach<T extends RTCRtpSender | RTCRtpReceiver>(
    connection: RTCPeerConnection,
    holder: T,
    options: Omit<TransformOptions, 'transform'>,
  ): Attached<T> {
    const transform = this.#next++;
    const installed = { holder, options: { ...options, transform } };
    this.put(holder, installed.options);
    const known = this.#connections.get(connection);
    if (known) known.push(installed);
    else this.#connections.set(connection, [installed]);
    return { transform, media: options.media, holder };
  }
}

interface Installed {
  holder: RTCRtpSender | RTCRtpReceiver;
  options: TransformOptions;
}

/** In the call that makes the sender or receiver, or in the place of the transform before. */
type PutTransform = (holder: RTCRtpSender | RTCRtpReceiver, options: TransformOptions) => void;

/** The browser's own, before `closeSideDoors`. */
function nativeOf(prototype: Partial<Transformable> | undefined) {
  return {
    setTransform: prototype && Object.getOwnPropertyDescriptor(prototype, 'transform')?.set,
    createEncodedStreams: prototype?.createEncodedStreams,
  };
}

const natives = {
  sender: nativeOf(globalThis.RTCRtpSender?.prototype as Partial<Transformable> | undefined),
  receiver: nativeOf(globalThis.RTCRtpReceiver?.prototype as Partial<Transformable> | undefined),
};

const nativesOf = (holder: RTCRtpSender | RTCRtpReceiver) =>
  holder instanceof RTCRtpSender ? natives.sender : natives.receiver;

function scriptTransforms(maker: TransformMaker): PutTransform {
  return (holder, options) => nativesOf(holder).setTransform?.call(holder, maker.createTransform(options));
}

function encodedStreams(maker: TransformMaker): PutTransform {
  return (holder, options) => {
    const streams = nativesOf(holder).createEncodedStreams?.call(holder);
    if (streams) maker.attachStreams(options, streams);
  };
}

function hookMethods(registry: Registry, events: ConnectionEvents): void {
  const connection = RTCPeerConnection.prototype;

  const { addTrack, addTransceiver, setLocalDescription, setRemoteDescription, close } = connection;
  connection.addTrack = function (...args) {
    const sender = addTrack.apply(this, args);
    registry.adoptSender(this, sender);
    return sender;
  };
  connection.addTransceiver = function (...args) {
    const transceiver = addTransceiver.apply(this, args);
    registry.adopt(this, transceiver);
    return transceiver;
  };
  connection.setLocalDescription = async function (this: RTCPeerConnection, ...args: unknown[]) {
    await Reflect.apply(setLocalDescription, this, args);
    registry.adoptAll(this);
  };
  connection.setRemoteDescription = async function (this: RTCPeerConnection, ...args: unknown[]) {
    await Reflect.apply(setRemoteDescription, this, args);
    registry.adoptAll(this);
  };
  connection.close = function () {
    close.call(this);
    registry.release(this);
  };

  const { replaceTrack } = RTCRtpSender.prototype;
  RTCRtpSender.prototype.replaceTrack = async function (track) {
    const attached = registry.sender(this);
    if (!attached) return replaceTrack.call(this, track);
    await events.beforeReplaceTrack(attached, track);
    try {
      await replaceTrack.call(this, track);
    } finally {
      // Also where the browser refused: the track is the old one then.
      events.onReplacedTrack(attached);
    }
  };
}

/** The page cannot take a transform out, or put its own in the place of ours. */
function closeSideDoors(): void {
  for (const prototype of [RTCRtpSender.prototype, RTCRtpReceiver.prototype]) {
    const native = Object.getOwnPropertyDescriptor(prototype, 'transform');
    if (native) {
      Object.defineProperty(prototype, 'transform', {
        configurable: false,
        enumerable: true,
        ...(native.get ? { get: native.get } : {}),
        set: refuse('transform'),
      });
    }
    // Older Chromium and Electron; plan-b's addStream is gone from all browsers that have encoded transforms.
    if ('createEncodedStreams' in prototype) {
      Object.defineProperty(prototype, 'createEncodedStreams', {
        configurable: false,
        value: refuse('createEncodedStreams'),
      });
    }
  }
}

function refuse(name: string): () => never {
  return () => {
    throw new DOMException(
      `Sealmeet seals this page's media; ${name} is not available to others.`,
      'InvalidStateError',
    );
  };
}
