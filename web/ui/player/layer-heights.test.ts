import { describe, expect, it } from 'vitest';
import { LayerHeights, layerName } from './layer-heights.js';

describe('LayerHeights', () => {
  it('returns null before any frame was observed', () => {
    expect(new LayerHeights().of(0)).toBeNull();
  });

  it('derives the layers above and below from the observed one', () => {
    const heights = new LayerHeights();
    heights.observe(1, 360);
    expect([0, 1, 2].map((layer) => heights.of(layer))).toEqual([180, 360, 720]);
  });

  it('prefers observed heights to derived ones', () => {
    const heights = new LayerHeights();
    heights.observe(2, 720);
    heights.observe(0, 240);
    expect(heights.of(0)).toBe(240);
  });

  it('ignores a height of zero', () => {
    const heights = new LayerHeights();
    heights.observe(0, 0);
    expect(heights.of(0)).toBeNull();
  });
});

describe('layerName', () => {
  it('is the height, or a word while the height is unknown', () => {
    expect(layerName(2, 3, 720)).toBe('720p');
    expect([0, 1, 2].map((layer) => layerName(layer, 3, null))).toEqual(['Low', 'Medium', 'High']);
    expect([0, 1].map((layer) => layerName(layer, 2, null))).toEqual(['Medium', 'High']);
    expect(layerName(0, 4, null)).toBe('Layer 1');
  });
});
