// Init scripts: what tests look at or change in a page before the plugin and the app load. Each stands alone, as
// it travels to the page as text.

/** What `watchPage` notes. */
export interface Watched {
  workers: Worker[];
  /** States of the interface as they were drawn, a new entry for each change. */
  shown: Shown[];
  /** Opens the panel whenever it can be opened, so that all it says is in `shown`. */
  keepPanelOpen: boolean;
  /** When the page said that it had joined, on the clock of `performance.now()`. */
  joinedAt: number | null;
}

export interface Shown {
  /** Milliseconds since the epoch. */
  at: number;
  phase: string;
  /** `enforced`, `not-enforced`, or null while the panel says neither. */
  enforcement: string | null;
}

declare global {
  interface Window {
    watched: Watched;
  }
}

/** Keeps hold of the page's workers, and notes what the interface shows. */
export function watchPage(): void {
  const watched: Watched = { workers: [], shown: [], keepPanelOpen: false, joinedAt: null };
  window.watched = watched;
  window.Worker = new Proxy(Worker, {
    construct(target, parameters) {
      const worker: Worker = Reflect.construct(target, parameters);
      watched.workers.push(worker);
      return worker;
    },
  });
  let root: ShadowRoot | null = null;
  const observer = new MutationObserver(() => {
    const host = document.querySelector<HTMLElement>('sealmeet-interface');
    if (!host) return;
    if (root !== host.shadowRoot && host.shadowRoot) {
      root = host.shadowRoot;
      observer.observe(root, { subtree: true, childList: true, attributes: true });
    }
    const phase = host.dataset.phase ?? '';
    const find = (hook: string) => root?.querySelector<HTMLElement>(`[data-sealmeet="${hook}"]`) ?? null;
    if (watched.keepPanelOpen && phase !== 'away' && !find('panel')) find('shield')?.click();
    const enforcement = find('enforcement')?.dataset.state ?? null;
    const last = watched.shown.at(-1);
    if (last?.phase !== phase || last.enforcement !== enforcement)
      watched.shown.push({ at: Date.now(), phase, enforcement });
  });
  observer.observe(document, { subtree: true, childList: true, attributes: true });
  const joining = setInterval(() => {
    if (!window.call?.joined) return;
    watched.joinedAt = performance.now();
    clearInterval(joining);
  }, 10);
}

/** The loader of the tests keeps functions' names by a function of this name, which a page does not have. */
export const KEEP_NAMES = 'globalThis.__name = (value) => value;';

/** As in older Chromium and Electron, which have createEncodedStreams alone. */
export function removeScriptTransform(): void {
  Reflect.deleteProperty(window, 'RTCRtpScriptTransform');
  for (const { prototype } of [RTCRtpSender, RTCRtpReceiver]) Reflect.deleteProperty(prototype, 'transform');
}

/** As in a browser that is too old for encoded transforms of any kind. */
export function removeTransforms(): void {
  Reflect.deleteProperty(window, 'RTCRtpScriptTransform');
  for (const { prototype } of [RTCRtpSender, RTCRtpReceiver]) {
    Reflect.deleteProperty(prototype, 'transform');
    Reflect.deleteProperty(prototype, 'createEncodedStreams');
  }
}

/** One frame as it came out of the network, before anything could open it. */
export interface WireFrame {
  media: 'audio' | 'video';
  mimeType: string;
  /** Its first 64 bytes at most. */
  head: number[];
}

declare global {
  interface Window {
    wireFrames: WireFrame[];
  }
}

/**
 * Puts a worker of the test's own in the place of the plugin's for everything that arrives: it notes each frame as
 * the network gave it, and hands it to the decoder unopened. So the page sees and hears what somebody without keys
 * would, and the test reads the wire.
 */
export function readTheWire(): void {
  window.wireFrames = [];
  const source = `
    onrtctransform = ({ transformer }) => {
      const { media } = transformer.options;
      transformer.readable.pipeThrough(new TransformStream({
        transform(frame, controller) {
          const { mimeType } = frame.getMetadata();
          postMessage({ media, mimeType: mimeType ?? '', head: [...new Uint8Array(frame.data.slice(0, 64))] });
          controller.enqueue(frame);
        },
      })).pipeTo(transformer.writable);
    };`;
  const reader = new Worker(URL.createObjectURL(new Blob([source], { type: 'text/javascript' })));
  reader.addEventListener('message', ({ data }: MessageEvent<WireFrame>) => {
    // Enough to judge by, and bounded.
    if (window.wireFrames.length > 5_000) window.wireFrames.splice(0, 2_500);
    window.wireFrames.push(data);
  });
  const scope = window as unknown as {
    RTCRtpScriptTransform: new (worker: Worker, options: object) => object;
  };
  scope.RTCRtpScriptTransform = new Proxy(scope.RTCRtpScriptTransform, {
    construct(target, [worker, options]: [Worker, { direction: string }]) {
      return Reflect.construct(target, [options.direction === 'receive' ? reader : worker, options]);
    },
  });
}

/** As in a browser that has this video codec alone: a preference for AV1 is nothing that a library of 2022 can have. */
export function haveCodecAlone(name: string): void {
  for (const side of [RTCRtpSender, RTCRtpReceiver]) {
    const all = side.getCapabilities.bind(side);
    side.getCapabilities = (kind) => {
      const capabilities = all(kind);
      if (kind !== 'video' || !capabilities) return capabilities;
      const kept = [`video/${name}`.toLowerCase(), 'video/rtx'];
      return {
        ...capabilities,
        codecs: capabilities.codecs.filter(({ mimeType }) => kept.includes(mimeType.toLowerCase())),
      };
    };
  }
}

/**
 * As later releases of lib-jitsi-meet: header extensions of more than 16 bytes may be sent (RFC 8285 §6). What AV1 says
 * of its layers is one, and is left out else.
 */
export function allowLargeExtensions(): void {
  const line = 'a=extmap-allow-mixed\r\n';
  const { prototype } = RTCPeerConnection;
  const set: (description: RTCSessionDescriptionInit) => Promise<void> = prototype.setRemoteDescription;
  Object.assign(prototype, {
    setRemoteDescription(this: RTCPeerConnection, { type, sdp = '' }: RTCSessionDescriptionInit) {
      const mixed = sdp.includes(line) ? sdp : sdp.replace('\r\nm=', `\r\n${line}m=`);
      return set.call(this, { type, sdp: mixed });
    },
  });
}
