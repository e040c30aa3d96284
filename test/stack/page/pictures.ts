// Pictures of the page's own making in the place of a camera. All pages of a Chromium share its fake camera, and it
// stands still for all of them while one page, because it is busy, frozen or being closed, does not give back the
// pictures that it was handed.

import type { VideoSize } from './meeting.ts';

/** Chromium alone has it. What is written to it comes out of it as a track. */
declare class MediaStreamTrackGenerator extends MediaStreamTrack {
  constructor(options: { kind: 'video' });
  readonly writable: WritableStream<VideoFrame>;
}

interface Order extends VideoSize {
  writable: WritableStream<VideoFrame>;
}

/** From now on the page's camera is a grey pattern that moves. */
export function drawPicturesAsCamera(size: VideoSize): void {
  const devices = navigator.mediaDevices;
  const original = devices.getUserMedia.bind(devices);
  devices.getUserMedia = async (constraints?: MediaStreamConstraints) => {
    if (!constraints?.video) return original(constraints);
    const sound = constraints.audio ? await original({ audio: constraints.audio }) : null;
    return new MediaStream([...(sound?.getAudioTracks() ?? []), drawnTrack(size)]);
  };
}

/** Drawn in a worker, as no camera waits for the page either. */
function drawnTrack(size: VideoSize): MediaStreamTrack {
  const track = new MediaStreamTrackGenerator({ kind: 'video' });
  const { writable } = track;
  const script = URL.createObjectURL(new Blob([`(${draw})()`], { type: 'text/javascript' }));
  const order: Order = { ...size, writable };
  new Worker(script, { name: 'camera' }).postMessage(order, [writable as unknown as Transferable]);
  return track;
}

/** Travels to the worker as text: it stands alone. */
function draw(): void {
  addEventListener('message', ({ data }: MessageEvent<Order>) => {
    const { width, height, framesASecond, writable } = data;
    const writer = writable.getWriter();
    const pixels = new Uint8Array((width * height * 3) / 2).fill(128);
    const duration = 1_000_000 / framesASecond;
    let count = 0;
    const timer = setInterval(() => {
      for (let at = 0; at < width * height; at += 1)
        pixels[at] = (4 * (at % width) + 8 * Math.floor(at / width) + 16 * count) & 255;
      const [timestamp, format] = [performance.now() * 1000, 'I420' as const];
      const frame = new VideoFrame(pixels, {
        format,
        codedWidth: width,
        codedHeight: height,
        timestamp,
        duration,
      });
      count += 1;
      // Whoever stopped the track needs no more pictures.
      writer.write(frame).catch(() => {
        clearInterval(timer);
        close();
      });
    }, duration / 1000);
  });
}
