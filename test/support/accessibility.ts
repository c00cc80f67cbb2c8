import axe from 'axe-core';
import type { Page } from 'playwright-core';

type Violation = {
  id: string;
  impact: string | null;
  nodes: { target: string[]; failureSummary?: string }[];
};

const PHONE = { width: 390, height: 844 };
const SCHEMES = ['light', 'dark'] as const;

/** Resolves when the page has settled, because colors fade when the color scheme changes. */
const SETTLED = `(async () => {
  const frame = () => new Promise((done) => requestAnimationFrame(done));
  await frame();
  await frame();
  const ending = document
    .getAnimations()
    .filter((a) => a.playState === 'running' && a.effect.getComputedTiming().endTime < Infinity);
  await Promise.allSettled(ending.map((animation) => animation.finished));
})()`;

/**
 * Returns axe-core's serious and critical violations, in light and dark mode, on a desktop and a
 * phone. If there are any, it checks again and returns only the second result, because some are
 * momentary, such as a fading color.
 */
export const seriousOn = async (page: Page): Promise<string[]> => {
  const found = await look(page);
  return found.length === 0 ? found : look(page);
};

const look = async (page: Page): Promise<string[]> => {
  const found: string[] = [];
  const desktop = page.viewportSize() ?? PHONE;
  for (const viewport of [desktop, PHONE])
    for (const colorScheme of SCHEMES) {
      await page.setViewportSize(viewport);
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      await page.evaluate(SETTLED);
      await page.evaluate(axe.source);
      const violations = (await page.evaluate(
        'axe.run().then((r) => r.violations)',
      )) as Violation[];
      for (const { id, impact, nodes } of violations)
        if (impact === 'serious' || impact === 'critical')
          found.push(`${colorScheme} ${viewport.width}: ${id} ${JSON.stringify(nodes)}`);
    }
  return found;
};
