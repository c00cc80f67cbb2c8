/** The properties of a segment that determine its bit rate. */
export type Measured = Readonly<{ durationS: number; byteLength: number }>;

/** Returns the average bit rate of the segments, in bits per second; 0 without segments. */
export function averageBitRate(segments: readonly Measured[]): number {
  const [bytes, seconds] = sum(segments);
  return seconds > 0 ? Math.round((bytes * 8) / seconds) : 0;
}

/**
 * Returns the peak segment bit rate, in bits per second: the highest rate of any contiguous set of
 * segments that lasts between 0.5 and 1.5 target durations (RFC 8216bis 4.4.6.2). Returns the
 * average if no set does.
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
