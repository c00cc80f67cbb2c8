import { describe, expect, it } from 'vitest';
import { layerFor } from './layer-for.js';

describe('the layer that is mixed', () => {
  it.each([
    ['waiting', 1, 0],
    ['on-stage', 1, 2],
    ['on-stage', 2, 2],
    ['on-stage', 3, 1],
    ['on-stage', 8, 1],
  ] as const)('of a guest who is %s among %i', (place, onStage, layer) => {
    expect(layerFor(place, { layers: 3, onStage })).toBe(layer);
  });

  it('is the only layer if there are no others', () => {
    expect(layerFor('on-stage', { layers: 1, onStage: 5 })).toBe(0);
  });
});
