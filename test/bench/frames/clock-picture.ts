// Init scripts: a camera that shows what time it is, and an eye that reads it off the other's picture.

declare global {
  interface Window {
    /** Milliseconds from the camera's canvas to the screen of this page, one entry a frame that was shown. */
    delays: number[];
  }
}

/**
 * The page's camera becomes a canvas with the time in sixteen black or white stripes, wide enough for any codec, and
 * every picture that the page shows of somebody else is read. All pages of one machine have one clock.
 */
export function readTheClock(): void {
  const BITS = 16;
  const [WIDTH, HEIGHT] = [640, 360];
  const RANGE = 2 ** BITS;
  const now = () => Math.round(performance.timeOrigin + performance.now()) % RANGE;

  const canvas = document.createElement('canvas');
  [canvas.width, canvas.height] = [WIDTH, HEIGHT];
  const camera = canvas.getContext('2d', { alpha: false });
  const draw = () => {
    if (!camera) return;
    const time = now();
    // Gray code: a stripe that is read wrong where two times meet is wrong by a millisecond.
    const code = time ^ (time >> 1);
    for (let bit = 0; bit < BITS; bit++) {
      camera.fillStyle = code & (1 << bit) ? '#fff' : '#000';
      camera.fillRect((bit * WIDTH) / BITS, 0, WIDTH / BITS, HEIGHT);
    }
  };
  setInterval(draw, 1000 / 30);
  const devices = navigator.mediaDevices;
  const original = devices.getUserMedia.bind(devices);
  devices.getUserMedia = async (constraints) => {
    if (!constraints?.video) return original(constraints);
    const audio = constraints.audio ? await original({ audio: constraints.audio }) : null;
    const video = canvas.captureStream(30);
    return new MediaStream([...(audio?.getAudioTracks() ?? []), ...video.getVideoTracks()]);
  };

  window.delays = [];
  const small = document.createElement('canvas');
  [small.width, small.height] = [BITS * 3, 1];
  const eye = small.getContext('2d', { willReadFrequently: true, alpha: false });
  const watched = new WeakSet<HTMLVideoElement>();
  const look = (video: HTMLVideoElement) => {
    const shown = now();
    if (eye && video.videoWidth > 0) {
      eye.drawImage(video, 0, 0, small.width, 1);
      const { data } = eye.getImageData(0, 0, small.width, 1);
      let code = 0;
      // The middle third of each stripe, away from its edges.
      for (let bit = 0; bit < BITS; bit++) if ((data[(bit * 3 + 1) * 4] ?? 0) > 127) code |= 1 << bit;
      let time = code;
      for (let shift = 1; shift < BITS; shift <<= 1) time ^= time >> shift;
      const delay = (shown - time + RANGE) % RANGE;
      // A picture from before the camera showed the time.
      if (delay < 10_000) window.delays.push(delay);
    }
    video.requestVideoFrameCallback(() => look(video));
  };
  setInterval(() => {
    for (const video of document.querySelectorAll<HTMLVideoElement>('.tile:not(.own) video')) {
      if (watched.has(video)) continue;
      watched.add(video);
      video.requestVideoFrameCallback(() => look(video));
    }
  }, 100);
}
