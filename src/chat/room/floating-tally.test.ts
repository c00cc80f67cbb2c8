import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Floats, FloatingTally } from './floating-tally.js';

describe('FloatingTally', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('tells all of a fifth of a second at once, and nothing when there is nothing', () => {
    const told: Floats[] = [];
    const tally = new FloatingTally((floats) => told.push(floats));
    for (const emoji of ['🔥', '🔥', '👍']) tally.add(emoji);
    expect(told).toEqual([]);
    vi.advanceTimersByTime(200);
    expect(told).toEqual([
      [
        { emoji: '🔥', count: 2 },
        { emoji: '👍', count: 1 },
      ],
    ]);
    vi.advanceTimersByTime(10_000);
    expect(told).toHaveLength(1);
  });

  it('bounds what one frame says, and is silent once it is closed', () => {
    const told: Floats[] = [];
    const tally = new FloatingTally((floats) => told.push(floats));
    for (let i = 0; i < 1_000; i += 1) tally.add('🔥');
    vi.advanceTimersByTime(200);
    expect(told).toEqual([[{ emoji: '🔥', count: 50 }]]);
    tally.add('🔥');
    tally.close();
    vi.advanceTimersByTime(1_000);
    expect(told).toHaveLength(1);
  });
});
