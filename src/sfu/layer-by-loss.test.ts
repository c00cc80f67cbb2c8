import { describe, expect, it } from 'vitest';
import { LayerByLoss } from './layer-by-loss.js';

/**
 * Calls `next` every other second during a period. Returns the times at which the layer changed,
 * with the new layer.
 */
function ask(layers: LayerByLoss, fromS: number, toS: number, score: number): [number, number][] {
  const changes: [number, number][] = [];
  for (let s = fromS; s < toS; s += 2) {
    const layer = layers.next(score, s * 1_000);
    if (layer !== null) changes.push([s, layer]);
  }
  return changes;
}

describe('the layer of a viewer without bandwidth estimation', () => {
  it('is the highest while nothing is lost', () => {
    expect(ask(new LayerByLoss(2, 0), 0, 600, 10)).toEqual([]);
  });

  it('goes down step by step to the lowest while packets are lost', () => {
    expect(ask(new LayerByLoss(2, 0), 0, 60, 3)).toEqual([
      [6, 1],
      [12, 0],
    ]);
  });

  it('stays the same at moderate loss', () => {
    const layers = new LayerByLoss(2, 0);
    ask(layers, 0, 8, 3);
    expect(ask(layers, 8, 600, 8)).toEqual([]);
  });

  it('goes up again when reception is good, less often after each failure', () => {
    const layers = new LayerByLoss(1, 0);
    expect(ask(layers, 0, 8, 3)).toEqual([[6, 0]]);
    expect(ask(layers, 8, 30, 10)).toEqual([[28, 1]]);
    expect(ask(layers, 30, 36, 3)).toEqual([[34, 0]]);
    expect(ask(layers, 36, 80, 10)).toEqual([[76, 1]]);
  });
});
