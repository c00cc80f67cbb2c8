import { describe, expect, it } from 'vitest';
import { encodingsFor, pictureSizeOf } from './encodings.js';

describe('encodingsFor', () => {
  it('sends 720p in three layers, the lowest first', () => {
    expect(encodingsFor({ width: 1280, height: 720, framesPerSecond: 30 })).toMatchObject([
      { rid: 'r0', scaleResolutionDownBy: 4, maxBitrate: 160_000 },
      { rid: 'r1', scaleResolutionDownBy: 2, maxBitrate: 620_000 },
      { rid: 'r2', scaleResolutionDownBy: 1, maxBitrate: 2_490_000 },
    ]);
  });

  it('omits layers that are too small to watch', () => {
    const heights = (height: number) =>
      encodingsFor({ width: (height * 16) / 9, height, framesPerSecond: 30 }).map(
        (layer) => height / layer.scaleResolutionDownBy,
      );
    expect(heights(1080)).toEqual([270, 540, 1080]);
    expect(heights(360)).toEqual([180, 360]);
    expect(heights(240)).toEqual([240]);
  });

  it('raises the bitrate less than linearly with the frame rate', () => {
    const top = (framesPerSecond: number) =>
      encodingsFor({ width: 1280, height: 720, framesPerSecond }).at(-1)?.maxBitrate ?? 0;
    expect(top(60) / top(30)).toBeCloseTo(Math.SQRT2, 1);
  });
});

describe('pictureSizeOf', () => {
  it('assumes 720p30 until a generated track has its first frame', () => {
    const assumed = { width: 1280, height: 720, framesPerSecond: 30 };
    expect(pictureSizeOf({ width: 0, height: 0, frameRate: Number.NaN })).toEqual(assumed);
    expect(pictureSizeOf({})).toEqual(assumed);
    expect(pictureSizeOf({ width: 640, height: 360, frameRate: 15 })).toEqual({
      width: 640,
      height: 360,
      framesPerSecond: 15,
    });
  });
});
