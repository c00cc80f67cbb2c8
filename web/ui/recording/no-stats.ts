import type { ReceiveStats } from '../../client/receive-stats.js';

/** Returns the statistics of a recording, which contain only the video resolution. */
export function noStats({ videoWidth, videoHeight }: HTMLVideoElement): ReceiveStats {
  return {
    delayMs: null,
    width: videoWidth,
    height: videoHeight,
    framesPerSecond: null,
    bitrateBps: null,
    lossPercent: null,
    roundTripMs: null,
    jitterBufferMs: null,
  };
}
