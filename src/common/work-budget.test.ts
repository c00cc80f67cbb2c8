import { describe, expect, it } from 'vitest';
import { WorkBudget } from './work-budget.js';

describe('WorkBudget', () => {
  it('allows the burst at once, and then the refill rate', () => {
    const budget = new WorkBudget({ burstMs: 1_000, perSecondMs: 100 });
    expect(budget.waitMs('a', 0)).toBe(0);
    budget.spend('a', 1_500, 0);
    expect(budget.waitMs('a', 0)).toBe(5_010);
    expect(budget.waitMs('b', 0)).toBe(0);
    expect(budget.waitMs('a', 5_010)).toBe(0);
    budget.spend('a', 1, 5_010);
    expect(budget.waitMs('a', 5_010)).toBe(10);
  });

  it('never exceeds the burst, even if the clock is set back', () => {
    const budget = new WorkBudget({ burstMs: 1_000, perSecondMs: 100 });
    budget.spend('a', 10, 1_000_000);
    budget.spend('a', 1_000, 2_000_000);
    expect(budget.waitMs('a', 0)).toBe(10);
  });
});
