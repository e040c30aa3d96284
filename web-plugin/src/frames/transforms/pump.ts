// Carries frames through one transform, in order, for as long as its streams live.
import type { EncodedFrame, FramePort } from './encoded.ts';

export interface Processor {
  process(frame: EncodedFrame, emit: (frame: EncodedFrame) => void): Promise<void>;
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
        await processor.process(value, emit);
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
