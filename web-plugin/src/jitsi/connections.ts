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

/** How a transform comes into being; the worker's side of it is in worker-link.ts. */
export type CreateTransform = (options: TransformOptions) => object;

interface Transformable {
  transform: unknown;
}

/** Can this browser put a transform between encoder and packetizer? */
export function supportsEncodedTransforms(scope: typeof globalThis = globalThis): boolean {
  return (
    typeof scope.RTCPeerConnection === 'function' &&
    'RTCRtpScriptTransform' in scope &&
    'transform' in scope.RTCRtpSender.prototype &&
    'transform' in scope.RTCRtpReceiver.prototype
  );
}

/**
 * Takes hold of the browser's WebRTC surface. Must run before the page makes its first connection, and before
 * `JitsiMeetJS.init`, which keeps a reference to the constructor (facts/lib-jitsi-meet.md §1).
 */
export function hookConnections(create: CreateTransform, events: ConnectionEvents): void {
  const registry = new Registry(create, events);
  hookMethods(registry, events);
  closeSideDoors();

  const Native = globalThis.RTCPeerConnection;
  const Hooked = new Proxy(Native, {
    construct(target, args, newTarget) {
      const connection = Reflect.construct(target, args, newTarget) as RTCPeerConnection;
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
}

class Registry {
  #next = 1;
  readonly #senders = new WeakMap<RTCRtpSender, Attached<RTCRtpSender>>();
  readonly #receivers = new WeakMap<RTCRtpReceiver, Attached<RTCRtpReceiver>>();
  readonly #connections = new Map<RTCPeerConnection, number[]>();

  constructor(
    private readonly create: CreateTransform,
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
    const transforms = this.#connections.get(connection);
    if (!transforms) return;
    this.#connections.delete(connection);
    this.events.onClosed(transforms);
  }

  #attach<T extends RTCRtpSender | RTCRtpReceiver>(
    connection: RTCPeerConnection,
    holder: T,
    options: Omit<TransformOptions, 'transform'>,
  ): Attached<T> {
    const transform = this.#next++;
    setTransform(holder, this.create({ ...options, transform }));
    const known = this.#connections.get(connection);
    if (known) known.push(transform);
    else this.#connections.set(connection, [transform]);
    return { transform, media: options.media, holder };
  }
}

const nativeSetters = {
  sender: setterOf(globalThis.RTCRtpSender?.prototype),
  receiver: setterOf(globalThis.RTCRtpReceiver?.prototype),
};

function setterOf(prototype: object | undefined): ((value: unknown) => void) | undefined {
  return prototype && Object.getOwnPropertyDescriptor(prototype, 'transform')?.set;
}

function setTransform(holder: RTCRtpSender | RTCRtpReceiver, transform: object): void {
  const setter = holder instanceof RTCRtpSender ? nativeSetters.sender : nativeSetters.receiver;
  setter?.call(holder, transform);
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
    await replaceTrack.call(this, track);
    events.onReplacedTrack(attached);
  };
}

/** The page cannot take a transform out, or put its own in the place of ours. */
function closeSideDoors(): void {
  for (const prototype of [RTCRtpSender.prototype, RTCRtpReceiver.prototype] as (object &
    Partial<Transformable>)[]) {
    const native = Object.getOwnPropertyDescriptor(prototype, 'transform');
    Object.defineProperty(prototype, 'transform', {
      configurable: false,
      enumerable: true,
      ...(native?.get ? { get: native.get } : {}),
      set: refuse('transform'),
    });
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
