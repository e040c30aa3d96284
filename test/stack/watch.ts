// What tests watch in browsers: what one participant gets of another, and whether every pair flows.
import assert from 'node:assert/strict';
import type { BrowserParticipant } from './browser.ts';
import type { PersonInCall, ReceiveStatistics } from './page/call.ts';

/** How fast they come is the machine's matter: three encoders and six decoders of AV1 may be much for it. */
const MORE = { frames: 30, toneSeconds: 1.5 };
const PATIENCE_MS = 60_000;

export type View = { person: PersonInCall; stats: ReceiveStatistics; toneSeconds: number };

/** What `viewer` gets of `other` now. */
export function view(viewer: BrowserParticipant, other: BrowserParticipant): Promise<View | null> {
  return viewer.page.evaluate(
    async ({ name, tone }) => {
      const person = window.call.participants().find((one) => one.name === name);
      const stats = (await window.call.stats())[person?.id ?? ''];
      return person && stats ? { person, stats, toneSeconds: window.call.toneHeard(person.id, tone) } : null;
    },
    { name: other.name, tone: other.tone },
  );
}

/** Until it holds of what `viewer` gets of `other`; the error shows what it got last. */
export async function eventually(
  viewer: BrowserParticipant,
  other: BrowserParticipant,
  what: string,
  holds: (seen: View) => boolean,
): Promise<void> {
  const deadline = Date.now() + PATIENCE_MS;
  for (;;) {
    const seen = await view(viewer, other);
    if (seen && holds(seen)) return;
    assert.ok(
      Date.now() < deadline,
      `${viewer.name} expected ${what} of ${other.name}, has ${JSON.stringify(seen)}`,
    );
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

export const pairs = (all: BrowserParticipant[]) =>
  all.flatMap((viewer) => all.filter((other) => other !== viewer).map((other) => [viewer, other] as const));

/** Every pair has the sender's tone, and frames of the codec in the page's size: first some each, from then on more. */
export async function everyPairFlows(all: BrowserParticipant[], { codec = 'AV1' } = {}): Promise<void> {
  const starts = await Promise.all(
    pairs(all).map(async ([viewer, other]) => {
      let start = { frames: 0, toneSeconds: 0 };
      await eventually(viewer, other, 'picture and tone', ({ stats, toneSeconds }) => {
        start = { frames: stats.videoFramesDecoded, toneSeconds };
        return start.frames > 5 && toneSeconds > 0.5;
      });
      return start;
    }),
  );
  await Promise.all(
    pairs(all).map(([viewer, other], index) => {
      const { frames = 0, toneSeconds: heard = 0 } = starts[index] ?? {};
      const what = `more than ${frames} frames and ${heard} s of the tone, ${codec} of 320x180,`;
      let start = frames;
      return eventually(viewer, other, what, ({ stats, toneSeconds }) => {
        const { videoFramesDecoded: now, width, height } = stats;
        // After a change of the connection, frames count from nothing.
        if (now < start) start = 0;
        const isMore = now - start >= MORE.frames && toneSeconds - heard >= MORE.toneSeconds;
        return isMore && stats.codec === codec && width === 320 && height === 180;
      });
    }),
  );
}
