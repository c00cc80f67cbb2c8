import { describe, expect, it } from 'vitest';
import { KeyFrameOrder, startsWithOneKeyFrame } from './key-frame-order.js';

const ALL = [0, 1, 2];

/** Adds key frames of all layers in an order, 5 ms apart. */
function addAll(order: KeyFrameOrder, layers: readonly number[], atMs: number): void {
  for (const [i, layer] of layers.entries()) order.add(layer, ALL, atMs + 5 * i);
}

describe('KeyFrameOrder', () => {
  it('reports nothing before a complete set of key frames', () => {
    const order = new KeyFrameOrder();
    expect(order.isBestFirst).toBe(false);
    order.add(2, ALL, 0);
    order.add(1, ALL, 5);
    expect(order.isBestFirst).toBe(false);
    order.add(0, ALL, 10);
    expect(order.isBestFirst).toBe(true);
  });

  it('is false if the encoder begins with the lowest layer', () => {
    const order = new KeyFrameOrder();
    addAll(order, [0, 1, 2], 0);
    expect(order.isBestFirst).toBe(false);
  });

  it('needs three matching sets after one that does not match', () => {
    const order = new KeyFrameOrder();
    const orders = [
      [1, 2, 0],
      [2, 1, 0],
      [2, 0, 1],
      [2, 1, 0],
    ];
    const said = orders.map((layers, i) => {
      addAll(order, layers, 2_000 * i);
      return order.isBestFirst;
    });
    expect(said).toEqual([false, false, false, true]);
  });

  it('does not mix key frames from different requests', () => {
    const order = new KeyFrameOrder();
    order.add(2, ALL, 0);
    addAll(order, [0, 1, 2], 2_000);
    expect(order.isBestFirst).toBe(false);
    // A second key frame of the same layer begins another set.
    const other = new KeyFrameOrder();
    other.add(2, ALL, 0);
    addAll(other, [0, 2, 1], 5);
    other.add(1, ALL, 20);
    expect(other.isBestFirst).toBe(false);
  });

  it('expects only the layers that arrive', () => {
    const order = new KeyFrameOrder();
    order.add(1, [0, 1], 0);
    order.add(0, [0, 1], 5);
    expect(order.isBestFirst).toBe(true);
  });
});

describe('startsWithOneKeyFrame', () => {
  const track = (layers: number, keyFrameOrder?: KeyFrameOrder) => ({
    rtpParameters: { codecs: [], encodings: Array.from({ length: layers }, () => ({})) },
    appData: { keyFrameOrder },
  });

  it('is true for one layer, and for several layers if the best one is first', () => {
    expect(startsWithOneKeyFrame(track(1))).toBe(true);
    expect(startsWithOneKeyFrame(track(3))).toBe(false);
    expect(startsWithOneKeyFrame(track(3, new KeyFrameOrder()))).toBe(false);
    expect(startsWithOneKeyFrame(track(3, new KeyFrameOrder(true)))).toBe(true);
  });
});
