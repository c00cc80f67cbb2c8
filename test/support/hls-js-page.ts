import { z } from 'zod';
import type { Evaluates } from './clock-picture.js';

const Complaint = z.object({
  type: z.string(),
  details: z.string(),
  fatal: z.boolean(),
  why: z.string(),
  /** The segment and the part of it that it is about. */
  sn: z.union([z.number(), z.string()]).nullable(),
  part: z.number().nullable(),
  /** Where playback was. */
  atS: z.number(),
});

/** One `error` event of hls.js. */
export type Complaint = z.output<typeof Complaint>;

/** Begins to play in a page of {@link serveBarePage}. */
export async function playIn(page: Evaluates, url: string): Promise<void> {
  await page.evaluate(`barePlayer.play(${JSON.stringify(url)})`);
}

/** All that hls.js reported as an error so far, fatal or not. */
export async function complaintsOf(page: Evaluates): Promise<Complaint[]> {
  return z.array(Complaint).parse(await page.evaluate('barePlayer.errors'));
}
