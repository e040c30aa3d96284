// What the call's measurement runs inside the pages: each function stands alone, as it travels there as text.

import type { TransformStatistics } from '../../../web-plugin/src/frames/commands.ts';

/** Milliseconds since the epoch, with fraction. */
type Time = number;

interface Measured {
  worker: Worker | null;
  /** The core saw somebody leave who holds this generation. */
  seen: { at: Time; generation: number }[];
  /** The worker sealed its first frame under this generation. */
  sealing: { at: Time; generation: number }[];
  /** The page handed the worker a key of somebody else's. */
  accepted: Time[];
  /** The worker opened its first frame of this owner, in one of its transforms, under this generation. */
  opened: { at: Time; owner: string; generation: number }[];
  /** From joining to everything of everybody, in milliseconds. */
  complete: number | null;
}

declare global {
  interface Window {
    measured: Measured;
  }
}

/** An init script: reads what plugin and worker say to each other. */
export function measureWorker(): void {
  const measured: Measured = {
    worker: null,
    seen: [],
    sealing: [],
    accepted: [],
    opened: [],
    complete: null,
  };
  window.measured = measured;
  const now = () => performance.timeOrigin + performance.now();
  window.Worker = new Proxy(Worker, {
    construct(target, parameters) {
      const worker: Worker = Reflect.construct(target, parameters);
      if ((parameters[1] as WorkerOptions | undefined)?.name !== 'sealmeet') return worker;
      measured.worker = worker;
      type Report = { type: string; owner: string; generation: number };
      worker.addEventListener('message', ({ data: { type, owner, generation } }: MessageEvent<Report>) => {
        if (type === 'sealing') measured.sealing.push({ at: now(), generation });
        if (type === 'opened') measured.opened.push({ at: now(), owner, generation });
      });
      return worker;
    },
  });
  const post = Worker.prototype.postMessage;
  Worker.prototype.postMessage = function (this: Worker, message: unknown, ...rest: never[]) {
    const { type, generation } = message as { type: string; generation: number };
    if (type === 'accept-key') measured.accepted.push(now());
    if (type === 'expire-sending') measured.seen.push({ at: now(), generation });
    return Reflect.apply(post, this, [message, ...rest]);
  };
}

/** An init script: how long after joining a picture and a tone of so many others are there. */
export function measureArrival(others: number): void {
  const isComplete = (): boolean => {
    const connection = window.call.conference?.jvbJingleSession?.peerconnection?.peerconnection;
    const receivers = connection?.getReceivers() ?? [];
    // Sources are those of frames that were decoded and handed to the track, not of packets. To ask the whole
    // connection for its statistics instead keeps the page busy for 50 ms at a time, just when it has most to do.
    const count = (kind: string, has: (level: number) => boolean) =>
      receivers.filter(
        (receiver) =>
          receiver.track.kind === kind &&
          receiver.getSynchronizationSources().some(({ audioLevel = 0 }) => has(audioLevel)),
      ).length;
    return count('video', () => true) >= others && count('audio', (level) => level > 0) >= others;
  };
  let joinedAt: number | null = null;
  const look = (): void => {
    if (window.call?.joined) {
      joinedAt ??= performance.now();
      if (isComplete()) {
        window.measured.complete = performance.now() - joinedAt;
        return;
      }
    }
    setTimeout(look, 10);
  };
  look();
}

/** Joins the room of the page's address, as a person does who looked at the page first. */
export function enterRoom(name: string): void {
  const field = document.querySelector<HTMLInputElement>('#join-name');
  if (!field) throw new Error('expected the page to ask for a name');
  field.value = name;
  field.form?.requestSubmit();
}

/** Frames that did not pass so far, by reason, over all transforms of the page. */
export function droppedFrames(): Promise<Record<string, number>> {
  const { worker } = window.measured;
  if (!worker) throw new Error('expected the plugin to have started its worker');
  return new Promise((resolve) => {
    const id = Math.floor(performance.now() * 1000);
    const listen = ({
      data,
    }: MessageEvent<{ type: string; id: number; transforms: TransformStatistics[] }>) => {
      if (data.type !== 'statistics' || data.id !== id) return;
      worker.removeEventListener('message', listen);
      const sum: Record<string, number> = {};
      for (const { dropped } of data.transforms)
        for (const [reason, count] of Object.entries(dropped)) sum[reason] = (sum[reason] ?? 0) + count;
      resolve(sum);
    };
    worker.addEventListener('message', listen);
    worker.postMessage({ type: 'statistics', id });
  });
}
