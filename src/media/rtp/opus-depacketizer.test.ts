import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fuzzRuns } from '../../../test/support/fuzz-runs.js';
import { hex, packetOf } from '../../../test/support/rtp-packetizer.js';
import { OpusDepacketizer, opusDurationTicks, SILENCES } from './opus-depacketizer.js';

describe('opusDurationTicks', () => {
  it.each([
    ['SILK, 10 ms', '00', 480],
    ['SILK, 60 ms', '18', 2880],
    ['hybrid, 10 ms', '60', 480],
    ['hybrid, 20 ms', '78', 960],
    ['CELT, 2.5 ms', '80', 120],
    ['CELT, 20 ms', 'f8', 960],
    ['two frames of one size', 'f9', 1920],
    ['two frames of two sizes', 'fa', 1920],
    ['code 3 with 3 frames', 'fb03', 2880],
    ['code 3 with padding and variable sizes', 'fbc6', 5760],
  ])('returns the duration of %s', (_, packet, ticks) => {
    expect(opusDurationTicks(hex(packet))).toBe(ticks);
  });

  it.each([
    ['no bytes', ''],
    ['code 3 without its count', 'fb'],
    ['code 3 with no frames', 'fb00'],
    ['more than 120 ms', 'fb07'],
    ['63 frames of 60 ms', '1b3f'],
  ])('returns null for %s', (_, packet) => {
    expect(opusDurationTicks(hex(packet))).toBeNull();
  });

  it('is bounded for any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 10 }), (packet) => {
        const ticks = opusDurationTicks(packet) ?? 120;
        expect(ticks >= 120 && ticks <= 5760).toBe(true);
      }),
      { numRuns: fuzzRuns(500) },
    );
  });

  it('returns the stated duration for each silence packet', () => {
    expect(SILENCES.map(({ data }) => opusDurationTicks(data))).toEqual([960, 480, 240, 120]);
    expect(SILENCES.map(({ ticks }) => ticks)).toEqual([960, 480, 240, 120]);
  });
});

describe('OpusDepacketizer', () => {
  it('emits a unit per packet, all with one config', () => {
    const depacketizer = new OpusDepacketizer();
    const [first] = depacketizer.push(
      packetOf({ payload: hex('f801'), rtpTime: 960, arrivedMs: 5 }),
    );
    depacketizer.lost();
    const [second] = depacketizer.push(packetOf({ payload: hex('f802'), rtpTime: 2880 }));
    expect(first).toMatchObject({
      rtpTime: 960,
      keyFrame: true,
      data: hex('f801'),
      arrivedMs: 5,
      config: { codecs: 'opus', sampleRate: 48_000, channels: 2 },
    });
    expect(second?.rtpTime).toBe(2880);
    expect(second?.config).toBe(first?.config);
    expect(first?.config.record).toEqual(hex('00 02 0000 0000bb80 0000 00'));
  });

  it('drops empty and malformed packets', () => {
    const depacketizer = new OpusDepacketizer();
    expect(depacketizer.push(packetOf({}))).toEqual([]);
    expect(depacketizer.push(packetOf({ payload: hex('fb00') }))).toEqual([]);
  });
});
