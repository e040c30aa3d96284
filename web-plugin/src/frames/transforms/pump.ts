// Carries frames through one transform, in order, for as long as its streams live.
import type { EncodedFrame, FramePort } from './encoded.ts';

/** A promise only where there is something to wait for: a frame that is done with costs no turn of the event loop. */
export type Pending = Promise<void> | undefined | void;

export interface Processor {
  process(frame: EncodedFrame, emit: (frame: EncodedFrame) => void): Pending;
}

/** The end of a stream is seen by `closed`; each write need not tell again. */
const ignore = () => {};

/** Resolves when either side has ended. What `process` does not emit goes nowhere. */
export async function pump(
  { readable, writable }: Pick<FramePort, 'readable' | 'writable'>,
  processor: Processor,
) {
  const reader = readable.getReader();
  const writer = writable.getWriter();
  let ended = false;
  writer.closed.then(
    () => {},
    () => {
      ended = true;
      reader.cancel().catch(() => {});
    },
  );
  const emit = (frame: EncodedFrame) => {
    if (!ended) writer.write(frame).then(undefined, ignore);
  };
  try {
    for (;;) {
      const { value, done } = await reader.read();
      if (done || ended) break;
      try {
        const pending = processor.process(value, emit);
        if (pending !== undefined) await pending;
      } catch (error) {
        // No frame's content gets here; should anything, that frame is lost and the next ones go on.
        console.error('Sealmeet worker: a frame was dropped', error);
      }
    }
    await writer.close();
  } catch {
    // The connection closed under it: nothing is left to carry.
  }
}
