import { readFileSync } from 'node:fs';
import { runInThisContext } from 'node:vm';
import { z } from 'zod';

const PAGE_SCRIPT = readFileSync(new URL('./pages/clock-picture.js', import.meta.url), 'utf8');

/** A gray picture: one byte per pixel, row by row. */
export type GreyPicture = { luma: Uint8Array; width: number; height: number };

/** The size and frame rate of the publisher's clock. */
export type ClockFormat = { width: number; height: number; framesPerSecond: number };

/**
 * Three layers, at a frame rate that two cores can encode and decode along with everything else
 * that runs.
 */
export const CLOCK_FORMAT: ClockFormat = { width: 1_280, height: 720, framesPerSecond: 15 };

const Reading = z.object({
  /** The time when the frame was due on screen, in ms since 1970. */
  shownMs: z.number(),
  /** The time when the publisher drew it. */
  drawnMs: z.number(),
  /** 1: the publisher's camera, 2: its screen. */
  source: z.number(),
  mediaTimeS: z.number(),
  width: z.number(),
  height: z.number(),
});

/** One frame's clock, read at the viewer. */
export type ClockReading = z.output<typeof Reading>;

/** Anything that can evaluate code in a page: Playwright's and Puppeteer's pages. */
export type Evaluates = { evaluate(code: string): Promise<unknown> };

/**
 * Runs in a publisher's page before its own code: the camera and the screen show a clock, and the
 * microphone beeps every second.
 */
export const clockPublisherScript = (format: ClockFormat = CLOCK_FORMAT): string =>
  `${PAGE_SCRIPT}\nclockPicture.publish(${JSON.stringify(format)});`;

/** Runs in a viewer's page before its own code: reads the clock of each frame that is shown. */
export const clockViewerScript: string = `${PAGE_SCRIPT}\nclockPicture.watch();`;

/** Returns the clocks of the most recently shown frames, up to 2,000. */
export async function clockReadings(page: Evaluates, last = 2_000): Promise<ClockReading[]> {
  return z.array(Reading).parse(await page.evaluate(`clockPicture.readings.slice(-${last})`));
}

/** Returns how many frames were shown, and in how many of them the clock couldn't be read. */
export async function clockFramesSeen(
  page: Evaluates,
): Promise<{ frames: number; unreadable: number }> {
  return z
    .object({ frames: z.number(), unreadable: z.number() })
    .parse(await page.evaluate('clockPicture.seen'));
}

/**
 * Returns the latency from drawing to showing, in ms: the median over the frames of the last
 * second. Null if no frame was shown.
 */
export async function clockDelayMs(page: Evaluates, overMs = 1_000): Promise<number | null> {
  const readings = await clockReadings(page, 200);
  const sinceMs = (readings.at(-1)?.shownMs ?? 0) - overMs;
  const delays = readings
    .filter(({ shownMs }) => shownMs >= sinceMs)
    .map(({ shownMs, drawnMs }) => shownMs - drawnMs)
    .toSorted((a, b) => a - b);
  return delays[Math.floor(delays.length / 2)] ?? null;
}

type Cells = { timeMs: number; source: number };
type ClockPicture = {
  readCells(picture: GreyPicture): Cells | null;
  unwrap(timeMs: number, nowMs: number): number;
};

let loaded: ClockPicture | undefined;

/**
 * Reads the clock in a decoded picture, as pages do. The picture must have been drawn at most a few
 * hours before `nowMs`.
 */
export function readClock(
  picture: GreyPicture,
  nowMs: number,
): { drawnMs: number; source: number } | null {
  loaded ??= runInThisContext(`${PAGE_SCRIPT}\nclockPicture`) as ClockPicture;
  const cells = loaded.readCells(picture);
  return cells && { drawnMs: loaded.unwrap(cells.timeMs, nowMs), source: cells.source };
}
