import { describe, expect, it } from 'vitest';
import { HlsRetry } from './hls-retry.js';

describe('HlsRetry', () => {
  it('waits longer each time, and reports failure after five failures in a row', () => {
    const retry = new HlsRetry();
    const results = [0, 1, 2, 3, 4, 5].map((at) => retry.failed(at * 9_000, true));
    expect(results.map(({ delayMs }) => delayMs)).toEqual([250, 1_000, 2_000, 4_000, 8_000, 8_000]);
    expect(results.map(({ isHopeless }) => isHopeless)).toEqual([
      false,
      false,
      false,
      false,
      true,
      true,
    ]);
  });

  it('starts over after a while without failures', () => {
    const retry = new HlsRetry();
    for (let at = 0; at < 5; at += 1) retry.failed(at, true);
    expect(retry.failed(21_000, true)).toEqual({ delayMs: 250, isHopeless: false });
  });

  it('does not count failures while offline', () => {
    const retry = new HlsRetry();
    for (let at = 0; at < 20; at += 1) retry.failed(at, false);
    expect(retry.failed(20, true)).toEqual({ delayMs: 250, isHopeless: false });
  });
});
