import { describe, expect, it } from 'vitest';
import { StreamMeter } from './stream-meter.js';

describe('the loss of a stream', () => {
  it('covers the last seconds', () => {
    const meter = new StreamMeter(90_000);
    meter.sample({ packetCount: 100, packetsLost: 0 });
    meter.sample({ packetCount: 190, packetsLost: 10 });
    expect(meter.lossPercent).toBe(5);
    for (let second = 1; second <= 3; second += 1)
      meter.sample({ packetCount: 190 + 100 * second, packetsLost: 10 });
    expect(meter.lossPercent).toBe(0);
  });

  it('ignores the full cycle of packets that mediasoup counts as lost if sequence numbers start at 0', () => {
    const meter = new StreamMeter(90_000);
    meter.sample({ packetCount: 30, packetsLost: 65_536 });
    expect(meter.lossPercent).toBe(0);
    meter.sample({ packetCount: 120, packetsLost: 65_546 });
    expect(meter.lossPercent).toBeCloseTo(7.7, 1);
  });

  it('is not negative when packets counted as lost arrive late', () => {
    const meter = new StreamMeter(90_000);
    meter.sample({ packetCount: 100, packetsLost: 5 });
    meter.sample({ packetCount: 205, packetsLost: 0 });
    expect(meter.lossPercent).toBeLessThan(3);
    expect(meter.lossPercent).toBeGreaterThanOrEqual(0);
  });
});

describe('the key frame interval', () => {
  it('is unknown before the second key frame', () => {
    const meter = new StreamMeter(90_000);
    expect(meter.keyFrameIntervalMs(0)).toBeNull();
    meter.keyFrame(0, 0);
    meter.keyFrame(0, 1);
    expect(meter.keyFrameIntervalMs(500)).toBeNull();
  });

  it('is the median, even when RTP time wraps', () => {
    const meter = new StreamMeter(90_000);
    for (let index = 0; index < 4; index += 1)
      meter.keyFrame((2 ** 32 - 90_000 + index * 747_000) % 2 ** 32, index * 8_300);
    expect(meter.keyFrameIntervalMs(25_000)).toBe(8_300);
  });

  it('is the time since the last key frame if that is longer', () => {
    const meter = new StreamMeter(90_000);
    meter.keyFrame(0, 0);
    meter.keyFrame(90_000, 1_000);
    expect(meter.keyFrameIntervalMs(2_200)).toBe(1_000);
    expect(meter.keyFrameIntervalMs(11_000)).toBe(10_000);
  });
});
