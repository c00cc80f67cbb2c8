import { describe, expect, it } from 'vitest';
import { FLOATS_MAX, newFloats } from './new-floats.js';

const middle = () => 0.5;

describe('newFloats', () => {
  it('starts the first of each emoji at once and delays the others', () => {
    const floats = newFloats(
      [
        { emoji: '🔥', count: 2 },
        { emoji: '👏', count: 1 },
      ],
      0,
      middle,
    );
    expect(floats.map(({ emoji, delayMs }) => [emoji, delayMs > 0])).toEqual([
      ['🔥', false],
      ['🔥', true],
      ['👏', false],
    ]);
  });

  it('limits how many of one emoji rise at once', () => {
    expect(newFloats([{ emoji: '🔥', count: 50 }], 0).length).toBeLessThan(10);
  });

  it('never exceeds the limit of rising emoji', () => {
    const many = Array.from({ length: 8 }, (_, i) => ({ emoji: `${i}`, count: 50 }));
    expect(newFloats(many, 0)).toHaveLength(FLOATS_MAX);
    expect(newFloats(many, FLOATS_MAX - 3)).toHaveLength(3);
    expect(newFloats(many, FLOATS_MAX)).toEqual([]);
    expect(newFloats(many, FLOATS_MAX + 1)).toEqual([]);
  });

  it('keeps all of them within the strip', () => {
    for (const random of [() => 0, middle, () => 0.999]) {
      for (const { x, lean } of newFloats([{ emoji: '🔥', count: 9 }], 0, random)) {
        expect(x).toBeGreaterThanOrEqual(0);
        expect(x).toBeLessThanOrEqual(1);
        expect(Math.abs(lean)).toBeLessThanOrEqual(1);
      }
    }
  });
});
