/** What of a segment its bit rate is made of. */
export type Measured = Readonly<{ durationS: number; byteLength: number }>;

/** Bits a second over all of them; 0 for nothing. */
export function averageBitRate(segments: readonly Measured[]): number {
  const [bytes, seconds] = sum(segments);
  return seconds > 0 ? Math.round((bytes * 8) / seconds) : 0;
}

/**
 * The peak segment bit rate, bits a second: the largest rate of any contiguous set of segments that
 * lasts between 0.5 and 1.5 times the target duration (RFC 8216bis 4.4.6.2). Where no set does, the
 * average.
 */
export function peakBitRate(segments: readonly Measured[], targetDurationS: number): number {
  const [minS, maxS] = [targetDurationS * 0.5, targetDurationS * 1.5];
  let peak = 0;
  for (let from = 0; from < segments.length; from += 1) {
    let [bytes, seconds] = [0, 0];
    for (let at = from; at < segments.length; at += 1) {
      const { durationS = 0, byteLength = 0 } = segments[at] ?? {};
      seconds += durationS;
      bytes += byteLength;
      if (seconds > maxS) break;
      if (seconds >= minS) peak = Math.max(peak, (bytes * 8) / seconds);
    }
  }
  return peak > 0 ? Math.round(peak) : averageBitRate(segments);
}

function sum(segments: readonly Measured[]): [bytes: number, seconds: number] {
  return segments.reduce<[number, number]>(
    ([bytes, seconds], one) => [bytes + one.byteLength, seconds + one.durationS],
    [0, 0],
  );
}
