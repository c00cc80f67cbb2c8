import { expect, it } from 'vitest';
import { LossMeter } from './loss-meter.js';

it('measures packet loss over the last three seconds', () => {
  const meter = new LossMeter();
  const push = (packets: number, lostPackets: number) => meter.push({ packets, lostPackets });
  expect(push(100, 50)).toBe(0);
  expect(push(190, 60)).toBe(10);
  push(290, 60);
  push(390, 60);
  expect(push(490, 60)).toBe(0);
});
