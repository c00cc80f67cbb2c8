import { effect } from '@preact/signals';
import { describe, expect, it } from 'vitest';
import { HealthHistory, type HealthPoint } from './health-history.js';

function point(atS: number, bitrateBps = atS * 10): HealthPoint {
  return { atS, bitrateBps, framesPerSecond: 30, lossPercent: 0, roundTripMs: 20 };
}

describe('HealthHistory', () => {
  it('starts empty', () => {
    expect(new HealthHistory().curve('bitrateBps')).toEqual([[], []]);
  });

  it('returns points oldest first', () => {
    const history = new HealthHistory(4);
    for (const atS of [1, 2, 3]) history.push(point(atS));
    expect(history.curve('bitrateBps')).toEqual([
      [1, 2, 3],
      [10, 20, 30],
    ]);
  });

  it('drops the oldest points when full, however often it wraps', () => {
    const history = new HealthHistory(4);
    for (let atS = 1; atS <= 10; atS += 1) history.push(point(atS));
    expect(history.length).toBe(4);
    expect(history.curve('bitrateBps')).toEqual([
      [7, 8, 9, 10],
      [70, 80, 90, 100],
    ]);
  });

  it('leaves a gap where nothing was measured', () => {
    const history = new HealthHistory(4);
    history.push(point(1));
    history.push(point(2, Number.NaN));
    expect(history.curve('bitrateBps')).toEqual([
      [1, 2],
      [10, null],
    ]);
  });

  it('is empty after being cleared', () => {
    const history = new HealthHistory(4);
    for (let atS = 1; atS <= 6; atS += 1) history.push(point(atS));
    history.clear();
    history.push(point(7));
    expect(history.curve('roundTripMs')).toEqual([[7], [20]]);
  });

  it('can be written in one effect and notifies another', () => {
    const history = new HealthHistory(4);
    const seen: number[] = [];
    const stop = effect(() => {
      seen.push(history.version.value);
    });
    effect(() => history.push(point(1)))();
    stop();
    expect(seen).toEqual([0, 1]);
  });
});
