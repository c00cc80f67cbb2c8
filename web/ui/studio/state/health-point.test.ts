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

it('adds up all that is sent and takes the best layer for frames', () => {
  expect(healthPointOf(health)).toMatchObject({ atS: 5, bitrateBps: 1_000, framesPerSecond: 30 });
});

it('leaves a round trip that was not measured open', () => {
  expect(healthPointOf(health).roundTripMs).toBeNaN();
});

it('has no frames when only sound is sent', () => {
  expect(healthPointOf({ ...health, layers: [] }).framesPerSecond).toBe(0);
});
