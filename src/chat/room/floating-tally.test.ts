import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Floats, FloatingTally } from './floating-tally.js';

describe('FloatingTally', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('reports emoji once per 200 ms, and nothing if there are none', () => {
    const reported: Floats[] = [];
    const tally = new FloatingTally((floats) => reported.push(floats));
    for (const emoji of ['🔥', '🔥', '👍']) tally.add(emoji);
    expect(reported).toEqual([]);
    vi.advanceTimersByTime(200);
    expect(reported).toEqual([
      [
        { emoji: '🔥', count: 2 },
        { emoji: '👍', count: 1 },
      ],
    ]);
    vi.advanceTimersByTime(10_000);
    expect(reported).toHaveLength(1);
  });

  it('adds the emoji from other nodes, and reports its own separately', () => {
    const reported: Floats[][] = [];
    const tally = new FloatingTally((floats, own) => reported.push([floats, own]));
    tally.addElsewhere([{ emoji: '🔥', count: 2 }]);
    tally.add('🔥');
    vi.advanceTimersByTime(200);
    tally.addElsewhere([{ emoji: '👍', count: 1 }]);
    vi.advanceTimersByTime(200);
    expect(reported).toEqual([
      [[{ emoji: '🔥', count: 3 }], [{ emoji: '🔥', count: 1 }]],
      [[{ emoji: '👍', count: 1 }], []],
    ]);
  });

  it('limits the count per update, and reports nothing after it was closed', () => {
    const reported: Floats[] = [];
    const tally = new FloatingTally((floats) => reported.push(floats));
    for (let i = 0; i < 1_000; i += 1) tally.add('🔥');
    vi.advanceTimersByTime(200);
    expect(reported).toEqual([[{ emoji: '🔥', count: 50 }]]);
    tally.add('🔥');
    tally.close();
    vi.advanceTimersByTime(1_000);
    expect(reported).toHaveLength(1);
  });
});
