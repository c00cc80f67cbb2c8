import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SceneFormat, SceneLayout } from '../protocol/scene.js';
import { overlap, tileArea } from './overlay-layout.js';
import { layoutTiles, type LayoutTile, type PlacedTile, TILES_MAX } from './scene-layout.js';

const tile = fc.record({
  kind: fc.constantFrom('camera', 'camera', 'screen'),
  aspect: fc.option(fc.double({ min: 0.3, max: 4, noNaN: true })),
  isSpeaker: fc.boolean(),
});
const scene = fc.record({
  layout: fc.constantFrom(...SceneLayout.options),
  format: fc.constantFrom(...SceneFormat.options),
  hasTicker: fc.boolean(),
  insetAt: fc.constantFrom('top-right', 'bottom-right'),
  tiles: fc
    .array(tile, { maxLength: 12 })
    .map((tiles) => tiles.map((each, at): LayoutTile => ({ ...each, id: `${at}` }))),
});

type Case = typeof scene extends fc.Arbitrary<infer T> ? T : never;

const place = ({ tiles, hasTicker, ...options }: Case) =>
  layoutTiles(tiles, { ...options, area: tileArea(options.format, hasTicker) });

/** Lays out cameras c0, c1, … and a screen s in a picture without a ticker. */
function layout(
  kind: SceneLayout,
  names: string,
  { format = 'wide', speaker = '' }: { format?: SceneFormat; speaker?: string } = {},
): PlacedTile[] {
  const tiles = names
    .split(' ')
    .filter(Boolean)
    .map((id): LayoutTile => ({
      id,
      kind: id === 's' ? 'screen' : 'camera',
      aspect: id === 's' ? 16 / 10 : 16 / 9,
      isSpeaker: id === speaker,
    }));
  const area = tileArea(format, false);
  return layoutTiles(tiles, { layout: kind, format, area, insetAt: 'bottom-right' });
}

const ids = (placed: readonly PlacedTile[]) => placed.map(({ id }) => id).join(' ');

describe('every layout', () => {
  it('keeps all tiles inside the picture, above the ticker, at whole pixels', () => {
    fc.assert(
      fc.property(scene, (each) => {
        const area = tileArea(each.format, each.hasTicker);
        for (const { rect } of place(each)) {
          expect(Object.values(rect).every(Number.isInteger)).toBe(true);
          expect(rect.x).toBeGreaterThanOrEqual(0);
          expect(rect.y).toBeGreaterThanOrEqual(0);
          expect(rect.x + rect.width).toBeLessThanOrEqual(area.width);
          expect(rect.y + rect.height).toBeLessThanOrEqual(area.height);
          expect(Math.min(rect.width, rect.height)).toBeGreaterThanOrEqual(60);
        }
      }),
    );
  });

  it('overlaps no tiles, except for an inset inside another tile', () => {
    fc.assert(
      fc.property(scene, (each) => {
        const placed = place(each);
        const pairs = placed.flatMap((a, at) => placed.slice(at + 1).map((b) => [a, b] as const));
        for (const [a, b] of pairs) {
          expect(overlap(a.rect, b.rect)).toBe(b.isInset);
          expect(a.isInset).toBe(false);
        }
        const insets = placed.filter(({ isInset }) => isInset);
        expect(insets.length).toBeLessThanOrEqual(each.layout === 'picture-in-picture' ? 1 : 0);
      }),
    );
  });

  it('shows nobody twice, and shows somebody if anyone is present', () => {
    fc.assert(
      fc.property(scene, (each) => {
        const placed = place(each);
        expect(new Set(placed.map(({ id }) => id)).size).toBe(placed.length);
        expect(placed.length > 0).toBe(each.tiles.length > 0);
      }),
    );
  });

  it('shows up to nine people in a grid of equal tiles', () => {
    fc.assert(
      fc.property(scene, (each) => {
        const placed = place({ ...each, layout: 'grid' });
        expect(placed).toHaveLength(Math.min(TILES_MAX, each.tiles.length));
        const sizes = placed.map(({ rect }) => `${rect.width}x${rect.height}`);
        expect(new Set(sizes).size).toBeLessThanOrEqual(1);
      }),
    );
  });
});

describe('layoutTiles', () => {
  it('fills the picture with one person', () => {
    expect(layout('solo', 's c0 c1')).toEqual([
      {
        id: 'c0',
        rect: { x: 0, y: 0, width: 1280, height: 720 },
        fit: 'cover',
        isBleeding: true,
        isInset: false,
      },
    ]);
    for (const kind of SceneLayout.options) {
      expect(layout(kind, 'c0')).toEqual(layout('solo', 'c0'));
    }
  });

  it('puts two people beside each other, or above each other in a vertical picture', () => {
    const [left, right] = layout('side-by-side', 'c0 c1 c2');
    expect([left!.rect.width, right!.rect.x]).toEqual([616, 648]);
    const [top, bottom] = layout('side-by-side', 'c0 c1', { format: 'vertical' });
    expect([top!.rect.height, bottom!.rect.y]).toEqual([616, 648]);
  });

  it('chooses the number of columns that makes a grid’s tiles largest', () => {
    const columnsOf = (names: string, format: SceneFormat) =>
      new Set(layout('grid', names, { format }).map(({ rect }) => rect.x)).size;
    expect(columnsOf('a b c d', 'wide')).toBe(2);
    expect(columnsOf('a b c d e f', 'wide')).toBe(3);
    expect(columnsOf('a b c d e f', 'vertical')).toBe(2);
  });

  it('shows the speaker large, wherever they are in the order', () => {
    const [large, ...strip] = layout('speaker', 'c0 c1 c2', { speaker: 'c1' });
    expect(large!.id).toBe('c1');
    expect(ids(strip)).toBe('c0 c2');
    expect(large!.rect.width).toBeGreaterThan(3 * strip[0]!.rect.width);
  });

  it('shows the screen in its own shape with people beside it', () => {
    const [screen, ...people] = layout('screen', 'c0 s c1');
    expect(ids(people)).toBe('c0 c1');
    expect(screen!.id).toBe('s');
    expect(screen!.rect.width / screen!.rect.height).toBeCloseTo(16 / 10, 1);
    expect(ids(layout('screen', 'c0 c1', { speaker: 'c1' }))).toBe('c1 c0');
  });

  it('puts a person in the corner of the screen, or of the first person’s tile', () => {
    const [screen, person] = layout('picture-in-picture', 'c0 s c1');
    expect([screen!.id, person!.id, person!.isInset]).toEqual(['s', 'c0', true]);
    expect(ids(layout('picture-in-picture', 'c0 c1 c2'))).toBe('c0 c1');
  });
});
