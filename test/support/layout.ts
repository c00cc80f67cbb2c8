import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Page } from 'playwright-core';

const SOURCE = readFileSync(resolve('test/support/pages/misplaced.js'), 'utf8');

/**
 * Returns what is out of place on a page: it is wider than the window, a control is cut off at an
 * edge, a label is too low for its text, or a word that would fit is broken.
 */
export async function misplacedOn(page: Page): Promise<string[]> {
  return page.evaluate<string[]>(`${SOURCE}\nmisplaced()`);
}
