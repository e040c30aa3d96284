// What tests watch in browsers: what one participant gets of another, and whether every pair flows.
import assert from 'node:assert/strict';
import type { BrowserParticipant } from './browser.ts';
import type { PersonInCall, ReceiveStatistics } from './page/call.ts';

export const MIN_FRAMES_A_SECOND = 10;
const PATIENCE_MS = 25_000;

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

export interface FlowExpectation {
  codec?: string;
  framesASecond?: number;
}

/** Every pair has the sender's tone, and frames of the codec in the page's size, counted over three seconds. */
export async function everyPairFlows(
  all: BrowserParticipant[],
  { codec = 'AV1', framesASecond = MIN_FRAMES_A_SECOND }: FlowExpectation = {},
): Promise<void> {
  await Promise.all(
    pairs(all).map(([viewer, other]) =>
      eventually(
        viewer,
        other,
        'picture and tone',
        ({ stats, toneSeconds }) => stats.videoFramesDecoded > 5 && toneSeconds > 0.5,
      ),
    ),
  );
  const measure = () => Promise.all(pairs(all).map(([viewer, other]) => view(viewer, other)));
  const startedAt = performance.now();
  const first = await measure();
  await new Promise((resolve) => setTimeout(resolve, 3000));
  const last = await measure();
  const seconds = (performance.now() - startedAt) / 1000;
  pairs(all).forEach(([viewer, other], index) => {
    const [start, end] = [first[index], last[index]];
    assert.ok(start && end);
    const rate = (end.stats.videoFramesDecoded - start.stats.videoFramesDecoded) / seconds;
    const heard = (end.toneSeconds - start.toneSeconds) / seconds;
    const pair = `${viewer.name} from ${other.name}`;
    assert.ok(
      rate >= framesASecond,
      `${pair}: expected ${framesASecond} frames a second, came ${rate.toFixed(1)}`,
    );
    assert.ok(heard > 0.5, `${pair}: expected the tone most of the time, came ${heard.toFixed(2)} of it`);
    assert.equal(end.stats.codec, codec, pair);
    assert.deepEqual([end.stats.width, end.stats.height], [320, 180], pair);
  });
}
