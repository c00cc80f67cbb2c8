import { readFileSync } from 'node:fs';
import { runInThisContext } from 'node:vm';
import { z } from 'zod';

const PAGE_SCRIPT = readFileSync(new URL('./pages/clock-picture.js', import.meta.url), 'utf8');

/** A picture in grey: a byte for each pixel, row by row. */
export type GreyPicture = { luma: Uint8Array; width: number; height: number };

/** How the publisher's clock is drawn. */
export type ClockFormat = { width: number; height: number; framesPerSecond: number };

/** Three layers at a frame rate that two processors can encode and decode beside everything else. */
export const CLOCK_FORMAT: ClockFormat = { width: 1_280, height: 720, framesPerSecond: 15 };

const Reading = z.object({
  /** When the frame was due on the screen, milliseconds since 1970. */
  shownMs: z.number(),
  /** When it was drawn at the publisher. */
  drawnMs: z.number(),
  /** 1: the publisher's camera, 2: its screen. */
  source: z.number(),
  mediaTimeS: z.number(),
  width: z.number(),
  height: z.number(),
});

/** One frame's clock, read at the viewer. */
export type ClockReading = z.output<typeof Reading>;

/** What can run a piece of code in a page: Playwright's pages and Puppeteer's. */
export type Evaluates = { evaluate(code: string): Promise<unknown> };

/** For a publisher's page, before its own code: camera and screen show a clock, the microphone beeps each second. */
export const clockPublisherScript = (format: ClockFormat = CLOCK_FORMAT): string =>
  `${PAGE_SCRIPT}\nclockPicture.publish(${JSON.stringify(format)});`;

/** For a viewer's page, before its own code: the clock of each frame shown is read. */
export const clockViewerScript: string = `${PAGE_SCRIPT}\nclockPicture.watch();`;

/** The clocks of the frames shown last, at most 2,000. */
export async function clockReadings(page: Evaluates, last = 2_000): Promise<ClockReading[]> {
  return z.array(Reading).parse(await page.evaluate(`clockPicture.readings.slice(-${last})`));
}

/** How many frames were shown, and of how many the clock could not be read. */
export async function clockFramesSeen(
  page: Evaluates,
): Promise<{ frames: number; unreadable: number }> {
  return z
    .object({ frames: z.number(), unreadable: z.number() })
    .parse(await page.evaluate('clockPicture.seen'));
}

/** From drawing to showing, milliseconds: the median over the frames of the last second. Null: none was shown. */
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

/** Reads the clock of a decoded picture, as pages do. `nowMs`: some time within hours after it was drawn. */
export function readClock(
  picture: GreyPicture,
  nowMs: number,
): { drawnMs: number; source: number } | null {
  loaded ??= runInThisContext(`${PAGE_SCRIPT}\nclockPicture`) as ClockPicture;
  const cells = loaded.readCells(picture);
  return cells && { drawnMs: loaded.unwrap(cells.timeMs, nowMs), source: cells.source };
}
