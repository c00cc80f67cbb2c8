import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SceneCorner, SceneFormat } from '../protocol/scene.js';
import { overlap, placeName, placeOverlays, tileArea } from './overlay-layout.js';
import { layoutTiles, programmeSize } from './scene-layout.js';
import { shorten, wrapText } from './wrap-text.js';

/** A font whose characters all have the same width. */
const widthOf = (text: string, { px }: { px: number }) => text.length * px * 0.55;
const text = fc.string({ minLength: 1, maxLength: 200, unit: 'grapheme' });

const overlays = fc.record({
  ticker: fc.boolean(),
  banner: fc.option(fc.record({ author: fc.string({ maxLength: 40 }), text })),
  logo: fc.option(
    fc.record({
      corner: fc.constantFrom(...SceneCorner.options),
      width: fc.integer({ min: 1, max: 4_000 }),
      height: fc.integer({ min: 1, max: 4_000 }),
    }),
  ),
  countdown: fc.boolean(),
});
const format = fc.constantFrom(...SceneFormat.options);

describe('placeOverlays', () => {
  it('keeps everything inside the picture, without overlaps', () => {
    fc.assert(
      fc.property(overlays, format, (wanted, inFormat) => {
        const { ticker, banner, logo, countdown } = placeOverlays(wanted, {
          format: inFormat,
          widthOf,
        });
        const size = programmeSize(inFormat);
        const rects = [ticker, banner?.rect ?? null, logo, countdown].filter(
          (rect) => rect !== null,
        );
        for (const { x, y, width, height } of rects) {
          expect(Math.min(x, y)).toBeGreaterThanOrEqual(0);
          expect(x + width).toBeLessThanOrEqual(size.width);
          expect(y + height).toBeLessThanOrEqual(size.height);
        }
        for (const [at, rect] of rects.entries()) {
          for (const other of rects.slice(at + 1)) expect(overlap(rect, other)).toBe(false);
        }
        expect(logo?.width ?? 0).toBeLessThanOrEqual((wanted.logo?.width ?? 0) + 1e-6);
      }),
    );
  });

  it('breaks a banner into lines that fit it', () => {
    fc.assert(
      fc.property(text, format, (each, inFormat) => {
        const { banner } = placeOverlays(
          { ticker: false, banner: { author: '', text: each }, logo: null, countdown: false },
          { format: inFormat, widthOf },
        );
        expect(banner!.lines.length).toBeLessThanOrEqual(3);
        for (const line of banner!.lines) {
          expect(widthOf(line, { px: banner!.px })).toBeLessThanOrEqual(banner!.rect.width);
        }
      }),
    );
  });
});

describe('placeName', () => {
  const area = tileArea('wide', false);
  const solo = layoutTiles([{ id: 'ann', kind: 'camera', aspect: null, isSpeaker: false }], {
    layout: 'solo',
    format: 'wide',
    area,
    insetAt: 'bottom-right',
  })[0]!;

  it('lies at the lower left of the tile, and above a banner', () => {
    const below = placeName(solo, 'Ann', { banner: null, widthOf })!;
    expect(below.rect.y + below.rect.height).toBe(720 - 16);
    const banner = { x: 16, y: 600, width: 400, height: 104 };
    const above = placeName(solo, 'Ann', { banner, widthOf })!;
    expect(overlap(above.rect, banner)).toBe(false);
    expect(above.rect.y).toBeGreaterThan(500);
  });

  it('stays within the tile, and is left out of a tiny one', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 400 }),
        fc.integer({ min: 1, max: 400 }),
        text,
        (width, height, name) => {
          const rect = { x: 100, y: 100, width, height };
          const place = placeName({ ...solo, rect, isBleeding: false }, name, {
            banner: null,
            widthOf,
          });
          const { x, y, ...size } = place?.rect ?? rect;
          expect(place === null && Math.min(width, height) >= 60).toBe(false);
          expect(Math.min(x, y)).toBeGreaterThanOrEqual(100);
          expect(x + size.width).toBeLessThanOrEqual(100 + width);
          expect(y + size.height).toBeLessThanOrEqual(100 + height);
        },
      ),
    );
  });
});

describe('wrapText', () => {
  const lines = (each: string, maxWidth: number, linesMax = 3) =>
    wrapText(each, { maxWidth, linesMax, widthOf: (part) => part.length });

  it('breaks at spaces, and within long words', () => {
    expect(lines('one two three', 7)).toEqual(['one two', 'three']);
    expect(lines('abcdefghij k', 4)).toEqual(['abcd', 'efgh', 'ij k']);
    expect(lines('  ', 4)).toEqual([]);
  });

  it('ends text that is too long with an ellipsis', () => {
    expect(lines('one two three four', 7, 2)).toEqual(['one two', 'three…']);
    expect(shorten('Alexandra', { maxWidth: 5, widthOf: (part) => part.length })).toBe('Alex…');
    expect(shorten('Al', { maxWidth: 5, widthOf: (part) => part.length })).toBe('Al');
  });
});
