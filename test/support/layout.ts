import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Page } from 'playwright-core';

const SOURCE = readFileSync(resolve('test/support/pages/misplaced.js'), 'utf8');

/**
 * Returns the faults in a page's layout: the page is wider than the window, a control is cut off at
 * an edge, a label isn't tall enough for its text, or a word is broken although it would fit on a
 * line.
 */
export async function misplacedOn(page: Page): Promise<string[]> {
  return page.evaluate<string[]>(`${SOURCE}\nmisplaced()`);
}
