import { setTimeout as pause } from 'node:timers/promises';
import type { Page } from 'playwright-core';

/** Often enough to go on soon, and too seldom to take time from what is measured. */
const LOOK_MS = 50;

/**
 * Resolves when an expression is true in a page, whose Content-Security-Policy keeps Playwright's own
 * `waitForFunction` from evaluating it there.
 * @throws {Error} after `timeoutMs`
 */
export async function becomesTrue(
  page: Page,
  expression: string,
  timeoutMs: number,
): Promise<void> {
  const untilMs = performance.now() + timeoutMs;
  while (!(await page.evaluate<boolean>(`Boolean(${expression})`))) {
    if (performance.now() > untilMs) throw new Error(`never true in the page: ${expression}`);
    await pause(LOOK_MS);
  }
}
