// The report of a demo run: every figure was measured in that run.

export interface BridgeView {
  packets: number;
  decodableVideoFrames: number;
  audibleSeconds: number;
}

export interface Pair {
  from: string;
  to: string;
  videoFramesDecoded: number;
  audioSeconds: number;
}

export interface Report {
  participants: number;
  codec: string;
  sealed: boolean;
  sealedMs: number;
  pairs: Pair[];
  bridge: { unsealed: BridgeView; sealed: BridgeView & { openedVideoFrames: number } };
  leave: { oldKeyInUseMs: number[] };
  join: { firstFrameMs: number; earlierFramesTried: number; couldOpenEarlier: number };
}

/** What did not hold, in words; nothing when all did. */
export function shortcomings(report: Report): string[] {
  const { bridge, join, leave, pairs, sealedMs } = report;
  const seconds = sealedMs / 1000;
  const wrong: string[] = [];
  const expect = (holds: boolean, words: string) => {
    if (!holds) wrong.push(words);
  };
  expect(report.participants === 3, `expected 3 participants, there were ${report.participants}`);
  expect(report.codec === 'AV1', `expected AV1, the call used ${report.codec}`);
  expect(report.sealed, 'not every participant showed the room as sealed');
  expect(sealedMs >= 10_000, `expected 10 s of sealed call, measured ${sealedMs} ms`);
  expect(pairs.length === 6, `expected 6 pairs, there were ${pairs.length}`);
  for (const { from, to, videoFramesDecoded, audioSeconds } of pairs) {
    expect(
      videoFramesDecoded >= 10 * seconds,
      `${to} decoded ${videoFramesDecoded} frames of ${from} in ${seconds} s: fewer than 10 a second`,
    );
    expect(audioSeconds >= 0.8 * seconds, `${to} heard ${from} for ${audioSeconds} of ${seconds} s`);
  }
  expect(
    bridge.unsealed.decodableVideoFrames >= 100,
    `the bridge decoded only ${bridge.unsealed.decodableVideoFrames} frames before the seal: the comparison says nothing`,
  );
  expect(
    bridge.unsealed.audibleSeconds >= 5,
    `the bridge heard only ${bridge.unsealed.audibleSeconds} s before the seal: the comparison says nothing`,
  );
  expect(bridge.sealed.packets >= 100, `only ${bridge.sealed.packets} packets were recorded after the seal`);
  expect(
    bridge.sealed.decodableVideoFrames === 0,
    `the bridge decoded ${bridge.sealed.decodableVideoFrames} frames after the seal`,
  );
  expect(
    bridge.sealed.audibleSeconds === 0,
    `the bridge heard ${bridge.sealed.audibleSeconds} s after the seal`,
  );
  expect(
    bridge.sealed.openedVideoFrames >= 100,
    `with the keys only ${bridge.sealed.openedVideoFrames} recorded frames decode`,
  );
  expect(
    leave.oldKeyInUseMs.length === 3,
    `expected 3 remaining senders, there were ${leave.oldKeyInUseMs.length}`,
  );
  for (const ms of leave.oldKeyInUseMs)
    expect(ms <= 500, `an old key was in use for ${ms} ms after somebody left`);
  expect(join.firstFrameMs <= 3_000, `the fourth saw everybody only after ${join.firstFrameMs} ms`);
  expect(
    join.earlierFramesTried >= 100,
    `only ${join.earlierFramesTried} earlier frames were tried with the fourth's keys`,
  );
  expect(
    join.couldOpenEarlier === 0,
    `the fourth could open ${join.couldOpenEarlier} frames from before it came`,
  );
  return wrong;
}
