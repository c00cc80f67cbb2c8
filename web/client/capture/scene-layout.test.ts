import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CORNERS } from './capture-settings.js';
import { canvasSizeFor, insetRect } from './scene-layout.js';

const size = fc.record({
  width: fc.integer({ min: 16, max: 8_000 }),
  height: fc.integer({ min: 16, max: 8_000 }),
});

describe('canvasSizeFor', () => {
  it('keeps a small screen and shrinks a large one', () => {
    expect(canvasSizeFor({ width: 1280, height: 800 })).toEqual({ width: 1280, height: 800 });
    expect(canvasSizeFor({ width: 3840, height: 2160 })).toEqual({ width: 1920, height: 1080 });
    expect(canvasSizeFor({ width: 3440, height: 1440 })).toEqual({ width: 1920, height: 804 });
  });

  it('returns even sides for every window, as encoders require', () => {
    fc.assert(
      fc.property(size, (screen) => {
        const { width, height } = canvasSizeFor(screen);
        expect([width % 2, height % 2]).toEqual([0, 0]);
        expect(width).toBeLessThanOrEqual(1920);
        expect(height).toBeLessThanOrEqual(1080);
      }),
    );
  });
});

describe('insetRect', () => {
  it('sits in the chosen corner', () => {
    const canvas = { width: 1920, height: 1080 };
    expect(insetRect(canvas, 'top-left')).toEqual({ x: 30, y: 30, width: 422, height: 238 });
    expect(insetRect(canvas, 'bottom-right')).toEqual({
      x: 1920 - 422 - 30,
      y: 1080 - 238 - 30,
      width: 422,
      height: 238,
    });
  });

  it('stays inside the picture and covers less than a third of its height', () => {
    const shapes = size.filter(({ width, height }) => width / height > 0.4 && width > 200);
    fc.assert(
      fc.property(shapes, fc.constantFrom(...CORNERS), (canvas, corner) => {
        const inset = insetRect(canvas, corner);
        expect(inset.x).toBeGreaterThanOrEqual(0);
        expect(inset.y).toBeGreaterThanOrEqual(0);
        expect(inset.x + inset.width).toBeLessThanOrEqual(canvas.width);
        expect(inset.y + inset.height).toBeLessThanOrEqual(canvas.height);
        expect(inset.height).toBeLessThanOrEqual(canvas.height / 3 + 2);
      }),
    );
  });
});
