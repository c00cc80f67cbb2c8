import type { SendHealth } from '../../../client/send-health.js';
import type { HealthPoint } from './health-history.js';

/**
 * Returns the point to plot for one second, with the total bit rate and the frame rate of the best
 * layer.
 */
export function healthPointOf(health: SendHealth): HealthPoint {
  const video = health.layers.reduce((sum, { bitrateBps }) => sum + bitrateBps, 0);
  return {
    atS: health.atMs / 1_000,
    bitrateBps: video + health.audioBitrateBps,
    framesPerSecond: Math.max(0, ...health.layers.map(({ framesPerSecond }) => framesPerSecond)),
    lossPercent: health.lossPercent,
    roundTripMs: health.roundTripMs ?? Number.NaN,
  };
}
