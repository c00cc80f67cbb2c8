import { expect } from 'vitest';
import { clockDelayMs, type Evaluates } from './clock-picture.js';

/**
 * The latency that a player displays, and the actual latency according to the clock in its picture,
 * in ms.
 */
export type DelayPair = { shownMs: number; trueMs: number };

const READ_CHIP = `(() => {
  const rows = [...document.querySelectorAll('.delay-chip-details > div')];
  const row = rows.find((one) => one.querySelector('dt')?.textContent === 'Latency');
  return row?.querySelector('dd')?.textContent ?? '';
})()`;

/** Returns the latency in the details of the page's chip, or null until it has been measured. */
export async function shownDelayMs(page: Evaluates): Promise<number | null> {
  const text = String(await page.evaluate(READ_CHIP));
  return /^\d+ ms$/.test(text) ? Number.parseInt(text, 10) : null;
}

/** Reads both latencies whenever the page displays a new one, until there are `count` pairs. */
export async function delayPairs(page: Evaluates, count: number): Promise<DelayPair[]> {
  const pairs: DelayPair[] = [];
  await expect
    .poll(
      async () => {
        const shownMs = await shownDelayMs(page);
        const trueMs = await clockDelayMs(page);
        if (shownMs !== null && trueMs !== null && shownMs !== pairs.at(-1)?.shownMs)
          pairs.push({ shownMs, trueMs });
        return pairs.length;
      },
      { timeout: 60_000, interval: 100, message: 'the displayed latency should be measured again' },
    )
    .toBeGreaterThanOrEqual(count);
  return pairs;
}

/** Returns the median error of the displayed latency, in ms; negative if it is too low. */
export function medianError(pairs: readonly DelayPair[]): number {
  const errors = pairs.map(({ shownMs, trueMs }) => shownMs - trueMs).toSorted((a, b) => a - b);
  return errors[Math.floor(errors.length / 2)] ?? Number.NaN;
}
