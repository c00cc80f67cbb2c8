import { expect, it } from 'vitest';
import type { SendHealth } from '../../../client/send-health.js';
import { healthPointOf } from './health-point.js';

const health: SendHealth = {
  atMs: 5_000,
  roundTripMs: null,
  lossPercent: 1,
  audioBitrateBps: 100,
  layers: [
    layer({ layer: 0, framesPerSecond: 30, bitrateBps: 200 }),
    layer({ layer: 1, framesPerSecond: 24, bitrateBps: 700 }),
  ],
  verdict: 'good',
  reason: '',
};

function layer(parts: { layer: number; framesPerSecond: number; bitrateBps: number }) {
  return { ...parts, width: 640, height: 360, qualityLimitation: 'none' };
}

it('sums the bitrates of all layers and audio, and uses the frame rate of the best layer', () => {
  expect(healthPointOf(health)).toMatchObject({ atS: 5, bitrateBps: 1_000, framesPerSecond: 30 });
});

it('reports an unmeasured round trip as NaN', () => {
  expect(healthPointOf(health).roundTripMs).toBeNaN();
});

it('reports no frames when only audio is sent', () => {
  expect(healthPointOf({ ...health, layers: [] }).framesPerSecond).toBe(0);
});
