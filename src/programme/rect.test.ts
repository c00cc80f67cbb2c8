import { describe, expect, it } from 'vitest';
import { containRect, coverCrop } from './rect.js';

describe('coverCrop and containRect', () => {
  it('crop a 4:3 camera to 16:9, and fit it between bars', () => {
    const camera = { width: 640, height: 480 };
    expect(coverCrop(camera, { width: 320, height: 180 })).toEqual({
      x: 0,
      y: 60,
      width: 640,
      height: 360,
    });
    expect(containRect(camera, { width: 1280, height: 720 })).toEqual({
      x: 160,
      y: 0,
      width: 960,
      height: 720,
    });
  });
});
