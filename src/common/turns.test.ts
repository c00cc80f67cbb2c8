import { describe, expect, it } from 'vitest';
import { Turns } from './turns.js';

const LONG_ENOUGH_MS = 5;

/** Blocks the event loop. */
function work(ms: number): void {
  for (const endMs = performance.now() + ms; performance.now() < endMs;);
}

describe('work in slices', () => {
  it('ends a slice after a few milliseconds, and begins another one', async () => {
    const turns = new Turns();
    work(LONG_ENOUGH_MS);
    expect(turns.isOver).toBe(true);
    await turns.next();
    work(LONG_ENOUGH_MS);
    expect(turns.isOver).toBe(true);
    expect(turns.usedMs).toBeGreaterThanOrEqual(2 * LONG_ENOUGH_MS);
  });

  it('lets everything else that is due run', async () => {
    const turns = new Turns();
    const seen: string[] = [];
    setImmediate(() => seen.push('immediate'));
    setTimeout(() => seen.push('timer'), 0);
    work(LONG_ENOUGH_MS);
    await turns.next();
    await turns.next();
    expect(seen.toSorted()).toEqual(['immediate', 'timer']);
  });

  it('does not count the time in which other work runs', async () => {
    const fromMs = performance.now();
    const turns = new Turns();
    let othersMs = 0;
    setImmediate(() => {
      const sinceMs = performance.now();
      work(10 * LONG_ENOUGH_MS);
      othersMs = performance.now() - sinceMs;
    });
    await turns.next();
    expect(othersMs).toBeGreaterThan(0);
    expect(turns.usedMs).toBeLessThanOrEqual(performance.now() - fromMs - othersMs);
  });
});
