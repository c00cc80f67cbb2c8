import { setTimeout as pause } from 'node:timers/promises';
import type { Page } from 'playwright-core';

/** The interval between checks, long enough not to affect the measurement. */
const POLL_MS = 50;

/**
 * Resolves when an expression is true in a page whose Content-Security-Policy prevents Playwright's
 * own `waitForFunction`.
 * @throws {Error} after `timeoutMs`
 */
export async function becomesTrue(
  page: Page,
  expression: string,
  timeoutMs: number,
): Promise<void> {
  const untilMs = performance.now() + timeoutMs;
  while (!(await page.evaluate<boolean>(`Boolean(${expression})`))) {
    if (performance.now() > untilMs)
      throw new Error(`the page never met the condition: ${expression}`);
    await pause(POLL_MS);
  }
}
