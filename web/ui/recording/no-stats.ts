import type { ReceiveStats } from '../../client/receive-stats.js';

/** What there is to say of a picture that is not live: its size. */
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
